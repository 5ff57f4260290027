"""Where the records behind the figures of an annual report stand: each figure on its page is a link."""

from collections import Counter
from datetime import date
from itertools import count
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from consortium.models import User
from zones.models import (
    Contribution,
    Fund,
    Hire,
    Outcome,
    PartTimeTeacher,
    ResearchProject,
    StaffTraining,
    TeacherPlacement,
    TeachingResource,
    TechnicalService,
    Verified,
)
from zones.services.months import last_of_month

from .models import AnnualReport, Evaluation
from .services.report_document import cell, number_text, sections_of
from .services.report_svg import line_svg

REGISTERED: list[type[Verified]] = [
    Contribution,
    Fund,
    Hire,
    Outcome,
    PartTimeTeacher,
    ResearchProject,
    StaffTraining,
    TeacherPlacement,
    TeachingResource,
    TechnicalService,
]


def linked(figures: dict[str, Any], report: AnnualReport, reader: User) -> dict[str, Any]:
    """``figures`` as ``printed`` gives them, with the address beside each: of hours the list of the entries that were
    added up, of a score its indicator. A list shows what its reader may see, as recorded now."""
    link_hours(figures["hours"], report)
    frozen = (report.figures or {})["evaluation"]
    if figures["evaluation"] and "sha256" in frozen:
        rows = Evaluation.objects.visible_to(reader).filter(zone=report.zone_id, sha256=frozen["sha256"])
        if result := rows.first():
            figures["evaluation"]["url"] = reverse("evaluation:evaluation_result", args=[result.pk])
            for line in (line for group in figures["evaluation"]["groups"] for line in group["indicators"]):
                line["url"] = reverse("evaluation:evaluation_indicator", args=[result.pk, line["number"]])
    return figures


def linked_sections(report: AnnualReport, reader: User) -> list[dict[str, Any]]:
    """The sections of figures beside the year before, each figure as (text, address): the list that shows exactly its
    records, or where no list asks so the page of the figure; nothing of nothing."""
    sections = sections_of(report.figures or {})
    results = set(Evaluation.objects.visible_to(reader).filter(pk__in=_results(sections)).values_list("pk", flat=True))
    places = count()  # as ``report_traced`` numbers them

    def address(figure: dict[str, Any]) -> str:
        number = next(places)
        if not figure["value"]:
            return ""
        return figure_url(figure["records"], results) or reverse("reports:report_figure", args=[report.pk, number])

    return [
        {
            "title": section["title"],
            "tables": [
                {
                    **table,
                    "line": _line(table) if table.get("chart") else "",
                    "rows": [
                        {
                            "name": row["name"],
                            "cells": [
                                (number_text(cell(figure["value"], table["unit"])), address(figure))
                                for figure in row["figures"]
                            ],
                        }
                        for row in table["rows"]
                    ],
                }
                for table in section["tables"]
            ],
        }
        for section in sections
    ]


def _line(table: dict[str, Any]) -> str:
    points = [(row["name"], cell(row["figures"][0]["value"], table["unit"])) for row in table["rows"]]
    return line_svg(table["title"], [(name, value, number_text(value)) for name, value in points])


def _results(sections: list[dict[str, Any]]) -> list[int]:
    """The keys of the evaluations whose scores are shown."""
    shown = [
        figure["records"]
        for section in sections
        for table in section["tables"]
        for row in table["rows"]
        for figure in row["figures"]
    ]
    return [
        records["filter"]["pk"]
        for records in shown
        if records.get("model") == "evaluation.evaluation" and "pk" in records["filter"]
    ]


HOURS = {
    "project__zone": "zone",
    "project__enterprise": "enterprise",
    "organization": "organization",
    "activity": "activity",
    "status": "status",
    "date__gte": "date_after",
    "date__lte": "date_before",
}
REGISTERS = {"zone": "zone", "date__year": "year", "status": "status", "enterprise": "enterprise", "kind": "kind"}
WHOLE = {"zone__consortium", "project__zone__consortium"}  # a list shows no other consortium


def figure_url(records: dict[str, Any], results: set[int]) -> str:
    """The page with the records behind a figure; ``results`` are the evaluations that the reader may open."""
    model, asked = records.get("model", ""), dict(records.get("filter", {}))
    if model == "evaluation.evaluation":
        pk = asked.get("pk")
        return reverse("evaluation:evaluation_result", args=[pk]) if pk in results else ""
    asked = {name: value for name, value in asked.items() if name not in WHOLE}
    if model == "zones.hourentry":
        if year := asked.pop("date__year", None):
            month = asked.pop("date__month", None)
            first = date(year, month or 1, 1)
            last = last_of_month(date(year, month or 12, 1))
            asked |= {"date__gte": first, "date__lte": last}
        return _list("zones:hours_list", asked, HOURS)
    register = {model._meta.label_lower: model for model in REGISTERED}.get(model)
    return _list(f"zones:{register.THING}_list", asked, REGISTERS) if register else ""


def _list(name: str, asked: dict[str, Any], takes: dict[str, str]) -> str:
    if not asked.keys() <= takes.keys():
        return ""
    return f"{reverse(name)}?{urlencode({takes[key]: value for key, value in asked.items()})}"


def link_hours(hours: dict[str, Any], report: AnnualReport) -> None:
    """By enterprise and activity, as pairs of figure and address. Two enterprises of one name have no list."""
    organizations = list(report.enterprises.values_list("name", "pk"))
    named = Counter(name for name, _pk in organizations)
    keys = {name: pk for name, pk in organizations if named[name] == 1}
    asked = {
        "zone": report.zone_id,
        "status": "approved",
        "date_after": f"{report.year}-01-01",
        "date_before": f"{report.year}-12-31",
    }

    def url(**more: Any) -> str:
        return f"{reverse('zones:hours_list')}?{urlencode({**asked, **more})}"

    activities = hours["activity_codes"]
    for row in hours["rows"]:
        key = keys.get(row["name"])
        row["url"] = url(enterprise=key) if key else ""
        row["cells"] = [
            (cell, url(enterprise=key, activity=activity) if key and cell else "")
            for cell, activity in zip(row["cells"], activities, strict=True)
        ]
    hours["url"] = url()
    hours["activity_totals"] = [
        (total, url(activity=activity)) for total, activity in zip(hours["activity_totals"], activities, strict=True)
    ]
