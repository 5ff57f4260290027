"""A duty of an agreement becomes a task; both lead to one another."""

from datetime import date

import pytest
from django.urls import reverse

from consortium.models import Agreement, AgreementParty, Duty, FollowUp
from tasks.models import Task


@pytest.fixture
def duty(consortium, college, enterprise):
    agreement = Agreement.objects.create(
        consortium=consortium, title="设备共享协议", type="equipment_sharing", starts_on=date(2026, 1, 1),
        ends_on=date(2027, 1, 1), status="signed", signed_on=date(2026, 1, 1),
    )  # fmt: skip
    AgreementParty.objects.create(agreement=agreement, number=1, organization=college)
    party = AgreementParty.objects.create(agreement=agreement, number=2, organization=enterprise)
    return Duty.objects.create(agreement=agreement, party=party, text="开放加工中心两台", due=date(2026, 8, 15))


def test_the_bureau_makes_a_duty_a_task_of_the_years_table_once(client_for, bureau, plan, college, duty, settings):
    settings.LANGUAGE_CODE = "en"
    client, address = client_for(bureau), reverse("tasks:task_from", args=["consortium.duty", duty.pk])
    shown = client.get(address).context["form"]
    assert (shown["goal"].value(), shown["due"].value()) == ("开放加工中心两台", date(2026, 8, 15))
    body = {"plan": plan.pk, "goal": "开放加工中心两台", "due": "2027-08-15", "responsible": college.pk}
    assert "This day is not in the year of the table." in client.post(address, body).content.decode()
    made = client.post(address, body | {"due": "2026-08-15"})
    task = Task.objects.get()
    milestone = task.milestones.get()
    assert (made.url, task.goal, milestone.quarter, milestone.due) == (
        task.get_absolute_url(), "开放加工中心两台", 3, date(2026, 8, 15),
    )  # fmt: skip
    assert duty.get_absolute_url() in client.get(task.get_absolute_url()).content.decode()
    assert task.get_absolute_url() in client.get(duty.agreement.get_absolute_url()).content.decode()
    again = client.post(address, body | {"due": "2026-08-15"})
    assert "There is a task for this already." in again.content.decode()
    assert (Task.objects.count(), FollowUp.objects.count()) == (1, 1)


def test_who_adds_no_tasks_is_refused_and_who_does_not_see_the_duty_finds_nothing(
    client_for, college_admin, rival_partner, duty
):
    address = reverse("tasks:task_from", args=["consortium.duty", duty.pk])
    assert [client_for(user).get(address).status_code for user in (college_admin, rival_partner)] == [403, 404]
    wrong = reverse("tasks:task_from", args=["consortium.user", college_admin.pk])
    assert client_for(college_admin).get(wrong).status_code == 404
