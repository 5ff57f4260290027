"""What all changes share: refusing, remembering, and the guarded step from one status to the next."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, models, transaction
from django.forms import ModelForm
from django.utils.translation import gettext as _

from ..models import User
from .history import record

log = logging.getLogger(__name__)


class Refused(Exception):
    """A change that the rules or the moment do not allow. Its text is a sentence for the person who asked."""


@contextmanager
def alone() -> Iterator[None]:
    """A transaction in which a row that somebody else writes at the same moment is a refusal, not a broken page.

    Checks come before; what still breaks a constraint was written between the check and the write.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        log.warning("Refused, because somebody was faster: %s", str(error).splitlines()[0])  # below stand the values
        raise Refused(_("Somebody else has changed this. Reload and try again.")) from error


@alone()
def move(obj: Any, to: str, *, by: User | None, reason: str = "", **fields: Any) -> None:
    """Take ``obj`` to the status ``to`` and remember it.

    ``fields`` are written with it. The UPDATE is the lock: of two who try at once the second is refused.
    Raises Refused when the step is not in ``TRANSITIONS`` or somebody was faster.
    """
    old = obj.status
    if to not in obj.TRANSITIONS.get(old, ()):
        raise Refused(
            _("This is “%(old)s” now and cannot become “%(new)s”.")
            % {"old": obj.get_status_display(), "new": dict(obj._meta.get_field("status").flatchoices)[to]}
        )
    moved = type(obj)._default_manager.filter(pk=obj.pk, status=old).update(status=to, **fields)
    if not moved:
        raise Refused(_("Somebody else has changed this. Reload and try again."))
    obj.status = to
    for name, value in fields.items():
        setattr(obj, name, value)
    record(obj, by=by, what="status", old=old, new=to, reason=reason)


@alone()
def save_form(form: ModelForm, *, by: User, reason: str = "") -> Any:
    """Save a bound, valid ModelForm and remember each field that really changed, or that the record was created."""
    created = form.instance.pk is None
    before = {} if created else _values(type(form.instance)._base_manager.get(pk=form.instance.pk), form.changed_data)
    obj = form.save()
    if created:
        record(obj, by=by, what="created", new=obj, reason=reason)
    _record_changes(obj, before, by, reason)
    return obj


@alone()
def save_changes(obj: Any, *, by: User, reason: str = "", **fields: Any) -> None:
    """Write the ``fields`` of ``obj`` that differ, and remember each of them.

    Raises ValidationError as full_clean does.
    """
    before = _values(obj, fields)
    for name, value in fields.items():
        setattr(obj, name, value)
    obj.full_clean()
    if changed := _record_changes(obj, before, by, reason):
        obj.save(update_fields=changed)


@alone()
def create(obj: Any, *, by: User | None, reason: str = "") -> Any:
    """Check and insert a new record and remember that it was created. Raises ValidationError as full_clean does."""
    obj.full_clean()
    obj.save(force_insert=True)
    record(obj, by=by, what="created", new=obj, reason=reason)
    return obj


def _values(obj: models.Model, names: Iterable[str]) -> dict[str, object]:
    concrete = {field.name for field in obj._meta.concrete_fields}
    return {name: getattr(obj, name) for name in names if name in concrete}


def _record_changes(obj: models.Model, before: dict[str, object], by: User, reason: str) -> list[str]:
    """Remember each field whose value is no longer the one of ``before``; their names. Two records may share a name."""
    changes = {name: new for name, new in _values(obj, before).items() if _differ(before[name], new)}
    for name, new in changes.items():
        record(obj, by=by, what=name, old=before[name], new=new, reason=reason)
    return list(changes)


def _differ(old: object, new: object) -> bool:
    """A browser sends the ends of lines in its own way, which is no change of a text."""
    if isinstance(old, str) and isinstance(new, str):
        return old.replace("\r\n", "\n") != new.replace("\r\n", "\n")
    return old != new
