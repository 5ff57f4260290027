"""What seats say in writing, and what the council resolves: the lists over all meetings, entering, answering."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..filters.meetings import OpinionFilter, ResolutionFilter
from ..forms.meetings import AnswerForm, OpinionForm, ReasonForm, ResolutionDoneForm, ResolutionForm
from ..lists import Column, list_page
from ..models import Affiliation, AgendaItem, Opinion, Resolution
from ..permissions import require
from ..services import agenda, meetings
from .agenda import crumbs_of, item_of
from .pages import confirm_page, form_page


def opinion_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(gettext_lazy("Opinion"), "text"),
        Column(gettext_lazy("Seat"), "seat.organization.name", sort="seat__organization__name"),
        Column(gettext_lazy("Item"), "item.title", sort="item__title"),
        Column(gettext_lazy("Kind"), "get_kind_display", sort="kind"),
        Column(gettext_lazy("Outcome"), "get_outcome_display", sort="outcome"),
        Column(gettext_lazy("Answer"), "answer", in_list=False),
    ]
    return list_page(
        request,
        filterset=OpinionFilter,
        queryset=Opinion.objects.visible_to(request.user).for_list(),
        columns=columns,
        template="consortium/opinion_list.html",
        tally="kind",
    )


def opinion_create(request: HttpRequest, pk: int) -> HttpResponse:
    """A delegate writes for the own seat; the secretariat enters what came on paper."""
    item = item_of(request, pk)
    require(request.user, "opinion.add", item)
    in_office = request.user.affiliation.role == Affiliation.Role.SECRETARIAT  # type: ignore[union-attr]
    own = None if in_office else meetings.speaking_seat(item.meeting, request.user)  # type: ignore[arg-type]
    form = OpinionForm(request.POST or None, instance=Opinion(item=item), own=own)

    def save() -> AgendaItem:
        agenda.add_opinion(form.instance, by=request.user, now=timezone.now())
        return item

    return form_page(
        request,
        form,
        save,
        heading=_("Written opinion on this item"),
        text=_("All seats read it. The secretariat answers each opinion before the vote."),
        label=_("Hand in"),
        crumbs=crumbs_of(item),
    )


def opinion_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    opinion = _opinion(request, pk)
    require(request.user, "opinion.take", opinion)
    return confirm_page(
        request,
        lambda: agenda.withdraw_opinion(opinion, by=request.user, now=timezone.now()),
        heading=_("Withdraw this opinion?"),
        text=opinion.text,
        label=_("Withdraw"),
        danger=True,
        back=opinion,
    )


def opinion_answer(request: HttpRequest, pk: int) -> HttpResponse:
    opinion = _opinion(request, pk)
    require(request.user, "opinion.answer", opinion)
    form = AnswerForm(request.POST or None)

    def save() -> Opinion:
        agenda.answer_opinion(opinion, **form.cleaned_data, by=request.user, now=timezone.now())
        return opinion

    return form_page(
        request,
        form,
        save,
        heading=_("Answer the opinion of %(seat)s") % {"seat": opinion.seat},
        text=opinion.text,
        label=_("Answer"),
        crumbs=crumbs_of(opinion.item),
    )


def resolution_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(gettext_lazy("Number"), "code"),
        Column(gettext_lazy("Resolution"), "text", sort="text"),
        Column(gettext_lazy("Item"), "item.title", sort="item__title"),
        Column(gettext_lazy("Who does it"), "organization.name", sort="organization__name"),
        Column(gettext_lazy("Due on"), "due", sort="due"),
        Column(gettext_lazy("Done on"), "done_on", sort="done_on"),
        Column(gettext_lazy("What was done"), "done_note", in_list=False),
    ]
    return list_page(
        request,
        filterset=ResolutionFilter,
        queryset=Resolution.objects.visible_to(request.user).for_list(),
        columns=columns,
        template="consortium/resolution_list.html",
    )


def resolution_create(request: HttpRequest, pk: int) -> HttpResponse:
    item = item_of(request, pk)
    require(request.user, "agenda_item.change", item)
    return _resolution_page(request, Resolution(item=item), _("New resolution"))


def resolution_update(request: HttpRequest, pk: int) -> HttpResponse:
    resolution = _resolution(request, pk)
    require(request.user, "resolution.change", resolution)
    return _resolution_page(request, resolution, _("Edit the resolution"))


def _resolution_page(request: HttpRequest, resolution: Resolution, heading: str) -> HttpResponse:
    form = ResolutionForm(request.POST or None, instance=resolution, user=request.user)
    item = resolution.item

    def save() -> AgendaItem:
        agenda.save_resolution(form.instance, by=request.user)
        return item

    return form_page(
        request, form, save, heading=heading, text=_("Who does what by when."), crumbs=crumbs_of(item)
    )  # fmt: skip


def resolution_remove(request: HttpRequest, pk: int) -> HttpResponse:
    resolution = _resolution(request, pk)
    require(request.user, "resolution.change", resolution)
    return confirm_page(
        request,
        lambda: agenda.remove_resolution(resolution, by=request.user),
        heading=_("Remove this resolution?"),
        text=resolution.text,
        label=_("Remove"),
        danger=True,
        back=resolution,
        then=resolution.item,
    )


def resolution_report(request: HttpRequest, pk: int) -> HttpResponse:
    resolution = _resolution(request, pk)
    require(request.user, "resolution.submit", resolution)
    form = ResolutionDoneForm(request.POST or None, initial={"done_on": timezone.localdate()})

    def save() -> Resolution:
        agenda.report_resolution(
            resolution, done_on=form.cleaned_data["done_on"], note=form.cleaned_data["done_note"], by=request.user,
            today=timezone.localdate(),
        )  # fmt: skip
        return resolution

    return form_page(
        request,
        form,
        save,
        heading=_("The resolution is carried out"),
        text=resolution.text,
        crumbs=crumbs_of(resolution.item),
    )


def resolution_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    resolution = _resolution(request, pk)
    require(request.user, "resolution.submit", resolution)
    form = ReasonForm(request.POST or None)

    def save() -> Resolution:
        agenda.reopen_resolution(resolution, **form.cleaned_data, by=request.user)
        return resolution

    return form_page(
        request, form, save, heading=_("Open the resolution again"), text=resolution.text,
        crumbs=crumbs_of(resolution.item),
    )  # fmt: skip


def _opinion(request: HttpRequest, pk: int) -> Opinion:
    return get_object_or_404(Opinion.objects.visible_to(request.user).for_list(), pk=pk)


def _resolution(request: HttpRequest, pk: int) -> Resolution:
    return get_object_or_404(Resolution.objects.visible_to(request.user).for_list(), pk=pk)
