import django_filters
from django.utils.translation import gettext_lazy as _

from ..models import HourImport


class HourImportFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("File"), field_name="name", lookup_expr="icontains")
    status = django_filters.ChoiceFilter(label=_("State"), choices=HourImport.Status)

    class Meta:
        model = HourImport
        fields: list[str] = []
