import hashlib
import re
from io import BytesIO
from urllib.parse import quote

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from evaluation.models import AnnualReport, ReportRun
from evaluation.services import reports
from zones.models import ZonePartner

from .conftest import YEAR, day

pytestmark = pytest.mark.django_db
LIST_QUERIES = 8
PAGE_QUERIES = 29


@pytest.fixture(autouse=True)
def in_english(settings):
    """Pages speak the language of the request; sentences are compared with the source."""
    settings.LANGUAGE_CODE = "en"


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def shown(client) -> list[str]:
    html = client.get(reverse("reports:report_list")).content.decode()
    return re.findall(r"<small>.*· (\d{4}-\S+)</small>", html)


def test_a_report_is_ordered_on_the_page_and_seen_in_the_list(zone, shared_zone, college_admin, client_for):
    client = client_for(college_admin)
    client.post(reverse("reports:report_create"), {"year": YEAR, "zones": [zone.pk, shared_zone.pk]})
    assert shown(client) == ["2025-CNC-01", "2025-MOULD-01"]
    assert set(AnnualReport.objects.values_list("status", "requested_by")) == {("queued", college_admin.pk)}


def test_the_form_offers_only_the_zones_that_one_may_order_for(
    zone, make_zone, college2, college_admin, other_college_admin, client_for
):
    theirs = make_zone("theirs", "别校产教特区", college=college2)
    response = client_for(other_college_admin).get(reverse("reports:report_create"))
    assert list(response.context["form"].fields["zones"].queryset) == [theirs]
    stolen = client_for(other_college_admin).post(reverse("reports:report_create"), {"year": YEAR, "zones": [zone.pk]})
    assert list(stolen.context["form"].errors) == ["zones"]
    assert AnnualReport.objects.count() == 0


def test_a_year_that_has_not_begun_is_said_beside_the_field(zone, secretariat, client_for):
    year = timezone.localdate().year + 1
    response = client_for(secretariat).post(reverse("reports:report_create"), {"year": year, "zones": [zone.pk]})
    assert response.context["form"].errors == {"year": [f"The year {year} has not begun."]}
    assert AnnualReport.objects.count() == 0


def test_a_lost_broker_loses_no_order_and_the_page_says_so(
    zone, secretariat, client_for, lost_broker, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = client_for(secretariat).post(reverse("reports:report_create"), {"year": YEAR, "zones": [zone.pk]})
    assert said(response) == ["The reports are queued and will be made as soon as a worker looks for them."]
    assert response.headers["Location"] == ReportRun.objects.get().get_absolute_url()
    assert list(AnnualReport.objects.values_list("status", flat=True)) == ["queued"]


def test_the_list_asks_for_itself_only_while_something_is_open(report, secretariat, client_for):
    client, polls = client_for(secretariat), 'hx-trigger="every 2s"'
    assert client.get(reverse("reports:report_list")).content.decode().count(polls) == 1
    assert reports.make(report)
    assert client.get(reverse("reports:report_list")).content.decode().count(polls) == 0


def test_a_failed_report_shows_its_reason_and_can_be_tried_again(report, settings, secretariat, bureau, client_for):
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "reports").touch()
    reports.make(report)
    retry = reverse("reports:report_retry", args=[report.pk])
    html = client_for(secretariat).get(reverse("reports:report_list")).content.decode()
    assert html.count("The file could not be stored. The reason stands in the program&#x27;s log.") == 1
    assert client_for(bureau).post(retry).status_code == 403
    assert client_for(secretariat).post(retry).status_code == 302
    assert AnnualReport.objects.get(pk=report.pk).status == "queued"


def test_the_download_is_the_file_under_a_chinese_name(finished, secretariat, client_for, settings):
    settings.LANGUAGE_CODE = "zh-hans"
    response = client_for(secretariat).get(reverse("reports:report_download", args=[finished.pk]))
    assert hashlib.sha256(body(response)).hexdigest() == finished.sha256
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith(
        "attachment; filename*=utf-8''" + quote("数控加工产教特区")
    )


@pytest.mark.parametrize(("language", "notes"), [("en", 1), ("zh-hans", 0)])
def test_what_stands_as_in_the_document_is_marked_as_chinese(
    finished, secretariat, client_for, settings, language, notes
):
    settings.LANGUAGE_CODE = language
    html = client_for(secretariat).get(finished.get_absolute_url()).content.decode()
    assert html.count('<div class="stack sections" lang="zh-hans">') == 1
    assert html.count("The chapters below are worded as in the document, which is Chinese.") == notes


