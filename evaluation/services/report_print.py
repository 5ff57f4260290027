"""How the figures of an annual report look to people: every number, day and state as the text that is printed."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import segno
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tasks.models import Milestone
from zones.models import Activity, Project, Zone

from ..models import AnnualReport, Evaluation, Indicator, Scheme

QUARTERS = dict(Milestone._meta.get_field("quarter").flatchoices)


def printed(report: AnnualReport, made_at: datetime) -> dict:
    """The report's frozen figures as strings in the language in force, for the template and the report's page."""
    figures = report.figures
    assert figures is not None
    return {
        "number": report.number,
        "year": str(figures["year"]),
        "version": str(report.version),
        "made_on": date_format(timezone.localdate(made_at)),
        "sha256": report.figures_sha256,
        "consortium": figures["consortium"],
        "zone": _zone(figures["zone"]),
        "hours": _hours(figures["hours"]),
        "evaluation": _evaluation(figures["evaluation"]),
        "no_evaluation": _no_evaluation(figures["evaluation"], figures["year"]),
        "tasks": _plans(figures["tasks"]),
    }


def address(report: AnnualReport) -> dict[str, str]:
    """Where the report's page is, in letters and as a QR code."""
    page = f"{settings.SITE_URL}{report.get_absolute_url()}"
    return {"address": page, "code": _code(page)}


def _code(address: str) -> str:
    """The address as a QR code, which opens the report's page: an SVG of one path.

    One of the eight masks always: readers take any, and trying all costs four times as much.
    """
    drawing = BytesIO()
    segno.make(address, error="m", micro=False, mask=0).save(drawing, kind="svg", border=0, xmldecl=False, nl=False)
    return drawing.getvalue().decode()


def hours_text(hours: str | Decimal) -> str:
    """Hours with thousands separators and at most two decimals: 1,713.75, 38; nothing for none."""
    amount = Decimal(hours)
    return f"{amount:,.2f}".rstrip("0").rstrip(".") if amount else ""


def _zone(zone: dict) -> dict:
    facts = [
        (_("Zone code"), zone["code"]),
        (_("State"), Zone.Status(zone["status"]).label),
        (_("Form"), Zone.Form(zone["form"]).label),
        (pgettext("of a zone", "Place"), _("On campus") if zone["on_campus"] else _("Off campus")),
        (_("Department"), zone["department"]),
        (_("Head"), zone["head"]),
        (_("Established on"), _day(zone["established_on"])),
        (_("Partner enterprises"), str(len({partner["name"] for partner in zone["partners"]}))),
        (_("Innovation classes"), str(len(zone["classes"]))),
        (_("Students"), str(zone["students"])),
        (_("Enterprise projects"), str(len(zone["projects"]))),
        (_("Zone charter"), _("Recorded below") if zone["charter"] else _("Not recorded")),
    ]
    return {
        **{name: zone[name] for name in ("name", "college", "department", "charter")},
        "facts": [{"label": str(label), "value": str(value)} for label, value in facts],
        "partners": [{**partner, "since": _day(partner["since"])} for partner in zone["partners"]],
        "classes": [
            {
                "name": row["name"],
                "capacity": str(row["places"]),
                "students": str(row["students"]),
                "college_mentors": "、".join(row["college_mentors"]),
                "enterprise_mentors": "、".join(row["enterprise_mentors"]),
            }
            for row in zone["classes"]
        ],
        "projects": [
            {
                "name": row["name"],
                "enterprise": row["enterprise"],
                "dates": f"{_day(row['starts_on'])}—{_day(row['ends_on'])}",
                "state": str(Project.Status(row["status"]).label),
                "hours": hours_text(row["hours"]),
            }
            for row in zone["projects"]
        ],
    }


