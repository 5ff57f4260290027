"""The check-up of a scheme: what keeps it from being put in force, what a person must accept. It rewrites nothing."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from ..curves import plain
from ..models import GradeBand, Indicator, Scheme, Subtotal

ROUNDING = Decimal("0.005")  # of the whole, which is 1 or 100 as the scheme writes its weights
NUMBER = r"(\d+(?:\.\d+)?)"
STATED = re.compile(rf"[（(]\s*{NUMBER}\s*[分%％]\s*[)）]|(?:满分|共计|总分|权重)\s*[为：:]?\s*{NUMBER}\s*[分%％]")


@dataclass(frozen=True)
class Doubt:
    """Something is wrong, or, as a ``warning``, may be meant so: then a person accepts it by its ``code``."""

    code: str
    sentence: str
    is_warning: bool = False


def scheme_doubts(scheme: Scheme) -> list[Doubt]:
    """Everything that the check-up finds in a saved scheme."""
    return check_up(
        list(scheme.indicators.all()),
        subtotals=list(scheme.subtotals.all()),
        weights_as=scheme.weights_as,
        bands=list(scheme.bands.all()),
    )


def check_up(
    indicators: Sequence[Indicator],
    *,
    subtotals: Iterable[Subtotal] = (),
    weights_as: str = "percent",
    bands: Sequence[GradeBand] | None = None,
) -> list[Doubt]:
    """What is wrong and what is doubtful, the sum first. Without ``bands`` the grades are not looked at."""
    return [
        *_sum(indicators, weights_as),
        *_subtotals(indicators, subtotals),
        *_texts(indicators),
        *_twice(indicators),
        *_required(indicators),
        *([] if bands is None else _bands(bands)),
    ]


def _sum(indicators: Sequence[Indicator], weights_as: str) -> Iterator[Doubt]:
    weighted = [row for row in indicators if row.kind == Indicator.Kind.WEIGHTED]
    total = sum((row.weight for row in weighted), Decimal())
    if not weighted:
        yield Doubt("empty", _("The scheme has no weighted indicator."))
    elif total == 100:
        return
    elif weights_as == Scheme.WeightsAs.FRACTION and abs(total / 100 - 1) <= ROUNDING:
        words = {"total": plain(total / 100)}
        yield Doubt(
            f"sum:{plain(total)}",
            _("The weights add up to %(total)s, not 1. That may come from rounding; they stay as they are written.")
            % words,
            is_warning=True,
        )
    else:
        words = {"total": plain(total)}
        yield Doubt(f"sum:{words['total']}", _("The weights add up to %(total)s%%, not 100%%.") % words)


def _subtotals(indicators: Sequence[Indicator], subtotals: Iterable[Subtotal]) -> Iterator[Doubt]:
    leaves: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in indicators:
        leaves[row.group, ""] += row.weight
        leaves[row.group, row.dimension] += row.weight
    for one in subtotals:
        below = leaves[one.group, one.dimension]
        if one.weight != below:
            yield Doubt(
                f"subtotal:{one}:{one.weight}:{below}",
                _("“%(name)s” is said to weigh %(said)s%%, its indicators add up to %(sum)s%%.")
                % {"name": one, "said": plain(one.weight), "sum": plain(below)},
            )


def _texts(indicators: Sequence[Indicator]) -> Iterator[Doubt]:
    for row in indicators:
        for found in STATED.finditer(f"{row.name}\n{row.rubric}"):
            said = Decimal(found[1] or found[2])
            if row.kind == Indicator.Kind.WEIGHTED and said != row.weight:
                yield Doubt(
                    f"text:{row.number}:{said}:{row.weight}",
                    _("%(indicator)s: its text says “%(text)s”, its weight is %(weight)s.")
                    % {"indicator": row, "text": found[0].strip("（()）"), "weight": plain(row.weight)},
                )


def _twice(indicators: Sequence[Indicator]) -> Iterator[Doubt]:
    numbers = [row.number for row in indicators if row.number]
    for number in sorted({number for number in numbers if numbers.count(number) > 1}):
        yield Doubt(f"number:{number}", _("Number %(number)s stands there twice.") % {"number": number})
    places = defaultdict(list)
    for row in indicators:
        places[row.name].append((row.group, row.dimension))
    for name, of in places.items():
        if name and len(of) > 1:
            yield Doubt(
                f"name:{name}",
                _("The name “%(name)s” stands there twice.") % {"name": name},
                is_warning=len(set(of)) == len(of),  # in different places it may be meant so
            )


def _required(indicators: Sequence[Indicator]) -> Iterator[Doubt]:
    for row in indicators:
        if row.is_required and row.kind != Indicator.Kind.WEIGHTED:
            yield Doubt(
                f"required:{row.number}", _("%(indicator)s is required but has no weight.") % {"indicator": row}
            )


def _bands(bands: Sequence[GradeBand]) -> Iterator[Doubt]:
    if not any(band.lowest == 0 for band in bands):
        lowest = min((band.lowest for band in bands), default=None)
        yield Doubt("bands", _("The lowest grade must begin at 0."))
        if lowest is not None:
            gap = _("Scores from 0 up to %(score)s have no grade.") % {"score": plain(lowest)}
            yield Doubt("gap", gap)
    names = [band.name for band in bands]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Doubt(f"band:{name}", _("Two grades are called “%(name)s”.") % {"name": name})
