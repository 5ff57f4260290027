import contextlib
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_changed, password_reset, password_set
from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from .middleware import PasswordAgeMiddleware, SecondFactorMiddleware, SessionAgeMiddleware
from .passwords import is_too_old
from .services import Refused, sign_ins
from .services.history import address, record

DEVICE = "device"  # the cookie of a browser in which somebody has signed in, and the mark of one with a new password
KNOWN_FOR = timedelta(days=180)


def remember_language(response: HttpResponse, language: str) -> None:
    """Let this browser show the language from the next page on, as the switch in the head of the page does."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True
    )


class AccountAdapter(DefaultAccountAdapter):
    """People come in by invitation, not by signing themselves up; passwords are tried a few times only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """In place of the library's own limits, which each process counts for itself, and after the fact."""
        username = credentials.get("username") or ""
        device, place = device_of(request, username), address.get()
        try:
            sign_ins.reserve(username, device=device, address=place, now=timezone.now())
        except Refused as refusal:
            raise ValidationError(str(refusal)) from None
        user = super().authenticate(request, **credentials)
        if user:
            sign_ins.succeeded(username, device=device, address=place)
        return user

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """The tries are counted above."""

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        sign_ins.failed(credentials.get("username") or "", now=timezone.now())

    def post_login(self, request: HttpRequest, user: Any, **how: Any) -> HttpResponse:
        """The browser is known from now on; whoever chose a language in the profile has it on every computer."""
        response = super().post_login(request, user, **how)
        by_oidc = "sociallogin" in (how.get("signal_kwargs") or {})
        record(user, by=user, what="signed in by oidc" if by_oidc else "signed in")
        response.set_signed_cookie(
            DEVICE, f"{sign_ins.name_key(user.username)}.{token_urlsafe(16)}", salt=DEVICE, max_age=KNOWN_FOR,
            samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True,
        )  # fmt: skip
        if user.language:
            remember_language(response, user.language)
        return response


@receiver(user_logged_in)
def begin_counting(request: HttpRequest, user: Any, **_: Any) -> None:
    SessionAgeMiddleware.begin(request)
    SecondFactorMiddleware.begin(request, user)
    PasswordAgeMiddleware.begin(request, is_too_old(user, timezone.now()))


@receiver([password_changed, password_reset, password_set])
def begin_its_age(request: HttpRequest, user: Any, **_: Any) -> None:
    PasswordAgeMiddleware.begin(request, False)


@receiver(password_reset)
def know_the_browser(request: HttpRequest, user: Any, **_: Any) -> None:
    """Whoever has set a new password by a link signs in with it here, however often others try the name."""
    request.session[DEVICE] = f"{sign_ins.name_key(user.username)}.{token_urlsafe(16)}"


def device_of(request: HttpRequest, username: str) -> str:
    """What this browser was given when ``username`` signed in, empty when it was not."""
    key = sign_ins.name_key(username)
    given = [request.session.get(DEVICE, "")]
    with contextlib.suppress(BadSignature):
        given.append(request.get_signed_cookie(DEVICE, "", salt=DEVICE, max_age=KNOWN_FOR) or "")
    return next((device for device in given if device.startswith(key)), "")


class PasswordLength(MinimumLengthValidator):
    """Django changed this sentence in 5.2, and its Chinese catalogue still has the one before."""

    def get_error_message(self) -> str:
        return _("A password has at least %(count)s characters.") % {"count": self.min_length}
