"""One's own desk drawer: roles, language, notices, devices."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ..accounts import remember_language
from ..forms.people import LanguageForm
from ..models import ApiToken
from ..permissions import rights_of
from ..services import Refused
from ..services.oidc import is_linked
from ..services.people import act_as, choose_language
from ..services.second_factors import state_of


def profile(request: HttpRequest) -> HttpResponse:
    return _profile(request)


@require_POST
def acting(request: HttpRequest) -> HttpResponse:
    chosen = next((row for row in request.user.roles if str(row.pk) == request.POST.get("affiliation")), None)
    if chosen is None:
        raise Refused(_("You do not have this role now."))
    act_as(chosen, by=request.user)
    return redirect("home")  # the page before may be nothing for this role


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return _profile(request, form)
    chosen = form.cleaned_data["language"]
    choose_language(chosen, by=request.user)
    response = redirect("consortium:profile")
    remember_language(response, chosen)
    return response


def _profile(request: HttpRequest, form: LanguageForm | None = None) -> HttpResponse:
    user, now = request.user, timezone.now()
    return render(
        request,
        "consortium/profile.html",
        {
            "roles": [(row, rights_of(row)) for row in user.roles],
            "form": form or LanguageForm(initial={"language": user.language or settings.LANGUAGE_CODE}),
            "sessions": user.count_sessions(now),
            "second_factor": state_of(user),
            "oidc_linked": bool(settings.OIDC_ISSUER) and is_linked(user),
            "tokens": ApiToken.objects.of(user).live(now).count(),
        },
    )
