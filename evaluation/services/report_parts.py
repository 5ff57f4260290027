"""What an annual report is made of before it is written as PDF, Word or Excel: chapters, tables, passages, its look."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

Cell = str | int | Decimal | None


class Score(Decimal):
    """A number of which both decimals are always shown: scores and points."""


@dataclass(frozen=True)
class Band:
    """A row over the whole width that names those below it."""

    text: str


@dataclass(frozen=True)
class Table:
    """``widths`` are parts of the page's width; ``total`` closes the table; ``note`` stands below it; ``named_by`` is
    the column that says what a row is about, after a first one that only counts."""

    title: str
    head: list[str]
    widths: list[int]
    rows: list[list[Cell] | Band]
    total: list[Cell] = field(default_factory=list)
    note: str = ""
    named_by: int = 0
    chart: str = ""  # columns, stacked, bars, line or radar: how its columns ``plotted`` are drawn too
    plotted: tuple[int, ...] = ()
    compares: bool = False  # its last column is the second less the third

    @property
    def numeric(self) -> list[bool]:
        """Which columns hold numbers: those are set to the right."""
        lines = [row for row in self.rows if not isinstance(row, Band)]
        return [
            any(isinstance(row[at], int | Decimal) for row in lines)
            and not any(isinstance(row[at], str) for row in lines)
            for at in range(len(self.head))
        ]


class Passage(str):
    """A paragraph of a template's own section: its text, with ``kind``, a heading, bullets or numbers, which of its
    words are bold, and its ``place`` in its list, from 1. Whoever knows no more of it shows the text."""

    kind: str
    runs: list[tuple[str, bool]]
    place: int

    def __new__(cls, kind: str, runs: list[list[Any]], place: int = 0) -> "Passage":
        mark = {"bullets": "• ", "numbers": f"{place}. "}.get(kind, "")
        passage = super().__new__(cls, mark + "".join(text for text, _bold in runs))
        passage.kind, passage.place = kind, place
        passage.runs = [(text, is_bold) for text, is_bold in runs]
        return passage


@dataclass(frozen=True)
class Chapter:
    """``is_extra``: the own section of the template."""

    title: str
    parts: list[str | Table]
    is_extra: bool = False


@dataclass(frozen=True)
class Look:
    """What a report's template says beside its section; colours as #rrggbb, ``crest`` is the SHA-256 of its picture.

    ``place`` of the section: start, before all chapters; figures, after those of figures; end, after the text too.
    """

    name: str = ""
    sha256: str = ""
    accent: str = ""
    head: str = ""
    line: str = ""
    office: str = ""
    crest: str = ""
    place: str = "end"


@dataclass(frozen=True)
class Document:
    """A title, the facts of the cover, chapters, and who puts a seal below it: (side, name)."""

    title: str
    number: str
    consortium: str
    cover: list[tuple[str, str]]
    chapters: list[Chapter]
    seals: list[tuple[str, str]]
    sha256: str
    made_at: datetime
    look: Look = Look()  # the standard
    crest: bytes = b""  # a PNG
