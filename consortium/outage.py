"""What is answered while the database is away: 503, when to come again, and nothing that asks the database."""

import sys

from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

RETRY_AFTER = 30  # seconds
GONE = ("08", "57P", "53300")  # PostgreSQL: connection lost, shut down or starting, no connection left
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


@receiver(got_request_exception)
def note(request: HttpRequest | None = None, **more: object) -> None:
    """Each layer turns an exception into an answer by itself; this is where all of them say which it was."""
    if request is not None and is_outage(sys.exc_info()[1]):
        request.META["consortium.outage"] = True


class OutageMiddleware:
    """Stands outside of all that asks the database (sessions, the user), inside of what marks and counts answers."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        response = self.get_response(request)
        return _away(request) if request.META.get("consortium.outage") else response


def _away(request: HttpRequest) -> HttpResponse:
    headers = {"Retry-After": str(RETRY_AFTER)}
    if not request.path.startswith("/api/"):
        return HttpResponse(render_to_string("503.html"), status=503, headers=headers)
    with translation.override(translation.get_language_from_request(request)):
        sentence = _("The database is away for the moment. Send the request again in half a minute.")
    return JsonResponse({"detail": sentence}, status=503, headers=headers)
