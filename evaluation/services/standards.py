"""A consortium against the ministry's standard: opened for a year, answered by records or in words, finished once."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from consortium.models import Consortium, User
from consortium.services import Refused, create, move, record

from .. import scoring
from ..curves import points_of, read_curve
from ..measures.consortium import FACTS
from ..models import Indicator, Scheme, StandardAnswer, StandardCheck
from .results import digest, named
from .schemes import import_scheme, publish_scheme

EXTRACT = Path(__file__).parents[1] / "standard-001.csv"
NAME = "市域产教联合体建设标准（节选）"
OWN = "own"


@transaction.atomic
def standard_in_force(consortium: Consortium, year: int, *, by: User, now: datetime) -> Scheme:
    """The consortium's own standard of the year; without one, the extract that comes with the program is put in force.

    The extract states the five conditions and the observation points of the ministry's notice as seed 001 reports
    them. The report names no weights and no negative items: those are the program's, and the rubrics say so.
    """
    about = Scheme.objects.filter(consortium=consortium, year=year, subject=Scheme.Subject.CONSORTIUM)
    if found := about.filter(status=Scheme.Status.PUBLISHED).first():
        return found
    file = ContentFile(EXTRACT.read_bytes(), name=EXTRACT.name)
    subject = Scheme.Subject.CONSORTIUM
    scheme = import_scheme(file, year=year, name=NAME, consortium=consortium, by=by, subject=subject)
    publish_scheme(scheme, by=by, now=now)
    return scheme


@transaction.atomic
def open_check(consortium: Consortium, year: int, *, by: User, now: datetime, today: date) -> StandardCheck:
    """Begin the check of a year; what records can answer is answered by them at once."""
    scheme = standard_in_force(consortium, year, by=by, now=now)
    check = create(StandardCheck(consortium=consortium, scheme=scheme, year=year, counted_on=today), by=by)
    StandardAnswer.objects.bulk_create(
        StandardAnswer(check_of=check, indicator=indicator) for indicator in scheme.indicators.all()
    )
    _count(check, by=by, today=today)
    return check


@transaction.atomic
def count_again(check: StandardCheck, *, by: User, today: date) -> None:
    """Read the figures anew from the records; a row of history for each that changed."""
    _lock(check)
    _count(check, by=by, today=today)


def _count(check: StandardCheck, *, by: User, today: date) -> None:
    day = min(today, date(check.year, 12, 31))
    StandardCheck.objects.filter(pk=check.pk).update(counted_on=day)
    for row in check.answers.select_related("indicator"):
        if row.indicator.measure not in FACTS:
            continue
        figure, behind = FACTS[row.indicator.measure].read(by, check.year, day)
        said = [[str(one.label), str(one.figure), one.url] for one in behind]
        StandardAnswer.objects.filter(pk=row.pk).update(figure=figure, behind=said)
        if row.figure != figure:
            _remember(check, row, "figure", row.figure, figure, by)


@dataclass(frozen=True)
class Said:
    """What is entered for one line; ``score`` for what people judge, ``applies`` and ``points`` for negative items."""

    score: Decimal | None = None
    statement: str = ""
    applies: bool = False
    points: Decimal = Decimal(0)


@transaction.atomic
def save_answers(check: StandardCheck, said: dict[int, Said], *, saves: int, by: User) -> None:
    """Save all lines, by the keys of the answers. Raises Refused when somebody saved after ``saves``."""
    if _lock(check) != saves:
        raise Refused(_("Somebody else has saved this check meanwhile. Reload before you go on; copy what you typed."))
    for row in check.answers.select_related("indicator"):
        new = said[row.pk]
        if row.indicator.kind == Indicator.Kind.WEIGHTED:
            fields: dict[str, Any] = {"statement": new.statement}
            fields |= {} if row.indicator.measure else {"score": new.score}
        else:
            fields = {"statement": new.statement, "applies": new.applies, "points": new.points}
        changed = {name: value for name, value in fields.items() if getattr(row, name) != value}
        for name, value in changed.items():
            _remember(check, row, name, getattr(row, name), value, by)
            setattr(row, name, value)
        if changed:
            row.full_clean()
            row.save(update_fields=list(changed))
    StandardCheck.objects.filter(pk=check.pk).update(saves=saves + 1)
    check.saves = saves + 1


def _remember(check: StandardCheck, row: StandardAnswer, what: str, old: Any, new: Any, by: User) -> None:
    """The check remembers what is said of its lines, with the name of the line."""
    words = {True: _("Yes"), False: _("No")} if what == "applies" else {}
    was, now = ("" if value in (None, "") else f"{row.indicator}: {words.get(value, value)}" for value in (old, new))
    record(check, by=by, what=what, old=was, new=now)


def score_of(row: StandardAnswer) -> Fraction | None:
    """0 to 100: what the scheme's table gives for the figure, or the own score; None when there is none yet."""
    if row.indicator.measure:
        return None if row.figure is None else points_of(row.figure, read_curve(row.indicator.curve))
    return None if row.score is None else Fraction(row.score)


