"""From a figure of a report to the records behind it."""

from decimal import Decimal

import pytest
from django.urls import reverse

from evaluation.models import AnnualReport
from evaluation.services.report_behind import behind
from evaluation.services.report_traced import traced

from .test_report_kinds import KINDS, order, rates, registers, subjects, world

__all__ = ["order", "rates", "registers", "subjects", "world"]  # fixtures
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("scope", KINDS)
def test_every_figure_opens_and_says_what_it_counts(order, client_for, secretariat, scope):
    report = order(scope)
    client = client_for(secretariat)
    figures = traced(report.figures)
    for number, trace in enumerate(figures):
        answer = client.get(reverse("reports:report_figure", args=[report.pk, number]))
        assert (answer.status_code, answer.context["trace"].records) == (200, trace.records)
        assert "示例学员" not in answer.content.decode()
    assert client.get(reverse("reports:report_figure", args=[report.pk, len(figures)])).status_code == 404


def test_the_rows_add_up_to_the_figure(order, secretariat):
    report = order(AnnualReport.Scope.CONSORTIUM)
    added = 0
    for trace in traced(report.figures):
        if not trace.records.get("amount", "").startswith("sum"):
            continue
        [part] = behind(trace.records, secretariat)
        assert sum(Decimal(amount) for _row, amount in part.rows) == Decimal(part.now) == Decimal(trace.value)
        added += bool(trace.value)
    assert added > 10


def test_a_difference_shows_both_years(order, secretariat):
    report = order(AnnualReport.Scope.COLLEGE)
    less = next(trace for trace in traced(report.figures) if "minus" in trace.records and trace.value)
    assert len(behind(less.records, secretariat)) == 2


def test_records_of_others_are_counted_and_not_shown(order, rival_partner, secretariat):
    report = order(AnnualReport.Scope.CONSORTIUM)
    total = next(trace for trace in traced(report.figures) if trace.row == "合计" and trace.value)
    [everything], [own] = behind(total.records, secretariat), behind(total.records, rival_partner)
    assert (own.count, own.now) == (everything.count, everything.now)
    assert len(own.rows) + own.hidden == own.count
    assert (own.rows, own.hidden > 0) == ([], True)


def test_the_page_of_a_report_links_each_figure_to_its_own_page(order, client_for, secretariat):
    report = order(AnnualReport.Scope.COLLEGE)
    figures = traced(report.figures)
    page = client_for(secretariat).get(report.get_absolute_url())
    cells = [
        cell
        for part in page.context["sections"]
        for table in part["tables"]
        for row in table["rows"]
        for cell in row["cells"]
    ]
    linked = 0
    for number, ((_text, url), trace) in enumerate(zip(cells, figures, strict=True)):
        assert bool(url) == bool(trace.value) or trace.value == 0
        if "/figures/" in url:
            assert url == reverse("reports:report_figure", args=[report.pk, number])
            linked += 1
    assert linked > 5


def test_nobody_opens_a_figure_of_a_report_that_they_do_not_see(order, client_for, other_college_admin):
    report = order(AnnualReport.Scope.ZONE)
    assert client_for(other_college_admin).get(reverse("reports:report_figure", args=[report.pk, 0])).status_code == 404
