"""Versions of a zone's charter: writing one, and agreeing on it for one's side."""

import difflib
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.models import Affiliation, User
from consortium.permissions import require
from consortium.services import Refused, alone, create, record, save_changes

from ..models import Zone, ZoneCharter
from .rows import at_fields

UNAGREED = {"college_by": None, "college_on": None, "enterprise": None, "enterprise_by": None, "enterprise_on": None}


@at_fields()
@alone()
def save_charter(charter: ZoneCharter, *, by: User, now: datetime) -> ZoneCharter:
    """Write a new version, or change one on which not both sides have agreed; who had agreed must do so again.

    A new version takes the next number, once the one before it is agreed on. Raises Refused, ValidationError by field.
    """
    zone = Zone.objects.select_for_update(no_key=True).get(pk=charter.zone_id)  # two written at once queue up
    charter.text = charter.text.replace("\r\n", "\n")
    if charter._state.adding:
        newest = zone.charters.order_by("-number").first()
        if newest and not newest.agreed_on:
            words = {"number": newest.number}
            raise Refused(_("Version %(number)s is not agreed on by both sides yet. Change that one.") % words)
        charter.number, charter.changed_at = (newest.number if newest else 0) + 1, now
        return create(charter, by=by)
    stored = ZoneCharter.objects.select_for_update(of=("self",), no_key=True).select_related("zone").get(pk=charter.pk)
    if stored.agreed_on:
        raise Refused(_("Both sides have agreed on this version, and it stays as it is. Write a new one."))
    changed = (stored.text, stored.summary) != (charter.text, charter.summary)
    save_changes(stored, by=by, text=charter.text, summary=charter.summary)
    if changed:
        ZoneCharter.objects.filter(pk=stored.pk).update(changed_at=now, **UNAGREED)
        for name in ("college_on", "enterprise_on"):
            if day := getattr(stored, name):
                record(stored, by=by, what=name, old=day)
    return stored


@alone()
def agree(charter: ZoneCharter, *, stamp: str, by: User, now: datetime) -> None:
    """Agree for the side for which ``by`` acts on the text with this ``stamp``. With both sides it is frozen.

    Raises PermissionDenied, or Refused when the text has changed since, or the side has agreed.
    """
    require(by, "charter.agree", charter)
    affiliation, today = by.affiliation, timezone.localdate(now)
    of_college = affiliation.role == Affiliation.Role.COLLEGE_ADMIN  # type: ignore[union-attr]
    rows = ZoneCharter.objects.select_for_update(of=("self",), no_key=True)
    stored = rows.get(pk=charter.pk)
    if stored.stamp != stamp:
        raise Refused(_("This has been changed since you read it. Reload and read it again."))
    name = "college_on" if of_college else "enterprise_on"
    if getattr(stored, name):
        raise Refused(_("This side has agreed already."))
    if of_college:
        fields = {"college_by": by, "college_on": today}
    else:
        enterprise = affiliation.organization  # type: ignore[union-attr]
        if not charter.zone.partnerships.on(today).filter(enterprise=enterprise).exists():
            raise Refused(_("Your enterprise is not a partner of this zone today."))
        fields = {"enterprise": enterprise, "enterprise_by": by, "enterprise_on": today}
    ZoneCharter.objects.filter(pk=stored.pk, **{name: None}).update(**fields)
    record(stored, by=by, what=name, new=today)


def compare(old: str, new: str) -> list[tuple[str, str]]:
    """The paragraphs of two texts, each with what became of it: "same", "out" or "in"."""
    kinds = {"  ": "same", "- ": "out", "+ ": "in"}
    lines = difflib.ndiff(paragraphs(old), paragraphs(new))
    return [(kinds[line[:2]], line[2:]) for line in lines if line[:2] in kinds]


def paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
