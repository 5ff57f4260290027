"""Students: in the clear for their own college, masked for everybody else until a reason or a disclosure says why."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import personal
from consortium.lists import Column, list_page
from consortium.models import Affiliation, HistoryEntry, PersonalDataAccess
from consortium.permissions import may, require
from consortium.services.personal import note_export
from consortium.views.personal import erase_page, file_page, reveal_page

from .. import services
from ..filters import StudentFilter
from ..forms import DiscloseForm
from ..models import InnovationClass, Student
from .pages import form_page
from .papers import papers_of

Role = Affiliation.Role


# what a list shows: a college all, those who may have been given something that, others what tells rows apart
SHOWN = {
    Role.COLLEGE_ADMIN: ("name", "number", "sex", "major", "home_class"),
    Role.PARTNER: ("name", "number", "sex", "major"),
    Role.MENTOR: ("name", "number", "sex", "major"),
}


def student_list(request: HttpRequest) -> HttpResponse:
    """A college exports its own students in the clear after giving a reason; everybody else masked."""
    user = request.user
    role = user.affiliation.role if user.affiliation else ""
    own, names = role == Role.COLLEGE_ADMIN, SHOWN.get(role, ("name", "number"))

    def column(name: str) -> Column:
        """Sorted only by the college: the order of masked values would give them away."""
        value = partial(personal.in_clear if own else personal.masked, name=name)
        label, sort = personal.label_of(Student, name), name if own else ""
        return Column(label, value, sort=sort, masked=partial(personal.masked, name=name))

    return list_page(
        request,
        filterset=StudentFilter,
        queryset=Student.objects.visible_to(user).for_list(user),
        columns=[
            *map(column, names),
            Column(_("College"), "college.name"),
            Column(_("Innovation class"), "class_names"),
        ],
        template="zones/student_list.html",
        context={"fields": [(name, personal.label_of(Student, name)) for name in names[1:]]},
        personal=note_export if own else None,
    )


def student_detail(request: HttpRequest, pk: int) -> HttpResponse:
    today = timezone.localdate()
    found = Student.objects.visible_to(request.user).for_list(request.user).with_coverage(today)
    student: Any = get_object_or_404(found, pk=pk)
    places = list(student.enrollments.all())
    rows = PersonalDataAccess.objects
    answers_for = may(request.user, "student.export", student)  # its college sees everybody's looks
    accesses = rows.of(student, *places) if answers_for else rows.visible_to(request.user).about(student, *places)
    fields = [
        (personal.label_of(Student, name), personal.shown(student, name, request.user))
        for name in personal.REGISTER[Student].fields
    ]
    context = {
        "student": student,
        "fields": fields,
        "places": places,
        "accesses": accesses.for_list()[:50],
        "is_minor": student.erased_at is None and student.is_minor(today),
        "papers": papers_of(student, request.user),
        "history": HistoryEntry.objects.of(student),
    }
    return render(request, "zones/student_detail.html", context)


def student_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    student = get_object_or_404(Student.objects.visible_to(request.user).read_by(request.user), pk=pk)
    return reveal_page(request, student, act="student.reveal", back=student.get_absolute_url())


def student_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    student = get_object_or_404(Student.objects.visible_to(request.user), pk=pk)
    return file_page(request, student, act="student.export", back=student.get_absolute_url())


def student_erase(request: HttpRequest, pk: int) -> HttpResponse:
    student = get_object_or_404(Student.objects.visible_to(request.user), pk=pk)
    back = student.get_absolute_url()
    return erase_page(request, student, act="student.erase", erase=services.erase_student, back=back)


def class_disclose(request: HttpRequest, pk: int) -> HttpResponse:
    innovation_class = get_object_or_404(InnovationClass.objects.visible_to(request.user), pk=pk)
    require(request.user, "class.disclose", innovation_class)
    form = DiscloseForm(request.POST or None, innovation_class=innovation_class)

    def save() -> object:
        return services.disclose(**form.cleaned_data, by=request.user)

    return form_page(
        request,
        form,
        save,
        heading=_("Disclose students of %(name)s") % {"name": innovation_class},
        back=innovation_class,
        label=_("Disclose and record it"),
    )
