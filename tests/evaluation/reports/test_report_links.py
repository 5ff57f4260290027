"""Each figure on a report's page leads to the records that it was added up from, and they add up to it."""

from decimal import Decimal

import lxml.html
import pytest

from consortium.models import Organization
from evaluation.models import AnnualReport
from evaluation.services import reports
from zones.models import HourEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(year_of_hours, innovation_class, published, report) -> AnnualReport:
    assert reports.make(report)
    return AnnualReport.objects.for_page().get(pk=report.pk)


def links(client, report, part: str) -> dict[str, list[str]]:
    """Addresses in the section, each with the figures that lead to it."""
    page = lxml.html.fromstring(client.get(report.get_absolute_url()).content)
    found: dict[str, list[str]] = {}
    for link in page.xpath(f"//section[@aria-labelledby='{part}']//a"):
        found.setdefault(link.get("href"), []).append(link.text_content().strip())
    return found


def test_the_hours_behind_each_figure_add_up_to_it(full, secretariat, client_for):
    client = client_for(secretariat)
    found = links(client, full, "h-hours")
    assert {figure for figures in found.values() for figure in figures} == {"6.5", "11.25", "17.75"}
    for address, figures in found.items():
        rows = client.get(address).context["page"].object_list
        total = sum((row.hours for row in HourEntry.objects.filter(pk__in=[row.pk for row in rows])), Decimal())
        assert {Decimal(figure) for figure in figures} == {total}


def test_a_score_leads_to_its_indicator_for_who_may_see_it(full, published, secretariat, client_for):
    client = client_for(secretariat)
    found = links(client, full, "h-result")
    assert published.get_absolute_url() + "result/" in found
    lines = [address for address in found if "/indicators/" in address]
    assert len(lines) == len([row for row in published.result["indicators"] if row["score"]])
    assert {client.get(address).status_code for address in found} == {200}


def test_two_enterprises_of_one_name_have_no_list_of_their_own(
    full, enterprise, rival_enterprise, secretariat, client_for
):
    Organization.objects.filter(pk=rival_enterprise.pk).update(name=enterprise.name)
    full.enterprises.add(rival_enterprise)
    assert not any("enterprise=" in address for address in links(client_for(secretariat), full, "h-hours"))
