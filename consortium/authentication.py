"""How a program signs in to the API, and what it may do there."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import TokenAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from .models import ApiToken
from .services.tokens import find_token, owner_of

Scope = ApiToken.Scope
# the lists that each scope writes; it reads them too
WRITES: dict[str, set[str]] = {
    Scope.MEMBERS: {
        "organizations", "memberships", "agreements", "meetings", "agenda-items", "opinions", "resolutions",
    },
    Scope.ZONES: {"zones", "classes", "enrollments", "projects", "modules", "outcomes"},
    Scope.HOURS: {"hours"},
    Scope.TASKS: {"plans", "tasks", "milestones", "targets", "progress", "supervisions"},
    Scope.EVALUATION: {"standard-checks", "schemes", "indicators", "evaluations"},
    Scope.REPORTS: {"reports"},
}  # fmt: skip


class ByToken(TokenAuthentication):
    """``Authorization: Token …``; an unknown, expired or revoked key and one of somebody switched off are one."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        self.request = request._request
        return super().authenticate(request)

    def authenticate_credentials(self, key: str) -> tuple[Any, ApiToken]:
        token = find_token(key, timezone.now())
        if token is None or not token.user.is_active:
            self.request.owner_of_dead_token = owner_of(key)  # type: ignore[attr-defined]  # see DenialMiddleware
            raise exceptions.AuthenticationFailed(_("This token is not valid."))
        return token.user, token


class InScope(BasePermission):
    """A token does what its scopes name, for somebody who has a role. A session does all that its person may."""

    def has_permission(self, request: Request, view: Any) -> bool:
        token, thing = request.auth, getattr(view, "basename", None)
        if not isinstance(token, ApiToken) or thing is None:  # `me` says who one is, even without a role
            return True
        if token.user.affiliation is None:
            self.message = _("You have no role in a consortium now.")
            return False
        self.message = _("This token is not made for that. Make one with the scope that it needs.")
        own = any(scope in token.scopes and thing in things for scope, things in WRITES.items())
        return own or (request.method in SAFE_METHODS and Scope.READ in token.scopes)
