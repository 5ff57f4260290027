import hashlib

import pytest

from evaluation.models import AnnualReport
from evaluation.services import reports

from .conftest import YEAR

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/reports/"
LIST_QUERIES = 2


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


def test_an_order_is_accepted_and_a_second_one_joins_it(zone, college_admin, secretariat, api_for):
    first = api_for(college_admin).post(ROOT, {"year": YEAR, "scope": "zone", "zone": zone.pk})
    second = api_for(secretariat).post(ROOT, {"year": YEAR, "scope": "zone", "zone": zone.pk})
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.data["id"] == second.data["id"] == AnnualReport.objects.get().pk
    assert (first.data["status"], first.data["progress"], first.data["files"]) == ("queued", 0, {})


def test_a_finished_report_names_its_file_and_checksum(finished, secretariat, api_for):
    api = api_for(secretariat)
    answer = api.get(f"{ROOT}{finished.pk}/").data
    assert (answer["status"], answer["progress"], answer["stale"]) == ("done", 100, False)
    download = f"http://testserver{ROOT}{finished.pk}/download/"
    assert answer["files"] == {form: f"{download}?format={form}" for form in ("pdf", "docx", "xlsx")}
    assert answer["figures"] == finished.figures
    for headers in ({}, {"Accept": "application/pdf"}):
        file = api.get(answer["files"]["pdf"], headers=headers)
        assert hashlib.sha256(b"".join(file.streaming_content)).hexdigest() == answer["sha256"]


def test_bad_orders_are_answered_under_their_field(zone, secretariat, api_for, now):
    api = api_for(secretariat)
    assert list(api.post(ROOT, {"year": YEAR, "scope": "galaxy", "zone": zone.pk}).data) == ["scope"]
    assert list(api.post(ROOT, {"scope": "zone", "zone": zone.pk}).data) == ["year"]
    late = api.post(ROOT, {"year": now.year + 1, "zone": zone.pk})
    assert (late.status_code, late.data) == (400, {"year": [f"The year {now.year + 1} has not begun."]})
    assert AnnualReport.objects.count() == 0


def test_a_planned_zone_has_nothing_to_report(make_zone, secretariat, api_for):
    planned = make_zone("idea", "筹建中的特区", status="planned")
    answer = api_for(secretariat).post(ROOT, {"year": YEAR, "zone": planned.pk})
    assert (answer.status_code, answer.data) == (400, {"zone": ["筹建中的特区 has not begun to work."]})
    assert AnnualReport.objects.count() == 0


def test_a_zone_or_department_of_others_is_not_found_by_filter_and_export(finished, outsider, api_for, client_for):
    api, page = api_for(outsider), client_for(outsider)
    for name, pk in (("zone", finished.zone_id), ("department", finished.zone.department_id), ("zone", 10**9)):
        assert api.get(ROOT, {name: pk}).status_code == 404
        assert page.get("/reports/", {name: pk}).status_code == 404
        assert page.get("/reports/", {name: pk, "export": "xlsx"}).status_code == 404


def test_a_zone_that_one_does_not_see_is_as_good_as_none(zone, other_college_admin, outsider, api_for):
    for person in (other_college_admin, outsider):
        hidden = api_for(person).post(ROOT, {"year": YEAR, "zone": zone.pk})
        missing = api_for(person).post(ROOT, {"year": YEAR, "zone": 0})
        assert (hidden.status_code, missing.status_code) == (400, 400)
        assert str(hidden.data["zone"][0]).replace(str(zone.pk), "0") == str(missing.data["zone"][0])
    assert AnnualReport.objects.count() == 0


@pytest.mark.parametrize("user", ["bureau", "partner", "mentor", "expert", "auditor"])
def test_others_may_not_order(user, zone, api_for, request):
    answer = api_for(request.getfixturevalue(user)).post(ROOT, {"year": YEAR, "zone": zone.pk})
    assert (answer.status_code, list(answer.data)) == (403, ["detail"])


def test_strangers_find_nothing(finished, rival_partner, outsider, mentor, api_for):
    for person in (rival_partner, outsider, mentor):
        api = api_for(person)
        assert api.get(ROOT).data["results"] == []
        assert api.get(f"{ROOT}{finished.pk}/").status_code == 404
        assert api.get(f"{ROOT}{finished.pk}/download/?format=pdf").status_code == 404


def test_an_unfinished_report_cannot_be_downloaded(report, secretariat, api_for):
    answer = api_for(secretariat).get(f"{ROOT}{report.pk}/download/?format=pdf")
    assert (answer.status_code, answer.data) == (409, {"detail": "This report is not finished yet."})


def test_reports_are_neither_changed_nor_deleted(finished, secretariat, api_for):
    api = api_for(secretariat)
    assert api.patch(f"{ROOT}{finished.pk}/", {"status": "queued"}).status_code == 405
    assert api.delete(f"{ROOT}{finished.pk}/").status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_a_constant_number_of_queries(
    count, make_zone, secretariat, api_for, django_assert_num_queries, now
):
    zones = [make_zone(f"zone-{number}", f"产教特区{number}") for number in range(count)]
    reports.queue_reports(zones, YEAR, by=secretariat, now=now)
    api = api_for(secretariat)
    with django_assert_num_queries(LIST_QUERIES):
        assert len(api.get(ROOT).data["results"]) == count
