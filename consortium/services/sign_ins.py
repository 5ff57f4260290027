"""Signing in: how often a password may be tried, and what history keeps of it.

A name has five tries, whoever makes them and from wherever, so that nobody guesses its password. Somebody else's tries
must not keep its owner out: a browser in which the name has signed in before has five of its own (device cookies as
OWASP describes them). An address has a hundred, for a college's people share one.
"""

import re
import unicodedata
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..models import PasswordTries, User
from .changes import Refused
from .history import record

PAUSE = timedelta(minutes=15)  # after the last try that was counted
OF_NAME, OF_ADDRESS = 5, 100


def name_key(username: str) -> str:
    """A name as signing in finds it, in any case, as a keyed hash."""
    return _key("name", unicodedata.normalize("NFKC", username).casefold())


def reserve(username: str, *, device: str, address: str | None, now: datetime) -> None:
    """Count a try before the password is looked at. Raises Refused when there were too many.

    ``device`` is what the browser was given when this name signed in there, empty for a browser that is not known.
    """
    reserved: list[str] = []
    for key, most in _keys(username, device, address):
        if PasswordTries.objects.reserve(key, most=most, after=now - PAUSE, now=now):
            reserved.append(key)
        else:
            for other in reserved:
                PasswordTries.objects.give_back(other)
            raise Refused(
                _(
                    "Too many wrong passwords. Try again after %(time)s, or use a browser in which you have signed in "
                    "before. The secretariat can send you a link for a new password."
                )
                % {"time": _again(key, now)}
            )


def succeeded(username: str, *, device: str, address: str | None) -> None:
    """The password was right: the name begins anew, the address gets its try back."""
    (key, _most), *of_address = _keys(username, device, address)
    PasswordTries.objects.filter(key=key).delete()
    for key, _most in of_address:
        PasswordTries.objects.give_back(key)


@transaction.atomic
def failed(username: str, *, now: datetime) -> None:
    """The password was wrong: whoever has this name finds it in the history. Old counts are removed by the way."""
    user = User.objects.filter(username__iexact=username).first()
    if user:
        record(user, by=None, what="wrong password")
    PasswordTries.objects.filter(last_at__lt=now - 2 * PAUSE).delete()


def reserve_code(user: User, *, device: str, now: datetime) -> None:
    """Count a code or passkey before it is looked at, as passwords are. Raises Refused after five of both."""
    key = _code_key(user, device)
    if not PasswordTries.objects.reserve(key, most=OF_NAME, after=now - PAUSE, now=now):
        sentence = _("Too many wrong codes or passkeys. Try again after %(time)s.")
        raise Refused(sentence % {"time": _again(key, now)})


def code_succeeded(user: User, *, device: str) -> None:
    """The code or passkey was right: the count begins anew."""
    PasswordTries.objects.filter(key=_code_key(user, device)).delete()


def code_failed(user: User) -> None:
    """The code was wrong: whoever was to be signed in finds it in the history."""
    record(user, by=None, what="wrong code")


def passkey_failed(user: User) -> None:
    """The passkey was refused: whoever was to be signed in finds it in the history."""
    record(user, by=None, what="wrong passkey")


def use_code(user: User, code: str, *, now: datetime) -> bool:
    """Whether ``code``, which an app shows for a minute and a half at most, is used for the first time."""
    digits = re.sub(r"[^0-9]", "", code)
    return PasswordTries.objects.reserve(_key("used", f"{user.pk}.{digits}"), most=1, after=now - PAUSE, now=now)


def _code_key(user: User, device: str) -> str:
    return _key("code in device", device) if device else _key("code", str(user.pk))


def _again(key: str, now: datetime) -> str:
    """The time of day at which there is a try again."""
    last = PasswordTries.objects.filter(key=key).values_list("last_at", flat=True).first() or now
    return date_format(timezone.localtime(last + PAUSE + timedelta(minutes=1)), "H:i")


def _keys(username: str, device: str, address: str | None) -> list[tuple[str, int]]:
    keys = [(_key("device", device) if device else name_key(username), OF_NAME)]
    return [*keys, (_key("address", address), OF_ADDRESS)] if address else keys


def _key(kind: str, value: str) -> str:
    return salted_hmac(f"consortium.sign_ins.{kind}", value, algorithm="sha256").hexdigest()
