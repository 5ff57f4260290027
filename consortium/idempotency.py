"""``Idempotency-Key``: a program that did not hear the answer sends the request again, and nothing is done twice."""

import re
from collections.abc import Callable
from typing import Any, cast

from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from .models import KeptAnswer, User
from .services import answers

HEADER, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
VISIBLE = re.compile(r"[\x21-\x7e]{1,64}")
WRITES = ("POST", "PUT", "PATCH", "DELETE")
KEPT_HEADERS = ("Content-Type", "Location")


def once(view: Any, handler: Callable[..., Response]) -> Callable[..., HttpResponseBase]:
    """``handler`` of ``view``, which does its work once for each key that a request carries.

    An answer of 5xx comes as an exception or is taken back here; then nothing is kept and nothing is done.
    """

    def answer(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = request.headers[HEADER]
        if not VISIBLE.fullmatch(key):
            raise exceptions.ParseError(_("An Idempotency-Key has 1 to 64 visible characters of ASCII."))
        with transaction.atomic():
            try:
                row, is_new = answers.reserve(_sender(request), key, _hash_of(request), now=timezone.now())
            except answers.AnotherRequest as error:
                return Response({"detail": str(error)}, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
            if not is_new:
                return _again(row)
            response = _done(view, handler, request, *args, **kwargs)
            if response.status_code >= status.HTTP_500_INTERNAL_SERVER_ERROR:
                transaction.set_rollback(True)
                return response
            kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
            answers.keep(row, status=response.status_code, headers=kept, body=response.content.decode())
            return response

    return answer


def _sender(request: Request) -> User:
    return cast(User, request.user)  # nobody else comes past the permissions


def _hash_of(request: Request) -> str:
    acting = _sender(request).affiliation
    whole = request.get_full_path()
    return answers.hash_of(str(request.method), whole, acting.pk if acting else None, request.body)


def _done(view: Any, handler: Callable[..., Response], request: Request, *args: Any, **kwargs: Any) -> Response:
    """The answer as it will be sent. What a refused handler had begun is taken back; the refusal itself is kept."""
    try:
        with transaction.atomic():
            response = handler(request, *args, **kwargs)
    except Exception as error:
        response = view.handle_exception(error)  # raises what is a fault
    return view.finalize_response(request, response, *args, **kwargs).render()


def _again(row: KeptAnswer) -> HttpResponse:
    response = HttpResponse(row.body, status=row.status, headers=row.headers)
    if "Content-Type" not in row.headers:
        del response.headers["Content-Type"]
    response.headers[REPLAYED] = "true"
    return response
