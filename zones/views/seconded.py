from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.models import HistoryEntry
from consortium.permissions import require

from .. import services
from ..forms.seconded import SecondedEndForm, SecondedForm
from ..models import SecondedPerson, Zone
from .pages import form_page


def seconded_add(request: HttpRequest, pk: int) -> HttpResponse:
    zone = get_object_or_404(Zone.objects.visible_to(request.user), pk=pk)
    person = SecondedPerson(zone=zone)
    require(request.user, "seconded.add", person)
    form = SecondedForm(request.POST or None, instance=person, initial={"since": timezone.localdate()})
    return form_page(
        request,
        form,
        lambda: services.save_seconded(person, by=request.user),
        heading=_("Name a seconded person"),
        back=zone,
    )


def seconded_detail(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    context = {"person": person, "history": HistoryEntry.objects.of(person)}
    return render(request, "zones/seconded_detail.html", context)


def seconded_update(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    require(request.user, "seconded.change", person)
    form = SecondedForm(request.POST or None, instance=person)
    heading = _("Change: %(name)s") % {"name": person.name}
    return form_page(
        request, form, lambda: services.save_seconded(person, by=request.user), heading=heading, back=person
    )


def seconded_end(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    require(request.user, "seconded.change", person)
    form = SecondedEndForm(request.POST or None, initial={"on": timezone.localdate()})
    return form_page(
        request,
        form,
        lambda: services.end_seconded(person, **form.cleaned_data, by=request.user),
        heading=_("End of the secondment of %(name)s") % {"name": person.name},
        back=person,
        label=_("End secondment"),
    )


def _person(request: HttpRequest, pk: int) -> SecondedPerson:
    rows = SecondedPerson.objects.visible_to(request.user).select_related("zone__college", "organization")
    return get_object_or_404(rows, pk=pk)
