from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from consortium.filters import VisibleFilter

from ..models import Zone, ZonePartner
from .choices import colleges, enterprises


class ZoneFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or code"), method="search")
    form = django_filters.ChoiceFilter(label=_("Form"), choices=Zone.Form)
    status = django_filters.ChoiceFilter(label=_("State"), choices=Zone.Status)
    college = VisibleFilter(label=_("College"), queryset=colleges)
    enterprise = VisibleFilter(label=_("Enterprise"), queryset=enterprises, method="of_enterprise")

    class Meta:
        model = Zone
        fields: list[str] = []

    def of_enterprise(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        """The zones where it works or worked, each once, however often it came back."""
        return rows.filter(pk__in=ZonePartner.objects.filter(enterprise=value).values("zone"))

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(name__icontains=value.strip()) | Q(code__icontains=value.strip()))
