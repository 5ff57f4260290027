"""Agreements of the members: the list, one agreement with its clauses, and its way from draft to its end."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from ..filters.agreements import AgreementFilter
from ..forms.agreements import (
    AgreementForm,
    ClauseForm,
    FollowForm,
    NewAgreementForm,
    NewPartyForm,
    PartyForm,
    ReturnForm,
    SignForm,
    TerminateForm,
)
from ..lists import Column, list_page
from ..models import Agreement, AgreementParty, Clause, Duty, HistoryEntry
from ..permissions import may, require
from ..services import agreements, clauses
from ..services.follow_ups import targets_of
from .pages import confirm_page, form_page


def agreement_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(gettext_lazy("Agreement"), "title", sort="title"),
        Column(gettext_lazy("Number"), "number", in_list=False),
        Column(gettext_lazy("Type"), "get_type_display", sort="type"),
        Column(gettext_lazy("Parties"), "party_names"),
        Column(gettext_lazy("Version"), "version", numeric=True, in_list=False),
        Column(gettext_lazy("In force from"), "starts_on", sort="starts_on"),
        Column(gettext_lazy("In force until"), "ends_on", sort="ends_on"),
        Column(gettext_lazy("State"), "get_status_display", sort="status"),
        Column(gettext_lazy("Clauses missing"), "missing_label"),
    ]
    return list_page(
        request,
        filterset=AgreementFilter,
        queryset=Agreement.objects.visible_to(request.user).for_list(),
        columns=columns,
        template="consortium/agreement_list.html",
        context={"today": timezone.localdate()},
        tally="status",
    )


def agreement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = agreement_of(request, pk)
    parties = list(agreement.parties.all())
    duties = list(Duty.objects.visible_to(request.user).filter(agreement=agreement).for_list())
    mine = next((row for row in parties if row.organization_id == request.user.affiliation.organization_id), None)
    followed = targets_of(duties, request.user)
    today = timezone.localdate()
    context = {
        "agreement": agreement,
        "parties": parties,
        "clauses": [_shown(agreement, parties, clause) for clause in Clause],
        "duties": [(duty, duty.light(today), followed.get(duty.pk)) for duty in duties],
        "versions": _versions(request, agreement),
        "days_left": agreement.days_left(today),
        "can_change": agreement.is_draft and may(request.user, "agreement.change", agreement),
        "can_move": may(request.user, "agreement.move", agreement),
        "can_agree": mine is not None
        and mine.agreed_on is None
        and agreement.status == Agreement.Status.IN_APPROVAL
        and may(request.user, "agreement.agree", agreement),
        "history": HistoryEntry.objects.of(agreement, *parties, *duties),
    }
    return render(request, "consortium/agreement_detail.html", context)


def agreement_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "agreement.add")
    form = NewAgreementForm(request.POST or None, user=request.user)
    return form_page(
        request,
        form,
        lambda: agreements.add_agreement(form.instance, form.parties(), form.cleaned_data["works"], by=request.user),
        heading=_("New agreement"),
        crumbs=[_list_crumb()],
    )


def agreement_update(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require(request.user, "agreement.change", agreement)
    form = AgreementForm(request.POST or None, instance=agreement)
    return form_page(
        request,
        form,
        lambda: agreements.change_agreement(form.instance, form.cleaned_data["works"], by=request.user),
        heading=_("Edit the agreement"),
        crumbs=crumbs_of(agreement),
    )


def agreement_clause(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    agreement = agreement_of(request, pk)
    if name not in Clause.values:
        raise Http404
    require(request.user, "agreement.change", agreement)
    clause = Clause(name)
    form = ClauseForm(request.POST or None, agreement=agreement, clause=clause)

    def save() -> None:
        words = {name: form.cleaned_data[name] for name in ("terms", "excluded")}
        if clause in clauses.SHARES:
            clauses.set_shares(agreement, clause, form.shares, by=request.user, **words)
        elif clause == Clause.IP:
            clauses.set_ownerships(agreement, form.owners, by=request.user, **words)
        else:
            months = form.cleaned_data["secrecy_months"]
            clauses.set_secrecy(agreement, months=months, by=request.user, **words)

    return form_page(request, form, save, heading=clause.label, crumbs=crumbs_of(agreement))


@require_POST
def agreement_submit(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require(request.user, "agreement.move", agreement)
    agreements.submit_agreement(agreement, by=request.user, now=timezone.now())
    messages.success(request, _("Sent to the parties, who find it under what waits for them."))
    return redirect(agreement)


@require_POST
def agreement_agree(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require(request.user, "agreement.agree", agreement)
    agreements.agree_to(agreement, by=request.user, today=timezone.localdate())
    messages.success(request, _("You have agreed for your side."))
    return redirect(agreement)


def agreement_return(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require(request.user, "agreement.return", agreement)
    form = ReturnForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: agreements.give_back_agreement(
            agreement, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now()
        ),
        heading=_("Return the agreement"),
        text=_("It becomes a draft again, and all parties agree anew when it has been changed."),
        label=_("Return"),
        crumbs=crumbs_of(agreement),
    )


def agreement_sign(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require(request.user, "agreement.move", agreement)
    form = SignForm(request.POST or None, initial={"signed_on": timezone.localdate()})
    said = [_("Record that all parties have signed the paper. Hand its scan in at the files of the agreement.")]
    if agreement.missing:
        said.append(_("Missing: %(clauses)s.") % {"clauses": agreement.missing_label()})
    waiting = [party.organization.name for party in agreement.parties.all() if party.agreed_on is None]
    if waiting:
        said.append(_("Not agreed in the program yet: %(names)s.") % {"names": "、".join(waiting)})
    return form_page(
        request,
        form,
        lambda: agreements.sign_agreement(
            agreement, signed_on=form.cleaned_data["signed_on"], by=request.user, today=timezone.localdate()
        ),
        heading=_("Record the signature"),
        text=" ".join(said),
        label=_("Signed"),
        crumbs=crumbs_of(agreement),
    )


def agreement_terminate(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require(request.user, "agreement.move", agreement)
    form = TerminateForm(request.POST or None, initial={"ended_on": timezone.localdate()})
    return form_page(
        request,
        form,
        lambda: agreements.terminate_agreement(
            agreement, **form.cleaned_data, by=request.user, today=timezone.localdate()
        ),
        heading=_("Terminate the agreement"),
        text=_("It ends before its time, and this step cannot be taken back."),
        label=_("Terminate"),
        danger=True,
        crumbs=crumbs_of(agreement),
    )


def agreement_follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the next version: a renewal or an amendment."""
    agreement = agreement_of(request, pk)
    require(request.user, "agreement.move", agreement)
    form = FollowForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: agreements.follow(agreement, form.cleaned_data["change"], by=request.user, today=timezone.localdate()),
        heading=_("Renew or amend"),
        text=_(
            "Parties, clauses and open duties are copied into a draft. This version stays in force until that one is."
        ),
        label=_("Make the draft"),
        crumbs=crumbs_of(agreement),
    )


