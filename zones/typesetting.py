"""An enterprise's one page as a document: its figures as words, their checksum, and the typeset file."""

import hashlib
import json
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import override

from consortium.models import Affiliation, Organization, User
from consortium.typesetting import typeset

from .ledger import Line, ledger
from .tax_credit import CreditYear, tax_credit

TEMPLATE = Path(__file__).parent / "typst" / "ledger.typ"


def ledger_pdf(enterprise: Organization, year: int, user: User, now: datetime) -> bytes:
    """What ``enterprise`` gave and received in ``year`` as far as ``user`` sees it, to be sealed."""
    words = printed(enterprise, year, user, now)
    return typeset(TEMPLATE, {"ledger": json.dumps(words, ensure_ascii=False)}, now)


@override("zh-hans")  # the same document and checksum, whatever language one reads
def printed(enterprise: Organization, year: int, user: User, now: datetime) -> dict[str, Any]:
    """All words of the document. ``sha256`` is over the rest but the day on which it was made."""
    assert user.affiliation
    found = ledger(enterprise, year, user)
    credit = tax_credit(enterprise, year, user)
    of_college = user.affiliation.role == Affiliation.Role.COLLEGE_ADMIN
    figures = {
        "consortium": user.affiliation.consortium.name,
        "enterprise": enterprise.name,
        "credit_code": enterprise.credit_code,
        "year": str(year),
        "scope": f"仅{user.affiliation.organization}的产教特区" if of_college else "全部产教特区",
        "gave": [_line(line) for line in found.gave],
        "gave_total": _fen(found.gave_total),
        "received": [_line(line) for line in found.received],
        "received_total": _fen(found.received_total),
        "may_count_twice": found.may_count_twice,
        "listing": credit.listing.source if credit else "",
        "listed_on": credit.listing.listed_on.isoformat() if credit else "",
        "credit": [_credit(row) for row in credit.years] if credit else [],
    }
    text = json.dumps(figures, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    day = timezone.localtime(now)
    made_on = f"{day.year}年{day.month}月{day.day}日"
    return figures | {"made_on": made_on, "sha256": hashlib.sha256(text.encode()).hexdigest()}


def _line(line: Line) -> dict[str, str]:
    return {"label": line.label, "what": line.what, "amount": "" if line.amount is None else _fen(line.amount)}


def _credit(row: CreditYear) -> list[str]:
    amounts = (row.carried, row.investment, row.earned, row.due, row.reference, row.left)
    return [str(row.year), *("—" if amount is None else _fen(amount) for amount in amounts)]


def _fen(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,f}"
