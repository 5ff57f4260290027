"""The register of personal data, who looked at them, a person's own file, and the pages that reveal and erase.

``reveal_page``, ``file_page`` and ``erase_page`` serve every app: its view fetches the record and names the act.
"""

import tempfile
from collections.abc import Callable
from typing import IO, Any

from django.db import models
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from .. import personal
from ..filters.personal import AccessFilter
from ..forms import accepted
from ..forms.personal import FileForm, ReasonForm
from ..lists import Column, list_page
from ..models import Organization, PersonalDataAccess, User
from ..permissions import require
from ..services.person_file import WRITERS
from ..services.personal import erase_user, hindrances, note_export, reveal


def personal_register(request: HttpRequest) -> HttpResponse:
    """Which fields hold personal data, what for, who sees them, how long they are kept, how they are masked."""
    tables = [
        (
            personal.title_of(model),
            [(personal.label_of(model, name), field) for name, field in entry.fields.items()],
        )
        for model, entry in personal.REGISTER.items()
    ]
    return render(request, "consortium/personal_register.html", {"tables": tables})


def access_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(_("Whose data"), lambda row: personal.name_of(row.record) if row.record else ""),
        Column(_("When"), "at", sort="at"),
        Column(_("Kind"), "get_kind_display", sort="kind"),
        Column(_("Fields"), lambda row: "、".join(row.field_labels)),
        Column(_("Given to"), "recipient"),
        Column(_("Basis"), "basis_label"),
        Column(_("Reason"), "reason"),
        Column(_("Who"), "by.name"),
        Column(_("Acted for"), "acting_as.organization.name"),
        Column(_("Kept until"), "keep_until", sort="keep_until"),
    ]
    return list_page(
        request,
        filterset=AccessFilter,
        queryset=PersonalDataAccess.objects.visible_to(request.user).for_list(),
        columns=columns,
        template="consortium/personal_access_list.html",
        tally="kind",
    )


@never_cache
def profile_data(request: HttpRequest) -> HttpResponse:
    """What the program holds about the person who asks, to be taken away."""
    return render(request, "consortium/personal_own.html")


@never_cache
def profile_file(request: HttpRequest, form: str) -> HttpResponseBase:
    return _file(request.user, form)


def organization_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    organization = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    back = reverse("consortium:organization_detail", args=[pk])
    return reveal_page(request, organization, act="organization.reveal", back=back)


def person_erase(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    back = reverse("consortium:person_detail", args=[pk])
    return erase_page(request, person, act="person.erase", erase=erase_user, back=back)


@never_cache
def reveal_page(request: HttpRequest, record: Any, *, act: str, back: str) -> HttpResponse:
    """Ask for a reason, then show what is masked: on the answer to this one POST and nowhere else."""
    require(request.user, act, record)  # type: ignore[arg-type]
    seen = personal.clear_fields(record, request.user)
    hidden = [name for name in personal.REGISTER[type(record)].fields if name not in seen]
    if not hidden:
        return redirect(back)
    form = ReasonForm(request.POST or None)
    revealed = (
        request.method == "POST"
        and form.is_valid()
        and accepted(form, lambda: reveal(record, fields=hidden, by=request.user, **form.cleaned_data))  # type: ignore[arg-type]
    )
    values = [
        (
            personal.label_of(type(record), name),
            personal.in_clear(record, name) if revealed else personal.masked(record, name),
        )
        for name in hidden
    ]
    context = {"record": record, "values": values, "form": form, "revealed": revealed, "back": back}
    return render(request, "consortium/personal_reveal.html", context)


@never_cache
def file_page(request: HttpRequest, person: Any, *, act: str, back: str) -> HttpResponseBase:
    """Ask for a reason, then hand out all that the program holds about ``person``."""
    require(request.user, act, person)  # type: ignore[arg-type]
    form = FileForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason, by = form.cleaned_data["reason"], request.user
        if accepted(form, lambda: note_export([person], by=by, reason=reason)):  # type: ignore[arg-type]
            return _file(person, form.cleaned_data["form"])
    heading = _("Copy of the data about %(name)s") % {"name": personal.name_of(person)}
    text = _("Everything that the program holds about this person, for the person itself.")
    context = {"heading": heading, "text": text, "form": form, "label": _("Download"), "cancel_url": back}
    return render(request, "confirm.html", context)


def erase_page(request: HttpRequest, person: Any, *, act: str, erase: Callable[..., None], back: str) -> HttpResponse:
    """Say what goes and what stays, or what still stands against it; ask for a reason; erase."""
    require(request.user, act, person)  # type: ignore[arg-type]
    form = ReasonForm(request.POST or None)
    sent = request.method == "POST" and form.is_valid()
    if sent and accepted(form, lambda: erase(person, by=request.user, **form.cleaned_data)):
        return redirect(back)
    context = {"record": person, "form": form, "hindrances": hindrances(person), "back": back}
    return render(request, "consortium/personal_erase.html", context)


def _file(person: models.Model, form: str) -> FileResponse:
    if form not in WRITERS:
        raise Http404
    data: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    WRITERS[form](person, data)
    data.seek(0)
    name = f"{_('My data')}-{timezone.localdate():%Y%m%d}.{form}"
    response = FileResponse(data, as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    return response
