from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, User
from zones.models import Zone

from . import scoring
from .models import Evaluation, Finding, GradeBand, Indicator, Reviewer, Scheme, Score, SelfAssessment
from .services import Assessed, Given


class SchemeForm(forms.ModelForm):
    class Meta:
        model = Scheme
        fields = [
            "year",
            "name",
            "unchosen_rule",
            "college_weight",
            "enterprise_weight",
            "third_party_weight",
            "drops_extremes",
            "publicity_days",
            "talk_above",
        ]


BandFormSet = forms.inlineformset_factory(Scheme, GradeBand, fields=["name", "lowest"], extra=1)


class SchemeImportForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV or XLSX with the columns number, group, dimension, name, weight_percent, required; "
            "kind and rubric may follow. The weights must add up to 100."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    name = forms.CharField(label=_("Scheme name"), max_length=100)


class IndicatorForm(forms.ModelForm):
    class Meta:
        model = Indicator
        fields = ["number", "group", "dimension", "name", "kind", "weight", "is_required", "rubric"]
        widgets = {"rubric": forms.Textarea(attrs={"rows": 3})}

    def _get_validation_exclusions(self) -> set[str]:
        """The scheme is set, so that a number used twice is said beside the form and not by the database."""
        return super()._get_validation_exclusions() - {"scheme"}  # type: ignore[misc]


class OpenForm(forms.Form):
    zones = forms.ModelMultipleChoiceField(
        label=_("Zones"), queryset=Zone.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, user: User, scheme: Scheme, **kwargs: Any):
        super().__init__(*args, **kwargs)
        taken = Evaluation.objects.visible_to(user).filter(year=scheme.year).exclude(status="superseded")
        rows = Zone.objects.visible_to(user).exclude(pk__in=taken.values("zone")).order_by("code")
        self.fields["zones"].queryset = rows


class ReviewerForm(forms.ModelForm):
    class Meta:
        model = Reviewer
        fields = ["person", "side"]

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any):
        super().__init__(*args, **kwargs)
        experts = Affiliation.objects.in_force().filter(
            role=Affiliation.Role.EXPERT, consortium=evaluation.consortium_id
        )
        assigned = evaluation.reviewers.values("person")
        people = User.objects.filter(pk__in=experts.values("user")).exclude(pk__in=assigned).order_by("name", "pk")
        self.fields["person"].queryset = people


class FindingForm(forms.ModelForm):
    class Meta:
        model = Finding
        fields = ["indicator", "points", "reason"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any):
        super().__init__(*args, **kwargs)
        rows = evaluation.scheme.indicators.exclude(kind=Indicator.Kind.WEIGHTED)
        self.fields["indicator"].queryset = rows


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class ObjectionForm(forms.Form):
    text = forms.CharField(label=_("Objection"), widget=forms.Textarea(attrs={"rows": 4}))


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("Answer"), widget=forms.Textarea(attrs={"rows": 4}))


@dataclass(frozen=True)
class Line:
    """One indicator of a sheet with its inputs; ``opens`` when it is the first of its section."""

    said: SelfAssessment
    opens: bool
    inputs: dict[str, BoundField]

    @property
    def indicator(self) -> Indicator:
        return self.said.indicator


class Sheet(forms.Form):
    """A form with a line for each weighted indicator; its fields are named ``score_N`` for the indicator number N."""

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.said = list(evaluation.self_assessments.select_related("indicator").order_by("indicator__number"))

    def lines(self) -> Iterator[Line]:
        section = None
        for said in self.said:
            names = [name for name in ("chosen", "score", "note") if f"{name}_{said.indicator.number}" in self.fields]
            inputs = {name: self[f"{name}_{said.indicator.number}"] for name in names}
            yield Line(said, said.indicator.section != section, inputs)
            section = said.indicator.section

    def section_weights(self) -> dict[str, Decimal]:
        weights: dict[str, Decimal] = {}
        for said in self.said:
            weights[said.indicator.section] = weights.get(said.indicator.section, Decimal()) + said.indicator.weight
        return weights

    def _score_field(self, indicator: Indicator, label: str) -> forms.DecimalField:
        attrs = {"inputmode": "decimal", "min": 0, "max": 100, "step": "0.01", "placeholder": "0–100"}
        # bounds are the model's, so that page and API say the same sentence
        return forms.DecimalField(
            label=f"{indicator} · {label}",
            required=False,
            widget=forms.NumberInput(attrs={**attrs, "aria-label": f"{indicator.name} {label}"}),
        )

    def _note_field(self, indicator: Indicator, label: str) -> forms.CharField:
        attrs = {"rows": 1, "aria-label": f"{indicator.name} {label}"}
        return forms.CharField(label=f"{indicator} · {label}", required=False, widget=forms.Textarea(attrs=attrs))


class SelfAssessmentForm(Sheet):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for said in self.said:
            row, number = said.indicator, said.indicator.number
            self.fields[f"chosen_{number}"] = forms.BooleanField(
                label=f"{row} · {_('chosen')}",
                required=False,
                initial=said.is_chosen,
                disabled=row.is_required,
                widget=forms.CheckboxInput(attrs={"aria-label": f"{row.name} {_('chosen')}"}),
            )
            self.fields[f"score_{number}"] = self._score_field(row, str(_("own score")))
            self.fields[f"note_{number}"] = self._note_field(row, str(_("explanation")))
            self.initial.update({f"score_{number}": said.self_score, f"note_{number}": said.note})

    def assessed(self) -> list[Assessed]:
        data = self.cleaned_data
        return [
            Assessed(
                indicator=said.indicator,
                is_chosen=data[f"chosen_{said.indicator.number}"],
                self_score=data[f"score_{said.indicator.number}"],
                note=data[f"note_{said.indicator.number}"],
            )
            for said in self.said
        ]


class ScoreForm(Sheet):
    def __init__(self, *args: Any, reviewer: Reviewer, closed: bool = False, **kwargs: Any):
        super().__init__(*args, evaluation=reviewer.evaluation, **kwargs)
        self.given = {row.indicator_id: row for row in reviewer.scores.all()}
        for said in self.said:
            if not said.is_chosen:
                continue
            row, number = said.indicator, said.indicator.number
            self.fields[f"score_{number}"] = self._score_field(row, str(_("score")))
            self.fields[f"note_{number}"] = self._note_field(row, str(_("remark")))
            for name in (f"score_{number}", f"note_{number}"):
                self.fields[name].disabled = closed
            if earlier := self.given.get(row.pk):
                self.initial.update({f"score_{number}": earlier.score, f"note_{number}": earlier.note})

    def scores(self) -> list[Given]:
        data = self.cleaned_data
        return [
            Given(said.indicator, data[f"score_{said.indicator.number}"], data[f"note_{said.indicator.number}"])
            for said in self.said
            if said.is_chosen
        ]

    def totals(self) -> dict[str, object]:
        """What is saved so far: rescaled and absolute over the scored weights, how many of how many."""
        saved: dict[int, Score] = self.given
        pairs = [
            (said.indicator.weight, saved[said.indicator_id].score)
            for said in self.said
            if said.is_chosen and said.indicator_id in saved
        ]
        rescaled, absolute = scoring.totals(pairs)
        return {
            "rescaled": scoring.rounded(rescaled),
            "absolute": scoring.rounded(absolute),
            "scored": len(pairs),
            "chosen": sum(said.is_chosen for said in self.said),
        }
