"""Applications of organizations to become a member, and the decision."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from ..filters.members import JoiningFilter
from ..forms.members import DecisionForm, JoiningForm
from ..lists import Column, list_page
from ..models import HistoryEntry, Joining
from ..permissions import may, require
from ..services import members
from .pages import form_page


def joining_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(gettext_lazy("Organization"), "name", sort="name"),
        Column(gettext_lazy("Kind"), "get_kind_display", sort="kind"),
        Column(gettext_lazy("Credit code"), "credit_code", sort="credit_code"),
        Column(gettext_lazy("Applied on"), "applied_on", sort="applied_on"),
        Column(gettext_lazy("State"), "get_status_display", sort="status"),
        Column(gettext_lazy("Decided on"), "decided_on", sort="decided_on"),
    ]
    return list_page(
        request,
        filterset=JoiningFilter,
        queryset=Joining.objects.visible_to(request.user).for_list(),
        columns=columns,
        template="consortium/joining_list.html",
        tally="status",
    )


def joining_detail(request: HttpRequest, pk: int) -> HttpResponse:
    joining = _joining(request, pk)
    context = {
        "joining": joining,
        "can_change": joining.status == Joining.Status.OPEN and may(request.user, "joining.change", joining),
        "history": HistoryEntry.objects.of(joining),
    }
    return render(request, "consortium/joining_detail.html", context)


def joining_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "joining.add")
    form = JoiningForm(request.POST or None, initial={"applied_on": timezone.localdate()})
    return form_page(
        request,
        form,
        lambda: members.save_joining(form.instance, by=request.user),
        heading=_("Enter an application to join"),
        text=_("The papers are handed in on its page afterwards."),
        crumbs=[_crumb()],
    )


def joining_update(request: HttpRequest, pk: int) -> HttpResponse:
    joining = _joining(request, pk)
    require(request.user, "joining.change", joining)
    form = JoiningForm(request.POST or None, instance=joining)
    return form_page(
        request,
        form,
        lambda: members.save_joining(form.instance, by=request.user),
        heading=_("Edit the application"),
        crumbs=[_crumb(), (joining.get_absolute_url(), joining)],
    )


def joining_decide(request: HttpRequest, pk: int) -> HttpResponse:
    joining = _joining(request, pk)
    require(request.user, "joining.change", joining)
    form = DecisionForm(request.POST or None, initial={"decided_on": timezone.localdate()})

    def decide() -> Joining:
        data = dict(form.cleaned_data)
        act = members.admit if data.pop("admitted") == "yes" else members.turn_down
        act(joining, **data, by=request.user, today=timezone.localdate())
        return joining

    return form_page(
        request,
        form,
        decide,
        heading=_("Record the decision"),
        text=_("Once it is admitted, it is a member from the day of the decision."),
        crumbs=[_crumb(), (joining.get_absolute_url(), joining)],
    )


@require_POST
def joining_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    joining = _joining(request, pk)
    require(request.user, "joining.change", joining)
    members.withdraw_joining(joining, by=request.user)
    return redirect(joining)


def _joining(request: HttpRequest, pk: int) -> Joining:
    return get_object_or_404(Joining.objects.visible_to(request.user).for_list(), pk=pk)


def _crumb() -> tuple[str, str]:
    return reverse("consortium:joining_list"), _("Applications to join")
