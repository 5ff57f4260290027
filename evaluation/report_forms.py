from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from consortium.models import Membership, Organization, User
from consortium.permissions import may
from zones.models import InnovationClass, Zone

from .models import AnnualReport, ReportSchedule, ReportText
from .models.report_subjects import Subject
from .models.report_texts import LONGEST
from .services import reports
from .services.report_document import sentence
from .services.report_facts import Fact


class MemberChoice(forms.ModelMultipleChoiceField):
    """Organizations as members of the consortium, by their own names and keys."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.organization)


def chosen(label: Any, field: type[forms.ModelMultipleChoiceField], rows: Any, **more: Any) -> Any:
    return field(label=label, queryset=rows, required=False, widget=forms.CheckboxSelectMultiple, **more)


class ReportForm(forms.Form):
    """Which year's reports to make about which zones, classes, organizations that ``user`` may order for."""

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    zones = chosen(_("Special zones"), forms.ModelMultipleChoiceField, Zone.objects.none())
    classes = chosen(_("Innovation classes"), forms.ModelMultipleChoiceField, InnovationClass.objects.none())
    enterprises = chosen(_("Enterprises"), MemberChoice, Membership.objects.none(), to_field_name="organization_id")
    colleges = chosen(_("Colleges"), MemberChoice, Membership.objects.none(), to_field_name="organization_id")
    consortium = forms.BooleanField(label=_("Summary of the consortium"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = user.affiliation.consortium if user.affiliation else None
        zones = reports.reportable(Zone.objects.visible_to(user))
        members = Membership.objects.visible_to(user).select_related("organization").order_by("organization__name")
        offered = {
            "zones": zones,
            "classes": InnovationClass.objects.visible_to(user).filter(zone__in=zones).order_by("zone__code", "code"),
            "enterprises": members.filter(organization__kind=Organization.Kind.ENTERPRISE),
            "colleges": members.filter(organization__kind__in=Organization.Kind.schools()),
        }
        if not self._may(user, self.of):
            del self.fields["consortium"], self.fields["enterprises"], offered["enterprises"]
            offered["colleges"] = offered["colleges"].filter(
                organization=user.affiliation and user.affiliation.organization
            )
        for name, rows in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelMultipleChoiceField)
            field.queryset = rows
        self.fields["zones"].initial = zones

    @staticmethod
    def _may(user: User, subject: Subject | None) -> bool:
        return subject is not None and may(user, "report.add", AnnualReport(**AnnualReport.about(subject)))

    def clean(self) -> dict[str, Any]:
        """With ``subjects``: all that is chosen, in the order of the form."""
        wanted = super().clean() or {}
        names = ("zones", "classes", "enterprises", "colleges")
        wanted["subjects"] = [row for name in names for row in wanted.get(name, ())]
        if wanted.get("consortium"):
            wanted["subjects"].append(self.of)
        if not wanted["subjects"] and not self.errors:
            raise ValidationError(say("Choose at least one report."))
        return wanted


class ScheduleForm(forms.ModelForm):
    class Meta:
        model = ReportSchedule
        fields = ["is_on", "month", "day"]


class TemplateForm(forms.Form):
    file = forms.FileField(
        label=_("Template as a ZIP file"),
        help_text=_("At most 2 MB, with template.toml and, as you like, extra.md and crest.png or crest.jpg."),
        widget=forms.FileInput(attrs={"accept": ".zip"}),
    )


class TextForm(forms.Form):
    """One part of the text of an annual report; its names carry the part, so that a page holds several."""

    def __init__(self, data: Any, *, part: ReportText.Part, row: ReportText | None, facts: list[Fact]) -> None:
        said = {"text": row.text, "facts": row.facts, "version": row.version} if row else {}
        super().__init__(data, prefix=part.value, initial=said)
        self.part, self.row = part, row
        sentences = [(fact.key, sentence(fact.frozen(), fact.year)) for fact in facts]
        # one that was accepted and is nothing now stays accepted
        gone = [(key, key) for key in said.get("facts", []) if key not in dict(sentences)]
        self.fields["text"] = forms.CharField(
            label=part.label, required=False, max_length=LONGEST, strip=True, widget=forms.Textarea({"rows": 9})
        )
        self.fields["facts"] = forms.MultipleChoiceField(
            label=_("Sentences from the figures"), required=False, choices=sentences + gone,
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip
        self.fields["facts"].widget.choices = sentences
        self.fields["version"] = forms.IntegerField(required=False, widget=forms.HiddenInput, initial=0)
