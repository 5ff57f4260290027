from typing import Any

import django_filters
from django import forms
from django.http import Http404
from django_filters.fields import ModelChoiceField


class VisibleField(ModelChoiceField):
    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError:
            raise Http404 from None


class VisibleFilter(django_filters.ModelChoiceFilter):
    """A choice among the records that the user sees; somebody else's answers as one that does not exist."""

    field_class = VisibleField
