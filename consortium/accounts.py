from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _


def remember_language(response: HttpResponse, language: str) -> None:
    """Let this browser show the language from the next page on, as the switch in the head of the page does."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True
    )


class AccountAdapter(DefaultAccountAdapter):
    """People come in by invitation, not by signing themselves up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Any, **how: Any) -> HttpResponse:
        """Whoever chose a language in the profile has it on every computer."""
        response = super().post_login(request, user, **how)
        if user.language:
            remember_language(response, user.language)
        return response


class PasswordLength(MinimumLengthValidator):
    """Django changed this sentence in 5.2, and its Chinese catalogue still has the one before."""

    def get_error_message(self) -> str:
        return _("A password has at least %(count)s characters.") % {"count": self.min_length}
