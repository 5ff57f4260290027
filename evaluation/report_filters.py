from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from consortium.models import Department
from zones.models import Zone

from .models import AnnualReport


def departments(request: Any) -> QuerySet[Department]:
    """The departments whose zones the person sees."""
    if request is None:
        return Department.objects.none()
    return Department.objects.filter(zones__in=Zone.objects.visible_to(request.user)).distinct().order_by("name")


class ReportFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Zone"), method="search")
    year = django_filters.ChoiceFilter(label=_("Year"))
    status = django_filters.ChoiceFilter(label=_("State"), choices=AnnualReport.Status)
    department = django_filters.ModelChoiceFilter(
        label=_("Department"), field_name="zone__department", queryset=departments
    )

    class Meta:
        model = AnnualReport
        fields = ["zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = self.queryset.order_by("-year").values_list("year", flat=True).distinct()
        self.filters["year"].extra["choices"] = lambda: [(year, year) for year in years]
        zones = Zone.objects.visible_to(self.request.user) if self.request else Zone.objects.none()
        self.filters["zone"].extra["queryset"] = zones.order_by("code")

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return rows.filter(Q(zone__name__icontains=words) | Q(zone__code__icontains=words))
