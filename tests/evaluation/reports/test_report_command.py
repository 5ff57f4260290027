import pytest
from django.core.management import CommandError, call_command

from evaluation.models import AnnualReport

from .conftest import YEAR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lost_broker")]


def test_the_zones_that_work_are_queued_and_named(zone, shared_zone, make_zone, capsys):
    make_zone("planned", "筹建中的特区", status="planned")
    call_command("make_reports", year=YEAR)
    assert capsys.readouterr().out.splitlines() == [
        "2025-CNC-01 数控加工产教特区: Queued",
        "2025-MOULD-01 模具制造产教特区: Queued",
    ]
    assert set(AnnualReport.objects.values_list("requested_by", "status")) == {(None, "queued")}


def test_the_summary_of_the_consortium_comes_with_its_zones(zone, consortium, capsys):
    call_command("make_reports", year=YEAR, summary=True)
    summary = f"2025-{consortium.code.upper()}-01 {consortium}: Queued"
    assert capsys.readouterr().out.splitlines() == ["2025-CNC-01 数控加工产教特区: Queued", summary]
    [report] = AnnualReport.objects.filter(scope="consortium")
    assert report.runs.get().reports.count() == 2


def test_one_zone_can_be_chosen(zone, shared_zone):
    call_command("make_reports", year=YEAR, zone="mould")
    assert list(AnnualReport.objects.values_list("zone__code", flat=True)) == ["mould"]


@pytest.mark.parametrize("options", [{"zone": "nowhere"}, {"consortium": "nowhere"}])
def test_an_unknown_zone_or_consortium_is_said(options, zone):
    with pytest.raises(CommandError, match="^There is no such zone, or it has not begun to work.$"):
        call_command("make_reports", year=YEAR, **options)


def test_a_year_that_has_not_begun_is_said(zone):
    with pytest.raises(CommandError, match="^The year 2999 has not begun.$"):
        call_command("make_reports", year=2999)
    assert AnnualReport.objects.count() == 0


def test_waiting_ends_with_a_fault_when_the_time_is_over(zone):
    with pytest.raises(CommandError, match="^Not finished after 0 seconds.$"):
        call_command("make_reports", year=YEAR, wait=True, timeout=0)
