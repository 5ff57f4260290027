"""The four clauses of an agreement as answers that can be reckoned with."""

from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..models import Agreement, AgreementParty, Clause, Ownership, User
from .agreements import hold_draft
from .changes import alone, record, save_changes

SHARES = {Clause.COST: "cost_percent", Clause.TRANSFER: "transfer_percent"}
WHOLE = Decimal(100)


@alone()
def set_shares(
    agreement: Agreement, clause: Clause, shares: Mapping[int, Decimal | None], *, terms: str, excluded: str, by: User
) -> None:
    """Write who bears how much of the costs, or gets how much of what results bring, in percent by the party's id.

    All parties or none; together exactly 100. Raises ValidationError, Refused when it is no draft.
    """
    stored = hold_draft(agreement)
    parties = list(stored.parties.select_for_update(of=("self",), no_key=True).order_by("number"))
    given = {party.pk: shares.get(party.pk) for party in parties}
    figures = [share for share in given.values() if share is not None]
    if figures and len(figures) < len(parties):
        raise ValidationError(_("Give each party its share; 0 where it bears nothing."))
    if figures and sum(figures) != WHOLE:
        raise ValidationError(
            _("The shares sum to %(sum)s, not to 100.") % {"sum": f"{sum(figures, Decimal(0)).normalize():f}"}
        )
    _say_one(bool(figures), excluded)
    name = SHARES[clause]
    for party in parties:
        save_changes(party, by=by, **{name: given[party.pk]})  # type: ignore[arg-type]
    save_changes(stored, by=by, **{f"{clause.value}_terms": terms, f"{clause.value}_excluded": excluded})


@alone()
def set_ownerships(
    agreement: Agreement, owners: Mapping[str, AgreementParty | None], *, terms: str, excluded: str, by: User
) -> None:
    """Write who owns each kind of result; None is all parties together, a kind that is left out has no answer.

    Raises ValidationError, Refused when it is no draft.
    """
    stored = hold_draft(agreement)
    _say_one(bool(owners), excluded)
    before = {row.result: row for row in stored.ownerships.select_related("owner__organization")}
    for result in Ownership.Result:
        old, asked = before.get(result), result.value in owners
        owner = owners.get(result.value)
        if old and asked and old.owner_id == (owner.pk if owner else None):
            continue
        if old:
            old.delete()
        new = Ownership.objects.create(agreement=stored, result=result, owner=owner) if asked else None
        if old or new:
            record(stored, by=by, what=gettext_noop("IP ownership"), old=old or "", new=new or "")
    save_changes(stored, by=by, ip_terms=terms, ip_excluded=excluded)


@alone()
def set_secrecy(agreement: Agreement, *, months: int | None, terms: str, excluded: str, by: User) -> None:
    """Write for how many months after the end what is confidential. Raises ValidationError, Refused."""
    stored = hold_draft(agreement)
    _say_one(months is not None, excluded)
    if months is not None and not terms.strip():
        raise ValidationError({"terms": _("Say what is confidential.")})
    save_changes(stored, by=by, secrecy_months=months, secrecy_terms=terms, secrecy_excluded=excluded)


def _say_one(answered: bool, excluded: str) -> None:
    if answered and excluded:
        raise ValidationError({"excluded": _("Either the answer, or the reason why this clause is not needed.")})
