import django_filters
from django.utils.translation import gettext_lazy as _

from ..models import Application


class LetterFilter(django_filters.FilterSet):
    exception = django_filters.BooleanFilter(label=_("Admitted as an exception"), method="by_exception")

    class Meta:
        model = Application
        fields: list[str] = []

    def by_exception(self, rows, name, value):
        return rows.exclude(exception_reason="") if value else rows.filter(exception_reason="")
