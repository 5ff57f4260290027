"""The page on which one side countersigns the other's hours: chosen ones, a whole project, or back with a reason."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from zones.models import HourEntry
from zones.services import log_hours, submit_many

from .answers import url


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def test_chosen_entries_are_approved_and_what_changed_is_left_out_by_name(
    submitted, entry_of, project, partner, mentor, college_admin, today, client_for
):
    other = log_hours(entry_of(project, partner), by=partner, today=today)
    submit_many([other], by=partner)
    client = client_for(college_admin)
    assert client.get(url("hours_countersign")).context["waiting"] == 2
    sent = {"pick": [submitted.pk, other.pk], f"seen-{submitted.pk}": "old", f"seen-{other.pk}": other.stamp}
    page = client.post(url("hours_countersign"), sent, follow=True)
    assert [str(message) for message in page.context["messages"]] == [
        "1 entry approved.",
        f"Left out, because changed since you read it: {mentor} {submitted.date} {project}",
    ]
    assert list(HourEntry.objects.approved()) == [other]


@pytest.fixture
def many(project, mentor, enterprise, day) -> list[HourEntry]:
    """250 entries of one project that wait, more than a page shows."""
    activities = ["mentoring", "teaching"]
    rows = [
        HourEntry(
            project=project, person=mentor, organization=enterprise, date=day - timedelta(days=number // 2),
            activity=activities[number % 2], hours=Decimal(1), status="submitted", submitted_at=timezone.now(),
        )
        for number in range(250)
    ]  # fmt: skip
    return HourEntry.objects.bulk_create(rows)


def test_more_than_a_page_is_countersigned_page_by_page(many, rival_entry, college_admin, client_for):
    client = client_for(college_admin)
    page = client.get(url("hours_countersign")).context
    assert [(len(group["entries"]), group["is_whole"]) for group in page["groups"]] == [(1, True), (199, False)]
    assert (page["waiting"], page["count"], page["page"].start, page["page"].end) == (251, 251, 1, 200)
    after = client.get(url("hours_countersign"), {"page": page["page"].next})
    assert [(len(group["entries"]), group["is_whole"]) for group in after.context["groups"]] == [(51, False)]
    assert (after.context["page"].start, after.context["page"].end) == (201, 251)
    assert "Approve 51 shown of this project" in after.content.decode()
    sent = {"project": many[0].project_id}
    shown = after.context["groups"][0]["entries"]
    sent |= {f"of-{many[0].project_id}": [entry.pk for entry in shown]}
    sent |= {f"seen-{entry.pk}": entry.stamp for entry in shown}
    here = f"{url('hours_countersign')}?page={page['page'].next}"
    answer = client.post(here, sent, follow=True)
    assert answer.redirect_chain == [(here, 302)]
    assert [str(message) for message in answer.context["messages"]] == ["51 entries approved."]
    assert set(HourEntry.objects.approved()) == set(shown)
    assert (answer.context["waiting"], answer.context["page"].has_other_pages) == (200, False)


def test_what_waits_is_filtered_by_project_and_its_button_says_what_it_takes(
    submitted, draft, rival_entry, entry_of, project, partner, today, college_admin, client_for
):
    other = log_hours(entry_of(project, partner), by=partner, today=today)
    submit_many([other], by=partner)
    client = client_for(college_admin)

    def groups(**asked) -> list:
        context = client.get(url("hours_countersign"), asked).context
        assert context["waiting"] == 3
        return [([entry.pk for entry in one["entries"]], one["is_whole"]) for one in context["groups"]]

    assert groups(project=rival_entry.project_id) == [([rival_entry.pk], True)]
    assert groups(project=project.pk) == [([submitted.pk, other.pk], True)]
    assert groups(person=partner.pk) == [([other.pk], False)]
    assert groups(month="2001-01") == []


def test_a_whole_project_is_approved_and_nothing_else(submitted, rival_entry, college_admin, client_for):
    sent = {"project": submitted.project_id, "pick": [rival_entry.pk]}
    for entry in (submitted, rival_entry):
        sent |= {f"of-{entry.project_id}": entry.pk, f"seen-{entry.pk}": entry.stamp}
    client_for(college_admin).post(url("hours_countersign"), sent)
    assert list(HourEntry.objects.approved()) == [submitted]


def test_a_return_needs_a_reason_and_then_shows_it_first(submitted, mentor, college_admin, client_for):
    sent = {"pick": [submitted.pk], f"seen-{submitted.pk}": submitted.stamp, "act": "return"}
    page = client_for(college_admin).post(url("hours_countersign"), sent)
    assert page.context["reason_error"] == "Say why the entry is returned."
    assert f'value="{submitted.pk}" checked' in page.content.decode()
    client_for(college_admin).post(url("hours_countersign"), sent | {"reason": "当日停机"})
    returned = client_for(mentor).get(url("hours_week")).context["returned"]
    assert [entry.return_reason for entry, _key, _day in returned] == ["当日停机"]


def test_who_chooses_nothing_is_told_so(submitted, college_admin, client_for):
    for chosen in ({}, {"pick": "9" * 5000}, {"pick": "²"}, {"act": "return", "reason": "核对"}):
        page = client_for(college_admin).post(url("hours_countersign"), chosen, follow=True)
        said = [str(message) for message in page.context["messages"]]
        assert said == ["Nothing is chosen. Tick the entries first."]


def test_a_reason_is_kept_without_what_the_database_cannot_hold(submitted, college_admin, client_for):
    sent = {"pick": [submitted.pk], f"seen-{submitted.pk}": submitted.stamp, "act": "return", "reason": "核\0对"}
    client_for(college_admin).post(url("hours_countersign"), sent)
    submitted.refresh_from_db()
    assert (submitted.status, submitted.return_reason) == ("returned", "核对")
