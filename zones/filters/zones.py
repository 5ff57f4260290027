import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from consortium.filters import VisibleFilter

from ..models import Zone
from .choices import colleges, enterprises


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
