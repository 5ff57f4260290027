"""The figures of an annual report one by one, each with where it stands on paper and the query of its records."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zones.models import Activity

from ..models import ReportText
from .report_document import cell, sections_of
from .report_parts import Cell

Words = dict[str, str]


@dataclass(frozen=True)
class Trace:
    """A figure, where it stands, and the query of its records as ``report_records`` words it."""

    chapter: str
    table: str
    row: str
    column: str
    value: Cell
    records: dict[str, Any]


def traced(figures: dict[str, Any]) -> list[Trace]:
    """All of them: of the sections beside the year before, a zone's own, and of sentences."""
    beside = [
        Trace(
            section["title"],
            table["title"],
            row["name"],
            column,
            cell(figure["value"], table["unit"]),
            figure["records"],
        )
        for section in sections_of(figures)
        for table in section["tables"]
        for row in table["rows"]
        for column, figure in zip(table["columns"], row["figures"], strict=True)
    ]
    words = _words()
    own = [
        Trace(
            *_place(figures, place, words),
            cell(_value(figures, place), "scores" if "evaluation" in place else ""),
            records,
        )
        for place, records in sorted(figures.get("records", {}).items(), key=_natural)  # databases turn them about
    ]
    year = figures.get("year", 0)
    years = (str(year), str(year - 1), _("Against last year"))
    said = [
        Trace(
            str(ReportText.Part(row["part"]).label),
            "",
            fact["name"],
            column,
            cell(figure["value"], ""),
            figure["records"],
        )
        for row in figures.get("narrative", [])
        for fact in row["facts"]
        for column, figure in zip(years, fact["figures"], strict=True)
    ]
    return [*beside, *own, *said]


def _natural(item: tuple[str, Any]) -> list[str]:
    return [part.zfill(3) for part in item[0].split("/")]


def _value(figures: Any, place: str) -> str | int:
    for name in place.split("/"):
        figures = figures[int(name) if isinstance(figures, list) else name]
    return figures


def _words() -> tuple[Words, Words, Words]:
    """Of chapters, of tables, and of rows and columns; asked for once, since there are hundreds of places."""
    columns = {
        "students": _("Students"), "places": _("Places"), "hours": _("Hours of the year"),
        "total": _("Total"), "entries": _("Hour entries"), "people": _("People who worked"),
        "projects": _("Projects worked on"), "official": _("Official score"), "rescaled": _("Rescaled"),
        "absolute": _("Absolute"), "deductions": _("Deductions"), "chosen_weight": _("Weight of what was chosen"),
        "weight": _("Weight (percent)"), "score": _("Score"), "points": _("Points earned"),
    }  # fmt: skip
    tables = {
        "classes": _("Innovation classes"), "projects": _("Enterprise projects"), "months": _("Hours by month"),
        "activities": _("Hours by enterprise and activity"), "enterprises": _("Hours by enterprise and activity"),
        "indicators": _("Scores of the indicators"), "dimensions": _("Scores of the dimensions"),
        "findings": _("Deductions"),
    }  # fmt: skip
    chapters = {"zone": _("The zone"), "hours": _("Project hours"), "evaluation": _("Evaluation")}
    return chapters, tables, columns


def _place(figures: dict[str, Any], place: str, words: tuple[Words, Words, Words]) -> tuple[str, str, str, str]:
    """Chapter, table, row and column of a zone's own figure, in the words of its paper."""
    (chapters, tables, columns), (chapter, *way) = words, place.split("/")
    match way:
        case [name]:
            return chapters[chapter], "", columns[name], ""
        case ["months", at]:
            return chapters[chapter], tables["months"], _("%(month)s (month)") % {"month": int(at) + 1}, _("Hours")
        case ["activities", activity]:
            return chapters[chapter], tables["activities"], _("Total"), str(Activity(activity).label)
        case ["enterprises", at, "activities", activity]:
            name = figures[chapter]["enterprises"][int(at)]["name"]
            return chapters[chapter], tables["enterprises"], name, str(Activity(activity).label)
        case [rows, at, column]:
            return chapters[chapter], tables[rows], figures[chapter][rows][int(at)]["name"], columns[column]
    raise ValueError(place)
