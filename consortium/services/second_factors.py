"""The second step of signing in: who must have one, how it stands, and switching it off for a lost telephone."""

from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _

from ..models import User
from .changes import Refused
from .history import record
from .personal import end_sessions

CODES, OPERATOR = "recovery_codes", "operator"  # the library's name of recovery codes; the setting's of operators


@dataclass(frozen=True)
class SecondFactor:
    """Whether a person has a second step, and how many recovery codes are left."""

    is_on: bool
    codes_left: int


def state_of(user: User) -> SecondFactor:
    rows = list(_of(user))
    left = sum(len(row.wrap().get_unused_codes()) for row in rows if row.type == CODES)
    return SecondFactor(any(row.type != CODES for row in rows), left)


def is_missing(user: User) -> bool:
    """Whether one of the person's roles asks for a second step and none is set up."""
    required = settings.MFA_REQUIRED_ROLES
    held = {role.role for role in user.roles}
    if user.is_staff or user.is_superuser:
        held.add(OPERATOR)
    return bool(required & held) and not _of(user).exclude(type=CODES).exists()


@transaction.atomic
def reset(user: User) -> None:
    """Switch the second step of ``user`` off and sign the person out everywhere. Raises Refused when there is none."""
    deleted, _tables = _of(user).delete()
    if not deleted:
        raise Refused(_("%(user)s has no second step.") % {"user": user.username})
    end_sessions(user)
    record(user, by=None, what="second factor reset")


def _of(user: User) -> models.QuerySet:
    return apps.get_model("mfa.Authenticator")._default_manager.filter(user=user)
