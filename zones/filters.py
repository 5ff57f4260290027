"""What can be filtered, once for pages, exports and API. Choices are what the user sees; anything else is a 404."""

import django_filters
from django import forms
from django.core.validators import RegexValidator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from consortium.filters import VisibleFilter
from consortium.models import Organization, User

from .models import Activity, Enrollment, HourEntry, InnovationClass, Project, Student, Zone

MONTH = r"^[12]\d{3}-(0[1-9]|1[0-2])\Z"


def zones(request: HttpRequest) -> QuerySet:
    return Zone.objects.visible_to(request.user).order_by("code")


def classes(request: HttpRequest) -> QuerySet:
    return InnovationClass.objects.visible_to(request.user).order_by("-year", "code")


def projects(request: HttpRequest) -> QuerySet:
    return Project.objects.visible_to(request.user).order_by("name")


def students(request: HttpRequest) -> QuerySet:
    return Student.objects.visible_to(request.user)


def enterprises(request: HttpRequest) -> QuerySet:
    return Organization.objects.visible_to(request.user).enterprises().order_by("name")


def colleges(request: HttpRequest) -> QuerySet:
    return Organization.objects.visible_to(request.user).filter(pk__in=zones(request).order_by().values("college"))


def workers(request: HttpRequest) -> QuerySet:
    """The people whose hours the user sees."""
    rows = HourEntry.objects.visible_to(request.user)
    return User.objects.filter(pk__in=rows.values("person")).order_by("name", "pk")


def date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ZoneFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or code"), method="search")
    form = django_filters.ChoiceFilter(label=_("Form"), choices=Zone.Form)
    status = django_filters.ChoiceFilter(label=_("State"), choices=Zone.Status)
    college = VisibleFilter(label=_("College"), queryset=colleges)
    enterprise = VisibleFilter(label=_("Enterprise"), field_name="partnerships__enterprise", queryset=enterprises)

    class Meta:
        model = Zone
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(name__icontains=value.strip()) | Q(code__icontains=value.strip()))


class ClassFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or code"), method="search")
    zone = VisibleFilter(label=_("Zone"), queryset=zones)
    year = django_filters.NumberFilter(label=_("Year of start"))
    status = django_filters.ChoiceFilter(label=_("State"), choices=InnovationClass.Status)

    class Meta:
        model = InnovationClass
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(name__icontains=value.strip()) | Q(code__icontains=value.strip()))


class EnrollmentFilter(django_filters.FilterSet):
    innovation_class = VisibleFilter(label=_("Innovation class"), queryset=classes)
    student = VisibleFilter(label=_("Student"), queryset=students)
    open = django_filters.BooleanFilter(label=_("In the class now"), field_name="left_on", lookup_expr="isnull")

    class Meta:
        model = Enrollment
        fields: list[str] = []


class ProjectFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or code"), method="search")
    zone = VisibleFilter(label=_("Zone"), queryset=zones)
    enterprise = VisibleFilter(label=_("Enterprise"), queryset=enterprises)
    status = django_filters.ChoiceFilter(label=_("State"), choices=Project.Status)

    class Meta:
        model = Project
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(name__icontains=value.strip()) | Q(code__icontains=value.strip()))


class HourFilter(django_filters.FilterSet):
    zone = VisibleFilter(label=_("Zone"), field_name="project__zone", queryset=zones)
    project = VisibleFilter(label=_("Project"), queryset=projects)
    enterprise = VisibleFilter(label=_("Enterprise"), field_name="project__enterprise", queryset=enterprises)
    person = VisibleFilter(label=_("Person"), queryset=workers)
    activity = django_filters.ChoiceFilter(label=_("Activity"), choices=Activity)
    status = django_filters.ChoiceFilter(label=_("State"), choices=HourEntry.Status)
    month = django_filters.CharFilter(
        label=_("Month"),
        method="in_month",
        validators=[RegexValidator(MONTH, _("Give the month as 2026-05."))],
        widget=forms.TextInput(attrs={"type": "month"}),
    )
    date_after = django_filters.DateFilter(
        label=_("From day"), field_name="date", lookup_expr="gte", widget=date_input()
    )
    date_before = django_filters.DateFilter(
        label=_("To day"), field_name="date", lookup_expr="lte", widget=date_input()
    )

    class Meta:
        model = HourEntry
        fields: list[str] = []

    def in_month(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        year, month = value.split("-")
        return rows.filter(date__year=int(year), date__month=int(month))
