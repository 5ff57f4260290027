from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from .demo import PASSWORD, demo_users


def demo_sign_in(request: HttpRequest) -> dict[str, object]:
    """On the sign-in page of a demonstration (DEBUG only): its users and their password."""
    if not settings.DEBUG or request.path != reverse("account_login"):
        return {}
    users = demo_users()
    return {"demo_users": users, "demo_password": PASSWORD} if users else {}


def oidc(request: HttpRequest) -> dict[str, object]:
    """The name of the sign-in service where there is one, for the page that leads to it."""
    return {"oidc_name": settings.OIDC_NAME} if settings.OIDC_ISSUER else {}
