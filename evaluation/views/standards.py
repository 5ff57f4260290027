"""A consortium's check of itself against the ministry's standard."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.models import HistoryEntry
from consortium.permissions import may, require
from consortium.views.pages import confirm_page

from .. import scoring
from ..models import StandardCheck
from ..services import standards
from ..standard_forms import AnswersForm, CheckYearForm


def standard_check_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "standard_check.see")
    rows = StandardCheck.objects.visible_to(request.user).select_related("scheme")
    return render(request, "evaluation/standard_check_list.html", {"checks": rows})


def standard_check_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "standard_check.add")
    today = timezone.localdate()
    form = CheckYearForm(request.POST or None, initial={"year": today.year})

    def act() -> StandardCheck:
        consortium, year = request.user.affiliation.consortium, form.cleaned_data["year"]
        return standards.open_check(consortium, year, by=request.user, now=timezone.now(), today=today)

    return confirm_page(
        request,
        act,
        form=form,
        heading=_("Check the consortium against the standard"),
        text=_("What records of the system can answer is answered by them; the rest you state yourself."),
        label=_("Begin"),
        back="evaluation:standard_check_list",
    )


def standard_check_detail(request: HttpRequest, pk: int) -> HttpResponse:
    check = _check(request, pk)
    can_change = check.is_open and may(request.user, "standard_check.change", check)
    return _page(request, check, AnswersForm(check=check, closed=not can_change))


@require_POST
def standard_check_save(request: HttpRequest, pk: int) -> HttpResponse:
    check = _changeable(request, pk)
    form = AnswersForm(request.POST, check=check)
    if form.is_valid() and accepted(
        form, lambda: standards.save_answers(check, form.said(), saves=form.cleaned_data["saves"], by=request.user)
    ):
        return redirect(check)
    return _page(request, check, form)


@require_POST
def standard_check_count(request: HttpRequest, pk: int) -> HttpResponse:
    check = _changeable(request, pk)
    standards.count_again(check, by=request.user, today=timezone.localdate())
    return redirect(check)


def standard_check_finish(request: HttpRequest, pk: int) -> HttpResponse:
    check = _changeable(request, pk)
    return confirm_page(
        request,
        lambda: standards.finish_check(check, by=request.user, now=timezone.now()),
        heading=_("Finish the check against the standard"),
        text=_("From then on its answers, figures and result are frozen."),
        going=standards.open_points(list(check.answers.select_related("indicator"))),
        label=_("Finish"),
        back=check,
    )


def _check(request: HttpRequest, pk: int) -> StandardCheck:
    rows = StandardCheck.objects.visible_to(request.user).select_related("scheme", "consortium")
    return get_object_or_404(rows, pk=pk)


def _changeable(request: HttpRequest, pk: int) -> StandardCheck:
    check = _check(request, pk)
    require(request.user, "standard_check.change", check)
    return check


def _page(request: HttpRequest, check: StandardCheck, form: AnswersForm) -> HttpResponse:
    try:
        result = check.result or standards.result_of(check.scheme, form.rows)
    except scoring.MissingScore:
        result = None
    context = {
        "check": check,
        "form": form,
        "lines": list(form.lines()),
        "result": result,
        "problems": standards.open_points(form.rows) if check.is_open else [],
        "is_extract": check.scheme.name == standards.NAME,
        "can_change": check.is_open and may(request.user, "standard_check.change", check),
        "history": HistoryEntry.objects.of(check),
    }
    return render(request, "evaluation/standard_check_detail.html", context)
