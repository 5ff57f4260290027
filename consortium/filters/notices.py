import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ..inbox import KINDS
from ..models import Affiliation, Announcement, Notice, Organization


def kinds() -> list[tuple[str, object]]:
    return [(kind.name, kind.label) for kind in KINDS.values()]


class NoticeFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=kinds)
    unread = django_filters.BooleanFilter(label=_("Unread"), field_name="read_at", lookup_expr="isnull")

    class Meta:
        model = Notice
        fields: list[str] = []


class AnnouncementFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Title or text"), method="search")
    kind = django_filters.ChoiceFilter(label=_("Addressed to"), choices=Organization.Kind, method="by_kind")

    class Meta:
        model = Announcement
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(title__icontains=value.strip()) | Q(text__icontains=value.strip()))

    def by_kind(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(audiences__kind=value)


class ReceiptFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Organization or person"), method="search")
    kind = django_filters.ChoiceFilter(label=_("Kind"), field_name="organization__kind", choices=Organization.Kind)
    unread = django_filters.BooleanFilter(label=_("Unread"), field_name="read_at", lookup_expr="isnull")

    class Meta:
        model = Affiliation
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(organization__name__icontains=value.strip()) | Q(user__name__icontains=value.strip()))
