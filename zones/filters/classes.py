import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from consortium.filters import VisibleFilter, YearFilter

from ..models import Enrollment, InnovationClass
from .choices import classes, zones
from .students import StudentChoice


class ClassFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or code"), method="search")
    zone = VisibleFilter(label=_("Zone"), queryset=zones)
    year = YearFilter(label=_("Year of start"))
    status = django_filters.ChoiceFilter(label=_("State"), choices=InnovationClass.Status)

    class Meta:
        model = InnovationClass
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(name__icontains=value.strip()) | Q(code__icontains=value.strip()))


class EnrollmentFilter(django_filters.FilterSet):
    innovation_class = VisibleFilter(label=_("Innovation class"), queryset=classes)
    student = StudentChoice()
    open = django_filters.BooleanFilter(label=_("In the class now"), field_name="left_on", lookup_expr="isnull")

    class Meta:
        model = Enrollment
        fields: list[str] = []
