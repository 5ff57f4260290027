"""What parties have to do by a day: the list over all agreements, entering, reporting."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..filters.agreements import DutyFilter
from ..forms.agreements import DoneForm, DutyForm, ReopenForm
from ..lists import Column, list_page
from ..models import Duty
from ..permissions import require
from ..services import duties
from .agreements import agreement_of, crumbs_of
from .pages import confirm_page, form_page


def duty_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(gettext_lazy("Duty"), "text", sort="text"),
        Column(gettext_lazy("Party"), "party.organization.name", sort="party__organization__name"),
        Column(gettext_lazy("Agreement"), "agreement.title", sort="agreement__title"),
        Column(gettext_lazy("Due on"), "due", sort="due"),
        Column(gettext_lazy("Done on"), "done_on", sort="done_on"),
        Column(gettext_lazy("What was done"), "done_note", in_list=False),
    ]
    return list_page(
        request,
        filterset=DutyFilter,
        queryset=Duty.objects.visible_to(request.user).for_list(),
        columns=columns,
        template="consortium/duty_list.html",
    )


def duty_create(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require(request.user, "agreement.change", agreement)
    form = DutyForm(request.POST or None, instance=Duty(agreement=agreement))
    return form_page(
        request,
        form,
        lambda: duties.save_duty(form.instance, by=request.user),
        heading=_("New duty"),
        crumbs=crumbs_of(agreement),
    )


def duty_update(request: HttpRequest, pk: int) -> HttpResponse:
    duty = _duty(request, pk)
    require(request.user, "duty.change", duty)
    form = DutyForm(request.POST or None, instance=duty)
    return form_page(
        request,
        form,
        lambda: duties.save_duty(form.instance, by=request.user),
        heading=_("Edit the duty"),
        crumbs=crumbs_of(duty.agreement),
    )


def duty_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Report it as done."""
    duty, today = _duty(request, pk), timezone.localdate()
    require(request.user, "duty.submit", duty)
    form = DoneForm(request.POST or None, today=today)

    def save() -> Duty:
        data = form.cleaned_data
        duties.report_duty(duty, done_on=data["done_on"], note=data["done_note"], by=request.user, today=today)
        return duty

    return form_page(request, form, save, heading=_("Report as done"), text=duty.text, crumbs=crumbs_of(duty.agreement))


def duty_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    duty = _duty(request, pk)
    require(request.user, "duty.reopen", duty)
    form = ReopenForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: duties.reopen_duty(duty, reason=form.cleaned_data["reason"], by=request.user),
        heading=_("Open the duty again"),
        text=duty.text,
        label=_("Open again"),
        crumbs=crumbs_of(duty.agreement),
    )


def duty_remove(request: HttpRequest, pk: int) -> HttpResponse:
    duty = _duty(request, pk)
    require(request.user, "duty.change", duty)
    return confirm_page(
        request,
        lambda: duties.remove_duty(duty, by=request.user),
        heading=_("Remove this duty?"),
        text=duty.text,
        label=_("Remove"),
        danger=True,
        back=duty.agreement,
    )


def _duty(request: HttpRequest, pk: int) -> Duty:
    return get_object_or_404(Duty.objects.visible_to(request.user).for_list(), pk=pk)
