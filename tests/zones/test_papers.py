"""What a student must have at a workplace, on each side of its edges, and who reads it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from zones.models import ApprenticeAgreement, Enrollment, GuardianConsent, Insurance, Student
from zones.services import erase_student, save_paper

DAY = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def student(make_student, innovation_class):
    student = make_student("240101")
    Enrollment.objects.create(student=student, innovation_class=innovation_class, enrolled_on=date(2025, 9, 1))
    return student


@pytest.fixture
def insured(student, college_admin):
    paper = Insurance(student=student, insurer="示例财险", policy_number="P-1", starts_on=DAY, ends_on=DAY)
    return save_paper(paper, today=DAY, by=college_admin)


@pytest.mark.parametrize(("days", "lacking"), [(-1, 1), (0, 0), (1, 1)])
def test_insurance_holds_on_its_first_and_last_day_and_no_other(insured, days, lacking):
    assert Student.objects.lacking("insurance", DAY + timedelta(days=days)).count() == lacking


def test_an_agreement_in_force_is_not_lacking(student, enterprise, college_admin):
    assert Student.objects.lacking("agreement", DAY).get() == student
    paper = ApprenticeAgreement(student=student, enterprise=enterprise, number="A-1", starts_on=DAY, ends_on=DAY)
    save_paper(paper, today=DAY, by=college_admin)
    assert Student.objects.lacking("agreement", DAY).count() == 0


@pytest.mark.parametrize(
    ("born", "day", "count"),
    [
        (date(2008, 3, 2), DAY, 1),
        (date(2008, 3, 1), DAY, 0),
        (date(2008, 2, 29), date(2026, 2, 28), 1),
        (date(2008, 2, 29), DAY, 0),
        (date(2010, 3, 1), date(2028, 2, 29), 1),
    ],
)
def test_a_minor_needs_a_consent_until_the_day_of_18(student, born, day, count):
    Student.objects.filter(pk=student.pk).update(birth_date=born)
    student.refresh_from_db()
    assert Student.objects.lacking("consent", day).count() == count
    assert student.is_minor(day) == bool(count)


def test_what_ends_within_the_days_is_found_and_a_renewal_takes_it_off(insured, student, college_admin):
    assert Student.objects.running_out(DAY, DAY + timedelta(days=30)).get() == student
    assert Student.objects.running_out(DAY + timedelta(days=1), DAY + timedelta(days=31)).count() == 0
    more = Insurance(
        student=student, insurer="示例财险", policy_number="P-2", starts_on=DAY + timedelta(days=1),
        ends_on=DAY + timedelta(days=31),
    )  # fmt: skip
    save_paper(more, today=DAY, by=college_admin)
    assert Student.objects.running_out(DAY, DAY + timedelta(days=30)).count() == 0


def test_the_database_refuses_a_paper_that_ends_before_it_begins(student):
    with pytest.raises(IntegrityError), transaction.atomic():
        Insurance.objects.create(
            student=student, insurer="x", policy_number="x", starts_on=DAY, ends_on=DAY - timedelta(days=1)
        )


def test_a_consent_of_tomorrow_and_a_party_that_is_no_enterprise_are_refused(student, college, college_admin):
    consent = GuardianConsent(student=student, guardian_name="示例", guardian_phone="1", given_on=date(2026, 3, 2))
    with pytest.raises(ValidationError) as caught:
        save_paper(consent, today=DAY, by=college_admin)
    assert caught.value.message_dict == {"given_on": ["This day is still to come."]}
    paper = ApprenticeAgreement(student=student, enterprise=college, number="A-1", starts_on=DAY, ends_on=DAY)
    with pytest.raises(ValidationError) as caught:
        save_paper(paper, today=DAY, by=college_admin)
    assert caught.value.message_dict == {"enterprise": ["Choose an enterprise of the consortium."]}


def test_only_the_college_reads_the_papers(client, insured, student, college_admin, partner, secretariat, zone):
    url = reverse("zones:insurance_detail", args=[insured.pk])
    for user, status in ((college_admin, 200), (partner, 404), (secretariat, 404)):
        client.force_login(user)
        assert client.get(url).status_code == status
        page = client.get(reverse("zones:student_detail", args=[student.pk])).content.decode()
        assert ("/insurances/" in page) == (user == college_admin)


def test_an_erasure_empties_the_papers(insured, student, college_admin):
    consent = GuardianConsent(student=student, guardian_name="示例家长", guardian_phone="13800000000", given_on=DAY)
    save_paper(consent, today=DAY, by=college_admin)
    student.enrollments.update(left_on=DAY)
    erase_student(student, by=college_admin, reason="学生本人要求")
    insured.refresh_from_db()
    consent.refresh_from_db()
    assert insured.policy_number == f"erased-{insured.pk}"
    assert (consent.guardian_name, consent.guardian_phone) == ("—", "—")


def test_the_list_finds_who_lacks_what(client, student, college_admin):
    client.force_login(college_admin)
    for lack, count in (("agreement", 1), ("insurance", 1), ("consent", 0), ("soon", 0)):
        response = client.get(reverse("zones:student_list"), {"lacks": lack})
        assert (lack, response.context["count"]) == (lack, count)
