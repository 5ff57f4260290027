from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from consortium.filters import VisibleFilter
from consortium.models import Affiliation

from ..models import Enrollment, Student
from .choices import classes, colleges


class StudentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or student number"), method="search")
    college = VisibleFilter(label=_("College"), queryset=colleges)
    innovation_class = VisibleFilter(
        label=_("Innovation class"), field_name="enrollments__innovation_class", queryset=classes, distinct=True
    )
    placed = django_filters.BooleanFilter(label=_("In a class now"), method="by_place")

    class Meta:
        model = Student
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        affiliation = self.request.user.affiliation
        if not affiliation or affiliation.role != Affiliation.Role.COLLEGE_ADMIN:
            del self.filters["q"]  # whoever sees masked names must not find out by searching whose they are
        else:
            del self.filters["college"]

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(name__icontains=value.strip()) | Q(number__icontains=value.strip()))

    def by_place(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        placed = Q(pk__in=Enrollment.objects.open().values("student"))
        return rows.filter(placed if value else ~placed)
