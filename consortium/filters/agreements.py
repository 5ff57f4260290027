import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ..forms.fields import DayInput
from ..models import Agreement, AgreementParty, Duty, Organization
from . import VisibleFilter
from .members import organizations


class AgreementFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Title, number or party"), method="search")
    type = django_filters.ChoiceFilter(label=_("Type"), choices=Agreement.Type)
    status = django_filters.ChoiceFilter(label=_("State"), choices=Agreement.Status)
    ending = django_filters.BooleanFilter(label=_("Ends within 90 days"), method="by_end")
    lacking = django_filters.BooleanFilter(label=_("Clause missing"), method="by_clauses")
    organization = VisibleFilter(label=_("Party"), queryset=organizations, method="of_party", widget=forms.HiddenInput)

    class Meta:
        model = Agreement
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        value = value.strip()
        parties = AgreementParty.objects.filter(organization__name__icontains=value).values("agreement")
        return rows.filter(Q(title__icontains=value) | Q(number__istartswith=value) | Q(pk__in=parties))

    def by_end(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        ending = Agreement.objects.ending().order_by().values("pk")
        return rows.filter(pk__in=ending) if value else rows.exclude(pk__in=ending)

    def by_clauses(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        lacking = Agreement.objects.lacking().values("pk")
        return rows.filter(pk__in=lacking) if value else rows.exclude(pk__in=lacking)

    def of_party(self, rows: QuerySet, name: str, value: Organization) -> QuerySet:
        return rows.filter(pk__in=AgreementParty.objects.filter(organization=value).values("agreement"))


class DutyFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Duty, agreement or party"), method="search")
    done = django_filters.BooleanFilter(label=_("Done"), field_name="done_on", lookup_expr="isnull", exclude=True)
    due_after = django_filters.DateFilter(label=_("Due from"), field_name="due", lookup_expr="gte", widget=DayInput())
    due_before = django_filters.DateFilter(label=_("Due until"), field_name="due", lookup_expr="lte", widget=DayInput())
    organization = VisibleFilter(
        label=_("Party"), queryset=organizations, field_name="party__organization", widget=forms.HiddenInput
    )

    class Meta:
        model = Duty
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        value = value.strip()
        return rows.filter(
            Q(text__icontains=value)
            | Q(agreement__title__icontains=value)
            | Q(party__organization__name__icontains=value)
        )
