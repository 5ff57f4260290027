"""The annual report as what its Typst template is given: every figure a text, and lengths of bars as shares."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..models import AnnualReport
from .report_document import compared, narrated, number_text, own_section
from .report_parts import Band, Chapter, Document, Passage, Table
from .report_print import address, printed
from .report_svg import line_svg

TEMPLATES = Path(__file__).parent.parent / "typst"


def report_source(report: AnnualReport, written: Document, number: str = "") -> tuple[Path, dict[str, str]]:
    """The template and its inputs: a zone's own one, and one for all other kinds. ``number`` instead of its own."""
    figures = report.figures
    assert figures is not None
    chapters = [
        *compared(figures),
        *own_section(figures, "figures"),
        *narrated(figures),
        *own_section(figures, "end"),
    ]
    given: dict[str, Any] = {"chapters": [_chapter(chapter) for chapter in chapters]}
    if report.zone:
        given |= printed(report, written.made_at)
        template = "annual_report.typ"
    else:
        given |= {
            "title": written.title,
            "consortium": written.consortium,
            "year": str(report.year),
            "subject": figures["subject"],
            "cover": written.cover,
            "seals": written.seals,
            "sha256": written.sha256,
        }
        template = "kind_report.typ"
    given |= {"number": number or report.number, **address(report)}
    look = written.look
    if look.name:
        given["look"] = {name: getattr(look, name) for name in ("accent", "head", "line", "office")}
        given["first"] = [_chapter(chapter) for chapter in own_section(figures, "start")]
    inputs = {"report": json.dumps(given, ensure_ascii=False)}
    if written.crest:
        inputs["crest"] = json.dumps(list(written.crest))
    return TEMPLATES / template, inputs


def _chapter(chapter: Chapter) -> dict[str, Any]:
    tables = [part for part in chapter.parts if isinstance(part, Table)]
    if chapter.is_extra:
        return {"title": chapter.title, "paragraphs": [], "tables": [], "blocks": _blocks(chapter)}
    paragraphs = [part for part in chapter.parts if isinstance(part, str)]
    return {"title": chapter.title, "paragraphs": paragraphs, "tables": [_table(table) for table in tables]}


def _blocks(chapter: Chapter) -> list[dict[str, Any]]:
    """A template's section: paragraphs, headings and whole lists, each with the pieces of its texts."""
    blocks: list[dict[str, Any]] = []
    for part in chapter.parts:
        if isinstance(part, Passage):
            if part.place == 1 or not blocks:
                blocks.append({"kind": part.kind, "items": []})
            blocks[-1]["items"].append(part.runs)
    return blocks


def _table(table: Table) -> dict[str, Any]:
    lines = [row for row in table.rows if not isinstance(row, Band)]
    return {
        "title": table.title,
        "head": table.head,
        "rows": [[row[0], *(number_text(value) for value in row[1:])] for row in lines],
        "note": table.note,
        "bars": _bars(lines) if table.chart == "columns" else [],
        "line": line_svg(table.title, [(row[0], row[1], number_text(row[1])) for row in lines])
        if table.chart == "line"
        else "",
    }


def _bars(lines: list[list[Any]]) -> list[dict[str, str]]:
    highest = max((Decimal(row[1]) for row in lines), default=Decimal(0))
    return [
        {
            "name": row[0],
            "hours": number_text(row[1]),
            "share": str(max(row[1], Decimal(0)) / highest) if highest > 0 else "0",
        }
        for row in lines
    ]
