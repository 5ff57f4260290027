"""A reviewer's own scoring sheet, and the link by which a guest comes to it."""

from allauth.account.utils import perform_login
from allauth.core.ratelimit import consume_or_429
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.permissions import require
from consortium.services import Refused

from .. import services
from ..evidence import lines_of
from ..forms import GuestForm, LinkDaysForm, ScoreForm
from ..models import Evaluation, GuestLink, Reviewer
from .evaluations import changeable, seen


def evaluation_score(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own scoring sheet; one button keeps it, the other submits it for good."""
    evaluation = seen(request, pk)
    require(request.user, "evaluation.score", evaluation)
    reviewer = get_object_or_404(evaluation.reviewers.all(), person=request.user)
    reviewer.evaluation = evaluation
    closed = evaluation.status != Evaluation.Status.REVIEW or reviewer.submitted_at is not None
    form = ScoreForm(request.POST or None, reviewer=reviewer, closed=closed)

    def save() -> None:
        _refuse_other_sheet(request, reviewer)
        services.save_scores(reviewer, form.scores(), by=request.user)

    def submit() -> None:
        if "submit" in request.POST:
            services.submit_scores(reviewer, by=request.user, now=timezone.now())

    # kept first and apart: a sheet with a gap is refused, but what was typed stays
    if form.is_valid() and accepted(form, save) and accepted(form, submit):
        return redirect(request.path)
    if form.is_bound:
        reviewer.refresh_from_db(fields=["submitted_at"])
    context = {
        "evaluation": evaluation,
        "reviewer": reviewer,
        "form": form,
        "closed": closed,
        "lines": list(form.lines()),
        "weights": form.section_weights(),
        "totals": form.totals(),
        "measured": form.measured,
        "evidence": lines_of(evaluation, by=request.user),
    }
    return render(request, "evaluation/evaluation_score.html", context)


@require_POST
def evaluation_score_line(request: HttpRequest, pk: int, number: int) -> JsonResponse:
    """One score, saved as one goes: answers its version, or with 400 or 409 the sentence why it is not saved."""
    evaluation = seen(request, pk)
    require(request.user, "evaluation.score", evaluation)
    reviewer = get_object_or_404(evaluation.reviewers.all(), person=request.user)
    reviewer.evaluation = evaluation
    if not evaluation.self_assessments.filter(is_chosen=True, indicator__number=number).exists():
        raise Http404
    form = ScoreForm(request.POST, reviewer=reviewer)
    if not form.is_valid():
        return JsonResponse({"detail": form.errors[f"score_{number}"][0]}, status=400)
    try:
        _refuse_other_sheet(request, reviewer)
        given = [one for one in form.scores() if one.indicator.number == number]
        services.save_scores(reviewer, given, by=request.user)
    except Refused as refusal:
        return JsonResponse({"detail": str(refusal)}, status=409)
    except ValidationError as error:
        version = _version_of(reviewer, number)
        is_older = given[0].version not in (None, version)
        return JsonResponse({"detail": error.messages[0], "version": version}, status=409 if is_older else 400)
    return JsonResponse({"version": _version_of(reviewer, number)})


def _version_of(reviewer: Reviewer, number: int) -> int:
    """Of the score that stands now; 0 of none, as while there is only a remark."""
    return reviewer.scores.filter(indicator__number=number).values_list("version", flat=True).first() or 0


def _refuse_other_sheet(request: HttpRequest, reviewer: Reviewer) -> None:
    """A window that was opened by somebody who signed in before on the same computer."""
    if request.POST.get("reviewer", str(reviewer.pk)) != str(reviewer.pk):
        raise Refused(_("This window shows the sheet of somebody else, who was signed in before. Open it anew."))


@never_cache
def guest_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the link of a guest; it is shown once, on the page that answers."""
    evaluation = changeable(request, pk)
    form = GuestForm(request.POST or None, evaluation=evaluation)
    made: list[GuestLink] = []

    def act() -> None:
        made.append(services.invite_guest(evaluation, **form.cleaned_data, by=request.user, now=timezone.now()))

    if form.is_valid() and accepted(form, act):
        return _show_link(request, made[0])
    context = {"form": form, "evaluation": evaluation, "heading": _("Invite a third party by a link")}
    return render(request, "evaluation/evaluation_form.html", context)


@never_cache
def guest_renew(request: HttpRequest, pk: int, reviewer: int) -> HttpResponse:
    evaluation = changeable(request, pk)
    row = get_object_or_404(evaluation.reviewers.select_related("person", "link"), pk=reviewer, link__isnull=False)
    row.evaluation = evaluation
    form = LinkDaysForm(request.POST or None)

    def act() -> None:
        services.renew_guest_link(row.link, **form.cleaned_data, by=request.user, now=timezone.now())

    if form.is_valid() and accepted(form, act):
        return _show_link(request, row.link)
    context = {
        "heading": _("Another link for %(reviewer)s") % {"reviewer": row.person},
        "text": _("The link before no longer works. What was scored stays."),
        "form": form,
        "label": _("Make the link"),
        "cancel_url": reverse("evaluation:evaluation_reviewers", args=[pk]),
    }
    return render(request, "confirm.html", context)


def _show_link(request: HttpRequest, link: GuestLink) -> HttpResponse:
    """No redirect, because nothing keeps the secret until the next page."""
    address = request.build_absolute_uri(reverse("evaluation:guest_open", args=[link.secret]))
    context = {"link": link, "address": address, "evaluation": link.reviewer.evaluation}
    return render(request, "evaluation/guest_link.html", context)


@login_not_required
@never_cache
def guest_open(request: HttpRequest, secret: str) -> HttpResponse:
    """Where the link leads. Unknown, withdrawn or too old is all the same to strangers."""
    if answer := consume_or_429(request, action="accept_invitation", limit_get=True):
        return answer
    reviewer = services.find_guest(secret, timezone.now())
    if reviewer is None:
        return render(request, "evaluation/guest_gone.html", status=404)
    if request.method == "POST":
        sheet = reverse("evaluation:evaluation_score", args=[reviewer.evaluation_id])
        if request.user.is_authenticated:
            logout(request)
        return perform_login(request, reviewer.person, email_verification="none", redirect_url=sheet)
    return render(request, "evaluation/guest_open.html", {"reviewer": reviewer, "evaluation": reviewer.evaluation})
