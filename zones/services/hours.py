"""Project hours: log, change, submit, countersign, return, correct. Many at once is the rule, one is a list of one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.models import User
from consortium.permissions import require
from consortium.services import Refused
from consortium.services.bulk import insert_many
from consortium.services.history import history_row, record_all

from ..inbox import HOURS_APPROVED, HOURS_RETURNED
from ..models import HourEntry
from ..models.hours import ONE_DAY
from .hour_months import add_to_months
from .hour_notices import tell_other_side, tell_writers
from .hour_rules import DAY, BadRows, hour_errors
from .months import keep_months

Status = HourEntry.Status
OWN_FIELDS = ("project", "person", "date", "hours", "activity", "module", "note")
AT_ONCE = 500  # parameters of one statement


def log_hours(entry: HourEntry, *, by: User, today: date) -> HourEntry:
    """Insert or change one entry. Raises ValidationError by field, Refused when it is locked."""
    try:
        return save_hours([entry], by=by, today=today)[0]
    except BadRows as bad:
        raise ValidationError(bad.errors[0]) from None  # type: ignore[arg-type]


@transaction.atomic
def save_hours(entries: Sequence[HourEntry], *, by: User, today: date, reason: str = "") -> list[HourEntry]:
    """Insert the new entries and change the stored ones, all or nothing, with one history row a change, for ``reason``.

    ``entries`` carry project, person, date, hours, activity and note; organization is filled in. Raises BadRows with
    every entry's errors, Refused when one is locked, PermissionDenied when one is not the user's to write.
    """
    lock_people({entry.person_id for entry in entries})
    keep_months({entry.project_id for entry in entries})
    stored = _editable([entry for entry in entries if entry.pk])
    errors = hour_errors(entries, today=today)
    if any(errors):
        raise BadRows(errors)
    for entry in entries:
        require(by, "hours.change" if entry.pk else "hours.add", entry)
    for row in stored.values():
        require(by, "hours.change", row)
        _refuse_correction(row)
    now = timezone.now()
    for entry in entries:
        entry.changed_at = now
    new = [entry for entry in entries if not entry.pk]
    changes = [(entry, _changes(stored[entry.pk], entry)) for entry in entries if entry.pk]
    changed = [entry for entry, found in changes if found]
    insert_many(new)
    HourEntry.objects.bulk_update(changed, ["organization", "changed_at", *OWN_FIELDS], batch_size=AT_ONCE)
    record_all(
        [history_row(entry, by=by, what="created", new=entry, reason=reason, at=now) for entry in new]
        + [
            history_row(entry, by=by, what=what, old=old, new=text, reason=reason, at=now)
            for entry, found in changes
            for what, old, text in found
        ]
    )
    return list(entries)


@transaction.atomic
def submit_many(entries: Sequence[HourEntry], *, by: User) -> None:
    """Hand entries to the other side. Raises Refused or PermissionDenied, and then nothing is submitted."""
    for entry in entries:
        require(by, "hours.submit", entry)
        _refuse_correction(entry)
    now = timezone.now()
    _move_all(entries, Status.SUBMITTED, by=by, submitted_at=now, return_reason="")
    tell_other_side(entries, by=by, at=now)


@transaction.atomic
def approve_many(entries: Sequence[HourEntry], *, by: User) -> None:
    """Countersign entries of the other side. Raises Refused or PermissionDenied, and then nothing is approved."""
    for entry in entries:
        require(by, "hours.approve", entry)
    now = timezone.now()
    _move_all(entries, Status.APPROVED, by=by, approved_at=now, approved_by=by)
    add_to_months(entries)
    tell_writers(entries, HOURS_APPROVED, by=by, at=now)


@transaction.atomic
def return_many(entries: Sequence[HourEntry], *, reason: str, by: User) -> None:
    """Give entries back with a reason. Raises ValidationError without one, Refused or PermissionDenied."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the entry is returned.")})
    if len(reason) > 300:
        raise ValidationError({"reason": _("The reason has more than 300 characters.")})
    for entry in entries:
        require(by, "hours.return", entry)
    _move_all(entries, Status.RETURNED, by=by, reason=reason.strip(), return_reason=reason.strip())
    tell_writers(entries, HOURS_RETURNED, by=by, at=timezone.now(), reason=reason.strip())


@transaction.atomic
def countersign(
    seen: dict[int, str], *, by: User, reason: str | None = None
) -> tuple[list[HourEntry], list[HourEntry]]:
    """Approve, or with a ``reason`` return, what was read and is unchanged since: ``seen`` maps ids to stamps.

    Returns the entries that were moved, and those left out because they changed or were decided meanwhile. Raises
    Refused when nothing is chosen, and as approve_many and return_many do.
    """
    if not seen:
        raise Refused(_("Nothing is chosen. Tick the entries first."))
    rows = HourEntry.objects.visible_to(by).filter(pk__in=seen).for_list().select_for_update(of=("self",), no_key=True)
    taken: list[HourEntry] = []
    left: list[HourEntry] = []
    for entry in rows:
        unchanged = entry.status == Status.SUBMITTED and entry.stamp == seen[entry.pk]
        (taken if unchanged else left).append(entry)
    if reason is None:
        approve_many(taken, by=by)
    else:
        return_many(taken, reason=reason, by=by)
    return taken, left


