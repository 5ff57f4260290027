import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..forms.fields import DayInput
from ..models import Organization, PersonalDataAccess
from . import VisibleFilter


def organizations(request: HttpRequest) -> QuerySet:
    return Organization.objects.visible_to(request.user).order_by("name")


class AccessFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Reason"), field_name="reason", lookup_expr="icontains")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=PersonalDataAccess.Kind)
    organization = VisibleFilter(label=_("Acted for"), field_name="acting_as__organization", queryset=organizations)
    recipient = VisibleFilter(label=_("Given to"), queryset=organizations)
    date_after = django_filters.DateFilter(
        label=_("From day"), field_name="at", lookup_expr="date__gte", widget=DayInput()
    )
    date_before = django_filters.DateFilter(
        label=_("To day"), field_name="at", lookup_expr="date__lte", widget=DayInput()
    )

    class Meta:
        model = PersonalDataAccess
        fields: list[str] = []