def agreement_remove(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require(request.user, "agreement.change", agreement)
    return confirm_page(
        request,
        lambda: agreements.remove_draft(agreement, by=request.user),
        heading=_("Throw this draft away?"),
        text=_("“%(title)s” goes with its parties, clauses and duties. The history keeps that it was there.")
        % {"title": agreement.title},
        label=_("Throw away"),
        danger=True,
        back=agreement,
        then="consortium:agreement_list",
    )


# --- parties ----------------------------------------------------------------------------------------------------------
def party_create(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require(request.user, "agreement.change", agreement)
    form = NewPartyForm(request.POST or None, instance=AgreementParty(agreement=agreement), user=request.user)
    return _party_page(request, form, agreements.add_party, _("Add a party"))


def party_update(request: HttpRequest, pk: int) -> HttpResponse:
    party = _party(request, pk)
    require(request.user, "party.change", party)
    return _party_page(request, PartyForm(request.POST or None, instance=party), agreements.change_party, str(party))


@require_POST
def party_remove(request: HttpRequest, pk: int) -> HttpResponse:
    party = _party(request, pk)
    require(request.user, "party.change", party)
    agreements.remove_party(party, by=request.user)
    return redirect(party.agreement)


def _party_page(request: HttpRequest, form: PartyForm, save: Callable[..., Any], heading: str) -> HttpResponse:
    agreement = form.instance.agreement

    def act() -> Agreement:
        save(form.instance, by=request.user)
        return agreement

    return form_page(request, form, act, heading=heading, crumbs=crumbs_of(agreement))


def _party(request: HttpRequest, pk: int) -> AgreementParty:
    rows = AgreementParty.objects.visible_to(request.user).select_related("agreement", "organization")
    return get_object_or_404(rows, pk=pk)


def agreement_of(request: HttpRequest, pk: int) -> Agreement:
    return get_object_or_404(Agreement.objects.visible_to(request.user).for_list(), pk=pk)


def _list_crumb() -> tuple[str, Any]:
    return reverse("consortium:agreement_list"), _("Agreements")


def crumbs_of(agreement: Agreement) -> list[tuple[str, Any]]:
    return [_list_crumb(), (agreement.get_absolute_url(), agreement)]


def _versions(request: HttpRequest, agreement: Agreement) -> list[Agreement]:
    """All versions of it that one sees, newest first; one query each."""
    seen = Agreement.objects.visible_to(request.user)
    newest = agreement
    while after := seen.filter(replaces=newest).first():
        newest = after
    versions = [newest]
    while versions[-1].replaces_id and (before := seen.filter(pk=versions[-1].replaces_id).first()):
        versions.append(before)
    return versions


def _shown(agreement: Agreement, parties: list[AgreementParty], clause: Clause) -> dict[str, Any]:
    """One clause as its card shows it: its figures as lines, its words, why it is not needed, or that it is missing."""
    lines: list[tuple[object, object]] = []
    if clause in clauses.SHARES:
        name = clauses.SHARES[clause]
        lines = [
            (party, f"{getattr(party, name).normalize():f} %") for party in parties if getattr(party, name) is not None
        ]
    elif clause == Clause.IP:
        owned = agreement.ownerships.select_related("owner__organization").order_by("pk")
        lines = [(row.get_result_display(), row.owner_label) for row in owned]
    elif agreement.secrecy_months is not None:
        months = agreement.secrecy_months
        after = _("%(n)s months after the end") % {"n": months} if months else _("until the end of the agreement")
        lines = [(_("Confidential"), after)]
    return {
        "name": clause.value,
        "label": clause.label,
        "lines": lines,
        "terms": getattr(agreement, f"{clause.value}_terms"),
        "excluded": getattr(agreement, f"{clause.value}_excluded"),
        "is_missing": clause in agreement.missing,
    }
