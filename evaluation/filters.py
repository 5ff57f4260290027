import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from consortium.filters import VisibleFilter, YearFilter
from zones.models import Zone

from .models import Evaluation, Indicator, Scheme


def schemes(request: HttpRequest) -> QuerySet:
    return Scheme.objects.visible_to(request.user)


def zones(request: HttpRequest) -> QuerySet:
    """The zones of the evaluations that one sees, which for an expert are more than the zones one sees."""
    return Zone.objects.filter(pk__in=Evaluation.objects.visible_to(request.user).values("zone")).order_by("code")


class SchemeFilter(django_filters.FilterSet):
    year = YearFilter()
    status = django_filters.ChoiceFilter(label=_("Status"), choices=Scheme.Status)

    class Meta:
        model = Scheme
        fields: list[str] = []


class IndicatorFilter(django_filters.FilterSet):
    scheme = VisibleFilter(label=_("Scheme"), queryset=schemes)
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Indicator.Kind)

    class Meta:
        model = Indicator
        fields: list[str] = []


class EvaluationFilter(django_filters.FilterSet):
    zone = VisibleFilter(label=_("Zone"), queryset=zones)
    status = django_filters.ChoiceFilter(label=_("Status"), choices=Evaluation.Status)
    year = YearFilter()

    class Meta:
        model = Evaluation
        fields: list[str] = []


class CompareFilter(django_filters.FilterSet):
    year = YearFilter()
    zone = VisibleFilter(label=_("Zone"), queryset=zones)
    form = django_filters.ChoiceFilter(label=_("Form"), field_name="zone__form", choices=Zone.Form)

    class Meta:
        model = Evaluation
        fields: list[str] = []
