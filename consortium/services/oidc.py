"""The link between a person's account and the identity that the city's or college's sign-in service gives."""

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from ..models import User
from .changes import Refused, alone, record


def is_linked(user: User) -> bool:
    return _of(user).exists()


@alone()
def link(user: User, subject: str) -> None:
    """Let whoever the issuer calls ``subject`` sign in as ``user``. Raises Refused when either is linked already.

    Only who is signed in may link, and nothing else links: an e-mail address that the other side says would let
    whoever may choose one there come in as somebody else here.
    """
    holder = _accounts().filter(provider=settings.OIDC_ISSUER, uid=subject).values_list("user", flat=True).first()
    if holder == user.pk:
        return
    if holder:
        raise Refused(_("This identity is linked to another account here. Tell the consortium office."))
    if is_linked(user):
        raise Refused(_("Your account is linked to another identity. Undo that first."))
    _accounts().create(user=user, provider=settings.OIDC_ISSUER, uid=subject)
    record(user, by=user, what="oidc linked")


@alone()
def unlink(user: User) -> None:
    """Raises Refused when there is no link, and when nothing else would let the person in."""
    if not user.has_usable_password():
        raise Refused(_("Set a password first, or you could not sign in any more."))
    deleted, _tables = _of(user).delete()
    if not deleted:
        raise Refused(_("Your account is not linked."))
    record(user, by=user, what="oidc unlinked")


def _accounts() -> models.Manager:
    return apps.get_model("socialaccount.SocialAccount")._default_manager


def _of(user: User) -> models.QuerySet:
    """Of this issuer: what another one called so is somebody else."""
    return _accounts().filter(user=user, provider=settings.OIDC_ISSUER)
