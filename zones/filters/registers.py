import functools
import operator

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from consortium.filters import VisibleFilter, YearFilter

from ..models import Contribution, Fund, ResearchProject, TeachingResource, Verified
from .choices import enterprises, zones


class RegisterFilter(django_filters.FilterSet):
    """What all registers and the outcomes are filtered by."""

    q = django_filters.CharFilter(label=_("Name or number"), method="search")
    zone = VisibleFilter(label=_("Zone"), queryset=zones)
    year = YearFilter(field_name="date__year")
    status = django_filters.ChoiceFilter(label=_("State"), choices=Verified.Status)
    mine = django_filters.ChoiceFilter(
        label=_("For me"),
        choices=[("verify", _("To be verified by me")), ("returned", _("Returned to me"))],
        method="for_me",
    )
    enterprise = VisibleFilter(label=_("Enterprise"), queryset=enterprises)

    class Meta:
        fields: list[str] = []

    def for_me(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """What stands in the inbox of the person who asks."""
        every, user = self.queryset.model.objects, self.request.user
        found = every.to_verify(user) if value == "verify" else every.returned_to(user)
        return rows.filter(pk__in=found.values("pk"))

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        found = (Q(**{f"{text}__icontains": value.strip()}) for text in self.queryset.model.TEXTS)
        return rows.filter(functools.reduce(operator.or_, found))


class TeachingResourceFilter(RegisterFilter):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=TeachingResource.Kind)


class ResearchProjectFilter(RegisterFilter):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=ResearchProject.Kind)


class FundFilter(RegisterFilter):
    purpose = django_filters.ChoiceFilter(label=_("Purpose"), choices=Fund.Purpose)
    source = django_filters.ChoiceFilter(label=_("Source"), choices=Fund.Source)


class ContributionFilter(RegisterFilter):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Contribution.Kind)
    qualifies = django_filters.BooleanFilter(label=_("Investment in vocational education"))


FILTERS: dict[str, type[RegisterFilter]] = {
    "teaching_resource": TeachingResourceFilter,
    "research_project": ResearchProjectFilter,
    "fund": FundFilter,
    "contribution": ContributionFilter,
}
