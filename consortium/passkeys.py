"""Passkeys as the second step: the library's forms, which take what a browser hands over, within bounds."""

import json
from typing import Any

from allauth.core import context
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .accounts import device_of
from .services import Refused, sign_ins

LARGEST = 20_000  # characters; real ones have about a thousand, those with a maker's certificates some thousands
NOT_READABLE = (TypeError, ValueError, LookupError, AttributeError)  # of what is no credential, by the library


class Credential(forms.JSONField):
    """What a browser says about a passkey; neither longer nor with other signs than a browser's."""

    def clean(self, value: Any) -> Any:
        try:
            found = super().clean(value) if len(value or "") <= LARGEST else None
        except RecursionError:  # brackets in brackets
            found = None
        if not isinstance(found, dict) or "\\u0000" in json.dumps(found):
            raise ValidationError(_("This passkey cannot be read. Try again."))
        return found

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What came is not shown again."""
        return None

    def prepare_value(self, value: Any) -> str:
        return ""


def _credential() -> Credential:
    return Credential(widget=forms.HiddenInput)


def _name(required: bool) -> forms.CharField:
    return forms.CharField(label=gettext_lazy("Name of the passkey"), max_length=60, required=required)


class AddForm(AddWebAuthnForm):
    name = _name(required=False)
    credential = _credential()

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except NOT_READABLE:
            raise ValidationError(_("This passkey cannot be read. Try again.")) from None


class NameForm(EditWebAuthnForm):
    name = _name(required=True)


class PasskeyForm(AuthenticateWebAuthnForm):
    """Its tries are those of the codes: five of both together."""

    credential = _credential()

    def clean_credential(self) -> Any:
        device = device_of(context.request, self.user.username)
        try:
            sign_ins.reserve_code(self.user, device=device, now=timezone.now())
        except Refused as refusal:
            raise ValidationError(str(refusal)) from None
        try:
            authenticator = super().clean_credential()
        except (ValidationError, *NOT_READABLE) as error:
            sign_ins.passkey_failed(self.user)
            if isinstance(error, ValidationError):
                raise
            raise ValidationError(_("This passkey cannot be read. Try again.")) from None
        sign_ins.code_succeeded(self.user, device=device)
        return authenticator


class PasskeyAgainForm(PasskeyForm, ReauthenticateWebAuthnForm):
    credential = _credential()
