"""All years of a subject beside each other, where there are more than two: what a line is drawn of."""

from typing import Any

from django.db.models import F, Sum, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from ...models import Evaluation
from ...models.report_subjects import Scope
from ..report_about import About
from ..report_records import AMOUNT, NONE, Figure, stated, two
from .evaluations import score_of

MOST = 20  # years, the newest


def over_years(about: About) -> list[dict[str, Any]]:
    """One section, or none when all has happened in two years: these stand beside each other anyhow. By one query."""
    zone = about.report.zone_id if about.report.scope == Scope.ZONE else None
    published = {"zone": zone, "status": Evaluation.Status.PUBLISHED.value}
    worked: dict[int, Figure] = {}
    scored: dict[int, Figure] = {}
    for pk, year, amount in _found(about, published):
        if pk:
            scored[year] = stated("evaluation.evaluation", pk, "result.official", two(amount))
        else:
            worked[year] = {"value": two(amount), "records": about.hours.of(date__year=year).said()}
    hours = {year: worked.get(year) or _no_hours(about, year) for year in _years(about, worked)}
    scores = {year: scored.get(year) or score_of(None, published, year) for year in _years(about, scored)}
    tables = [_table(_("Approved project hours"), "years", hours), _table(_("Official score"), "scores", scores)]
    tables = [table for table in tables if len(table["rows"]) > 2]
    return [{"title": _("Over the years"), "tables": tables}] if tables else []


def _found(about: About, published: dict[str, Any]) -> Any:
    """Rows of (key of a published result or 0, year, official score or sum of hours)."""
    hours = about.hours.rows().filter(date__year__lte=about.year).order_by()
    sums = hours.values(its_key=Value(0), its_year=F("date__year")).annotate(its_amount=Cast(Sum("hours"), AMOUNT))
    if published["zone"] is None:
        return sums.values_list("its_key", "its_year", "its_amount")
    results = Evaluation.objects.filter(**published, year__lte=about.year).order_by()
    scores = results.values_list(F("pk"), F("year"), Cast(KT("result__official"), AMOUNT))
    return sums.values_list("its_key", "its_year", "its_amount").union(scores, all=True)


def _no_hours(about: About, year: int) -> Figure:
    return {"value": two(NONE), "records": about.hours.of(date__year=year).said()}


def _years(about: About, found: dict[int, Any]) -> range:
    """From the first in which there is something; those between are shown too."""
    return range(max(min(found, default=about.year), about.year - MOST + 1), about.year + 1)


def _table(column: str, unit: str, figures: dict[int, Figure]) -> dict[str, Any]:
    rows = [{"name": _("%(year)s") % {"year": year}, "figures": [figure]} for year, figure in figures.items()]
    return {
        "title": _("%(what)s over the years") % {"what": column}, "of": _("Year"), "columns": [column], "unit": unit,
        "note": "", "rows": rows, "chart": "line",
    }  # fmt: skip
