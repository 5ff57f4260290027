import re
from typing import Any

import django_filters
from django import forms
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ChoiceField, ModelChoiceField
from drf_spectacular.utils import extend_schema_field


class VisibleField(ModelChoiceField):
    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError:
            raise Http404 from None


class VisibleFilter(django_filters.ModelChoiceFilter):
    """A choice among the records that the user sees; somebody else's answers as one that does not exist."""

    field_class = VisibleField


class AnyYearFilter(django_filters.NumberFilter):
    """A year of the calendar, which a database can look for; another number is a mistake."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label": _("Year"), "min_value": 1000, "max_value": 9999, **kwargs})


class YearField(ChoiceField):
    def valid_value(self, value: Any) -> bool:
        """A year without rows is no mistake: it has no rows."""
        return re.fullmatch("[12][0-9]{3}", str(value)) is not None


@extend_schema_field(int)
class YearFilter(django_filters.ChoiceFilter):
    """A choice among the years that the user's rows have, the newest first."""

    field_class = YearField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label": _("Year"), **kwargs})

    @property
    def field(self) -> YearField:
        """Made anew for each form, because the years hang on this one's rows and the base class keeps what it made."""
        self.__dict__.pop("_field", None)
        self.extra["choices"] = lambda: self.years()  # copied with the form as it is, which a bound method is not
        return super().field

    def years(self) -> list[tuple[int, str]]:
        rows = self.parent.queryset.model._base_manager.filter(pk__in=self.parent.queryset.order_by().values("pk"))
        years = rows.order_by(f"-{self.field_name}").values_list(self.field_name, flat=True).distinct()
        return [(year, str(year)) for year in years]
