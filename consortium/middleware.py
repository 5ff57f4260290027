import time
from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from .jobs.notices import announce_notices
from .services import Refused
from .services.history import address
from .services.notices import mail_waits
from .services.refusals import note_refusal
from .services.second_factors import is_missing


class NoStoreMiddleware:
    """No answer is kept by a browser or a proxy, for each is one person's; a view that knows better says so itself."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class SessionAgeMiddleware:
    """A session ends after a pause, and when it is old however busy it was (ASVS 5.0, 7.3).

    What a page fetches while somebody types counts as work: see ``static/js/app.js``.
    """

    BEGUN, SEEN = "begun", "seen"
    MINUTE = 60  # seconds; how often a session is written to say that it is in use

    def __init__(self, get_response):
        self.get_response = get_response

    @classmethod
    def begin(cls, request: HttpRequest) -> None:
        request.session[cls.BEGUN] = request.session[cls.SEEN] = int(time.time())

    def __call__(self, request: HttpRequest):
        if SESSION_KEY in request.session:
            self._count(request, int(time.time()))
        return self.get_response(request)

    def _count(self, request: HttpRequest, now: int) -> None:
        session = request.session
        begun, seen = session.get(self.BEGUN, now), session.get(self.SEEN, 0)
        if seen and now - seen > settings.SESSION_IDLE_MINUTES * 60:
            logout(request)
            messages.info(request, _("You have been signed out after a pause. Sign in again to go on where you were."))
        elif now - begun > settings.SESSION_HOURS * 3600:
            logout(request)
            messages.info(request, _("You were signed in for a long time. Sign in again to go on where you were."))
        elif now - seen > self.MINUTE:
            session[self.BEGUN], session[self.SEEN] = begun, now


def is_page(request: HttpRequest) -> bool:
    """A whole page, not a part of one and not the API."""
    return not request.path.startswith("/api/") and not request.headers.get("HX-Request")


def sent_to(page: str, request: HttpRequest, sentence: str) -> HttpResponse:
    """The answer to whoever must do something else first: the browser goes to that page, the API says the sentence."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": sentence}, status=403)
    address = reverse(page)
    return HttpResponseRedirect(address) if is_page(request) else HttpResponseClientRedirect(address)


class SecondFactorMiddleware:
    """Whoever must have a second factor and has none comes to the pages that set it up, and nowhere else.

    The answer is found when somebody signs in and kept in the session, so that no page pays for it. A token is not a
    session: programs go on working.
    """

    MISSING, THEN = "second_factor_missing", "second_factor_then"
    OPEN = {
        "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes", "mfa_download_recovery_codes",
        "account_reauthenticate", "account_logout", "set_language",
    }  # fmt: skip

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        return self.get_response(request)

    @classmethod
    def begin(cls, request: HttpRequest, user) -> None:
        """Find the answer anew and note it in the session."""
        if settings.MFA_REQUIRED_ROLES:
            request.session[cls.MISSING] = is_missing(user)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if not settings.MFA_REQUIRED_ROLES or SESSION_KEY not in request.session:
            return None
        if request.session.get(self.MISSING, True):  # not asked yet, or missing then and perhaps set up since
            self.begin(request, request.user)
        here = request.resolver_match
        if not request.session[self.MISSING] or here and here.view_name in self.OPEN:
            return None
        if is_page(request) and request.method == "GET":
            request.session[self.THEN] = request.get_full_path()
        sentence = _("Your role asks for a second step when you sign in. Set it up in the browser first.")
        return sent_to("mfa_index", request, sentence)


class PasswordAgeMiddleware:
    """Whoever has a password that is too old (PASSWORD_POLICY=djbh) changes it first, and goes nowhere else.

    The answer is found at signing in and kept in the session; a token is none, so programs go on working.
    """

    OLD = "password_too_old"
    OPEN = SecondFactorMiddleware.OPEN | {"account_change_password"}

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        return self.get_response(request)

    @classmethod
    def begin(cls, request: HttpRequest, is_old: bool) -> None:
        if is_old:
            request.session[cls.OLD] = True
        else:
            request.session.pop(cls.OLD, None)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if SESSION_KEY not in request.session or not request.session.get(self.OLD):
            return None
        here = request.resolver_match
        if here and here.view_name in self.OPEN:
            return None
        if is_page(request):
            messages.info(request, _("Your password is too old. Set another one to go on."))
        sentence = _("Your password is too old. Change it in the browser first.")
        return sent_to("account_change_password", request, sentence)


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


class DenialMiddleware:
    """What was refused to somebody who is known stands in the history: 403 whatever the cause, and a dead token.

    It stands outside of the view and its transactions, and costs nothing where nothing is refused.
    """

    REFUSED = (401, 403, 429)

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        signed_in = request.user  # the API forgets who it was when the form's token is missing
        response = self.get_response(request)
        if response.status_code in self.REFUSED:
            self._note(request, response.status_code, signed_in)
        return response

    def _note(self, request: HttpRequest, status: int, signed_in: Any) -> None:
        owner = getattr(request, "owner_of_dead_token", None)
        known = (one for one in (owner, request.user, signed_in) if one and one.pk)
        who: Any = next(known, None) if owner or status == 403 else None
        if who:
            asked = f"{request.method} {_place_of(request)}"
            note_refusal(who, asked=asked, by=None if owner else who, now=timezone.now())


def _place_of(request: HttpRequest) -> str:
    """The path; where more than numbers stand in it, as the secret of a link, the pattern of the path."""
    here = request.resolver_match
    if here is None or all(str(value).isdecimal() for value in here.kwargs.values()):
        return request.path
    return f"/{here.route}"


class NoticeMiddleware:
    """With the end of a request that told people something, a worker hears that mails wait."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        mail_waits.set(False)
        response = self.get_response(request)
        if mail_waits.get():
            announce_notices()
        return response


class AddressMiddleware:
    """While a request is answered, history knows from where it came."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        before = address.set(_address_of(request))
        try:
            return self.get_response(request)
        finally:
            address.reset(before)


def _address_of(request: HttpRequest) -> str | None:
    """As the limits of signing in see it, trusted proxies counted; IPv4 as such, IPv6 without a zone."""
    try:
        found = ip_address(get_adapter(request).get_client_ip(request).partition("%")[0])
    except PermissionDenied:  # a socket without addresses
        return None
    return str(getattr(found, "ipv4_mapped", None) or found)
