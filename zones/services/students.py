"""What happens to a student's data: given to an enterprise, emptied when nobody needs them any more."""

from collections import defaultdict
from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import Organization, PersonalDataAccess, User
from consortium.services import Refused, record
from consortium.services.personal import check_reason, hindrances, note_disclosure, pseudonym

from ..models import Enrollment, Student
from .papers import empty_papers

DISCLOSED = (
    "name",
    "sex",
    "major",
)  # what mentoring needs and no more (Personal Information Protection Law, article 6)


@transaction.atomic
def disclose(
    enrollments: Iterable[Enrollment], *, recipient: Organization, basis: str, reason: str, by: User
) -> list[Enrollment]:
    """Give name, sex and major of students to an enterprise that works in their zone; answer those newly given.

    From then on the enterprise's mentors of the class see these fields until the student leaves the class. Raises
    Refused when a student has left, when the enterprise does not work in the zone, and when it has all of it already.
    """
    chosen = list(
        Enrollment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("innovation_class", "student")
        .filter(pk__in=[row.pk for row in enrollments])
    )
    if not chosen or any(row.left_on for row in chosen):
        raise Refused(_("Choose students who are in the class now."))
    today = timezone.localdate()
    working = recipient.partnerships.filter(Q(until=None) | Q(until__gte=today), since__lte=today)
    zones = set(working.values_list("zone", flat=True))
    for row in chosen:
        if row.innovation_class.zone_id not in zones:
            raise Refused(_("%(name)s does not work in this zone now.") % {"name": recipient})
    known = set(disclosed_to(recipient, chosen))
    new = [row for row in chosen if row.pk not in known]
    if not new:
        raise Refused(_("These students have been disclosed to %(name)s already.") % {"name": recipient})
    note_disclosure(new, fields=list(DISCLOSED), recipient=recipient, basis=basis, by=by, reason=reason)
    return new


def disclosed_to(recipient: Organization, enrollments: Iterable[Enrollment]) -> list[int]:
    """The ids of those places whose students have been disclosed to ``recipient``."""
    rows = PersonalDataAccess.objects.filter(
        kind=PersonalDataAccess.Kind.DISCLOSURE, recipient=recipient,
        content_type=ContentType.objects.get_for_model(Enrollment), object_id__in=[row.pk for row in enrollments],
    )  # fmt: skip
    return list(rows.values_list("object_id", flat=True))


def with_recipients(enrollments: Iterable[Enrollment], user: User) -> list[Enrollment]:
    """The places, each with ``recipients``: the enterprises to which its student was disclosed, as ``user`` sees."""
    found = list(enrollments)
    given = PersonalDataAccess.objects.visible_to(user).filter(
        kind=PersonalDataAccess.Kind.DISCLOSURE,
        content_type=ContentType.objects.get_for_model(Enrollment), object_id__in=[row.pk for row in found],
    )  # fmt: skip
    names: dict[int, list[str]] = defaultdict(list)
    for place, name in given.order_by("pk").values_list("object_id", "recipient__name"):
        names[place].append(name)
    for row in found:
        row.recipients = names[row.pk]  # type: ignore[attr-defined]
    return found


@transaction.atomic
def erase_student(student: Student, *, by: User, reason: str) -> None:
    """Empty all that says who ``student`` is; places in classes, outcomes and history stay under a pseudonym.

    Sex, major and the years of birth and entry stay for the statistics. Source: Personal Information Protection Law,
    article 47. Raises Refused while the student has a place, and ValidationError without a reason.
    """
    reason = check_reason(reason)
    stored = Student.objects.select_for_update(no_key=True).get(pk=student.pk)
    if sentences := hindrances(stored):
        raise Refused(" ".join(sentences))
    stored.name = pseudonym(gettext_noop("Erased student %(n)d"), stored)
    stored.number = f"erased-{stored.pk}"
    stored.home_class = ""
    stored.birth_date = stored.birth_date.replace(month=1, day=1)
    stored.entered_on = stored.entered_on.replace(month=12, day=31)
    stored.erased_at = timezone.now()
    stored.save()
    empty_papers(stored)
    record(stored, by=by, what="erased", reason=reason)
