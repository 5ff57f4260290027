from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from .services import Refused


class RefusalMiddleware:
    """A refused act on a page ends where the person was, with the sentence. (The API answers 409 by itself.)"""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception):
        if not isinstance(exception, Refused):
            return None
        messages.error(request, str(exception))
        came_from = request.headers.get("Referer", "")
        safe = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
        return HttpResponseRedirect(came_from if safe else "/")
