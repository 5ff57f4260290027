"""How much one may ask of the API: requests a minute, and the size of what is sent."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from .services.history import address

MINUTE = 60
LARGEST_BODY = 1024 * 1024  # bytes


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("A request to the API brings 1 MB at most. Send it in parts.")


class OfPerson(BaseThrottle):
    """Somebody who is signed in has API_THROTTLE_USER requests a minute, by whatever tokens and addresses."""

    left: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        if request.user.pk is not None:
            self.left = _count(f"user:{request.user.pk}", settings.API_THROTTLE_USER)
        return self.left is None

    def wait(self) -> float | None:
        return self.left


def refuse_stranger(error: exceptions.APIException) -> exceptions.APIException:
    """What to answer to a request that nobody has signed: 401, and 429 when its address sends many of them.

    Only such requests are counted. A college's people share one address; a program with an old token must not keep
    the others out.
    """
    left = _count(f"address:{address.get()}", settings.API_THROTTLE_ANON)
    return error if left is None else exceptions.Throttled(left)


def refuse_large(request: Request) -> None:
    """Raises TooLarge by what the request says of its length; more than that no server reads of it."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    if said.isdecimal() and int(said) > LARGEST_BODY:
        raise TooLarge


def _count(whose: str, most: int) -> float | None:
    """Count one request in this minute of the clock; the seconds to wait when there were ``most`` before it."""
    now = time.time()
    key = f"api:{whose}:{int(now // MINUTE)}"
    cache.add(key, 0, timeout=2 * MINUTE)
    try:
        return MINUTE - now % MINUTE if cache.incr(key) > most else None
    except ValueError:  # it was pushed out in this moment
        return None
