import django_filters
from django.utils.translation import gettext_lazy as _

from ..models import Export


class ExportFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("List"), field_name="title", lookup_expr="icontains")
    status = django_filters.ChoiceFilter(label=_("State"), choices=Export.Status)

    class Meta:
        model = Export
        fields: list[str] = []
