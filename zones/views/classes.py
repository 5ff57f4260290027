from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from consortium.lists import Column, list_page
from consortium.models import HistoryEntry
from consortium.permissions import require

from .. import services
from ..facts import mentor_sides
from ..filters import ClassFilter
from ..forms import ClassForm, EndForm, MentorForm, PlaceForm, StudentForm
from ..models import Enrollment, InnovationClass, Mentor, Outcome, Student
from .pages import form_page, move_page, next_states


def class_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(_("Class"), "name", sort="name"),
        Column(_("Zone"), "zone.name", sort="zone__name"),
        Column(_("Year of start"), "year", sort="year", numeric=True),
        Column(_("Students"), "taken", sort="taken", numeric=True),
        Column(_("Places"), "places", sort="places", numeric=True),
        Column(_("Mentors"), "mentor_names"),
        Column(_("State"), "get_status_display", sort="status"),
    ]
    rows = InnovationClass.objects.visible_to(request.user).for_list()
    return list_page(
        request,
        filterset=ClassFilter,
        queryset=rows,
        columns=columns,
        template="zones/class_list.html",
        tally="status",
    )


def class_detail(request: HttpRequest, pk: int) -> HttpResponse:
    innovation_class = get_object_or_404(InnovationClass.objects.visible_to(request.user).for_list(), pk=pk)
    places = innovation_class.enrollments.for_list(request.user).with_outcomes()
    enrollments = services.with_recipients(places, request.user)
    return render(
        request,
        "zones/class_detail.html",
        {
            "class": innovation_class,
            "zone": innovation_class.zone,
            "mentors": innovation_class.mentors.all(),
            "sides": mentor_sides(innovation_class.mentors.all()),
            "enrollments": enrollments,
            "lacking": [row for row in enrollments if row.left_on is None and not row.has_outcome],
            "outcomes": Outcome.objects.visible_to(request.user).filter(innovation_class=pk).for_list(),
            "next_states": next_states(innovation_class),
            "history": HistoryEntry.objects.of(innovation_class),
        },
    )


def class_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "class.add")
    innovation_class = InnovationClass()
    form = ClassForm(
        request.POST or None,
        instance=innovation_class,
        user=request.user,
        initial={"zone": request.GET.get("zone"), "year": timezone.localdate().year},
    )

    def save() -> InnovationClass:
        require(request.user, "class.add", innovation_class)
        return services.save_class(innovation_class, by=request.user)

    return form_page(request, form, save, heading=_("New class"))


def class_update(request: HttpRequest, pk: int) -> HttpResponse:
    innovation_class = get_object_or_404(InnovationClass.objects.visible_to(request.user), pk=pk)
    require(request.user, "class.change", innovation_class)
    form = ClassForm(request.POST or None, instance=innovation_class, user=request.user)
    return form_page(
        request,
        form,
        lambda: services.save_class(innovation_class, by=request.user),
        heading=_("Edit class"),
        back=innovation_class,
    )


def class_move(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    innovation_class = get_object_or_404(InnovationClass.objects.visible_to(request.user), pk=pk)
    require(request.user, "class.move", innovation_class)
    step = partial(services.move_class, today=timezone.localdate())
    return move_page(request, innovation_class, to, step=step)


def mentor_add(request: HttpRequest, pk: int) -> HttpResponse:
    innovation_class = get_object_or_404(InnovationClass.objects.visible_to(request.user), pk=pk)
    require(request.user, "class.change", innovation_class)
    form = MentorForm(request.POST or None, zone=innovation_class.zone)
    return form_page(
        request,
        form,
        lambda: services.add_mentor(innovation_class, **form.cleaned_data, by=request.user),
        heading=_("Name a mentor"),
        back=innovation_class,
    )


@require_POST
def mentor_remove(request: HttpRequest, pk: int) -> HttpResponse:
    mentor = get_object_or_404(Mentor.objects.visible_to(request.user), pk=pk)
    require(request.user, "class.change", mentor.innovation_class)
    services.remove_mentor(mentor, by=request.user)
    return redirect(mentor.innovation_class)


def class_place(request: HttpRequest, pk: int) -> HttpResponse:
    innovation_class = get_object_or_404(InnovationClass.objects.visible_to(request.user), pk=pk)
    require(request.user, "enrollment.add", innovation_class)
    form = PlaceForm(request.POST or None, user=request.user, initial={"on": timezone.localdate()})
    return form_page(
        request,
        form,
        lambda: services.place_all(innovation_class=innovation_class, **form.cleaned_data, by=request.user),
        heading=_("Place students in %(name)s") % {"name": innovation_class},
        back=innovation_class,
        label=_("Place students"),
    )


def enrollment_leave(request: HttpRequest, pk: int) -> HttpResponse:
    enrollment = get_object_or_404(Enrollment.objects.visible_to(request.user).for_list(request.user), pk=pk)
    require(request.user, "enrollment.change", enrollment)
    today = timezone.localdate()
    form = EndForm(request.POST or None, initial={"on": today})
    return form_page(
        request,
        form,
        lambda: services.leave(enrollment, on=form.cleaned_data["on"], today=today, by=request.user),
        heading=_("%(student)s leaves the class") % {"student": enrollment.student},
        back=enrollment.innovation_class,
    )


def student_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Register a student of the college, from the page of the class for which one is meant."""
    innovation_class = get_object_or_404(InnovationClass.objects.visible_to(request.user), pk=pk)
    require(request.user, "student.add", innovation_class)
    affiliation = request.user.affiliation
    student = Student(consortium=affiliation.consortium, college=affiliation.organization)
    form = StudentForm(request.POST or None, instance=student)
    return form_page(
        request,
        form,
        lambda: services.add_student(student, by=request.user),
        heading=_("Register a student"),
        back=innovation_class,
    )