def open_points(rows: list[StandardAnswer]) -> list[str]:
    """What keeps the check from being finished, a sentence each."""
    weighted = [row for row in rows if row.indicator.kind == Indicator.Kind.WEIGHTED]
    unscored = [row.indicator for row in weighted if score_of(row) is None]
    silent = [row.indicator for row in weighted if not row.indicator.measure and not row.statement.strip()]
    negative = [row for row in rows if row.applies and row.indicator.kind != Indicator.Kind.WEIGHTED]
    deductions = [row for row in negative if row.indicator.kind == Indicator.Kind.DEDUCTION]
    sentences = [
        (unscored, _("No score yet: %(names)s.")),
        (silent, _("No statement yet: %(names)s.")),
        ([row.indicator for row in negative if not row.statement.strip()], _("Why does it apply: %(names)s?")),
        ([row.indicator for row in deductions if not row.points], _("How many points are taken off: %(names)s?")),
    ]
    return [sentence % {"names": named(found)} for found, sentence in sentences if found]


@transaction.atomic
def finish_check(check: StandardCheck, *, by: User, now: datetime) -> None:
    """Freeze the check with its result. Raises Refused while something is open."""
    _lock(check)
    rows = list(check.answers.select_related("indicator"))
    if problems := open_points(rows):
        raise Refused(" ".join(problems))
    result = result_of(check.scheme, rows)
    move(check, StandardCheck.Status.DONE, by=by, finished_at=now, result=result, sha256=digest(result))


def result_of(scheme: Scheme, rows: list[StandardAnswer]) -> dict[str, object]:
    """The result by the same arithmetic as a zone's: one side, every point chosen. Raises scoring.MissingScore."""
    weighted = [row for row in rows if row.indicator.kind == Indicator.Kind.WEIGHTED]
    scores = {row.pk: score_of(row) for row in weighted}
    items = [
        scoring.Item(
            number=row.indicator.number,
            dimension=row.indicator.dimension,
            weight=row.indicator.weight,
            is_chosen=True,
            scores={OWN: [score]} if (score := scores[row.pk]) is not None else {},
        )
        for row in weighted
    ]
    bands = [scoring.Band(band.name, band.lowest) for band in scheme.bands.all()]
    applying = [row for row in rows if row.applies]
    found = scoring.evaluate(
        items,
        scoring.Rules(scheme.unchosen_rule, {OWN: Decimal(100)}, False, bands),
        deductions=[row.points for row in applying if row.indicator.kind == Indicator.Kind.DEDUCTION],
        veto=any(row.indicator.kind == Indicator.Kind.VETO for row in applying),
    )
    return {
        "indicators": [{"number": item.number, "score": str(item.score)} for item in found.items],
        "dimensions": {name: str(mean) for name, mean in found.dimensions.items()},
        "rescaled": str(found.rescaled),
        "deductions": str(found.deductions),
        "veto": found.veto,
        "official": str(found.official),
        "grade": found.grade,
    }


def _lock(check: StandardCheck) -> int:
    """Refuse unless the check is open now; how often it was saved. Its row is locked until the transaction ends."""
    rows = StandardCheck.objects.select_for_update(no_key=True).values_list("status", "saves")
    status, saves = rows.get(pk=check.pk)
    if status != StandardCheck.Status.OPEN:
        raise Refused(_("This check is finished and is frozen. Begin a new one for the year."))
    return saves


def verify_checks() -> list[str]:
    """Recompute every finished check and its hash; a sentence for each that differs."""
    differing = []
    finished = StandardCheck.objects.filter(status=StandardCheck.Status.DONE).select_related("scheme", "consortium")
    for check in finished.order_by("pk"):
        if digest(check.result or {}) != check.sha256:
            differing.append(_("%(evaluation)s: the hash does not fit the result.") % {"evaluation": check})
        if result_of(check.scheme, list(check.answers.select_related("indicator"))) != check.result:
            differing.append(_("%(evaluation)s: the scores give another result.") % {"evaluation": check})
    return differing
