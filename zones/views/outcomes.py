"""Outcomes, and how they become credits."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from consortium import personal
from consortium.lists import Column, list_page
from consortium.models import HistoryEntry
from consortium.permissions import may, require

from .. import services
from ..filters.outcomes import CreditConversionFilter, CreditRuleFilter, OutcomeFilter
from ..forms.outcomes import ConvertForm, CreditRuleForm, CreditTableForm, OutcomeForm
from ..forms.registers import WhyForm
from ..models import CreditConversion, CreditRule, CreditTable, InnovationClass, Outcome, Student, Zone
from .pages import form_page
from .registers import acts_on, column_of, get_record, label_of, shown, verify_many_context

FACTS = ["kind", "level", "rank", "date", "innovation_class", "enterprise"]


def outcome_list(request: HttpRequest) -> HttpResponse:
    columns = [
        *(column_of(Outcome, name) for name in ("title", "kind", "level", "rank", "date")),
        Column(gettext_lazy("Students"), "student_count", sort="student_count", numeric=True),
        Column(gettext_lazy("Teachers"), "teacher_count", sort="teacher_count", numeric=True),
        Column(gettext_lazy("Innovation class"), "innovation_class.name", sort="innovation_class__name"),
        Column(gettext_lazy("Zone"), "zone.name", sort="zone__name"),
        Column(
            gettext_lazy("Representative"),
            lambda row: _("Yes") if row.is_representative else "",
            sort="is_representative",
        ),
        Column(gettext_lazy("State"), "get_status_display", sort="status"),
    ]
    return list_page(
        request,
        filterset=OutcomeFilter,
        queryset=Outcome.objects.visible_to(request.user).for_list(),
        columns=columns,
        template="zones/outcome_list.html",
        context=verify_many_context(request, Outcome.THING),
        tally="status",
    )


def outcome_detail(request: HttpRequest, pk: int) -> HttpResponse:
    outcome = get_record(request, Outcome.THING, pk)
    students = list(outcome.students.read_by(request.user))
    sees_credits = may(request.user, "credit_conversion.see", outcome)
    context = {
        "facts": [(label_of(outcome, name), shown(outcome, name, request.user)) for name in FACTS],
        "offers": services.offers(outcome, students) if sees_credits else [],
        "students": students,
        "teachers": outcome.teachers.order_by("name", "pk"),
        "sees_credits": sees_credits,
        "can_convert": may(request.user, "credit_conversion.add", outcome),
        "same": Outcome.objects.visible_to(request.user).same_achievement(outcome).exclude(pk=pk).for_list(),
        "history": HistoryEntry.objects.of(outcome),
        **acts_on(request, outcome),
    }
    return render(request, "zones/outcome_detail.html", context)


def outcome_create(request: HttpRequest) -> HttpResponse:
    """First where it was achieved, then what: the class (or the zone) decides who can have earned it."""
    require(request.user, "outcome.add")
    outcome = Outcome()
    if request.GET.get("innovation_class"):
        classes = InnovationClass.objects.visible_to(request.user).select_related("zone")
        outcome.innovation_class = get_object_or_404(classes, pk=_number(request.GET["innovation_class"]))
        outcome.zone = outcome.innovation_class.zone
    elif request.GET.get("zone"):
        outcome.zone = get_object_or_404(Zone.objects.visible_to(request.user), pk=_number(request.GET["zone"]))
    else:
        zones = Zone.objects.visible_to(request.user).order_by("code").prefetch_related("classes")
        return render(request, "zones/outcome_place.html", {"zones": zones})
    require(request.user, "outcome.add", outcome)
    heading = _("Record an outcome: %(place)s") % {"place": outcome.innovation_class or outcome.zone}
    return _outcome_page(request, outcome, heading, initial={"students": _chosen(request)})


def outcome_update(request: HttpRequest, pk: int) -> HttpResponse:
    outcome = get_record(request, Outcome.THING, pk)
    require(request.user, "outcome.change", outcome)
    return _outcome_page(request, outcome, _("Change the outcome"), back=outcome)


def _outcome_page(request: HttpRequest, outcome: Outcome, heading: str, back: Any = None, **more: Any) -> HttpResponse:
    form = OutcomeForm(request.POST or None, instance=outcome, user=request.user, **more)

    def save() -> Outcome:
        people = {name: form.cleaned_data[name] for name in ("students", "teachers")}
        return services.save_outcome(outcome, **people, by=request.user, now=timezone.now())

    return form_page(request, form, save, heading=heading, back=back, cancel_url=reverse("zones:outcome_list"))


def _number(text: str) -> int:
    """The number in an address, 0 (which no record has) for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _chosen(request: HttpRequest) -> list[int]:
    return [_number(request.GET["student"])] if "student" in request.GET else []


