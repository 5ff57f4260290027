from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.forms import HiddenInput
from django.utils.translation import gettext_lazy as _

from consortium.filters import VisibleFilter, YearFilter
from consortium.models import Department
from zones.models import Zone

from .models import AnnualReport, ReportRun


def zones(request: Any) -> QuerySet[Zone]:
    """The zones that the person sees."""
    return Zone.objects.visible_to(request.user) if request else Zone.objects.none()


def departments(request: Any) -> QuerySet[Department]:
    """The departments whose zones the person sees."""
    return Department.objects.filter(zones__in=zones(request)).distinct().order_by("name")


class ReportFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or code"), method="search")
    scope = django_filters.ChoiceFilter(label=_("Kind"), choices=AnnualReport.Scope)
    year = YearFilter()
    status = django_filters.ChoiceFilter(label=_("State"), choices=AnnualReport.Status)
    department = VisibleFilter(label=_("Department"), field_name="zone__department", queryset=departments)
    zone = VisibleFilter(label=_("Zone"), queryset=zones, widget=HiddenInput)  # for links and the API

    class Meta:
        model = AnnualReport
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        names = ("zone__name", "zone__code", "innovation_class__name", "innovation_class__code", "organization__name")
        found = Q(*((f"{name}__icontains", words) for name in names), _connector=Q.OR)
        return rows.filter(found)


class RunFilter(django_filters.FilterSet):
    year = YearFilter()
    status = django_filters.ChoiceFilter(label=_("State"), choices=ReportRun.Status)

    class Meta:
        model = ReportRun
        fields: list[str] = []
