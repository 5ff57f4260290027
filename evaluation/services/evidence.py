"""Evidence of a self-assessment: naming records, and setting flags aside with a reason."""

from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import Attachment, User
from consortium.services import Refused, record
from zones.models import EVIDENCE, Verified

from ..evidence import Flag
from ..models import Dismissal, Evaluation, Evidence, SelfAssessment
from .evaluations import lock

Status = Evaluation.Status


@transaction.atomic
def add_evidence(said: SelfAssessment, row: Verified, *, by: User | None, now: datetime) -> Evidence:
    """Name a record of the zone as evidence of an indicator, while the college assesses itself.

    Raises Refused for a record of another zone and for one that is named already.
    """
    evaluation = said.evaluation
    lock(evaluation, Status.SELF_ASSESSMENT)
    if type(row) not in EVIDENCE or row.zone_id != evaluation.zone_id:
        raise Refused(_("Only records of this zone are its evidence."))
    evidence, is_new = Evidence.objects.get_or_create(
        assessment=said,
        content_type=ContentType.objects.get_for_model(row),
        object_id=row.pk,
        defaults={"added_by": by, "added_at": now},
    )
    if not is_new:
        raise Refused(_("This record is evidence of this indicator already."))
    record(evaluation, by=by, what=gettext_noop("Evidence added"), new=_named(said, row))
    return evidence


@transaction.atomic
def remove_evidence(evidence: Evidence, *, by: User) -> None:
    """Take a record off the indicator; the record itself stays."""
    evaluation = evidence.assessment.evaluation
    lock(evaluation, Status.SELF_ASSESSMENT)
    if not Evidence.objects.filter(pk=evidence.pk).delete()[0]:
        raise Refused(_("Somebody else has changed this. Reload and try again."))
    record(evaluation, by=by, what=gettext_noop("Evidence removed"), old=_named(evidence.assessment, evidence.record))


@transaction.atomic
def dismiss_flag(said: SelfAssessment, flag: Flag, *, reason: str, by: User, now: datetime) -> Dismissal:
    """Set a flag aside with a reason, during the review or the publicity.

    Raises ValidationError without a reason, or when somebody has done so already.
    """
    lock(said.evaluation, Status.REVIEW, Status.PUBLICITY)
    dismissal = Dismissal(assessment=said, kind=flag.kind, about=flag.about, reason=reason.strip(), by=by, at=now)
    dismissal.full_clean()
    dismissal.save()
    record(
        said.evaluation,
        by=by,
        what=gettext_noop("Flag dismissed"),
        new=f"{said.indicator} · {flag.kind.label}: {flag.sentence}",
        reason=dismissal.reason,
    )
    return dismissal


def copy_evidence(old: Evaluation, new: Evaluation) -> None:
    """A correction begins with the evidence, files and dismissals of what it corrects."""
    lines = dict(new.self_assessments.values_list("indicator", "pk"))
    kind = ContentType.objects.get_for_model(SelfAssessment)
    for said in old.self_assessments.prefetch_related("evidences", "dismissals"):
        target = lines[said.indicator_id]
        files = list(Attachment.objects.about(said).present())
        parts: list[Evidence | Dismissal] = [*said.evidences.all(), *said.dismissals.all()]
        for row in parts:
            row.pk, row.assessment_id = None, target
            row.save(force_insert=True)
        for file in files:
            file.pk, file.content_type, file.object_id = None, kind, target
            file.save(force_insert=True)


def _named(said: SelfAssessment, row: Model | None) -> str:
    return f"{said.indicator} · {row._meta.verbose_name} “{row}”" if row else str(said.indicator)
