"""Who hears that a record of theirs is verified or turned down: whoever recorded it. One notice an act."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consortium.inbox import NoticeKind
from consortium.models import Affiliation, User
from consortium.services.notices import notify

from ..inbox import RECORD_RETURNED
from ..models import Verified


def tell_recorders(records: Sequence[Verified], kind: NoticeKind, *, by: User, at: datetime, reason: str = "") -> None:
    """Tell those who recorded these records of one register what became of them, except ``by``."""
    written: dict[tuple[int, int], list[Verified]] = defaultdict(list)
    for record in records:
        written[record.recorded_by_id, record.organization_id].append(record)
    people, organizations = {person for person, _o in written}, {organization for _p, organization in written}
    rows = Affiliation.objects.in_force().filter(user__in=people, organization__in=organizations).exclude(user=by)
    desks: dict[tuple[int, int], list[Affiliation]] = defaultdict(list)
    for row in rows.filter(role__in=kind.roles, consortium=by.affiliation and by.affiliation.consortium_id):
        desks[row.user_id, row.organization_id].append(row)
    for writer, readers in desks.items():
        _tell(readers, written[writer], kind, at=at, reason=reason)


def _tell(readers: list[Affiliation], records: list[Verified], kind: NoticeKind, *, at: datetime, reason: str) -> None:
    first, count = records[0], len(records)

    def text() -> str:
        if kind == RECORD_RETURNED:
            return _("“%(record)s” was rejected: %(reason)s") % {"record": first, "reason": reason}
        if count == 1:
            return _("“%(record)s” was verified.") % {"record": first}
        said = ngettext("%(n)d entry was verified: %(name)s", "%(n)d entries were verified: %(name)s", count)
        return said % {"n": count, "name": first._meta.verbose_name_plural}

    many = f"{reverse(f'zones:{first.THING}_list')}?status={Verified.Status.VERIFIED}"
    notify(readers, kind, text, first.get_absolute_url() if count == 1 else many, at=at)
