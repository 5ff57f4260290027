"""The forms of a consortium's check against the standard."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from . import scoring
from .measures.consortium import FACTS, Fact
from .models import Indicator, StandardAnswer, StandardCheck
from .services.standards import Said, score_of

Kind = Indicator.Kind


class CheckYearForm(forms.Form):
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)


@dataclass(frozen=True)
class AnswerLine:
    """One observation point or negative item with its inputs; ``opens`` names the group that begins with it."""

    row: StandardAnswer
    opens: str
    inputs: dict[str, BoundField]

    @property
    def fact(self) -> Fact | None:
        return FACTS.get(self.row.indicator.measure)

    @property
    def points(self) -> Decimal | None:
        score = score_of(self.row) if self.row.indicator.kind == Kind.WEIGHTED else None
        return None if score is None else scoring.rounded(score)

    @property
    def counted(self) -> Decimal | None:
        """Of the total's 100."""
        score = score_of(self.row) if self.row.indicator.kind == Kind.WEIGHTED else None
        return None if score is None else scoring.rounded(score * Fraction(self.row.indicator.weight) / 100)


class AnswersForm(forms.Form):
    """A line for each answer; fields are named by the indicators' keys. ``saves`` tells of somebody in between."""

    saves = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, check: StandardCheck, closed: bool = False, **kwargs: Any):
        kwargs["initial"] = {"saves": check.saves}
        super().__init__(*args, **kwargs)
        self.rows = list(check.answers.select_related("indicator"))
        for row in self.rows:
            for name, field in self._fields_of(row).items():
                field.initial, field.disabled = getattr(row, name), closed
                field.widget.attrs["aria-label"] = f"{row.indicator.name} · {field.label}"
                self.fields[f"indicator_{row.indicator_id}_{name}"] = field

    def _fields_of(self, row: StandardAnswer) -> dict[str, forms.Field]:
        field: Any = StandardAnswer._meta.get_field
        fields: dict[str, Any] = {}
        if row.indicator.kind == Kind.WEIGHTED and not row.indicator.measure:
            fields["score"] = field("score").formfield(min_value=0, max_value=100)
        if row.indicator.kind != Kind.WEIGHTED:
            fields["applies"] = field("applies").formfield()
        if row.indicator.kind == Kind.DEDUCTION:
            fields["points"] = field("points").formfield(required=False, min_value=0, max_value=100)
        fields["statement"] = field("statement").formfield(
            widget=forms.Textarea(attrs={"rows": 2}), max_length=5000, required=False
        )
        return fields

    def lines(self) -> Iterator[AnswerLine]:
        section = ""
        for row in self.rows:
            names = [one for one in ("applies", "points", "score", "statement") if self._name(row, one) in self.fields]
            opens = "" if row.indicator.section == section else row.indicator.section
            section = row.indicator.section
            yield AnswerLine(row, opens, {one: self[self._name(row, one)] for one in names})

    def said(self) -> dict[int, Said]:
        data = self.cleaned_data
        return {
            row.pk: Said(
                score=data.get(self._name(row, "score")),
                statement=data[self._name(row, "statement")],
                applies=data.get(self._name(row, "applies"), False),
                points=data.get(self._name(row, "points")) or Decimal(0),
            )
            for row in self.rows
        }

    def _name(self, row: StandardAnswer, what: str) -> str:
        return f"indicator_{row.indicator_id}_{what}"
