"""Orders to read hours from Excel: accepted, and what was found in their files."""

from django.utils import timezone

from zones.models import HourImport
from zones.services import accept_import, run_import


def accept(order: HourImport, submits: bool = False) -> HourImport:
    accept_import(order, submits=submits, by=order.user, now=timezone.now())
    run_import(order)
    order.refresh_from_db()
    return order


def faults(order: HourImport) -> list[tuple]:
    return [(f"{f['column']}{f['row']}", f["text"], f["sentence"]) for f in order.result["faults"]]


def found(order: HourImport) -> tuple:
    return order.status, *(order.result.get(name) for name in ("new", "changed", "unchanged", "hours"))
