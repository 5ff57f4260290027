import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ..forms.fields import DayInput
from ..models import AgendaItem, CouncilSeat, Meeting, Opinion, Resolution
from . import AnyYearFilter


class MeetingFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Place or item"), method="search")
    status = django_filters.ChoiceFilter(label=_("State"), choices=Meeting.Status)
    year = AnyYearFilter(field_name="held_at", lookup_expr="year")

    class Meta:
        model = Meeting
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        value = value.strip()
        items = AgendaItem.objects.filter(title__icontains=value).values("meeting")
        return rows.filter(Q(place__icontains=value) | Q(pk__in=items))


class AgendaItemFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Item"), field_name="title", lookup_expr="icontains")
    kind = django_filters.ChoiceFilter(label=_("Kind of item"), choices=AgendaItem.Kind)
    status = django_filters.ChoiceFilter(label=_("State"), choices=AgendaItem.Status)
    side = django_filters.ChoiceFilter(
        label=_("Proposed by the side"), choices=CouncilSeat.Side, field_name="proposed_by__side"
    )
    year = AnyYearFilter(field_name="meeting__held_at", lookup_expr="year")
    called = django_filters.BooleanFilter(label=_("Meeting was called"), method="by_call")

    class Meta:
        model = AgendaItem
        fields: list[str] = []

    def by_call(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        others = {"meeting__status__in": [Meeting.Status.DRAFT, Meeting.Status.CANCELLED]}
        return rows.exclude(**others) if value else rows.filter(**others)


class OpinionFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Opinion, item or seat"), method="search")
    kind = django_filters.ChoiceFilter(label=_("Kind of opinion"), choices=Opinion.Kind)
    outcome = django_filters.ChoiceFilter(label=_("Outcome"), choices=Opinion.Outcome)
    answered = django_filters.BooleanFilter(
        label=_("Answered"), field_name="answered_at", lookup_expr="isnull", exclude=True
    )
    year = AnyYearFilter(field_name="item__meeting__held_at", lookup_expr="year")
    standing = django_filters.BooleanFilter(label=_("Not withdrawn"), field_name="withdrawn_at", lookup_expr="isnull")

    class Meta:
        model = Opinion
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        value = value.strip()
        return rows.filter(
            Q(text__icontains=value) | Q(item__title__icontains=value) | Q(seat__organization__name__icontains=value)
        )


class ResolutionFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Resolution, item or organization"), method="search")
    done = django_filters.BooleanFilter(label=_("Done"), field_name="done_on", lookup_expr="isnull", exclude=True)
    due_before = django_filters.DateFilter(label=_("Due until"), field_name="due", lookup_expr="lte", widget=DayInput())
    year = AnyYearFilter(field_name="item__meeting__held_at", lookup_expr="year")

    class Meta:
        model = Resolution
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        value = value.strip()
        return rows.filter(
            Q(text__icontains=value) | Q(item__title__icontains=value) | Q(organization__name__icontains=value)
        )
