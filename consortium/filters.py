from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelChoiceField

from .models import Membership, Organization


class VisibleField(ModelChoiceField):
    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError:
            raise Http404 from None


class VisibleFilter(django_filters.ModelChoiceFilter):
    """A choice among the records that the user sees; somebody else's answers as one that does not exist."""

    field_class = VisibleField


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
        return rows.filter(Q(name__icontains=value.strip()) | Q(credit_code__istartswith=value.strip()))


def organizations(request: HttpRequest) -> QuerySet:
    return Organization.objects.visible_to(request.user)


class MembershipFilter(django_filters.FilterSet):
    organization = VisibleFilter(label=_("Organization"), queryset=organizations)

    class Meta:
        model = Membership
        fields = ["is_lead"]
