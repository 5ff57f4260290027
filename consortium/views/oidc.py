"""The way to the city's or college's sign-in service and back. Without OIDC_ISSUER none of these pages is there."""

from collections.abc import Callable
from functools import wraps

from allauth.account.decorators import reauthentication_required
from allauth.account.utils import get_next_redirect_url
from allauth.core.ratelimit import consume_or_429
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ..oidc import FAULTS, Callback, Flow, failed
from ..services.oidc import unlink


def where_configured(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def only(request: HttpRequest) -> HttpResponse:
        if not settings.OIDC_ISSUER:
            raise Http404
        return view(request)

    return only


@login_not_required
@where_configured
@require_POST
def oidc_sign_in(request: HttpRequest) -> HttpResponse:
    return _leave(request, AuthProcess.LOGIN, next_url=get_next_redirect_url(request))


@where_configured
@require_POST
@reauthentication_required
def oidc_link(request: HttpRequest) -> HttpResponse:
    """Whoever has just said again who it is."""
    return _leave(request, AuthProcess.CONNECT, data=request.user.pk)


@where_configured
@require_POST
@reauthentication_required
def oidc_unlink(request: HttpRequest) -> HttpResponse:
    unlink(request.user)
    messages.success(request, _("The link to %(name)s is undone.") % {"name": settings.OIDC_NAME})
    return redirect("consortium:profile")


@login_not_required
@where_configured
@require_safe
def oidc_callback(request: HttpRequest) -> HttpResponse:
    try:
        return Callback.adapter_view(Flow(request))(request)
    except FAULTS as fault:
        return failed(request, fault)


def _leave(request: HttpRequest, process: str, **noted: object) -> HttpResponse:
    """A page that goes on to the provider by itself: a redirect would be refused by our own form-action."""
    if refused := consume_or_429(request, action="oidc"):
        return refused
    try:
        there = Flow(request).get_provider().redirect(request, process, **noted)
    except FAULTS as fault:
        return failed(request, fault)
    if not isinstance(there, HttpResponseRedirect):
        return there
    return render(request, "account/oidc_leave.html", {"there": there.url, "name": settings.OIDC_NAME})