@transaction.atomic
def correct_hours(entry: HourEntry, *, hours: Decimal, reason: str, by: User, today: date) -> HourEntry:
    """File a correction of an approved entry: ``hours`` is the right figure (0 when nothing was worked).

    The correction points at the entry, holds the difference, and waits for the other side as any entry does. Raises
    Refused when the entry is not approved, is itself a correction, or has a correction under way.
    """
    require(by, "hours.correct", entry)
    if entry.status != Status.APPROVED or entry.corrects_id:
        raise Refused(_("Only an approved entry can be corrected; others are changed."))
    lock_people([entry.person_id])
    keep_months([entry.project_id])
    if entry.corrections.exclude(status__in=[Status.APPROVED, Status.RETURNED]).exists():
        raise Refused(_("A correction of this entry is waiting to be countersigned."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say what was wrong.")})
    if hours < 0:
        raise ValidationError({"hours": _("Give the right figure, 0 or more; the difference is computed.")})
    if hours > DAY:
        raise ValidationError({"hours": ONE_DAY})
    stands = entry.hours + entry.corrections.approved().total()
    correction = HourEntry(
        project=entry.project,
        person=entry.person,
        organization=entry.organization,
        date=entry.date,
        activity=entry.activity,
        module=entry.module,
        hours=hours - stands,
        note=reason.strip(),
        corrects=entry,
        status=Status.SUBMITTED,
        submitted_at=timezone.now(),
    )
    if correction.hours == 0:
        raise ValidationError({"hours": _("The entry has this figure already.")})
    found = hour_errors([correction], today=today)[0]
    if found:
        raise ValidationError({{"note": "reason"}.get(name, name): e for name, e in found.items()})  # type: ignore[arg-type]
    correction.save(force_insert=True)
    record_all(
        [
            history_row(correction, by=by, what="created", new=correction, reason=reason.strip()),
            history_row(entry, by=by, what="corrections", old=stands, new=hours, reason=reason.strip()),
        ]
    )
    tell_other_side([correction], by=by, at=correction.submitted_at or timezone.now())
    return correction


@transaction.atomic
def delete_hours(entries: Sequence[HourEntry], *, by: User) -> None:
    """Remove drafts and returned entries; their history stays. Raises Refused when one is locked."""
    for entry in entries:
        require(by, "hours.change", entry)
    _editable(entries)
    record_all([history_row(entry, by=by, what="deleted", old=entry) for entry in entries])
    HourEntry.objects.filter(pk__in=[entry.pk for entry in entries]).delete()


@transaction.atomic
def _move_all(entries: Sequence[HourEntry], to: str, *, by: User, reason: str = "", **fields: Any) -> None:
    """``consortium.services.move`` for many: the guarded UPDATE is the lock, and one history row an entry."""
    fields["changed_at"] = now = timezone.now()
    label = dict(HourEntry.Status.choices)[to]
    for old, group in _by_status(entries).items():
        if to not in HourEntry.TRANSITIONS.get(old, ()):
            raise Refused(
                _("This is “%(old)s” now and cannot become “%(new)s”.")
                % {"old": group[0].get_status_display(), "new": label}
            )
        for part in _parts(group):
            rows = HourEntry.objects.filter(pk__in=[entry.pk for entry in part], status=old)
            if rows.update(status=to, **fields) != len(part):
                raise Refused(_("Somebody else has changed this. Reload and try again."))
        record_all(
            [history_row(entry, by=by, what="status", old=old, new=to, reason=reason, at=now) for entry in group]
        )
    for entry in entries:
        entry.status = to
        for name, value in fields.items():
            setattr(entry, name, value)


def _by_status(entries: Iterable[HourEntry]) -> dict[Any, list[HourEntry]]:
    groups: dict[Any, list[HourEntry]] = defaultdict(list)
    for entry in entries:
        groups[entry.status].append(entry)
    return groups


def _parts(entries: Sequence[HourEntry]) -> Iterator[Sequence[HourEntry]]:
    return (entries[start : start + AT_ONCE] for start in range(0, len(entries), AT_ONCE))


def lock_people(people: Iterable[int]) -> None:
    """Two who log for one person wait for each other, else both could find room in the same day.

    The key stays free: who submits holds the entry and writes history that names the person.
    """
    list(User.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk"))


def _editable(entries: Sequence[HourEntry]) -> dict[int, HourEntry]:
    """The stored rows by id, locked. Raises Refused when one may not be changed any more."""
    ids = [entry.pk for entry in entries]
    stored = HourEntry.objects.select_for_update(no_key=True).in_bulk(ids) if ids else {}
    for entry in entries:
        row = stored.get(entry.pk)
        if row is None:
            raise Refused(_("Somebody else has changed this. Reload and try again."))
        if not row.is_editable:
            raise Refused(
                _("This entry is “%(state)s” and locked. An error in it is put right by a correction.")
                % {"state": row.get_status_display()}
            )
    return stored


def _refuse_correction(entry: HourEntry) -> None:
    """A correction was filed against what the entry counted then; sent later it could be taken off twice."""
    if entry.corrects_id:
        raise Refused(_("A returned correction is not sent again. Remove it and correct the approved entry anew."))


def _changes(stored: HourEntry, entry: HourEntry) -> list[tuple[str, str, str]]:
    """Name, old and new text of each field that differs. Two people may share a name, so keys are compared."""
    fields = [field for field in HourEntry._meta.concrete_fields if field.name in OWN_FIELDS]
    changed = [field.name for field in fields if getattr(stored, field.attname) != getattr(entry, field.attname)]
    return [(name, str(getattr(stored, name)), str(getattr(entry, name))) for name in changed]
