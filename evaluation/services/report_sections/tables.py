"""What all sections are made of: tables of figures beside those of the year before."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from ..report_about import About
from ..report_records import Figure, Records, together


def table(
    about: About, title: str, of: str, rows: Iterable[tuple[str, list[Figure]]], unit: str = "", note: str = ""
) -> dict[str, Any]:
    year = about.year
    columns = [_("%(year)s") % {"year": year}, _("%(year)s") % {"year": year - 1}, _("Against last year")]
    lines = [{"name": name, "figures": figures} for name, figures in rows]
    return {"title": title, "of": of, "columns": columns, "unit": unit, "note": note, "rows": lines}


def counted(about: About, rows: list[tuple[str, Records]], title: str) -> dict[str, Any]:
    return table(about, title, _("What is counted"), beside_each(about, rows))


def beside_each(about: About, rows: list[tuple[str, Records]]) -> list[tuple[str, list[Figure]]]:
    figures, _groups = together([records for _name, records in rows], about.year)
    return [(name, its) for (name, _records), its in zip(rows, figures, strict=True)]


def years_of(about: About) -> tuple[int, int]:
    return about.year, about.year - 1


def named(found: dict[Any, list[Figure]], model: Any) -> list[tuple[str, list[Figure]]]:
    names = model._default_manager.in_bulk(list(found))
    return sorted(((str(names[key]), figures) for key, figures in found.items()), key=lambda row: row[0])
