from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ..models import Membership, Organization, User


class DayInput(forms.DateInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")


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
    class Meta:
        model = Organization
        fields = ["name", "credit_code", "kind", "contact_name", "contact_phone"]


class MembershipForm(forms.ModelForm):
    class Meta:
        model = Membership
        fields = ["is_lead", "joined_on", "left_on"]
        widgets = {"joined_on": DayInput(), "left_on": DayInput()}
