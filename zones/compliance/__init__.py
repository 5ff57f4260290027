"""Rules about students at work, computed from the records: nobody ticks by hand what the records can answer.

``rules`` has one short function a rule; ``national`` and a module a region say which of them are in force, with which
figure, from when to when and by which text; ``breaches`` asks them all with one query. A region is added by a module
with a ``Pack`` and its place in ``regions``.
"""

from .breaches import Breach, breaches, find, look, rules_of
from .packs import Pack, Rule, Severity
from .regions import NATIONAL, PACKS, REGIONS
from .rules import Scope

__all__ = [
    "NATIONAL",
    "PACKS",
    "REGIONS",
    "Breach",
    "Pack",
    "Rule",
    "Scope",
    "Severity",
    "breaches",
    "find",
    "look",
    "rules_of",
]
