import django_filters
from django.utils.translation import gettext_lazy as _

from ..models import Platform


class PlatformFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name"), field_name="name", lookup_expr="icontains")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Platform.Kind)

    class Meta:
        model = Platform
        fields: list[str] = []
