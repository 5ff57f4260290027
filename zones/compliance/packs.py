"""What a rule and a pack of rules are."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .rules import Scope


class Severity(models.TextChoices):
    """``BLOCK``: what would break the rule is refused. ``WARN``: it is written, listed and can be answered."""

    BLOCK = "block", _("Refused")
    WARN = "warn", _("Warned")


@dataclass(frozen=True)
class Rule:
    """A rule in force from ``since`` to ``until`` (None: still), both days included.

    ``test`` finds the rows that break it; ``limit`` is its bound (hours, years, per cent) and ``figure`` the sentence
    in which a finding says it, with ``{figure}``, ``{base}`` and ``{limit}``.
    """

    code: str
    name: Any
    text: Any
    source: Any
    severity: Severity
    test: Callable[["Scope", "Rule"], QuerySet]
    figure: Any
    limit: int = 0
    since: date = date.min
    until: date | None = None
    pack: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """Unique over all packs: what an answer remembers."""
        return f"{self.pack}.{self.code}"


@dataclass(frozen=True)
class Pack:
    """The rules of a region. It holds beside the national rules, not instead of them."""

    code: str
    name: Any
    rules: tuple[Rule, ...]
