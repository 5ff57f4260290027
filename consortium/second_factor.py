"""The second step of signing in, where the library leaves it to us: its words, its limits, what history keeps of it."""

from base64 import urlsafe_b64encode
from functools import partial
from typing import Any

from allauth.core import context
from allauth.mfa import signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken
from django import forms
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .accounts import device_of
from .middleware import SecondFactorMiddleware
from .models import User
from .services import Refused, sign_ins
from .services.history import record

Type = Authenticator.Type


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are kept encrypted with a key made from SECRET_KEY, so that a copy of the database gives no codes."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This code is wrong or was used before. Wait for the next one and try again."),
        "cannot_generate_recovery_codes": gettext_lazy("Set up the second step first; then there are recovery codes."),
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """With another SECRET_KEY no code fits any more, and the operator resets."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return generate_totp_secret()

    def get_totp_label(self, user: Any) -> str:
        return user.username

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return _("Passkey %(number)d") % {"number": Authenticator.objects.filter(user=user, type=type).count() + 1}

    def _get_site_name(self) -> str:
        return _("Industry-Education Consortium")


def _cipher() -> Fernet:
    key = salted_hmac("consortium.second_factor", "secrets at rest", algorithm="sha256").digest()
    return Fernet(urlsafe_b64encode(key))


class OnceAndCounted(forms.Form):
    """A code that is counted as passwords are, over all processes, and works once (RFC 6238, section 5.2)."""

    user: User

    def clean_code(self) -> str:
        now, device = timezone.now(), device_of(context.request, self.user.username)
        try:
            sign_ins.reserve_code(self.user, device=device, now=now)
        except Refused as refusal:
            raise ValidationError(str(refusal)) from None
        code = super().clean_code()  # type: ignore[misc]  # of the library's form beside this one
        if not sign_ins.use_code(self.user, code, now=now):
            sign_ins.code_failed(self.user)
            raise SecondFactorAdapter().validation_error("incorrect_code")
        sign_ins.code_succeeded(self.user, device=device)
        return code


def _code_field(label: Any) -> forms.CharField:
    attrs = {"autocomplete": "one-time-code", "autocapitalize": "none", "autofocus": True}
    return forms.CharField(label=label, max_length=32, widget=forms.TextInput(attrs=attrs))


class CodeForm(OnceAndCounted, AuthenticateForm):
    code = _code_field(gettext_lazy("Code of the app, or a recovery code"))


class CodeAgainForm(OnceAndCounted, ReauthenticateForm):
    code = _code_field(gettext_lazy("Code of the app, or a recovery code"))


class FirstCodeForm(OnceAndCounted, ActivateTOTPForm):
    code = _code_field(gettext_lazy("Code that the app shows now"))


@receiver(signals.authentication_failed)
def remember_wrong_code(user: User, **_: Any) -> None:
    sign_ins.code_failed(user)


@receiver(signals.authenticator_used)
def remember_use(user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Type.RECOVERY_CODES:
        record(user, by=user, what=f"{authenticator.type} used")


def _remember(act: str, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    record(user, by=user, what=f"{authenticator.type} {act}")
    SecondFactorMiddleware.begin(request, user)


for act, signal in {
    "added": signals.authenticator_added,
    "removed": signals.authenticator_removed,
    "reset": signals.authenticator_reset,
}.items():
    signal.connect(partial(_remember, act), weak=False, dispatch_uid=f"second factor {act}")
