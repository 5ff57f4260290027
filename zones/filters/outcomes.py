import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from consortium.filters import VisibleFilter, YearFilter

from ..models import CreditConversion, CreditRule, Level, Outcome
from .choices import classes, colleges
from .registers import RegisterFilter
from .students import StudentChoice


class OutcomeFilter(RegisterFilter):
    innovation_class = VisibleFilter(label=_("Innovation class"), queryset=classes)
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Outcome.Kind)
    level = django_filters.ChoiceFilter(label=_("Level"), choices=Level)
    is_representative = django_filters.BooleanFilter(label=_("Representative"))
    student = StudentChoice(field_name="students")

    class Meta:
        model = Outcome
        fields: list[str] = []


class CreditRuleFilter(django_filters.FilterSet):
    college = VisibleFilter(label=_("College"), field_name="table__college", queryset=colleges)
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Outcome.Kind)

    class Meta:
        model = CreditRule
        fields: list[str] = []


class CreditConversionFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Outcome or course"), method="search")
    year = YearFilter()
    status = django_filters.ChoiceFilter(label=_("State"), choices=CreditConversion.Status)
    student = StudentChoice()

    class Meta:
        model = CreditConversion
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(outcome__title__icontains=value.strip()) | Q(course__icontains=value.strip()))
