"""Recording, verifying, rejecting and opening again: the one way of outcomes and registers."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.models import User
from consortium.permissions import require
from consortium.services import Refused, alone, create, move, save_changes
from consortium.services.history import history_row, record_all

from ..inbox import RECORD_RETURNED, RECORD_VERIFIED
from ..models import Hire, Outcome, PartTimeTeacher, TeacherPlacement, Verified
from .record_notices import tell_recorders
from .rows import at_fields, keep

Status = Verified.Status
Rows = list[Verified]


@at_fields()
@alone()
def save_record(record: Any, *, by: User, now: datetime) -> Any:
    """Record something, or change what is not verified yet; a rejected record then waits for verification again.

    The zone stays. Whoever changes it has recorded it from then on, so that nobody verifies own figures. Raises
    ValidationError by field, Refused when it is verified.
    """
    if not record._state.adding:
        keep(record, "zone", *(["student"] if isinstance(record, Hire) else []))
    _check_together(record, timezone.localdate(now))
    if record._state.adding:
        if by.affiliation is None:
            raise Refused(_("You have no role in a consortium now."))
        record.organization, record.recorded_by, record.recorded_at = by.affiliation.organization, by, now
        return create(record, by=by)
    stored = locked(record)
    if stored.status == Status.VERIFIED:
        raise Refused(_("This is verified. A college administrator can open it again, with a reason."))
    typed = [f.name for f in record._meta.concrete_fields if f.editable and f.name not in ("id", "status")]
    changes = {name: getattr(record, name) for name in typed if getattr(record, name) != getattr(stored, name)}
    save_changes(stored, by=by, **changes)
    if changes:
        rewritten(stored, by=by, now=now)
    if stored.status == Status.REJECTED:
        move(stored, Status.RECORDED, by=by, decided_by=None, decided_at=None, reject_reason="")
    return stored


@alone()
def verify(record: Verified, *, by: User, now: datetime, stamp: str = "") -> None:
    """Confirm that a record is true. ``stamp`` is the record's as it was read; refused when it has changed since.

    Nobody verifies what they have recorded themselves.
    """
    stored = locked(record)
    if stamp and stored.stamp != stamp:
        raise Refused(_("This has been changed since you read it. Reload and read it again."))
    if stored.recorded_by_id == by.pk:
        raise Refused(_("Nobody verifies what they have recorded themselves."))
    move(record, Status.VERIFIED, by=by, decided_by=by, decided_at=now)
    tell_recorders([stored], RECORD_VERIFIED, by=by, at=now)


@alone()
def verify_many(model: type[Verified], seen: dict[int, str], *, by: User, now: datetime) -> tuple[Rows, Rows, Rows]:
    """Verify what was read and is unchanged since: ``seen`` maps the ids of one register to the stamps that were read.

    Returns the records verified, those left out because they changed or were decided meanwhile, and those left out
    because ``by`` recorded them. Raises Refused when nothing is chosen, PermissionDenied when one may not be verified.
    """
    if not seen:
        raise Refused(_("Nothing is chosen. Tick the records first."))
    # the rows come whole from the lock: a list's own query counts, and what is counted cannot be locked
    rows = model._base_manager.filter(pk__in=model.objects.visible_to(by).filter(pk__in=seen).values("pk"))
    rows = rows.select_related("zone").select_for_update(of=("self",), no_key=True).order_by("pk")
    done: Rows = []
    changed: Rows = []
    own: Rows = []
    for record in rows:
        if record.status != Status.RECORDED or record.stamp != seen[record.pk]:
            changed.append(record)
        elif record.recorded_by_id == by.pk:
            own.append(record)
        else:
            require(by, f"{model.THING}.verify", record)
            done.append(record)
    fields = {"status": Status.VERIFIED, "decided_by": by, "decided_at": now}
    model._base_manager.filter(pk__in=[record.pk for record in done]).update(**fields)
    steps: dict[str, Any] = {"what": "status", "old": Status.RECORDED, "new": Status.VERIFIED}
    record_all([history_row(record, by=by, **steps) for record in done])
    tell_recorders(done, RECORD_VERIFIED, by=by, at=now)
    return done, changed, own


@alone()
def reject(record: Verified, *, reason: str, by: User, now: datetime) -> None:
    """Turn a record down with a reason; who recorded it can put it right. One's own may be withdrawn this way."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is rejected.")})
    fields = {"reject_reason": reason.strip(), "decided_by": by, "decided_at": now}
    move(record, Status.REJECTED, by=by, reason=reason.strip(), **fields)
    tell_recorders([record], RECORD_RETURNED, by=by, at=now, reason=reason.strip())


