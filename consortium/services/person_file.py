"""Everything the program holds about one person, table by table, for the person's own file.

Source: Personal Information Protection Law, article 45 (a person may have a copy).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from .. import personal
from ..models.records import About, about
from .list_files import NOT_IN_XML


@dataclass(frozen=True)
class Section:
    """The rows of one table that name the person."""

    name: str  # for machines: "zones.HourEntry"
    title: str
    columns: list[tuple[str, str]]  # field's name and label
    rows: models.QuerySet
    person: models.Model

    def read(self) -> Iterator[dict[str, Any]]:
        """One dict a row, by field: text, number, yes or no, day, moment. Other people in it are masked."""
        for row in self.rows.iterator(chunk_size=1000):
            yield {name: _value(row, name, self.person) for name, _label in self.columns}


def person_file(person: models.Model) -> Iterator[Section]:
    """The person's own record, then every table with a foreign key to it or a row about it. Empty ones are left out."""
    yield _section(person._meta.model, person._meta.model._base_manager.filter(pk=person.pk), person)
    for model in sorted(_tables(), key=lambda model: model._meta.label):
        keys = [
            key.name
            for key in [*model._meta.fields, *model._meta.many_to_many]
            if key.related_model is person._meta.model
        ]
        found = [models.Q(**{name: person.pk}) for name in keys]
        if issubclass(model, About):
            found.append(about(person))
        if not found:
            continue
        query = found[0]
        for more in found[1:]:
            query |= more
        rows = model._base_manager.filter(query).order_by("pk").distinct()
        if rows.exists():
            yield _section(model, rows, person)


def _tables() -> list[type[models.Model]]:
    """The tables of our own apps, and the registered ones of others."""
    own = [model for config in apps.get_app_configs() if _is_ours(config) for model in config.get_models()]
    return own + [model for model in personal.REGISTER if model not in own]


def _is_ours(config: Any) -> bool:
    return any(model._meta.app_config is config for model in personal.REGISTER) and not config.name.startswith(
        "allauth"
    )


def _section(model: type[models.Model], rows: models.QuerySet, person: models.Model) -> Section:
    entry = personal.REGISTER.get(model)
    withheld = entry.withheld if entry else frozenset()
    fields = [field for field in model._meta.fields if field.name not in withheld]
    if entry and not _is_ours(model._meta.app_config):
        fields = [field for field in fields if field.name in entry.fields]
    keys = [field.name for field in fields if field.is_relation and field.name != "content_type"]
    return Section(
        model._meta.label,
        personal.title_of(model),
        [(field.name, _label(model, field)) for field in fields],
        rows.select_related(*keys),
        person,
    )


def _label(model: type[models.Model], field: Any) -> str:
    known = personal.label_of(model, field.name)
    return known if known != field.name else str(field.verbose_name)


def _value(row: models.Model, name: str, person: models.Model) -> Any:
    value = getattr(row, name)
    if isinstance(value, models.Model):
        return str(value) if value == person else personal.name_of(value)
    entry = personal.REGISTER.get(type(row))
    if entry and name in entry.fields and not _is_own(entry, row, person):
        return personal.masked(row, name)
    if hasattr(value, "tzinfo") and value.tzinfo:
        return timezone.localtime(value)
    display = getattr(row, f"get_{name}_display", None)
    return display() if display else value


def _is_own(entry: personal.PersonalRecord, row: models.Model, person: models.Model) -> bool:
    return row == person if entry.person in ("", "self") else getattr(row, f"{entry.person}_id") == person.pk


def write_json(person: models.Model, to: IO[bytes]) -> None:
    """An object with a list of rows for each table, written row by row; moments and days as ISO 8601."""
    encode = DjangoJSONEncoder(ensure_ascii=False).encode
    to.write(b"{")
    for number, section in enumerate(person_file(person)):
        to.write(f"{',' if number else ''}\n{encode(section.name)}: [".encode())
        for index, row in enumerate(section.read()):
            to.write(f"{',' if index else ''}\n  {encode(row)}".encode())
        to.write(b"]")
    to.write(b"\n}\n")


def write_xlsx(person: models.Model, to: IO[bytes]) -> None:
    """A sheet for each table, named as on the pages."""
    book = Workbook(write_only=True)
    for number, section in enumerate(person_file(person), start=1):
        sheet = book.create_sheet(f"{number} {section.title}"[:31])
        heads = [WriteOnlyCell(sheet, label) for _name, label in section.columns]
        for index, head in enumerate(heads, start=1):
            head.font = Font(bold=True)
            sheet.column_dimensions[get_column_letter(index)].width = 20
        sheet.append(heads)
        for row in section.read():
            sheet.append([_cell(sheet, _for_excel(value)) for value in row.values()])
    book.save(to)


def _cell(sheet: Any, value: object) -> object:
    """Text stays text, so that nobody's note becomes a formula in a colleague's Excel."""
    if not isinstance(value, str):
        return value
    text = NOT_IN_XML.sub("", value)  # a note may hold what Excel cannot
    if not text.startswith(("=", "#")):  # these alone are taken for formulas and errors
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


def _for_excel(value: Any) -> Any:
    if getattr(value, "tzinfo", None):
        return value.replace(tzinfo=None)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


WRITERS = {"json": write_json, "xlsx": write_xlsx}
