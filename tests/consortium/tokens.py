from django.utils import timezone

from consortium.models import ApiToken
from consortium.services.tokens import make_token


def token_of(user, *scopes, name="接口", days=30) -> tuple[ApiToken, str]:
    """A token of somebody, for everything unless scopes are named, and its key."""
    scopes = scopes or ApiToken.Scope.values
    return make_token(user, name=name, scopes=scopes, days=days, by=user, now=timezone.now())


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Token {key}"}