@alone()
def reopen(record: Verified, *, reason: str, by: User) -> None:
    """Take a verification back, so that the record can be put right. Refused while credits stand on an outcome."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is opened again.")})
    locked(record)
    if isinstance(record, Outcome) and record.conversions.granted().exists():
        raise Refused(_("Credits have been granted for this outcome. Cancel the conversion first."))
    move(record, Status.RECORDED, by=by, reason=reason.strip(), decided_by=None, decided_at=None)


def locked(record: Any) -> Any:
    """The stored row, held to the end of the transaction."""
    return type(record)._base_manager.select_for_update(of=("self",), no_key=True).get(pk=record.pk)


def rewritten(record: Any, *, by: User, now: datetime) -> None:
    """From now on ``by`` has recorded what stands there; the stamp changes."""
    record.recorded_by, record.recorded_at = by, now
    record.save(update_fields=["recorded_by", "recorded_at"])


def _check_together(record: Any, today: date) -> None:
    """What no constraint of one row can say: the day, the partner enterprise, the person's organization, the days."""
    enterprise, ends_on = record.enterprise, getattr(record, "ends_on", None)
    if record.date and record.date > today:
        raise ValidationError({"date": _("This day is still to come.")})
    if ends_on and ends_on > today and not isinstance(record, PartTimeTeacher):
        raise ValidationError({"ends_on": _("This day is still to come.")})
    if enterprise and not record.zone.partnerships.filter(enterprise=enterprise).exists():
        raise ValidationError({"enterprise": _("Choose an enterprise that is a partner of the zone.")})
    if isinstance(record, PartTimeTeacher):
        _check_works_for(record, enterprise)
    if isinstance(record, TeacherPlacement):
        _check_works_for(record, record.zone.college)
        _check_days(record)
    if isinstance(record, Hire) and not record.student.enrollments.filter(innovation_class__zone=record.zone).exists():
        raise ValidationError({"student": _("This student has never had a place in a class of this zone.")})


def _check_works_for(record: Any, organization: Any) -> None:
    roles = record.teacher.affiliations.filter(organization=organization, consortium=record.zone.consortium_id)
    if not roles.exists():
        sentence = _("%(person)s does not belong to %(organization)s.")
        raise ValidationError({"teacher": sentence % {"person": record.teacher, "organization": organization}})


def _check_days(placement: TeacherPlacement) -> None:
    """At most the days from the first to the last, and none counted twice for the same teacher."""
    span = (placement.ends_on - placement.date).days + 1
    if 0 < span < (placement.days or 0):
        raise ValidationError({"days": _("From the first to the last day there are only %(days)d.") % {"days": span}})
    # two recorded at once queue up
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=placement.teacher_id)
    others = TeacherPlacement.objects.filter(
        teacher=placement.teacher, date__lte=placement.ends_on, ends_on__gte=placement.date
    )
    other = others.exclude(pk=placement.pk).exclude(status=Status.REJECTED).order_by("date").first()
    if other:
        sentence = _("These days overlap with %(first)s to %(last)s, recorded for %(enterprise)s.")
        words = {"first": other.date.isoformat(), "last": other.ends_on.isoformat(), "enterprise": other.enterprise}
        raise ValidationError({"date": sentence % words})
