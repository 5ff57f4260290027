"""The papers of a student, kept by the college: one page for each kind, told apart by ``thing``."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from consortium import personal
from consortium.models import HistoryEntry
from consortium.permissions import may, require

from .. import services
from ..forms.papers import PAPER_FORMS
from ..models import PAPERS, Student
from .pages import form_page

MODELS: dict[str, Any] = {model.THING: model for model in PAPERS}


def papers_of(student: Any, user: Any) -> list[dict[str, Any]]:
    """Each kind of papers with its rows, as far as ``user`` reads them, and whether one is in force.

    ``student`` comes with its coverage. An enterprise learns only whether the student may be at the workplace.
    """
    kinds = []
    for model, is_valid in zip(
        PAPERS, (student.has_agreement, student.has_insurance, student.has_consent), strict=True
    ):
        rows = model.objects.visible_to(user).filter(student=student)
        kinds.append({
            "label": capfirst(model._meta.verbose_name),
            "is_valid": is_valid,
            "rows": list(rows),
            "create_url": reverse(f"zones:{model.THING}_create", args=[student.pk])
            if may(user, f"{model.THING}.add", student) else "",
        })  # fmt: skip
    return kinds


def paper_create(request: HttpRequest, thing: str, pk: int) -> HttpResponse:
    student = get_object_or_404(Student.objects.visible_to(request.user), pk=pk)
    require(request.user, f"{thing}.add", student)
    paper = MODELS[thing](student=student)
    return _form(request, thing, paper, capfirst(paper._meta.verbose_name), student)


def paper_detail(request: HttpRequest, thing: str, pk: int) -> HttpResponse:
    paper = _paper(request, thing, pk)
    names = PAPER_FORMS[thing]._meta.fields
    facts = [(capfirst(paper._meta.get_field(name).verbose_name), personal.in_clear(paper, name)) for name in names]
    context = {"paper": paper, "student": paper.student, "facts": facts, "history": HistoryEntry.objects.of(paper)}
    context |= {"title": capfirst(paper._meta.verbose_name), "thing": thing, "change": f"{thing}.change"}
    return render(request, "zones/paper_detail.html", context)


def paper_update(request: HttpRequest, thing: str, pk: int) -> HttpResponse:
    paper = _paper(request, thing, pk)
    require(request.user, f"{thing}.change", paper)
    return _form(request, thing, paper, capfirst(paper._meta.verbose_name), paper)


def _paper(request: HttpRequest, thing: str, pk: int) -> Any:
    return get_object_or_404(MODELS[thing].objects.visible_to(request.user).select_related("student"), pk=pk)


def _form(request: HttpRequest, thing: str, paper: Any, heading: str, back: Any) -> HttpResponse:
    form = PAPER_FORMS[thing](request.POST or None, instance=paper, user=request.user)
    today = timezone.localdate()
    return form_page(
        request,
        form,
        lambda: services.save_paper(paper, today=today, by=request.user),
        heading=heading,
        back=back,
    )
