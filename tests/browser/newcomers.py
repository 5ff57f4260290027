"""A consortium on its first day, with one person of each role: every list and home is empty for them."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO

from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook

from consortium.demo import PASSWORD
from consortium.models import Affiliation, Consortium, Export, Invitation, Joining, Membership, Organization, User
from consortium.services.member_imports import check_members
from consortium.services.member_template import write_template
from consortium.services.people import invite
from evaluation.evidence import lines_of
from evaluation.models import Evaluation, Objection, Reviewer
from evaluation.services import invite_guest
from evaluation.services.report_runs import order_reports, pause
from tests.conftest import LONG_AGO, credit_code
from zones.models import ClosedMonth, GuardianConsent, HourlyRate, Outcome, Zone

Role, Kind = Affiliation.Role, Organization.Kind
KINDS = {Role.PARTNER: Kind.ENTERPRISE, Role.MENTOR: Kind.ENTERPRISE, Role.BUREAU: Kind.GOVERNMENT}
NAMES = [f"new-{role.value}" for role in Role]


def make() -> Iterator[str]:
    """People without records; and of what the demonstration has not, one record each, so that its pages are seen.

    Who comes to such a page and its address, a line each, where no other page leads to it.
    """
    yield from rare_records()
    consortium = Consortium.objects.create(code="newcomer", name="新建产教联合体")
    for number, role in enumerate(Role, start=9000):
        organization = Organization.objects.create(
            name=f"示例新单位{number}",
            kind=KINDS.get(role, Kind.HIGHER_VOCATIONAL),
            credit_code=credit_code(number),
        )
        Membership.objects.create(consortium=consortium, organization=organization, joined_on=LONG_AGO)
        user = User.objects.create_user(f"new-{role.value}", password=PASSWORD, name=f"示例新人{number}")
        user.email = f"{user.username}@example.invalid"
        user.save()
        Affiliation.objects.create(
            user=user, consortium=consortium, organization=organization, role=role, started_on=LONG_AGO
        )


def rare_records() -> Iterator[str]:
    """An order of an export, a run of reports that is held up, a closed month, a guardian's consent, an hourly rate;
    pages about an objection without answer, about reviewers, about one student's credits; and an invitation."""
    secretariat, college = (User.objects.get(username=name) for name in ("secretariat", "college"))
    acting, now = secretariat.affiliation, timezone.now()
    consortium, today = acting.consortium, timezone.localdate()
    Export.objects.create(
        user=secretariat, acting_as=acting, title="清单", address="/zones/", language="zh-hans", ordered_at=now
    )
    Joining.objects.create(
        consortium=consortium,
        name="示例申请企业",
        credit_code=credit_code(8000),
        kind=Kind.ENTERPRISE,
        applied_on=today,
    )
    check_members(file_of_members(secretariat), by=secretariat, now=now)
    zone = Zone.objects.filter(consortium=consortium).first()
    ClosedMonth.objects.create(zone=zone, month=date(2020, 1, 1), closed_by=secretariat, closed_at=now)
    outcome = Outcome.objects.visible_to(college).exclude(students=None).first()
    student = outcome.students.first()
    GuardianConsent.objects.create(
        student=student, guardian_name="示例家长", guardian_phone="0319-5550000", given_on=today
    )
    HourlyRate.objects.create(consortium=consortium, enterprise=zone.partners.first(), amount=80, starts_on=today)
    yield f"college {reverse('zones:outcome_convert', args=[outcome.pk])}?student={student.pk}"
    shown = Evaluation.objects.filter(status=Evaluation.Status.PUBLICITY).first()
    objection = Objection.objects.create(evaluation=shown, by=college, made_at=now, text="第 3 项的依据请再核对。")
    yield f"secretariat {reverse('evaluation:objection_answer', args=[shown.pk, objection.pk])}"
    reviewer = Reviewer.objects.filter(evaluation__status=Evaluation.Status.REVIEW).first()
    for page in ("evaluation:reviewer_return", "evaluation:reviewer_withdraw", "evaluation:reviewer_due"):
        yield f"secretariat {reverse(page, args=[reviewer.evaluation_id, reviewer.pk])}"
    line = reviewer.evaluation.self_assessments.filter(is_chosen=True).select_related("indicator").first()
    reviewer.evaluation.self_assessments.filter(pk=line.pk).update(note="见附件")
    about = lines_of(reviewer.evaluation, by=secretariat)[line.indicator_id].open[0].about
    flag = [reviewer.evaluation_id, line.indicator.number, about]
    yield f"secretariat {reverse('evaluation:flag_dismiss', args=flag)}"
    institute = Organization.objects.filter(memberships__consortium=consortium, kind=Kind.INSTITUTE).first()
    link = invite_guest(reviewer.evaluation, "示例来宾专家", institute, days=7, by=secretariat, now=now)
    yield f"nobody {reverse('evaluation:guest_open', args=[link.secret])}"
    yield f"secretariat {reverse('evaluation:guest_renew', args=[reviewer.evaluation_id, link.reviewer_id])}"
    held_up = order_reports([zone], 2020, by=secretariat, now=now)
    pause(held_up, by=secretariat)
    yield f"secretariat {reverse('reports:run_cancel', args=[held_up.pk])}"
    invitation = Invitation(organization=zone.college, role=Role.MENTOR, email="new@example.invalid", name="示例来宾")
    invite(invitation, days=7, by=secretariat)
    yield f"nobody {reverse('consortium:invitation_accept', args=[invitation.secret])}"


def file_of_members(by: User) -> ContentFile:
    """The template with one row that lacks most of what is asked for."""
    data = BytesIO()
    with override("zh-hans"):
        write_template(data, by=by)
    book = load_workbook(data)
    book.active.append(["示例导入企业"])
    data = BytesIO()
    book.save(data)
    return ContentFile(data.getvalue(), name="成员.xlsx")
