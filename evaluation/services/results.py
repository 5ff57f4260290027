"""From people's scores to the frozen result, its hash, and the check that both still hold."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from .. import guard, scoring
from ..models import Evaluation, Finding, Indicator, Measurement, Reviewer, Score, SelfAssessment

Status = Evaluation.Status


Findings = dict[int, list[Finding]]  # by the key of their evaluation


def compute(evaluation: Evaluation, findings: Findings | None = None) -> scoring.Result:
    """Count what the reviewers who have finished said. Raises scoring.MissingScore."""
    return compute_all([evaluation], findings)[evaluation.pk]


def findings_of(evaluations: Sequence[Evaluation]) -> Findings:
    """By the numbers of their indicators."""
    findings = defaultdict(list)
    rows = Finding.objects.filter(evaluation__in=evaluations).select_related("indicator")
    for row in rows.order_by("indicator__number", "pk"):
        findings[row.evaluation_id].append(row)
    return findings


def compute_all(evaluations: Sequence[Evaluation], findings: Findings | None = None) -> dict[int, scoring.Result]:
    """The same for several, by key, in the same number of queries; who has the findings at hand gives them. Schemes
    are read with the evaluations."""
    if findings is None:
        findings = findings_of(evaluations)
    items = _items(evaluations)
    rules = {row.scheme_id: row.scheme for row in evaluations}
    counted = {key: scheme.rules() for key, scheme in rules.items()}
    return {
        row.pk: scoring.evaluate(
            items[row.pk],
            counted[row.scheme_id],
            deductions=[one.points for one in findings[row.pk] if one.indicator.kind == Indicator.Kind.DEDUCTION],
            veto=any(one.indicator.kind == Indicator.Kind.VETO for one in findings[row.pk]),
        )
        for row in evaluations
    }


def recompute(evaluation: Evaluation) -> dict[str, object]:
    """The result as it is frozen and answered by the API, without its hash. Scores are decimal strings."""
    result = compute(evaluation)
    rows = {row.number: row for row in evaluation.scheme.indicators.weighted()}
    measured = {row.indicator.number: row for row in evaluation.measurements.select_related("indicator")}
    return {
        "indicators": [
            {
                "number": item.number,
                "weight": str(rows[item.number].weight),
                "is_required": rows[item.number].is_required,
                "score": None if item.score is None else str(item.score),
                "measure": _measure(measured.get(item.number)),
                "sides": {side: str(mean) for side, mean in item.sides.items()},
            }
            for item in result.items
        ],
        "rescaled": str(result.rescaled),
        "absolute": str(result.absolute),
        "deductions": str(result.deductions),
        "veto": result.veto,
        "official": str(result.official),
        "grade": result.grade,
    }


def _measure(row: Measurement | None) -> dict[str, str] | None:
    """Which measure, its figure, and the points that the scheme's table gives for it."""
    if row is None:
        return None
    return {"name": row.indicator.measure, "value": str(row.value), "points": str(row.points)}


def digest(result: object) -> str:
    """SHA-256 of the result as canonical JSON: keys sorted, no spaces, UTF-8."""
    text = json.dumps(result, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def unscored(evaluation: Evaluation) -> list[Indicator]:
    """Chosen indicators that nobody who has finished scored and the program did not measure."""
    scored = Score.objects.filter(reviewer__evaluation=evaluation).exclude(reviewer__submitted_at=None)
    chosen = evaluation.self_assessments.filter(is_chosen=True).exclude(indicator__in=scored.values("indicator"))
    chosen = chosen.exclude(indicator__in=evaluation.measurements.values("indicator"))
    return [row.indicator for row in chosen.select_related("indicator")]


def named(indicators: list[Indicator], most: int = 3) -> str:
    """The first few by number and name, and how many more."""
    names = _(", ").join(str(row) for row in indicators[:most])
    more = len(indicators) - most
    return names if more <= 0 else _("%(names)s and %(more)s more") % {"names": names, "more": more}


def verify_results() -> list[str]:
    """Recompute every frozen result and its hash; a sentence for each that differs."""
    differing = []
    if unguarded := guard.missing():
        differing.append(
            _("The database does not keep what is published, a trigger is missing: %(tables)s. Run manage.py migrate.")
            % {"tables": ", ".join(unguarded)}
        )
    frozen = Evaluation.objects.filter(status__in=Evaluation.Status.frozen())
    taken_over = set(Evaluation.objects.exclude(supersedes=None).values_list("supersedes", "status"))
    for evaluation in frozen.select_related("zone", "scheme").order_by("pk"):
        name = f"{evaluation} (id {evaluation.pk})"
        if digest(evaluation.result) != evaluation.sha256:
            differing.append(_("%(evaluation)s: the hash does not fit the result.") % {"evaluation": name})
        try:
            same = recompute(evaluation) == evaluation.result
        except scoring.MissingScore:
            same = False
        if not same:
            differing.append(_("%(evaluation)s: the scores give another result.") % {"evaluation": name})
        if (
            evaluation.status == Status.SUPERSEDED
            and not {
                (evaluation.pk, Status.PUBLISHED.value),
                (evaluation.pk, Status.SUPERSEDED.value),
            }
            & taken_over
        ):
            differing.append(_("%(evaluation)s: superseded, but no correction is published.") % {"evaluation": name})
    return differing


def _items(evaluations: Sequence[Evaluation]) -> dict[int, list[scoring.Item]]:
    given: dict[tuple[int, int], dict[str, list[Decimal | Fraction]]] = defaultdict(lambda: defaultdict(list))
    scores = Score.objects.filter(reviewer__evaluation__in=evaluations).exclude(reviewer__submitted_at=None)
    overridden = set()
    for evaluation, indicator, reviewer, side, score in scores.values_list(
        "reviewer__evaluation", "indicator", "reviewer", "reviewer__side", "score"
    ):
        given[evaluation, indicator][side].append(score)
        overridden.add((indicator, reviewer))
    finished = defaultdict(list)
    done = Reviewer.objects.filter(evaluation__in=evaluations).exclude(submitted_at=None)
    for evaluation, reviewer, side in done.values_list("evaluation", "pk", "side"):
        finished[evaluation].append((reviewer, side))
    for row in Measurement.objects.filter(evaluation__in=evaluations).select_related("indicator"):
        for reviewer, side in finished[row.evaluation_id]:  # who says nothing else agrees with what was measured
            if (row.indicator_id, reviewer) not in overridden:
                given[row.evaluation_id, row.indicator_id][side].append(row.exact)
    items = defaultdict(list)
    assessed = SelfAssessment.objects.filter(evaluation__in=evaluations).select_related("indicator")
    for said in assessed.order_by("indicator__number"):
        items[said.evaluation_id].append(
            scoring.Item(
                number=said.indicator.number,
                dimension=said.indicator.dimension,
                weight=said.indicator.weight,
                is_chosen=said.is_chosen,
                scores=given[said.evaluation_id, said.indicator_id],
            )
        )
    return items
