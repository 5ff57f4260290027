"""API tokens: making one, finding the one that a request carries, ending it."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..models import ApiToken, User
from .changes import Refused, alone
from .history import record

PREFIX, SECRET_BYTES, PREFIX_SHOWN = "cjlht_", 32, 12
USED_EVERY = timedelta(minutes=1)  # so often at most the last use is written
MADE, REVOKED = gettext_noop("API token made"), gettext_noop("API token revoked")


@alone()
def make_token(
    user: User, *, name: str, scopes: Collection[str], days: int, by: User | None, now: datetime, replace: bool = False
) -> tuple[ApiToken, str]:
    """A new token of ``user`` and its key, which is kept nowhere. With ``replace`` the one of that name is revoked.

    Raises Refused when there are too many, ValidationError for a name that is taken or a time that is too long.
    """
    list(User.objects.select_for_update(no_key=True).filter(pk=user.pk))  # of two at once the second counts the first
    # an expired one stands in nobody's way
    for old in user.api_tokens.filter(name=name, revoked_at=None):
        if replace or old.expires_at <= now:
            revoke_token(old, by=by, now=now)
    if user.api_tokens.live(now).count() >= ApiToken.MOST:
        raise Refused(_("There are %(n)d tokens already. Revoke one that is not needed.") % {"n": ApiToken.MOST})
    key = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken(
        user=user, name=name, prefix=key[:PREFIX_SHOWN], secret_hash=hash_of(key), made_by=by, made_at=now,
        scopes=[scope.value for scope in ApiToken.Scope if scope in scopes], expires_at=now + timedelta(days=days),
    )  # fmt: skip
    token.full_clean()
    token.save(force_insert=True)
    record(user, by=by, what=MADE, new=f"{token}: {'; '.join(token.scope_labels)}; {token.expires_at:%Y-%m-%d}")
    return token, key


def find_token(key: str, now: datetime) -> ApiToken | None:
    """The live token with this key, with its user; its use is remembered, once a minute at most."""
    token = ApiToken.objects.live(now).select_related("user").filter(secret_hash=hash_of(key)).first()
    if token and token.user.is_active:
        ApiToken.objects.unused_since(now - USED_EVERY).filter(pk=token.pk).update(last_used_at=now)
    return token


def owner_of(key: str) -> User | None:
    """Whose key this is or was, also when it opens nothing any more."""
    token = ApiToken.objects.select_related("user").filter(secret_hash=hash_of(key)).first()
    return token.user if token else None


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User | None, now: datetime) -> None:
    """Nothing signs in by it from the next request on."""
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        raise Refused(_("This token has been revoked already."))
    record(token.user, by=by, what=REVOKED, old=token)


def hash_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
