import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import Affiliation, Invitation
from . import VisibleFilter
from .members import organizations


class PersonFilter(django_filters.FilterSet):
    """People by their roles: a row is a role that somebody has or had."""

    q = django_filters.CharFilter(label=_("Name, user name, organization"), method="search")
    role = django_filters.ChoiceFilter(label=_("Role"), choices=Affiliation.Role)
    organization = VisibleFilter(label=_("Organization"), queryset=organizations)
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[("in_force", _("Valid")), ("ended", _("Ended"))], method="by_state"
    )
    dormant = django_filters.BooleanFilter(label=_("Not signed in for 90 days"), method="by_dormant")

    class Meta:
        model = Affiliation
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        text = value.strip()
        found = Q(user__name__icontains=text) | Q(organization__name__icontains=text)
        if self.request.user.affiliation.sees_all_people:  # to others it is masked, so it does not answer either
            found |= Q(user__username__istartswith=text)
        return rows.filter(found)

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(works=value == "in_force")

    def by_dormant(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        now = timezone.now()
        return rows.dormant(now) if value else rows.awake(now)


class InvitationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or e-mail address"), method="search")
    state = django_filters.ChoiceFilter(label=_("State"), choices=Invitation.Status, method="by_state")
    role = django_filters.ChoiceFilter(label=_("Role"), choices=Affiliation.Role)
    organization = VisibleFilter(label=_("Organization"), queryset=organizations)

    class Meta:
        model = Invitation
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(name__icontains=value.strip()) | Q(email__icontains=value.strip()))

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.in_state(value, timezone.now())
