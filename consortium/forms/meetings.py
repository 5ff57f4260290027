from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import (
    AgendaItem,
    Council,
    CouncilSeat,
    Meeting,
    MeetingSeat,
    Opinion,
    Organization,
    Resolution,
    User,
    Vote,
)
from .fields import DayInput
from .members import MemberField

AREA = forms.Textarea(attrs={"rows": 4})


class MomentInput(forms.DateTimeInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class MeetingForm(forms.ModelForm):
    class Meta:
        model = Meeting
        fields = ["held_at", "place", "quorum", "days_ahead"]
        widgets = {"held_at": MomentInput()}


class NewMeetingForm(MeetingForm):
    class Meta(MeetingForm.Meta):
        fields = ["council", *MeetingForm.Meta.fields]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["council"]
        field.queryset = Council.objects.visible_to(user)
        field.initial = Council.objects.visible_to(user).in_office().first()
        field.help_text = _("Set up the council and its seats first.")


class ItemForm(forms.ModelForm):
    class Meta:
        model = AgendaItem
        fields = [
            "title", "kind", "rule", "proposed_by", "text", "on_money", "on_ip", "on_contract", *AgendaItem.TERMS,
        ]  # fmt: skip
        widgets = {"text": AREA}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["proposed_by"]
        seats = CouncilSeat.objects.filter(council=self.instance.meeting.council_id)
        field.queryset = seats.in_force().select_related("organization")
        field.label_from_instance = lambda seat: f"{seat.organization}（{seat.get_side_display()}）"
        for name in AgendaItem.TERMS:
            self.fields[name].label = _("%(term)s (asked for when it concerns money, IP or a contract)") % {
                "term": self.fields[name].label
            }


class LateForm(forms.Form):
    reason = forms.CharField(
        label=_("Why papers come late"), required=False, max_length=200, help_text=_("Only when they do.")
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class TextForm(forms.Form):
    text = forms.CharField(label=_("What was said"), required=False, widget=forms.Textarea(attrs={"rows": 10}))


class ApprovalForm(forms.Form):
    note = forms.CharField(label=_("How the chair has approved"), required=False, max_length=200)


class PresentForm(forms.Form):
    """Which of the called seats are present."""

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(meeting.called.select_related("seat__organization"))
        self.fields["seats"] = forms.TypedMultipleChoiceField(
            label=_("Present"),
            required=False,
            coerce=int,
            choices=[(row.seat_id, f"{row.seat}（{row.delegate}）") for row in rows],
            initial=[row.seat_id for row in rows if row.present],
            widget=forms.CheckboxSelectMultiple,
        )


class VotesForm(forms.Form):
    """The votes of the seats that are present, as the secretariat records them; empty leaves a seat as it is."""

    def __init__(self, *args: Any, item: AgendaItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast = dict(item.votes.values_list("seat", "choice"))
        rows = item.meeting.called.filter(present=True).select_related("seat__organization")
        self.seats = {row.seat_id: row.seat for row in rows}
        for number, seat in self.seats.items():
            self.fields[f"seat_{number}"] = forms.ChoiceField(
                label=str(seat),
                required=False,
                choices=[("", _("No vote yet")), *Vote.Choice.choices],
                initial=cast.get(number, ""),
            )

    @property
    def votes(self) -> list[tuple[CouncilSeat, str]]:
        return [
            (seat, choice) for number, seat in self.seats.items() if (choice := self.cleaned_data[f"seat_{number}"])
        ]


class OpinionForm(forms.ModelForm):
    class Meta:
        model = Opinion
        fields = ["seat", "kind", "text"]
        widgets = {"text": AREA}

    def __init__(self, *args: Any, own: CouncilSeat | None, **kwargs: Any) -> None:
        """``own``: the one seat for which the person speaks; the secretariat chooses among all that were called."""
        super().__init__(*args, **kwargs)
        if own:
            del self.fields["seat"]
            self.instance.seat = own
            return
        field: Any = self.fields["seat"]
        seats = MeetingSeat.objects.filter(meeting=self.instance.item.meeting_id).values("seat")
        field.queryset = CouncilSeat.objects.filter(pk__in=seats).select_related("organization")
        field.help_text = _("Whose opinion came on paper.")


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Opinion.Outcome.choices, widget=forms.RadioSelect)
    answer = forms.CharField(label=_("Answer"), max_length=2000, widget=AREA)


class ResolutionForm(forms.ModelForm):
    organization = MemberField(label=_("Who does it"))
    field_order = ["text", "organization", "due"]

    class Meta:
        model = Resolution
        fields = ["text", "due"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3}), "due": DayInput()}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].user = user  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["organization"] = self.instance.organization

    def _post_clean(self) -> None:
        self.instance.organization = self.cleaned_data.get("organization") or Organization()
        super()._post_clean()  # type: ignore[misc]


class ResolutionDoneForm(forms.Form):
    done_on = forms.DateField(label=_("Done on"), widget=DayInput())
    done_note = forms.CharField(label=_("What was done"), max_length=300)
