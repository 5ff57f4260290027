import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import Membership, Organization
from . import VisibleFilter


class OrganizationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or credit code"), method="search")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Organization.Kind)
    is_lead = django_filters.BooleanFilter(label=_("Lead"), method="by_lead")

    class Meta:
        model = Organization
        fields: list[str] = []

    def by_lead(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        return rows.with_membership(self.request.user).filter(is_lead=value)

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.search(value)


def organizations(request: HttpRequest) -> QuerySet:
    return Organization.objects.visible_to(request.user)


class MembershipFilter(django_filters.FilterSet):
    organization = VisibleFilter(label=_("Organization"), queryset=organizations)

    class Meta:
        model = Membership
        fields = ["is_lead"]
