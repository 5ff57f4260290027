"""Checking and saving one row: what all nouns of the zones share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import User
from consortium.services import Refused, create, save_changes

from ..models import Zone

# parts of a record that its history names, beside the names of its fields
PARTS = [
    gettext_noop("partners"),
    gettext_noop("mentors"),
    gettext_noop("enrollments"),
    gettext_noop("modules"),
    gettext_noop("members"),
    gettext_noop("corrections"),
    gettext_noop("lines"),
    gettext_noop("credit conversions"),
    gettext_noop("closed months"),
    gettext_noop("rule packs"),
    gettext_noop("hours of a day"),
    gettext_noop("answers to warnings"),
]


@contextmanager
def at_fields() -> Iterator[None]:
    """Put the sentence of each broken constraint at the field that its error code names."""
    try:
        yield
    except ValidationError as error:
        raise ValidationError(placed(error)) from None


@at_fields()
def check(obj: models.Model) -> None:
    obj.full_clean()


def placed(error: ValidationError) -> dict[str, list[ValidationError]]:
    """The errors of ``error`` by field, one a field; a constraint's error code is the name of its field."""
    found: dict[str, list[ValidationError]] = {}
    for name, errors in error.error_dict.items():
        for single in errors:
            field = single.code if name == NON_FIELD_ERRORS and single.code else name
            found.setdefault(field, [single])
    return found


def keep(obj: Any, *names: str) -> None:
    """Refuse another value in the foreign keys ``names`` of a stored row: what hangs on it would change with it."""
    stored = type(obj)._base_manager.get(pk=obj.pk)
    for name in names:
        if getattr(stored, f"{name}_id") != getattr(obj, f"{name}_id"):
            raise ValidationError({name: _("This cannot be changed any more.")})


def hold_open(zone: Zone) -> None:
    """Keep the zone from closing until the transaction ends. Raises Refused when it is closed already."""
    if Zone.objects.select_for_update(no_key=True).get(pk=zone.pk).status == Zone.Status.CLOSED:
        raise Refused(_("This zone is closed. No more work begins in it."))


@at_fields()
@transaction.atomic
def save(obj: Any, *, by: User | None) -> Any:
    """Create ``obj``, or write what differs from its stored row, with one history row a change.

    The status is left alone: only ``move`` changes it. Raises ValidationError by field.
    """
    if obj._state.adding:
        return create(obj, by=by)
    stored = type(obj)._base_manager.get(pk=obj.pk)
    names = [field.name for field in obj._meta.concrete_fields if field.name not in ("id", "status")]
    save_changes(stored, by=by, **{name: getattr(obj, name) for name in names})  # type: ignore[arg-type]
    return stored
