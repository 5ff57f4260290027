from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium import personal
from consortium.filters import VisibleFilter
from consortium.models import Affiliation

from ..models import Enrollment, Student, Zone
from .choices import classes, colleges, students, zones

SOON = timedelta(days=30)


class StudentChoice(VisibleFilter):
    """A choice among the students that the user sees, each called as the user may read it."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{"label": _("Student"), "queryset": students, **kwargs})

    @property
    def field(self) -> Any:
        field, user = super().field, self.get_request().user
        field.label_from_instance = lambda student: (
            f"{personal.shown(student, 'name', user)}（{personal.shown(student, 'number', user)}）"
        )
        return field


class StudentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or student number"), method="search")
    college = VisibleFilter(label=_("College"), queryset=colleges)
    innovation_class = VisibleFilter(
        label=_("Innovation class"), field_name="enrollments__innovation_class", queryset=classes, distinct=True
    )
    placed = django_filters.BooleanFilter(label=_("In a class now"), method="by_place")

    zone = VisibleFilter(label=_("Zone now"), queryset=zones, method="by_zone")
    has_outcome = django_filters.BooleanFilter(label=_("Representative outcome"), method="by_outcome")

    lacks = django_filters.ChoiceFilter(
        label=_("In a class and lacks"),
        choices=[
            ("agreement", _("Apprentice agreement")),
            ("insurance", _("Insurance")),
            ("consent", _("Guardian's consent (under 18)")),
            ("soon", _("Ends within 30 days")),
        ],
        method="by_lack",
    )

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

    def by_zone(self, rows: QuerySet, name: str, value: Zone) -> QuerySet:
        placed = Enrollment.objects.open().filter(innovation_class__zone=value)
        return rows.filter(pk__in=placed.values("student"))

    def by_outcome(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        has = Q(pk__in=Student.objects.with_outcome().values("pk"))
        return rows.filter(has if value else ~has)

    def by_lack(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        today = timezone.localdate()
        if value == "soon":
            return rows.filter(pk__in=Student.objects.running_out(today, today + SOON).values("pk"))
        return rows.filter(pk__in=Student.objects.lacking(value, today).values("pk"))
