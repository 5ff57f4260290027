"""What the forms of the tasks share."""

from typing import Any

from django import forms


def offer(form: forms.BaseForm, name: str, rows: Any) -> None:
    form.fields[name].queryset = rows  # type: ignore[attr-defined]