def outcome_convert(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant the credits of one student (``?student=``) of the outcome, for a course that can still be changed."""
    outcome = get_record(request, Outcome.THING, pk)
    require(request.user, "credit_conversion.add", outcome)
    seen = Student.objects.visible_to(request.user).filter(outcomes=outcome)
    student = get_object_or_404(seen, pk=_number(request.GET.get("student", "")))
    [offer] = services.offers(outcome, [student])
    form = ConvertForm(request.POST or None, initial={"course": offer.course})
    name = personal.shown(student, "name", request.user)
    heading = _("Convert “%(outcome)s” for %(student)s") % {"outcome": outcome, "student": name}
    form.fields["course"].help_text = offer.refusal or _(
        "%(credits)s credits: %(by_table)s by the table; %(used)s of %(cap)s used in %(year)s."
    ) % {
        "credits": offer.credits,
        "by_table": offer.by_table,
        "used": offer.used,
        "cap": offer.cap,
        "year": outcome.date.year,
    }
    return form_page(
        request,
        form,
        lambda: services.convert(outcome, student, **form.cleaned_data, by=request.user, now=timezone.now()),
        heading=heading,
        back=outcome,
        label=_("Convert"),
    )


def conversion_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "credit_conversion.see")
    rows = CreditConversion.objects.visible_to(request.user).for_list()
    columns = [
        Column(gettext_lazy("Outcome"), "outcome.title", sort="outcome__title"),
        Column(gettext_lazy("Student"), lambda row: personal.masked(row.student, "name")),
        Column(gettext_lazy("Course"), "course", sort="course"),
        Column(gettext_lazy("Year"), "year", sort="year"),
        Column(gettext_lazy("Credits by the table"), "by_table", sort="by_table", numeric=True),
        Column(gettext_lazy("Credits granted"), "credits", sort="credits", numeric=True),
        Column(gettext_lazy("Converted by"), "converted_by.name", sort="converted_by__name"),
        Column(gettext_lazy("State"), "get_status_display", sort="status"),
    ]
    total = CreditConversionFilter(request.GET, queryset=rows, request=request).qs.granted().total()
    return list_page(
        request,
        filterset=CreditConversionFilter,
        queryset=rows,
        columns=columns,
        template="zones/conversion_list.html",
        context={"total": total},
        tally="status",
    )


def conversion_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    conversion = get_object_or_404(CreditConversion.objects.visible_to(request.user).for_list(), pk=pk)
    require(request.user, "credit_conversion.return", conversion)
    form = WhyForm(request.POST or None, label=_("Why are the credits taken back?"))
    return form_page(
        request,
        form,
        lambda: services.cancel_conversion(conversion, **form.cleaned_data, by=request.user),
        heading=_("Take back %(credits)s credits of %(course)s")
        % {"credits": conversion.credits, "course": conversion.course},
        back=conversion.outcome,
        label=_("Take back"),
    )


def credit_rule_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "credit_rule.see")
    columns = [
        *(column_of(CreditRule, name) for name in ("kind", "level", "rank", "course", "credits")),
        Column(gettext_lazy("College"), "table.college.name", sort="table__college__name"),
    ]
    rows = CreditRule.objects.visible_to(request.user).select_related("table__college")
    return list_page(
        request,
        filterset=CreditRuleFilter,
        queryset=rows,
        columns=columns,
        template="zones/credit_rule_list.html",
        context={"tables": CreditTable.objects.visible_to(request.user).select_related("college")},
    )


def credit_table_update(request: HttpRequest) -> HttpResponse:
    """The yearly cap of the own college; the first time makes its table."""
    require(request.user, "credit_table.change")
    form = CreditTableForm(request.POST or None, instance=_own_table(request))

    def save() -> Any:
        services.save_credit_table(form.instance, by=request.user)
        return reverse("zones:credit_rule_list")

    return form_page(
        request, form, save, heading=_("Most credits of a year"), cancel_url=reverse("zones:credit_rule_list")
    )


def credit_rule_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "credit_table.change")
    table = _own_table(request)
    if table.pk is None:
        return redirect("zones:credit_table_update")
    return _rule_page(request, CreditRule(table=table), _("New line of the conversion table"))


def credit_rule_update(request: HttpRequest, pk: int) -> HttpResponse:
    return _rule_page(request, _get_rule(request, pk), _("Change the line"))


def _rule_page(request: HttpRequest, rule: CreditRule, heading: str) -> HttpResponse:
    form = CreditRuleForm(request.POST or None, instance=rule)

    def save() -> Any:
        services.save_credit_rule(rule, by=request.user)
        return reverse("zones:credit_rule_list")

    return form_page(request, form, save, heading=heading, cancel_url=reverse("zones:credit_rule_list"))


@require_POST
def credit_rule_remove(request: HttpRequest, pk: int) -> HttpResponse:
    services.remove_credit_rule(_get_rule(request, pk), by=request.user)
    return redirect("zones:credit_rule_list")


def _get_rule(request: HttpRequest, pk: int) -> CreditRule:
    rules = CreditRule.objects.visible_to(request.user).select_related("table__college")
    rule = get_object_or_404(rules, pk=pk)
    require(request.user, "credit_table.change", rule)
    return rule


def _own_table(request: HttpRequest) -> CreditTable:
    """The table of the college for which one acts, or a new one."""
    affiliation = request.user.affiliation
    own = {"college": affiliation.organization, "consortium": affiliation.consortium}
    return CreditTable.objects.visible_to(request.user).filter(**own).first() or CreditTable(**own)
