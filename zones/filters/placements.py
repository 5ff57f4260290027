import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.filters import AnyYearFilter, VisibleFilter

from ..models import Placement, Post
from .choices import enterprises, zones


def posts(request: HttpRequest) -> QuerySet:
    return Post.objects.visible_to(request.user).order_by("name")


class PostFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name"), field_name="name", lookup_expr="icontains")
    enterprise = VisibleFilter(label=_("Enterprise"), queryset=enterprises)

    class Meta:
        fields: list[str] = []


class StaffCountFilter(django_filters.FilterSet):
    enterprise = VisibleFilter(label=_("Enterprise"), queryset=enterprises)
    year = AnyYearFilter()

    class Meta:
        fields: list[str] = []


class PlacementFilter(django_filters.FilterSet):
    zone = VisibleFilter(label=_("Zone"), queryset=zones)
    enterprise = VisibleFilter(label=_("Enterprise"), field_name="post__enterprise", queryset=enterprises)
    post = VisibleFilter(label=_("Post"), queryset=posts)
    at_work = django_filters.BooleanFilter(label=_("At work now"), method="by_day")

    class Meta:
        model = Placement
        fields: list[str] = []

    def by_day(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        now = rows.on(timezone.localdate())
        return now if value else rows.exclude(pk__in=now.order_by().values("pk"))
