import hashlib
import re
import zipfile
from io import BytesIO

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from evaluation import jobs
from evaluation.models import AnnualReport, ReportRun
from evaluation.services import report_runs

from .conftest import YEAR

pytestmark = pytest.mark.django_db
PAGE_QUERIES = 10
LIST_QUERIES = 6
POLLS = 'hx-trigger="every 2s"'


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def order(make_zone, secretariat, now):
    def order(count: int, by=secretariat) -> ReportRun:
        zones = [make_zone(f"zone-{number}", f"第{number}产教特区") for number in range(count)]
        return report_runs.order_reports(zones, YEAR, by=by, now=now)

    return order


def test_the_order_leads_to_its_run(make_zone, secretariat, client_for):
    zone = make_zone("zone", "产教特区")
    client = client_for(secretariat)
    response = client.post(reverse("reports:report_create"), {"year": YEAR, "zones": [zone.pk]})
    run = ReportRun.objects.get()
    assert response.headers["Location"] == run.get_absolute_url()
    html = client.get(run.get_absolute_url()).content.decode()
    assert (html.count("2025-ZONE-01"), html.count(POLLS)) == (1, 1)


def test_a_run_is_held_up_goes_on_and_is_looked_at_no_more_when_it_is_done(order, secretariat, client_for):
    run, client = order(2), client_for(secretariat)
    client.post(reverse("reports:run_pause", args=[run.pk]))
    html = client.get(run.get_absolute_url()).content.decode()
    assert html.count("Paused: 2 waiting until the run goes on, 0 being finished.") == 1
    client.post(reverse("reports:run_resume", args=[run.pk]))
    jobs.make_waiting_reports()
    html = client.get(run.get_absolute_url()).content.decode()
    assert (html.count("2/2 finished · 100%"), html.count(POLLS)) == (1, 0)


def test_cancelling_is_asked_for_once_and_says_how_many_waited(order, secretariat, client_for):
    run, client = order(2), client_for(secretariat)
    address = reverse("reports:run_cancel", args=[run.pk])
    assert client.get(address).status_code == 200
    response = client.post(address)
    assert [str(message) for message in get_messages(response.wsgi_request)] == ["2 reports that waited are cancelled."]
    assert set(AnnualReport.objects.values_list("status", flat=True)) == {"cancelled"}
    assert client.get(run.get_absolute_url()).content.decode().count("Not made: the run was cancelled") == 2


def test_failures_stand_with_their_reason_and_one_button_tries_them_again(order, settings, secretariat, client_for):
    run, client = order(2), client_for(secretariat)
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "reports").touch()
    jobs.make_waiting_reports()
    html = client.get(run.get_absolute_url()).content.decode()
    assert html.count("The file could not be stored. The reason stands in the program&#x27;s log.") == 2
    assert html.count("Try the 2 failed ones again") == 1
    client.post(reverse("reports:run_retry", args=[run.pk]))
    assert set(AnnualReport.objects.values_list("status", "error")) == {("queued", "")}


def test_the_zip_holds_every_file_under_a_chinese_name(order, settings, secretariat, client_for):
    settings.LANGUAGE_CODE = "zh-hans"
    run = order(2)
    jobs.make_waiting_reports()
    response = client_for(secretariat).get(reverse("reports:run_download", args=[run.pk]))
    with zipfile.ZipFile(BytesIO(b"".join(response.streaming_content))) as whole:
        assert whole.testzip() is None
        kept = {name: hashlib.sha256(whole.read(name)).hexdigest() for name in whole.namelist()}
    wanted = {}
    for report in run.reports.all():
        wanted[report.file_name()] = report.sha256
        wanted |= {report.file_name(copy.form): copy.sha256 for copy in report.copies.all()}
    assert (kept, len(kept)) == (wanted, 6)
    assert [name for name in kept if not re.match(r"第\d产教特区2025年度绩效年报", name)] == []


def test_a_zip_is_refused_when_a_file_is_not_as_it_was_made(order, settings, secretariat, client_for):
    run, client = order(1), client_for(secretariat)
    address = reverse("reports:run_download", args=[run.pk])

    def said() -> str:
        return [str(message) for message in get_messages(client.get(address).wsgi_request)][-1]

    assert said() == "None of these reports is finished yet."
    jobs.make_waiting_reports()
    report = run.reports.get()
    path = settings.MEDIA_ROOT / report.file.name
    path.write_bytes(path.read_bytes() + b" ")
    assert said() == f"The file “{report.file_name()}” is not there as it was made. Tell the operator of this system."
    path.write_bytes(b"x" * report.size)
    with pytest.raises(RuntimeError, match="does not fit its checksum"):
        b"".join(client.get(address).streaming_content)


@pytest.mark.parametrize("page", ["run_detail", "run_download", "run_cancel"])
def test_a_run_is_for_those_whom_it_concerns(
    page, order, client_for, secretariat, bureau, auditor, college_admin, partner, other_college_admin, mentor, expert,
    outsider,
):  # fmt: skip
    run = order(1, by=college_admin)
    jobs.make_waiting_reports()
    ReportRun.objects.update(status="running")
    answers = {}
    for person in (
        secretariat, bureau, auditor, college_admin, partner, other_college_admin, mentor, expert, outsider
    ):  # fmt: skip
        response = client_for(person).get(reverse(f"reports:{page}", args=[run.pk]))
        answers[person.username] = response.status_code
        if response.streaming:
            b"".join(response.streaming_content)
    sees, acts = 200, 403 if page == "run_cancel" else 200
    assert answers == {
        "secretariat": sees, "bureau": acts, "auditor": acts, "college_admin": sees, "partner": 404,
        "other_college_admin": 404, "mentor": 404, "expert": 404, "outsider": 404,
    }  # fmt: skip


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_need_a_constant_number_of_queries(count, order, secretariat, client_for, django_assert_num_queries):
    run, client = order(count), client_for(secretariat)
    client.get(run.get_absolute_url())
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(run.get_absolute_url())
    with django_assert_num_queries(LIST_QUERIES):
        client.get(reverse("reports:run_list"))
