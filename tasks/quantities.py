"""Quantities in a clerk's sentence: “10家单位、捐赠300万元” are two. What is found is proposed, a person decides."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest

from .models import Target
from .words import NUMERAL, count, tidy

# what stands before a thing: its name follows; of the others the name comes before
CLASSIFIERS = "个家项套次名所门本件场期条座间支"
MEASURED = [
    "平方米",
    "亩",
    "亿元",
    "万元",
    "元",
    "人次",
    "万人次",
    "万人",
    "人",
    "学时",
    "课时",
    "小时",
    "天",
    "个月",
    "%",
]
_UNIT = "|".join(sorted(MEASURED, key=len, reverse=True)) + f"|[{CLASSIFIERS}]"
_QUANTITY = re.compile(
    rf"(?<![\d第每同.])(?P<number>\d+(?:\.\d+)?|(?:{NUMERAL})(?=[{CLASSIFIERS}]))(?P<unit>{_UNIT})(?!一)"
)
_CLAUSE_END = re.compile(r"[，,。；;、！!？?：:\n（）()]")
_BEFORE = "以上|左右|的|与|和|要|并|共|确保|力争|鼓励|总计"
_AFTER = "不少于|不低于|不超过|至少|达到?|超过|完成|占|(?<![签预契])约|共计?|累计|总计?|为|的|与|和|每年|每人|要"
_NOISE = re.compile(rf"^(?:{_BEFORE})+|(?:{_AFTER})+$")
LONGEST = 40


@dataclass(frozen=True)
class Quantity:
    """A target that a text seems to name."""

    name: str
    target: Decimal
    unit: str

    @property
    def kind(self) -> Target.Kind:
        return Target.Kind.PERCENTAGE if self.unit == "%" else Target.Kind.COUNT


def quantities(texts: Iterable[str]) -> list[Quantity]:
    """The quantities in the texts, in their order; one that is named twice stands once."""
    found: dict[str, Quantity] = {}
    for text in texts:
        before = ""
        for clause in _CLAUSE_END.split(tidy(text).replace("％", "%").replace(",", "")):
            for quantity in _of_clause(clause, before):
                found.setdefault(quantity.name, quantity)
            before = _clean(_QUANTITY.sub("", clause)) or before
    return list(found.values())


def _of_clause(clause: str, clause_before: str) -> Iterable[Quantity]:
    matches = list(_QUANTITY.finditer(clause))
    start = 0
    for match, after in zip_longest(matches, matches[1:]):
        end = after.start() if after else len(clause)
        number, unit = match["number"], match["unit"]
        value = Decimal(number) if number[0].isdigit() else Decimal(count(number))
        sides = [_clean(clause[match.end() : end]), _clean(clause[start : match.start()])]
        start = match.end()
        name = next(filter(None, sides if unit in CLASSIFIERS else sides[::-1]), clause_before)
        if value > 0 and name:
            yield Quantity(name[:LONGEST], value, unit)


def _clean(words: str) -> str:
    before = ""
    while before != words:
        before, words = words, _NOISE.sub("", words.strip(" “”\"'《》"))
    return words
