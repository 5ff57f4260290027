from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.http import HttpRequest
from django.utils.translation import gettext as _


class AccountAdapter(DefaultAccountAdapter):
    """People come in by the secretariat, not by signing themselves up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class PasswordLength(MinimumLengthValidator):
    """Django changed this sentence in 5.2, and its Chinese catalogue still has the one before."""

    def get_error_message(self) -> str:
        return _("A password has at least %(count)s characters.") % {"count": self.min_length}