def test_an_unfinished_report_has_no_download(report, secretariat, client_for):
    response = client_for(secretariat).get(reverse("reports:report_download", args=[report.pk]))
    assert response.status_code == 302
    assert said(response) == ["This report is not finished yet."]


@pytest.mark.parametrize("page", ["report_detail", "report_download"])
def test_a_report_is_for_those_whom_it_concerns(
    page, finished, client_for, secretariat, bureau, auditor, college_admin, partner, other_college_admin,
    rival_partner, mentor, expert, outsider,
):  # fmt: skip
    address = reverse(f"reports:{page}", args=[finished.pk])
    people = (secretariat, bureau, auditor, college_admin, partner, other_college_admin, rival_partner, mentor, expert)
    answers = {}
    for person in (*people, outsider):
        response = client_for(person).get(address)
        answers[person.username] = response.status_code
        if response.streaming:
            body(response)  # to its end, which closes the file
    assert answers == {
        "secretariat": 200,
        "bureau": 200,
        "auditor": 200,
        "college_admin": 200,
        "partner": 200,
        "other_college_admin": 404,
        "rival_partner": 404,
        "mentor": 404,
        "expert": 404,
        "outsider": 404,
    }


def test_an_enterprise_does_not_see_a_report_that_names_a_rival(shared_zone, partner, secretariat, client_for, now):
    (report,) = reports.queue_reports([shared_zone], YEAR, by=secretariat, now=now)
    assert reports.make(report)
    assert client_for(partner).get(reverse("reports:report_detail", args=[report.pk])).status_code == 404
    assert shown(client_for(partner)) == []
    ZonePartner.objects.exclude(enterprise=partner.affiliation.organization).delete()
    assert shown(client_for(partner)) == []


def test_an_enterprise_does_not_see_a_report_in_the_making(report, partner, client_for):
    assert shown(client_for(partner)) == []


@pytest.mark.parametrize("user", ["bureau", "partner", "auditor", "expert"])
def test_others_do_not_order_reports(user, zone, client_for, request):
    client = client_for(request.getfixturevalue(user))
    assert client.post(reverse("reports:report_create"), {"year": YEAR, "zones": [zone.pk]}).status_code == 403
    assert AnnualReport.objects.count() == 0


def test_the_export_holds_what_is_seen(finished, shared_zone, secretariat, partner, client_for, now):
    reports.queue_reports([shared_zone], YEAR, by=secretariat, now=now)

    def rows(person):
        content = client_for(person).get(reverse("reports:report_list"), {"export": "xlsx"}).content
        return [row[6] for row in load_workbook(BytesIO(content)).active.iter_rows(min_row=2, values_only=True)]

    assert rows(secretariat) == ["2025-CNC-01", "2025-MOULD-01"]
    assert rows(partner) == ["2025-CNC-01"]


def test_the_page_shows_the_frozen_figures_and_says_when_they_are_out_of_date(
    year_of_hours, finished, project, mentor, log, secretariat, client_for
):
    address = reverse("reports:report_detail", args=[finished.pk])
    before = client_for(secretariat).get(address)
    assert (before.context["stale"], before.context["figures"]["hours"]["total"]) == (False, "17.75")
    log(project, mentor, day(6, 2), "2")
    after = client_for(secretariat).get(address)
    assert (after.context["stale"], after.context["figures"]["hours"]["total"]) == (True, "17.75")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_a_constant_number_of_queries(
    count, make_zone, secretariat, client_for, django_assert_num_queries, now
):
    zones = [make_zone(f"zone-{number}", f"产教特区{number}") for number in range(count)]
    reports.queue_reports(zones, YEAR, by=secretariat, now=now)
    client = client_for(secretariat)
    client.get(reverse("reports:report_list"))
    with django_assert_num_queries(LIST_QUERIES):
        client.get(reverse("reports:report_list"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_report_needs_a_constant_number_of_queries(
    count, zone, enterprise, mentor, make_project, log, college_task, innovation_class, secretariat, client_for,
    django_assert_num_queries, now,
):  # fmt: skip
    for number in range(count):
        log(make_project(zone, enterprise, f"project-{number}", f"项目{number}"), mentor, day(3, 3 + number), "2")
    (report,) = reports.queue_reports([zone], YEAR, by=secretariat, now=now)
    assert reports.make(report)
    client = client_for(secretariat)
    client.get(reverse("reports:report_list"))
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(reverse("reports:report_detail", args=[report.pk]))