def _hours(hours: dict) -> dict:
    used = [activity for activity in Activity if Decimal(hours["activities"][activity])]
    highest = max(map(Decimal, hours["months"]))
    return {
        "total": hours_text(hours["total"]),
        "people": str(hours["people"]),
        "projects": str(hours["projects"]),
        "entries": str(hours["entries"]),
        "activities": [str(activity.label) for activity in used],
        "activity_codes": [activity.value for activity in used],
        "activity_totals": [hours_text(hours["activities"][activity]) for activity in used],
        "rows": [
            {
                "name": row["name"],
                "cells": [hours_text(row["activities"].get(activity, "0")) for activity in used],
                "total": hours_text(row["total"]),
            }
            for row in hours["enterprises"]
        ],
        "months": [
            {
                "name": _("%(month)s (month)") % {"month": month},
                "hours": hours_text(amount),
                "share": str(max(Decimal(amount), Decimal(0)) / highest) if highest > 0 else "0",
            }
            for month, amount in enumerate(hours["months"], 1)
        ],
    }


def _evaluation(evaluation: dict) -> dict | None:
    if evaluation["status"] != Evaluation.Status.PUBLISHED:
        return None
    groups: dict[str, list[dict]] = {}
    for line in evaluation["indicators"]:
        groups.setdefault(line["group"], []).append(_line(line))
    vetoes = [row for row in evaluation["findings"] if row["kind"] == Indicator.Kind.VETO]
    return {
        "scheme": evaluation["scheme"],
        "published_on": _day(evaluation["since"]),
        "corrects": evaluation["version"] > 1,
        **{name: evaluation[name] for name in ("official", "grade", "rescaled", "absolute", "deductions")},
        "rule": _("rescaled") if evaluation["rule"] == Scheme.Unchosen.RESCALE else _("unchosen count 0"),
        "veto": "；".join(f"{row['name']}（{row['reason']}）" for row in vetoes),
        "weight": _plain(sum((Decimal(line["weight"]) for line in evaluation["indicators"]), Decimal(0))),
        "chosen_weight": _plain(evaluation["chosen_weight"]),
        "groups": [{"name": name, "indicators": lines} for name, lines in groups.items()],
        "dimensions": evaluation["dimensions"],
        "deduction_rows": [
            {"number": str(row["number"]), "name": row["name"], "points": row["points"], "reason": row["reason"]}
            for row in evaluation["findings"]
            if row["kind"] == Indicator.Kind.DEDUCTION
        ],
    }


def _line(line: dict) -> dict:
    return {
        "number": str(line["number"]),
        "dimension": line["dimension"],
        "name": line["name"],
        "weight": _plain(line["weight"]),
        "required": _("Required") if line["is_required"] else _("Optional"),
        "chosen": line["score"] is not None,
        "score": line["score"] or "",
        "contribution": line["points"] or "",
    }


def _no_evaluation(evaluation: dict, year: int) -> str:
    if evaluation["status"] == Evaluation.Status.PUBLISHED:
        return ""
    if evaluation["status"] == "none":
        return _("The evaluation of %(year)s has not been opened; this report shows no scores.") % {"year": year}
    return _(
        "The evaluation of %(year)s is not published (state: %(state)s, since %(day)s); this report shows no scores."
    ) % {"year": year, "state": Evaluation.Status(evaluation["status"]).label, "day": _day(evaluation["since"])}


def _plans(tasks: list[dict]) -> list[dict]:
    plans: dict[str, list[dict]] = {}
    for task in tasks:
        plans.setdefault(task["plan"], []).append(
            {
                "number": str(task["number"]),
                "goal": task["goal"],
                "responsible": _responsible(task),
                "milestones": [
                    {
                        "quarter": str(QUARTERS[row["quarter"]]),
                        "text": row["text"],
                        "due": _day(row["due"]),
                        "state": str(Milestone.Status(row["status"]).label),
                    }
                    for row in task["milestones"]
                ],
            }
        )
    return [{"name": name, "tasks": rows} for name, rows in plans.items()]


def _responsible(task: dict) -> str:
    parts = [
        (_("Leader"), task["leader"]),
        (_("Responsible person"), task["responsible_person"]),
        (_("Responsible unit"), task["responsible_unit"]),
    ]
    return "　".join(f"{label}：{name}" for label, name in parts if name)


def _day(day: str) -> str:
    return date_format(date.fromisoformat(day))


def _plain(number: str | Decimal) -> str:
    """A weight without zeros at its end: 6, 2.5."""
    return f"{Decimal(number):.2f}".rstrip("0").rstrip(".")
