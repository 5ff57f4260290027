from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ..models import Contact, Joining, Membership, Organization, User
from ..services.members import namesakes
from .fields import DayInput


class MemberInput(forms.TextInput):
    """A field in which one types; the members that fit are offered below it."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        offers = f"{(attrs or {}).get('id', name)}_offers"
        more = {
            "list": offers,
            "autocomplete": "off",
            "hx-get": reverse("consortium:organization_suggest"),
            "hx-trigger": "input changed delay:150ms",
            "hx-target": f"#{offers}",
        }
        field = super().render(name, value, {**(attrs or {}), **more}, renderer)
        return format_html('{}<datalist id="{}"></datalist>', field, offers)


class MemberField(forms.CharField):
    """A member that the user sees, by its name, credit code, pinyin or initials: thousands do not fit a list."""

    widget = MemberInput
    user: User

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Type a part of the name, its pinyin or initials, or the credit code."))
        super().__init__(max_length=200, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.name if isinstance(value, Organization) else value

    def clean(self, value: Any) -> Organization | None:
        text = super().clean(value)
        if not text:
            return None
        members = Organization.objects.visible_to(self.user)
        exact = list(members.filter(name=text)[:2]) or list(members.filter(credit_code=text.upper())[:2])
        found = exact or list(members.search(text)[:4])
        if len(found) == 1:
            return found[0]
        if not found:
            raise ValidationError(_("There is no such member."))
        names = "、".join(row.name for row in found)
        raise ValidationError(_("Several members fit: %(names)s. Write the whole name."), params={"names": names})


class OrganizationForm(forms.ModelForm):
    """``namesakes`` are members with nearly this name: they are shown once, and saving needs a tick then."""

    same_anyway = forms.BooleanField(
        label=_("This is another organization; register it"), required=False, widget=forms.HiddenInput
    )

    class Meta:
        model = Organization
        fields = ["name", "credit_code", "kind", "industry", "size", "park", "contact_name", "contact_phone"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.namesakes = user, []  # type: ignore[var-annotated]
        parks: Any = self.fields["park"]
        parks.queryset = Organization.objects.visible_to(user).filter(kind=Organization.Kind.PARK).order_by("name")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        asks = "name" in self.changed_data and not data.get("same_anyway")
        if asks and data.get("name"):
            self.namesakes = namesakes(data["name"], data.get("credit_code", ""), by=self.user)
        if self.namesakes:
            self.fields["same_anyway"].widget = forms.CheckboxInput()
            names = "、".join(row.name for row in self.namesakes)
            raise ValidationError(
                _("Nearly the same name is registered: %(names)s. Look at it, or tick below that it is another."),
                params={"names": names},
            )
        return data


class MembershipForm(forms.ModelForm):
    class Meta:
        model = Membership
        fields = ["is_lead", "joined_on", "left_on", "left_reason", "tags"]
        widgets = {"joined_on": DayInput(), "left_on": DayInput()}


class ContactForm(forms.ModelForm):
    class Meta:
        model = Contact
        fields = ["name", "post", "phone", "email"]


class JoiningForm(forms.ModelForm):
    class Meta:
        model = Joining
        fields = ["name", "credit_code", "kind", "contact_name", "contact_phone", "applied_on", "reason"]
        widgets = {"applied_on": DayInput(), "reason": forms.Textarea(attrs={"rows": 4})}


class DecisionForm(forms.Form):
    admitted = forms.ChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Admitted as a member")), ("no", _("Not admitted"))],
        widget=forms.RadioSelect,
    )
    body = forms.ChoiceField(label=_("Decided by"), choices=Joining.Body.choices)
    decided_on = forms.DateField(label=_("Decided on"), widget=DayInput())
    decision = forms.CharField(
        label=_("Meeting or reason"),
        max_length=300,
        required=False,
        help_text=_("As “6th meeting of the council, item 5”; a reason when it is not admitted."),
    )


class MemberImportForm(forms.Form):
    file = forms.FileField(
        label=_("Excel file"),
        help_text=_("An .xlsx file with at most 2,000 members. Nothing is written before you have read the check."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        max_length=200,
        allow_empty_file=True,  # the service says it in the words of all files
    )
