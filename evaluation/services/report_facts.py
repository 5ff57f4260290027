"""Sentences that the figures of a year say by themselves, offered to whoever writes the text of an annual report.

An accepted one is kept by its key only: the report that is made afterwards says it with its own figures.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from ..models import AnnualReport, ReportText
from .report_about import About, about_of
from .report_records import Figure, Records, together


@dataclass(frozen=True)
class Fact:
    """``figures``: of the year, of the year before, and the difference, as ``report_records`` makes them."""

    key: str
    name: str
    unit: str
    year: int
    figures: list[Figure]

    def frozen(self) -> dict[str, Any]:
        return {"key": self.key, "name": self.name, "unit": self.unit, "figures": self.figures}


def offered(report: AnnualReport) -> list[Fact]:
    """What can be said of the subject and year of ``report``, from the records as they are now, by one query; what
    was nothing in both years is not offered."""
    about = about_of(report)
    with override("zh-hans"):  # it is the paper's wording
        rows = _rows(about)
    figures, _groups = together([records for _key, _name, _unit, records in rows], report.year)
    facts = [
        Fact(key, name, unit, report.year, its) for (key, name, unit, _records), its in zip(rows, figures, strict=True)
    ]
    return [fact for fact in facts if any(Decimal(figure["value"]) for figure in fact.figures[:2])]


def _rows(about: About) -> list[tuple[str, str, str, Records]]:
    hours, hour = about.hours, _("hours")
    counted = {name: Records(hours.model, hours.filter, f"count {name}") for name in ("person", "project")}
    outcomes = about.verified("outcome", "count pk")
    yuan, people = _("yuan"), _("people")
    return [
        ("hours", _("Approved project hours"), hour, hours),
        ("workers", _("People who worked on projects"), people, counted["person"]),
        ("projects", _("Projects worked on"), "", counted["project"]),
        ("outcomes", _("Verified outcomes"), "", outcomes),
        ("representative", _("Representative outcomes"), "", outcomes.of(is_representative=True)),
        ("trained", _("Staff trained"), people, about.verified("stafftraining", "sum people")),
        ("placed", _("Days of teachers in enterprises"), _("days"), about.verified("teacherplacement", "sum days")),
        (
            "services",
            _("Received for technical services"),
            yuan,
            about.verified("technicalservice", "sum amount_received"),
        ),
        ("given", _("Given by enterprises"), yuan, about.verified("contribution", "sum amount")),
        ("hired", _("Students employed"), people, about.verified("hire", "count pk")),
    ]


def narrative(report: AnnualReport) -> list[dict[str, Any]]:
    """What people wrote about the subject and year of ``report``, for its frozen figures: one dictionary a part that
    says something, ``{"part", "text", "facts"}``."""
    texts = ReportText.objects.about_year_of(report)
    by_part = {part: row for part, row in texts.items() if row.text.strip() or row.facts}
    facts = offered(report) if any(row.facts for row in by_part.values()) else []
    return [
        {
            "part": part.value,
            "text": by_part[part].text.strip(),
            "facts": [fact.frozen() for fact in facts if fact.key in by_part[part].facts],
        }
        for part in ReportText.Part
        if part in by_part
    ]
