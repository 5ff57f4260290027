"""One's own API tokens."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ..forms import accepted
from ..forms.tokens import TokenForm
from ..models import ApiToken
from ..services.tokens import make_token, revoke_token
from .pages import confirm_page


def token_list(request: HttpRequest) -> HttpResponse:
    """One's own, newest first; and a form for another, whose key is shown in the answer and never again."""
    now, made = timezone.now(), []
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        accepted(form, lambda: made.append(make_token(request.user, **asked, by=request.user, now=now)))
    context = {
        "form": TokenForm() if made else form,
        "made": made[0] if made else None,
        "tokens": ApiToken.objects.of(request.user).select_related("made_by").order_by("-pk"),
        "now": now,
    }
    return render(request, "consortium/token_list.html", context)


def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.of(request.user).filter(revoked_at=None), pk=pk)

    def act() -> None:
        revoke_token(token, by=request.user, now=timezone.now())
        messages.success(request, _("The API token no longer works."))

    return confirm_page(
        request,
        act,
        heading=_("Revoke “%(name)s”") % {"name": token.name},
        text=_("The program that uses it is refused from its next request on. This cannot be undone."),
        label=_("Revoke the token"),
        back=reverse("consortium:token_list"),
        danger=True,
    )
