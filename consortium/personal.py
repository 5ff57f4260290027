"""The register of personal data: which fields hold it, what for, who sees them, how long, and how they are masked.

Every app registers its own in ``<app>/personal_data.py``. From this one register come the page that everybody may read,
what is shown masked and to whom, what history remembers, a person's own file, and what an erasure empties.
Source: Personal Information Protection Law, articles 5–7 (purpose, minimum, openness), 45 (copy), 47 (erasure).
"""

import datetime
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Mask:
    """How a value looks to those who may not see it; ``label`` says it in words."""

    label: Any
    cover: Callable[[Any], str]
    do_not_call_in_templates: ClassVar[bool] = True

    def __call__(self, value: Any) -> str:
        """The masked value as text; what is empty stays empty, because there is nothing to hide."""
        return "" if value in (None, "") else self.cover(value)


def _mail(address: str) -> str:
    name, at, host = address.partition("@")
    return f"{name[:1]}***{at}{host}"


def _phone(number: str) -> str:
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 11 else f"****{number[-2:]}"


def _year(day: datetime.date | str) -> str:
    return str(day)[:4]


SURNAME = Mask(_("first character and a star"), lambda name: f"{name[0]}*")
TAIL = Mask(_("last three characters"), lambda number: f"***{number[-3:]}" if len(number) > 3 else "***")
YEAR = Mask(_("year only"), _year)
MAIL = Mask(_("first character and the host"), _mail)
PHONE = Mask(_("first three and last four digits"), _phone)
HIDDEN = Mask(_("not shown"), lambda value: "***")
OPEN = Mask(_("as it is, to whoever sees the record"), str)


@dataclass(frozen=True)
class PersonalField:
    """One field of the register, in sentences for people. ``label`` names it when the model's own name does not do."""

    purpose: Any
    seen_by: Any
    kept: Any
    mask: Mask
    label: Any = ""


@dataclass(frozen=True)
class PersonalRecord:
    """The personal fields of one model.

    ``clear`` answers the fields that a reader sees of a record as they are, without a query for each record. ``person``
    is the foreign key to the person whose data these are, "self" when the record is the person, empty when the person
    has no record. ``title`` names the model when its own name does not do. ``withheld`` are fields that nobody is
    handed, not even the person: secrets.
    """

    model: type[models.Model]
    fields: dict[str, PersonalField]
    clear: Callable[[Any, Any], Collection[str]]
    person: str = ""
    title: Any = ""
    withheld: frozenset[str] = field(default_factory=frozenset)


REGISTER: dict[type[models.Model], PersonalRecord] = {}
Hold = Callable[[Any], Iterator[str]]
_holds: list[tuple[type[models.Model], Hold]] = []


def nobody(user: Any, record: Any) -> Collection[str]:
    """``clear`` of records whose fields are masked for every reader."""
    return ()


def register(model: type[models.Model], fields: dict[str, PersonalField], **more: Any) -> None:
    """Enter a model; ``more`` are the further attributes of PersonalRecord. A name that is no field is a mistake."""
    for name in fields:
        model._meta.get_field(name)
    more.setdefault("clear", nobody)
    REGISTER[model] = PersonalRecord(model=model, fields=fields, **more)


def holds(model: type[models.Model]) -> Callable[[Hold], Hold]:
    """Register what keeps a person of ``model`` from being erased: a function that yields a sentence each."""

    def add(hold: Hold) -> Hold:
        _holds.append((model, hold))
        return hold

    return add


def label_of(model: type[models.Model] | None, name: str) -> str:
    """The name for people of a personal field of ``model``, or of the person to whom a record of it points."""
    entry = REGISTER.get(model) if model else None
    if entry and name not in entry.fields and entry.person not in ("", "self"):
        return label_of(entry.model._meta.get_field(entry.person).related_model, name)  # type: ignore[arg-type]
    if entry is None or name not in entry.fields:
        return name
    return str(entry.fields[name].label or entry.model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def title_of(model: type[models.Model]) -> str:
    entry = REGISTER.get(model)
    return str(entry and entry.title or model._meta.verbose_name_plural)


def held_by(person: models.Model) -> list[str]:
    """What still hangs open on a person, one sentence each, over all apps."""
    return [sentence for model, hold in _holds if isinstance(person, model) for sentence in hold(person)]


def clear_fields(record: models.Model, user: Any) -> set[str]:
    """The personal fields of ``record`` that ``user``, acting as now, sees as they are."""
    entry = REGISTER[type(record)]
    seen = entry.clear(user, record) if user.affiliation else ()
    return {name for name, entered in entry.fields.items() if name in seen or entered.mask is OPEN}


def in_clear(record: Any, name: str) -> Any:
    """The value as people read it: a choice by its label."""
    display = getattr(record, f"get_{name}_display", None)
    return display() if display else getattr(record, name)


def masked(record: Any, name: str) -> str:
    return REGISTER[type(record)].fields[name].mask(getattr(record, name))


def shown(record: Any, name: str, user: Any) -> Any:
    """The value of a registered field as ``user`` may see it: as it is, or masked."""
    return in_clear(record, name) if name in clear_fields(record, user) else masked(record, name)


def is_masked(record: Any, user: Any) -> bool:
    """Whether there is anything in ``record`` that ``user`` does not see as it is."""
    hidden = set(REGISTER[type(record)].fields) - clear_fields(record, user)
    return any(getattr(record, name) not in (None, "") for name in hidden)


def name_of(record: models.Model) -> str:
    """How ``record`` is called where its personal data must not stand: its text with every such value masked.

    The values are its own and those of the people to whom it points, as far as its text can have read them. A person
    who signs in has the number of the account beside the masked name, so that history stays unambiguous.
    """
    said = text = str(record)
    read = record._state.fields_cache
    people = [read[name] for name in _people_of(type(record)) if name in read]
    holder: models.Model
    for holder in [record, *people]:
        values = {value: name for name in _hidden_of(type(holder)) if (value := str(getattr(holder, name))) in said}
        for value in sorted(values, key=len, reverse=True):
            if value and value != "None" and value in text:
                text = text.replace(value, masked(holder, values[value]))
    return f"{text}（{record.pk}）" if text == SURNAME(said) else text


@cache
def _hidden_of(model: type[models.Model]) -> tuple[str, ...]:
    """The fields of a model that are not shown as they are to everybody."""
    entry = REGISTER.get(model)
    return tuple(name for name, entered in entry.fields.items() if entered.mask is not OPEN) if entry else ()


@cache
def _people_of(model: type[models.Model]) -> tuple[str, ...]:
    """The names of a model's keys that point to records with personal data."""
    return tuple(key.name for key in model._meta.fields if key.is_relation and key.related_model in REGISTER)


def remembered(record: models.Model, what: str, value: object) -> str:
    """How history keeps ``value`` of the field (or act) ``what`` of ``record``: history is never erased, so masked."""
    if value is None:
        return ""
    if isinstance(value, models.Model):
        return name_of(value)
    entry = REGISTER.get(type(record))
    return entry.fields[what].mask(value) if entry and what in entry.fields else str(value)
