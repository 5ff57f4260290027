import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..industries import SECTIONS
from ..models import Joining, MemberImport, Membership, Organization
from . import VisibleFilter


class OrganizationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or credit code"), method="search")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Organization.Kind)
    industry = django_filters.ChoiceFilter(
        label=_("Industry"), choices=[(code, f"{code} {name}") for code, (name, _listed) in SECTIONS.items()],
        lookup_expr="startswith",
    )  # fmt: skip
    size = django_filters.ChoiceFilter(label=_("Size"), choices=Organization.Size)
    is_lead = django_filters.BooleanFilter(label=_("Lead"), method="by_lead")
    now = django_filters.BooleanFilter(label=_("Member now"), method="by_day")
    tag = django_filters.CharFilter(label=_("Tag"), method="by_tag")

    class Meta:
        model = Organization
        fields: list[str] = []

    def by_lead(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        return rows.with_membership(self.request.user).filter(is_lead=value)

    def by_day(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        now = Membership.objects.visible_to(self.request.user).in_force().values("organization")
        return rows.filter(pk__in=now) if value else rows.exclude(pk__in=now)

    def by_tag(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        tagged = Membership.objects.visible_to(self.request.user).filter(tags__icontains=value.strip())
        return rows.filter(pk__in=tagged.values("organization"))

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.search(value)


def organizations(request: HttpRequest) -> QuerySet:
    return Organization.objects.visible_to(request.user)


class JoiningFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or credit code"), method="search")
    status = django_filters.ChoiceFilter(label=_("State"), choices=Joining.Status)

    class Meta:
        model = Joining
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(name__icontains=value.strip()) | Q(credit_code__istartswith=value.strip()))


class MemberImportFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("File"), field_name="name", lookup_expr="icontains")
    status = django_filters.ChoiceFilter(label=_("State"), choices=MemberImport.Status)

    class Meta:
        model = MemberImport
        fields: list[str] = []


class MembershipFilter(django_filters.FilterSet):
    organization = VisibleFilter(label=_("Organization"), queryset=organizations)

    class Meta:
        model = Membership
        fields = ["is_lead"]
