from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from consortium.forms.fields import DayInput
from consortium.models import Affiliation, Organization, User
from zones.models import Zone

from . import scoring
from .measures import MEASURES
from .measures.consortium import FACTS
from .models import Evaluation, Finding, GradeBand, Indicator, Reviewer, Scheme, SelfAssessment
from .services import Assessed, Given
from .services.reviewers import LINK_DAYS


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
    subject = forms.ChoiceField(
        label=_("Scored by it"), choices=Scheme.Subject, initial=Scheme.Subject.ZONE, required=False
    )


def measures(scheme: Scheme) -> list[tuple[str, str]]:
    """Choices: the number of the indicator in the paper on special zones, what is counted, and in which unit."""
    if scheme.subject == Scheme.Subject.CONSORTIUM:
        return [(name, f"{fact.label} ({fact.unit})") for name, fact in FACTS.items()]
    rows = sorted(MEASURES.values(), key=lambda row: row.indicators)
    return [(row.name, f"{row.indicators[0]} · {row.label} ({row.unit})") for row in rows]


class CopyForm(forms.Form):
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)


class IndicatorForm(forms.ModelForm):
    class Meta:
        model = Indicator
        fields = ["number", "group", "dimension", "name", "kind", "weight", "is_required", "rubric", "measure", "curve"]
        widgets = {"rubric": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = self.fields["measure"]
        self.fields["measure"] = forms.ChoiceField(
            label=field.label,
            help_text=field.help_text,
            required=False,
            choices=[("", _("scored by reviewers")), *measures(self.instance.scheme)],
        )

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
        fields = ["person", "side", "due_on"]
        widgets = {"due_on": DayInput()}

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any):
        super().__init__(*args, **kwargs)
        experts = Affiliation.objects.in_force().filter(
            role=Affiliation.Role.EXPERT, consortium=evaluation.consortium_id
        )
        assigned = evaluation.reviewers.values("person")
        people = User.objects.filter(pk__in=experts.values("user")).exclude(pk__in=assigned).order_by("name", "pk")
        self.fields["person"].queryset = people


class DueForm(forms.ModelForm):
    class Meta:
        model = Reviewer
        fields = ["due_on"]
        widgets = {"due_on": DayInput()}


class GuestForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    organization = forms.ModelChoiceField(
        label=_("Organization"),
        queryset=Organization.objects.none(),
        help_text=_("A member that neither hosts this zone nor is its partner."),
    )
    days = forms.IntegerField(label=_("The link is open for, days"), min_value=1, max_value=LINK_DAYS, initial=14)

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any):
        super().__init__(*args, **kwargs)
        partners = evaluation.zone.partnerships.values("enterprise")
        members = Organization.objects.filter(memberships__in=evaluation.consortium.memberships.in_force())
        free = members.exclude(pk=evaluation.zone.college_id).exclude(pk__in=partners)
        self.fields["organization"].queryset = free.order_by("name").distinct()


class LinkDaysForm(forms.Form):
    days = forms.IntegerField(label=_("The link is open for, days"), min_value=1, max_value=LINK_DAYS, initial=14)


class TalkForm(forms.Form):
    held_on = forms.DateField(label=_("held on"), widget=DayInput())
    outcome = forms.CharField(label=_("what was said and agreed"), widget=forms.Textarea(attrs={"rows": 4}))


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


class AssessmentDueForm(forms.Form):
    due_on = forms.DateField(label=_("To be handed in until"), required=False, widget=DayInput())


