import django_filters
from django import forms
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.filters import VisibleFilter, YearFilter
from consortium.models import Organization

from .models import Milestone, Plan, Progress, Supervision, Target, Task

QUARTERS = Milestone.quarter.field.choices


def plans(request: HttpRequest) -> QuerySet:
    return Plan.objects.visible_to(request.user)


def tasks(request: HttpRequest) -> QuerySet:
    return Task.objects.visible_to(request.user)


def milestones(request: HttpRequest) -> QuerySet:
    return Milestone.objects.visible_to(request.user)


def responsible_organizations(request: HttpRequest) -> QuerySet:
    """The members that answer for a task which the user sees."""
    return Organization.objects.filter(pk__in=tasks(request).values("responsible_organization"))


class PlanFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Title, unit or document number"), method="search")
    year = YearFilter()

    class Meta:
        model = Plan
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        value = value.strip()
        return rows.filter(Q(title__icontains=value) | Q(unit__icontains=value) | Q(document_number__icontains=value))


class TaskFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Goal or milestone text"), method="search")
    responsible_organization = VisibleFilter(label=_("Responsible member"), queryset=responsible_organizations)
    plan = VisibleFilter(queryset=plans)

    class Meta:
        model = Task
        fields = ["number"]

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        value = value.strip()
        found = Milestone.objects.filter(text__icontains=value).values("task")
        return rows.filter(Q(goal__icontains=value) | Q(pk__in=found))


class MatrixFilter(TaskFilter):
    """The bar above the table of tasks and quarters; ``light`` and ``quarter`` point out cells of what is found."""

    plan = None  # type: ignore[assignment]  # the page is that of one plan
    light = django_filters.ChoiceFilter(
        choices=[(kind, kind) for kind in ("none", "plan", "done", "soon", "late", "wait")],
        method="leave",
        widget=forms.HiddenInput,
    )
    quarter = django_filters.ChoiceFilter(label=_("Quarter"), choices=QUARTERS, method="leave")
    order = django_filters.ChoiceFilter(
        label=_("Sort order"),
        choices=[("number", _("By number")), ("overdue", _("Overdue first"))],
        empty_label=None,
        method="sort",
        widget=forms.Select(attrs={"aria-label": _("Sort order")}),
    )

    class Meta:
        model = Task
        fields: list[str] = []

    def leave(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows

    def sort(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == "number":
            return rows.order_by("number")
        late = Q(milestones__due__lt=timezone.localdate()) & ~Q(milestones__status=Milestone.Status.CONFIRMED)
        return rows.annotate(overdue=Count("milestones", filter=late)).order_by(F("overdue").desc(), "number")


class MilestoneFilter(django_filters.FilterSet):
    plan = VisibleFilter(field_name="task__plan", queryset=plans)
    task = VisibleFilter(queryset=tasks)
    due_before = django_filters.DateFilter(field_name="due", lookup_expr="lt")

    class Meta:
        model = Milestone
        fields = ["quarter", "status"]


class TargetFilter(django_filters.FilterSet):
    plan = VisibleFilter(field_name="task__plan", queryset=plans)
    task = VisibleFilter(queryset=tasks)

    class Meta:
        model = Target
        fields = ["kind"]


class ProgressFilter(django_filters.FilterSet):
    milestone = VisibleFilter(queryset=milestones)

    class Meta:
        model = Progress
        fields = ["month", "status"]


class SupervisionFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Goal, milestone or text"), method="search")
    year = YearFilter()
    status = django_filters.ChoiceFilter(label=_("State"), choices=Supervision.Status)
    responsible_organization = VisibleFilter(
        label=_("Responsible member"),
        field_name="milestone__task__responsible_organization",
        queryset=responsible_organizations,
    )
    unanswered = django_filters.BooleanFilter(label=_("Not answered in time"), method="not_in_time")
    milestone = VisibleFilter(queryset=milestones, widget=forms.HiddenInput)

    class Meta:
        model = Supervision
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        value = value.strip()
        goal, text = Q(milestone__task__goal__icontains=value), Q(milestone__text__icontains=value)
        return rows.filter(goal | text | Q(text__icontains=value) | Q(answer__icontains=value))

    def not_in_time(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        late = Supervision.objects.unanswered(timezone.localdate())
        return rows.filter(pk__in=late.values("pk")) if value else rows.exclude(pk__in=late.values("pk"))
