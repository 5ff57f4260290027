"""What is answered while the database is away (503 and when to come again) and when the disk is full (507).

Neither answer asks the database.
"""

import errno
import sys
from contextlib import suppress
from typing import Any

from django.core.signals import got_request_exception
from django.db import DatabaseError, InterfaceError, OperationalError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy

OUTAGE = "consortium.outage"
RETRY_AFTER = 30  # seconds
GONE = ("08", "57P", "53300")  # PostgreSQL: connection lost, shut down or starting, no connection left
DISK_FULL = "53100"  # PostgreSQL's
SHUT = ("SQLITE_CANTOPEN", "SQLITE_BUSY", "SQLITE_IOERR")


def is_outage(error: BaseException | None) -> bool:
    """Whether the database cannot be reached or ended the connection; a lock or a time that ran out is none."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    if name := getattr(error.__cause__, "sqlite_errorname", ""):
        return name.startswith(SHUT)
    code = getattr(error.__cause__, "pgcode", None)
    return code is None or code.startswith(GONE)  # the driver's own words about a connection have no code


def is_full(error: BaseException | None) -> bool:
    """Whether the disk has no room: for an upload on its way, for a file that is kept, or for the database."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    if not isinstance(error, DatabaseError):
        return False
    cause = error.__cause__
    return getattr(cause, "sqlite_errorname", "") == "SQLITE_FULL" or getattr(cause, "pgcode", "") == DISK_FULL


@receiver(got_request_exception)
def note(request: HttpRequest | None = None, **more: object) -> None:
    """Each layer turns an exception into an answer by itself; this is where all of them say which it was."""
    if request is None:
        return
    error = sys.exc_info()[1]
    if is_outage(error):
        request.META[OUTAGE] = _away
    elif is_full(error):
        request.META[OUTAGE] = _full


class OutageMiddleware:
    """Stands outside of all that asks the database (sessions, the user), inside of what marks and counts answers."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        response = self.get_response(request)
        answer = request.META.get(OUTAGE)
        return answer(request) if answer else response


def _away(request: HttpRequest) -> HttpResponse:
    sentence = gettext_lazy("The database is away for the moment. Send the request again in half a minute.")
    answer = _answer(request, 503, sentence)
    answer["Retry-After"] = str(RETRY_AFTER)
    return answer


def _full(request: HttpRequest) -> HttpResponse:
    with suppress(OSError):  # whoever is still sending an upload hears the answer afterwards only
        while request.read(1 << 16):
            pass
    sentence = gettext_lazy("The server's disk is full: this was not kept. Tell the operator of this system.")
    return _answer(request, 507, sentence)


def _answer(request: HttpRequest, status: int, sentence: Any) -> HttpResponse:
    if request.path.startswith("/api/"):
        with translation.override(translation.get_language_from_request(request)):
            return JsonResponse({"detail": str(sentence)}, status=status)
    return HttpResponse(render_to_string(f"{status}.html"), status=status)
