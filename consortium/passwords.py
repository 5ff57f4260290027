"""The policy ``djbh`` of passwords (GB/T 22239-2019, 8.1.4.1, as authorities ask for it): complexity, ninety days, none
of the last five. The policy ``nist`` (SP 800-63B) asks for length alone, and that a password is not a common one."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import User

KEPT, DAYS, KINDS = 5, 90, 3
SIGNS = [re.compile(kind) for kind in (r"[a-z]", r"[A-Z]", r"\d", r"[^a-zA-Z\d]")]


class Complexity:
    """At least three of small letters, capitals, digits and other signs."""

    def validate(self, password: str, user: Any = None) -> None:
        if sum(bool(kind.search(password)) for kind in SIGNS) < KINDS:
            raise ValidationError(self.get_help_text(), code="password_too_simple")

    def get_help_text(self) -> str:
        return _("A password has three of these: small letters, capitals, digits, other signs.")


class NoneOfTheLast:
    """Not the password in force and none of those before it; remembers each that is set."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None:
            return
        stored = User.objects.filter(pk=user.pk).values_list("password", flat=True)  # the form may have set it already
        used = [*stored, *user.old_passwords.order_by("-set_at").values_list("password", flat=True)[:KEPT]]
        if any(check_password(password, one) for one in dict.fromkeys(used)):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def password_changed(self, password: str, user: Any = None) -> None:
        """Asked by Django once the new password is saved."""
        user.old_passwords.create(password=user.password, set_at=timezone.now())
        kept = user.old_passwords.order_by("-set_at", "-pk").values_list("pk", flat=True)[:KEPT]
        user.old_passwords.exclude(pk__in=list(kept)).delete()

    def get_help_text(self) -> str:
        return _("It is none of your last %(count)s passwords.") % {"count": KEPT}


def is_too_old(user: Any, now: datetime) -> bool:
    """Whether the password is to be changed first; one set before there was a policy counts from the account's day."""
    if settings.PASSWORD_POLICY != "djbh" or not user.has_usable_password():  # nosec B105: the name of a policy
        return False
    newest = user.old_passwords.order_by("-set_at").values_list("set_at", flat=True).first()
    return now - (newest or user.date_joined) > timedelta(days=DAYS)
