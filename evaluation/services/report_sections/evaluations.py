"""Published results with ranks, and the check against the standard."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from zones.models import Zone

from ...models import Evaluation, StandardCheck
from ..report_about import About
from ..report_records import Figure, Records, beside, stated
from .tables import table, years_of


def evaluations(about: About) -> Iterable[dict]:
    """The published results of the zones; in a consortium and a college with the rank among the zones of one form."""
    everybody = {"zone__consortium": about.report.consortium_id, "status": Evaluation.Status.PUBLISHED.value}
    rows = Evaluation.objects.filter(**everybody, year__in=years_of(about)).select_related("zone")
    results = {(row.year, row.zone_id): row for row in rows}
    zones = list(Zone.objects.filter(**_own_zones(about)).exclude(status=Zone.Status.PLANNED).order_by("code"))
    for form in Zone.Form:
        ranked = [zone for zone in zones if zone.form == form]
        ranked.sort(key=lambda zone: _rank(results.get((about.year, zone.pk)), results.values()) or len(rows) + 1)
        if not ranked:
            continue
        lines = []
        for zone in ranked:
            scores, ranks = [], []
            for when in years_of(about):
                result = results.get((when, zone.pk))
                scores.append(score_of(result, {**everybody, "zone": zone.pk}, when))
                ranks.append(_ranked(result, results.values(), everybody, zone, when))
            lines.append((str(zone), [ranks[0], *beside(*scores), ranks[1]]))
        made = table(about, str(form.label), _("Special zone"), lines, unit="scores")
        rank = _("Rank %(year)s")
        columns = [rank % {"year": about.year}, *made["columns"], rank % {"year": about.year - 1}]
        note = _("Official scores of published evaluations; ranks among the zones of this form in the consortium.")
        yield {**made, "columns": columns, "note": note}


def _own_zones(about: About) -> dict[str, Any]:
    zone = about.zones.get("")
    return {"pk": zone} if zone else about.zones


def score_of(result: Evaluation | None, everybody: dict, when: int) -> Figure:
    """The official score of a published ``result``; of none, that ``everybody`` has none of the year ``when``."""
    if result is None:
        missing = {**everybody, "year": when}
        records = Records("evaluation.evaluation", missing, "value result.official")
        return {"value": None, "records": records.said()}
    assert result.result is not None
    return stated("evaluation.evaluation", result.pk, "result.official", result.result["official"])


def _ranked(result: Evaluation | None, others: Iterable[Evaluation], everybody: dict, zone: Zone, when: int) -> Figure:
    among = {**everybody, "zone__form": zone.form, "year": when}
    amount = f"rank result.official {result.pk if result else 0}"
    return {"value": _rank(result, others), "records": Records("evaluation.evaluation", among, amount).said()}


def _rank(result: Evaluation | None, others: Iterable[Evaluation]) -> int | None:
    if result is None:
        return None

    same = (row for row in others if row.year == result.year and row.zone.form == result.zone.form)
    return 1 + sum(_official(row) > _official(result) for row in same)


def _official(row: Evaluation) -> Decimal:
    assert row.result is not None
    return Decimal(row.result["official"])


def standard(about: About) -> Iterable[dict]:
    """The consortium's own check against the ministry's standard, where one is finished."""

    def official(when: int) -> Figure:
        filters = {"consortium": about.report.consortium_id, "year": when, "status": "done"}
        newest = StandardCheck.objects.filter(**filters).order_by("-pk").first()
        if newest is None or newest.result is None:
            return {
                "value": None,
                "records": Records("evaluation.standardcheck", filters, "value result.official").said(),
            }
        return stated("evaluation.standardcheck", newest.pk, "result.official", newest.result["official"])

    rows = [(_("Official score"), beside(*map(official, years_of(about))))]
    yield table(about, _("Check against the standard"), _("What is counted"), rows, unit="scores")
