"""What breaks a rule in force: computed from the records with one query, answers beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from consortium.models import Consortium, User
from consortium.templatetags.look import hours as plain

from ..models import Attendance, BreachAnswer, ChosenPack, Placement
from .packs import Rule, Severity
from .regions import NATIONAL, PACKS
from .rules import Scope


@dataclass
class Breach:
    """A rule that is broken by a placement on a day; the ``answer`` is one to exactly this figure."""

    rule: Rule
    placement_id: int
    day: date
    figure: Decimal
    base: Decimal
    answer: BreachAnswer | None = None
    placement: Any = None  # by ``look``

    @property
    def identity(self) -> tuple:
        return self.placement_id, self.rule.key, self.day, self.figure, self.base

    @property
    def can_be_answered(self) -> bool:
        return self.rule.severity == Severity.WARN and self.answer is None

    @property
    def sentence(self) -> str:
        """Exactly which figure against which bound."""
        return str(self.rule.figure).format(
            figure=plain(self.figure), base=plain(self.base), limit=plain(self.rule.limit)
        )


def rules_of(consortium: Consortium | int) -> list[Rule]:
    """The national rules and those of the regions that the consortium has chosen."""
    chosen = ChosenPack.objects.filter(consortium=consortium).order_by("pack").values_list("pack", flat=True)
    packs = [NATIONAL, *(PACKS[code] for code in chosen if code in PACKS)]
    return [rule for pack in packs for rule in pack.rules]


def find(scope: Scope, rules: Iterable[Rule]) -> list[Breach]:
    """What breaks these rules, the newest first, in one query and without answers."""
    by_key = {rule.key: rule for rule in rules}
    if not by_key:
        return []
    first, *others = (rule.test(scope, rule) for rule in by_key.values())
    found = [Breach(by_key[key], *more) for key, *more in first.union(*others, all=True)]
    return sorted(found, key=lambda breach: (breach.day, breach.placement_id, breach.rule.key), reverse=True)


def breaches(user: User, rules: Iterable[Rule] | None = None, **of: Any) -> list[Breach]:
    """What breaks a rule in the placements that ``user`` sees, with answers; ``of`` filters placements."""
    if user.affiliation is None:
        return []
    placements = Placement.objects.visible_to(user).filter(**of)
    attendance = Attendance.objects.filter(placement__in=placements.order_by().values("pk"))
    known = rules_of(user.affiliation.consortium_id) if rules is None else rules
    found = find(Scope(placements, attendance), known)
    if not found:
        return []
    rows = BreachAnswer.objects.filter(placement__in=placements.order_by().values("pk")).select_related("answered_by")
    answers = {(row.placement_id, row.rule, row.day, row.figure, row.base): row for row in rows}
    for breach in found:
        breach.answer = answers.get(breach.identity)
    return found


def look(found: Iterable[Breach], user: User) -> list[Breach]:
    """The breaches with their placements, as ``user`` may read the students."""
    found = list(found)
    rows = Placement.objects.visible_to(user).for_list(user).in_bulk({breach.placement_id for breach in found})
    for breach in found:
        breach.placement = rows[breach.placement_id]
    return found
