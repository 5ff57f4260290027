"""What the forms of the zones share: checking what was typed, and choosing people."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import OuterRef, Subquery

from consortium.models import Affiliation, User

from ..services.rows import placed


class RowForm(forms.ModelForm):
    """Checks what was typed, and says a broken constraint beside the field that its error code names.

    What is unique is checked by the service, which knows the whole row.
    """

    def validate_unique(self) -> None: ...

    def add_error(self, field: str | None, error: Any) -> None:
        if hasattr(error, "error_dict"):
            found: dict[str, list[ValidationError]] = {}
            for name, errors in placed(error).items():
                found.setdefault(name if name in self.fields else NON_FIELD_ERRORS, []).extend(errors)
            error = ValidationError(found)
        super().add_error(field, error)


def people_of(*organizations: Any) -> Any:
    """The people who act for one of the organizations now, by name, with ``works_at``."""
    places = Affiliation.objects.in_force().filter(organization__in=organizations)
    works_at = places.filter(user=OuterRef("pk")).order_by("pk").values("organization__name")[:1]
    people = User.objects.filter(pk__in=places.values("user")).order_by("name", "pk")
    return people.annotate(works_at=Subquery(works_at))


def person_and_organization(person: Any) -> str:
    return f"{person} · {person.works_at}"