class AskForMoreForm(AssessmentDueForm, ReasonForm):
    field_order = ["reason", "due_on"]


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
    """A form with a line for each weighted indicator; its fields are named ``score_N`` for the indicator number N.

    Beside each input stands what was saved when the page was made (``was_score_N``, ``version_N``): a line that was
    not touched since takes over what is saved now, so an old window undoes nothing.
    """

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.said = list(evaluation.self_assessments.select_related("indicator").order_by("indicator__number"))
        self.data: Any = self.data.copy()

    def _is_touched(self, number: int, *names: str) -> bool:
        """Whether the line is sent at all, and as something else than was shown; who shows nothing has touched it."""
        fields = [f"{name}_{number}" for name in names]
        if not any(name in self.data for name in fields):
            return False
        shown = {name: self.data.get(f"was_{name}") for name in fields}
        return any(was is None or _typed(self.data.get(name, "")) != _typed(was) for name, was in shown.items())

    def _take_over(self, number: int, saved: dict[str, str]) -> None:
        for name, text in saved.items():
            self.data[f"{name}_{number}"] = text

    def _version(self, number: int) -> int | None:
        seen = self.data.get(f"version_{number}", "")
        return int(seen) if seen.isdecimal() else None

    def _totals(self, exact: dict[int, Fraction]) -> dict[str, object]:
        """Rescaled and absolute over the chosen indicators with a figure in ``exact``, and how many of how many."""
        pairs = [
            (said.indicator.weight, exact[said.indicator_id])
            for said in self.said
            if said.is_chosen and said.indicator_id in exact
        ]
        rescaled, absolute = scoring.totals(pairs)
        return {
            "rescaled": scoring.rounded(rescaled),
            "absolute": scoring.rounded(absolute),
            "scored": len(pairs),
            "chosen": sum(said.is_chosen for said in self.said),
        }

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


def _typed(text: str) -> str:
    """As a window sends it: with the line ends of the web."""
    return text.replace("\r\n", "\n")


class SelfAssessmentForm(Sheet):
    """The college's own sheet."""

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
            if self.is_bound and not self._is_touched(number, *self._names(said)):
                self._take_over(number, {**self.saved(said), "version": ""})

    @staticmethod
    def _names(said: SelfAssessment) -> list[str]:
        return ["score", "note"] if said.indicator.is_required else ["chosen", "score", "note"]

    @staticmethod
    def saved(said: SelfAssessment) -> dict[str, str]:
        """What is saved of the line, as a window sends it."""
        score = "" if said.self_score is None else str(said.self_score)
        return {"chosen": "on" if said.is_chosen else "", "score": score, "note": said.note}

    def assessed(self) -> list[Assessed]:
        data = self.cleaned_data
        return [
            Assessed(
                indicator=said.indicator,
                is_chosen=data[f"chosen_{said.indicator.number}"],
                self_score=data[f"score_{said.indicator.number}"],
                note=data[f"note_{said.indicator.number}"],
                version=self._version(said.indicator.number),
            )
            for said in self.said
        ]

    def totals(self) -> dict[str, object]:
        """By the own scores that are saved so far."""
        scores = {said.indicator_id: said.self_score for said in self.said}
        return self._totals({key: Fraction(score) for key, score in scores.items() if score is not None})


class ScoreForm(Sheet):
    """One's own scoring sheet."""

    def __init__(self, *args: Any, reviewer: Reviewer, closed: bool = False, **kwargs: Any):
        super().__init__(*args, evaluation=reviewer.evaluation, **kwargs)
        self.given = {row.indicator_id: row for row in reviewer.scores.all()}
        measured = reviewer.evaluation.measurements.select_related("indicator")
        self.measured = {row.indicator_id: row for row in measured}
        for said in self.said:
            if not said.is_chosen:
                continue
            row, number = said.indicator, said.indicator.number
            self.fields[f"score_{number}"] = self._score_field(row, str(_("score")))
            self.fields[f"note_{number}"] = self._note_field(row, str(_("remark")))
            if kept := self.measured.get(row.pk):
                self.fields[f"score_{number}"].widget.attrs["placeholder"] = str(kept.points)
            for name in (f"score_{number}", f"note_{number}"):
                self.fields[name].disabled = closed
            if earlier := self.given.get(row.pk):
                self.initial.update({f"score_{number}": earlier.score, f"note_{number}": earlier.note})
            if self.is_bound and not self._is_touched(number, "score", "note"):
                score, note = (str(earlier.score), earlier.note) if earlier else ("", "")
                self._take_over(number, {"score": score, "note": note, "version": ""})

    def scores(self) -> list[Given]:
        data = self.cleaned_data
        return [
            Given(
                said.indicator,
                data[f"score_{said.indicator.number}"],
                data[f"note_{said.indicator.number}"],
                self._version(said.indicator.number),
            )
            for said in self.said
            if said.is_chosen
        ]

    def totals(self) -> dict[str, object]:
        """By what is saved so far; a measured indicator counts as measured."""
        exact = {key: row.exact for key, row in self.measured.items()}
        return self._totals(exact | {key: Fraction(row.score) for key, row in self.given.items()})
