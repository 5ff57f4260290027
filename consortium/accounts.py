from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """People come in by the secretariat, not by signing themselves up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
