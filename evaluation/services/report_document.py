"""The annual report as chapters, paragraphs and tables of values, for those who write it as Word and as Excel.

Numbers stay numbers here (Decimal, int); how many decimals they have on paper is ``number_text``'s business, as in
``report_print``. The wording is the document's own; it is made in Chinese whoever ordered it.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tasks.models import Milestone
from zones.models import Activity, Project

from ..models import AnnualReport, ReportText
from .report_parts import Band, Cell, Chapter, Document, Look, Passage, Score, Table
from .report_print import hours_text, printed

QUARTERS = dict(Milestone._meta.get_field("quarter").flatchoices)


def document(report: AnnualReport, made_at: datetime) -> Document:
    """What ``report`` says, from its frozen figures alone; ``made_at`` is the day on its cover."""
    figures = report.figures
    assert figures is not None
    if report.zone is None:
        return _kind_document(report, made_at)
    zone, shown = figures["zone"], printed(report, made_at)
    partners = list(dict.fromkeys(partner["name"] for partner in zone["partners"]))  # one may have come back
    return Document(
        title=_("%(zone)s, annual performance report %(year)s") % {"zone": zone["name"], "year": figures["year"]},
        number=report.number,
        consortium=figures["consortium"],
        cover=[
            (_("College"), zone["college"]),
            (_("Department"), zone["department"]),
            (_("Partner enterprises"), "、".join(partners) or "—"),
            (_("Made on"), date_format(timezone.localdate(made_at))),
            (_("Edition"), _("Version %(number)s") % {"number": report.version}),
            *_office(figures),
        ],
        chapters=_in_order(
            figures,
            Chapter(_("The zone"), list(_zone(report, shown))),
            Chapter(_("Project hours"), list(_hours(figures["hours"], figures["year"]))),
            Chapter(_("Evaluation"), list(_evaluation(report, shown))),
            Chapter(_("Tasks of the year"), list(_tasks(figures["tasks"]))),
        ),
        seals=[(_("School"), zone["college"]), *((_("Enterprise"), name) for name in partners)],
        sha256=report.figures_sha256,
        made_at=made_at,
        look=_look(figures),
    )


def _kind_document(report: AnnualReport, made_at: datetime) -> Document:
    figures = report.figures
    assert figures is not None
    kind = AnnualReport.Scope(figures["kind"])
    school = {AnnualReport.Scope.COLLEGE: figures["subject"], AnnualReport.Scope.CLASS: figures["college"]}.get(kind)
    seals = [(_("School"), school)] if school else [(str(kind.label), figures["subject"])]
    seals += [(_("Enterprise"), name) for name in figures.get("partners", [])]
    if kind == AnnualReport.Scope.ENTERPRISE:  # the other side of what it gave and received
        seals.append((_("Consortium"), figures["consortium"]))
    return Document(
        title=_("%(zone)s, annual performance report %(year)s") % {"zone": figures["subject"], "year": figures["year"]},
        number=report.number,
        consortium=figures["consortium"],
        cover=[
            (str(kind.label), figures["subject"]),
            *([(_("College"), figures["college"])] if figures["college"] else []),
            (_("Made on"), date_format(timezone.localdate(made_at))),
            (_("Edition"), _("Version %(number)s") % {"number": report.version}),
            *_office(figures),
        ],
        chapters=_in_order(figures),
        seals=seals,
        sha256=report.figures_sha256,
        made_at=made_at,
        look=_look(figures),
    )


def _in_order(figures: dict[str, Any], *of_a_zone: Chapter) -> list[Chapter]:
    return [
        *own_section(figures, "start"),
        *of_a_zone,
        *compared(figures),
        *own_section(figures, "figures"),
        *narrated(figures),
        *own_section(figures, "end"),
    ]


def _look(figures: dict[str, Any]) -> Look:
    said = figures.get("template", {})
    return Look(**{name: said[name] for name in Look.__dataclass_fields__ if name in said})


def _office(figures: dict[str, Any]) -> list[tuple[str, str]]:
    office = figures.get("template", {}).get("office")
    return [(_("Issuing office"), office)] if office else []


def own_section(figures: dict[str, Any], place: str = "") -> list[Chapter]:
    """The own section of the template, when it stands in that place, or wherever it stands."""
    said = figures.get("template", {})
    if not said.get("extra") or place not in ("", said["place"]):
        return []
    parts: list[str | Table] = [
        Passage(block["kind"], runs, number)
        for block in said["extra"]["blocks"]
        for number, runs in enumerate(block["items"], 1)
    ]
    return [Chapter(said["extra"]["title"], parts, is_extra=True)]


def compared(figures: dict[str, Any]) -> list[Chapter]:
    """The sections of figures beside those of the year before, as ``report_kinds`` gathers them."""
    chapters = []
    for section in sections_of(figures):
        parts: list[str | Table] = []
        for table in section["tables"]:
            rows: list[list[Cell] | Band] = [
                [row["name"], *(cell(figure["value"], table["unit"]) for figure in row["figures"])]
                for row in table["rows"]
            ]
            parts.append(
                Table(
                    table["title"],
                    [table["of"], *table["columns"]],
                    [5, *(2 for _column in table["columns"])],
                    rows,
                    note=table["note"],
                    chart=table.get("chart") or ("columns" if table["unit"] == "months" else ""),
                    plotted=tuple(range(1, min(len(table["columns"]), 2) + 1)),
                    compares=len(table["columns"]) == 3 and table["unit"] != "scores",
                )
            )
        chapters.append(Chapter(section["title"], parts))
    return chapters


def sections_of(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Beside the year before, and over all years; a report of an earlier release may have neither."""
    return [*figures.get("sections", []), *figures.get("over_years", [])]


def narrated(figures: dict[str, Any]) -> list[Chapter]:
    """The frozen text as chapters of paragraphs; a report made before there was such text has none."""
    return [
        Chapter(
            str(ReportText.Part(row["part"]).label),
            [
                *filter(None, (line.strip() for line in row["text"].splitlines())),
                *(sentence(fact, figures["year"]) for fact in row["facts"]),
            ],
        )
        for row in figures.get("narrative", [])
    ]


def sentence(fact: dict[str, Any], year: int) -> str:
    """What a frozen fact says, marked as said by the figures. Percent of the year before, with one decimal."""
    value = cell(fact["figures"][0]["value"], "")
    now, before = (Decimal(figure["value"]) for figure in fact["figures"][:2])
    said = {
        "year": year,
        "name": fact["name"],
        "value": f"{number_text(value) if now else 0} {fact['unit']}".strip(),
    }
    if now == before:
        return _("[From the figures] %(name)s of %(year)s: %(value)s, as in the year before.") % said
    if not before:
        return _("[From the figures] %(name)s of %(year)s: %(value)s; none in the year before.") % said
    percent = (abs(now - before) * 100 / before).quantize(Decimal("0.1"), ROUND_HALF_UP)
    words = (
        _("[From the figures] %(name)s of %(year)s: %(value)s, %(percent)s%% more than the year before.")
        if now > before
        else _("[From the figures] %(name)s of %(year)s: %(value)s, %(percent)s%% less than the year before.")
    )
    return words % {**said, "percent": percent}


def cell(value: str | int | None, unit: str) -> Cell:
    """A figure of the frozen JSON as a number."""
    if isinstance(value, str):
        return Score(value) if unit == "scores" else Decimal(value)
    return value


def number_text(value: Cell) -> str:
    """A cell as the paper shows it: thousands separators, no zeros at the end, a dash for nothing."""
    if isinstance(value, Score):
        return f"{value:.2f}"
    if isinstance(value, Decimal):
        return hours_text(value) or "—"
    if isinstance(value, int):
        return f"{value:,}"
    return value or "—"


def _zone(report: AnnualReport, shown: dict[str, Any]) -> Iterator[str | Table]:
    assert report.figures is not None
    zone = report.figures["zone"]
    facts = shown["zone"]["facts"]
    yield Table(_("Facts"), [_("Fact"), _("Recorded")], [3, 7], [[fact["label"], fact["value"]] for fact in facts])
    yield Table(
        _("Partner enterprises"),
        [_("No."), _("Enterprise"), _("Unified social credit code"), _("Partner since")],
        [1, 4, 4, 3],
        [
            [number, row["name"], row["credit_code"], _day(row["since"])]
            for number, row in enumerate(zone["partners"], 1)
        ],
        named_by=1,
    )
    yield Table(
        _("Innovation classes"),
        [_("Class"), _("Places"), _("Students"), _("College mentors"), _("Enterprise mentors")],
        [4, 2, 2, 4, 4],
        [
            [
                row["name"],
                row["places"],
                row["students"],
                *("、".join(row[side]) for side in ("college_mentors", "enterprise_mentors")),
            ]
            for row in zone["classes"]
        ],
    )
    yield Table(
        _("Enterprise projects"),
        [_("Project"), _("Enterprise"), _("Starts on"), _("Ends on"), _("State"), _("Hours of the year")],
        [5, 4, 3, 3, 2, 2],
        [
            [
                row["name"], row["enterprise"], _day(row["starts_on"]), _day(row["ends_on"]),
                str(Project.Status(row["status"]).label), Decimal(row["hours"]),
            ]
            for row in zone["projects"]
        ],
    )  # fmt: skip
    if zone["charter"]:
        yield _("Zone charter")
        yield from filter(None, zone["charter"].splitlines())


def _hours(hours: dict, year: int) -> Iterator[str | Table]:
    if not hours["enterprises"]:
        yield _("No approved hours in %(year)s.") % {"year": year}
        return
    said = _("%(total)s approved project hours of %(people)s people on %(projects)s projects, %(entries)s entries.")
    yield said % {**hours, "total": hours_text(hours["total"])}
    used = [activity for activity in Activity if Decimal(hours["activities"][activity])]
    yield Table(
        _("Hours by enterprise and activity"),
        [_("Enterprise"), *(str(activity.label) for activity in used), _("Total")],
        [4, *(2 for _activity in used), 2],
        [
            [row["name"], *(_amount(row["activities"].get(activity)) for activity in used), Decimal(row["total"])]
            for row in hours["enterprises"]
        ],
        total=[_("Total"), *(Decimal(hours["activities"][activity]) for activity in used), Decimal(hours["total"])],
        note=_("In hours, counted for the enterprise of the project."),
        chart="stacked",
        plotted=tuple(range(1, len(used) + 1)),
    )
    yield Table(
        _("Hours by month"),
        [_("Month"), _("Hours")],
        [3, 3],
        [
            [_("%(month)s (month)") % {"month": month}, _amount(amount)]
            for month, amount in enumerate(hours["months"], 1)
        ],
        total=[_("Total"), Decimal(hours["total"])],
        chart="columns",
        plotted=(1,),
    )


def _evaluation(report: AnnualReport, shown: dict[str, Any]) -> Iterator[str | Table]:
    assert report.figures is not None
    result = report.figures["evaluation"]
    if shown["evaluation"] is None:
        yield shown["no_evaluation"]
        return
    words = shown["evaluation"]
    yield _("By “%(scheme)s”, published on %(day)s.") % {"scheme": words["scheme"], "day": words["published_on"]}
    yield Table(
        _("Result"),
        [_("Official score"), _("Grade"), _("Rescaled"), _("Absolute"), _("Deductions")],
        [1] * 5,
        [
            [
                Score(result["official"]),
                result["grade"],
                *(Score(result[name]) for name in ("rescaled", "absolute", "deductions")),
            ]
        ],
        note=_("Veto: %(what)s") % {"what": words["veto"]} if words["veto"] else "",
    )
    rows: list[list[Cell] | Band] = []
    for group in words["groups"]:
        rows.append(Band(group["name"]))
        for line in group["indicators"]:
            scored = [Score(line["score"]), Score(line["contribution"])] if line["chosen"] else [None, None]
            rows.append(
                [
                    int(line["number"]),
                    line["dimension"],
                    line["name"],
                    Decimal(line["weight"]),
                    line["required"],
                    *scored,
                ]
            )
    yield Table(
        _("Scores of the indicators"),
        [
            _("No."),
            _("Dimension"),
            _("Indicator"),
            _("Weight (percent)"),
            _("Required"),
            _("Score"),
            _("Points earned"),
        ],
        [2, 4, 5, 2, 2, 2, 2],
        rows,
        total=[_("Total"), "", "", Decimal(words["weight"]), "", None, Score(result["absolute"])],
        note=_("Points are weight times score, each rounded; the total is rounded once. A dash: not chosen."),
        named_by=2,
        chart="bars",
        plotted=(6,),
    )
    yield Table(
        _("Scores of the dimensions"),
        [_("Dimension"), _("Score")],
        [6, 3],
        [[row["name"], Score(row["score"])] for row in result["dimensions"]],
        chart="radar" if len(result["dimensions"]) > 2 else "bars",  # two points make no area
        plotted=(1,),
    )
    if words["deduction_rows"]:
        yield Table(
            _("Deductions"),
            [_("No."), _("Indicator"), _("Points"), _("Reason")],
            [1, 4, 2, 6],
            [[int(row["number"]), row["name"], Score(row["points"]), row["reason"]] for row in words["deduction_rows"]],
            named_by=1,
        )


def _tasks(tasks: list[dict]) -> Iterator[str | Table]:
    plans: dict[str, list[list[Cell] | Band]] = {}
    for task in tasks:
        rows = plans.setdefault(task["plan"], [])
        rows.append(Band(f"{task['number']}　{task['goal']}"))
        rows += [
            [
                str(QUARTERS[row["quarter"]]), row["text"], _day(row["due"]),
                str(Milestone.Status(row["status"]).label),
            ]
            for row in task["milestones"]
        ]  # fmt: skip
    for name, lines in plans.items():
        yield Table(name, [_("Quarter"), _("Milestone"), _("Due"), _("State")], [2, 8, 4, 2], lines, named_by=1)
    if not plans:
        yield _("The college answers for no task of this year's plans.")


def _amount(text: str | None) -> Decimal | None:
    return Decimal(text) if text and Decimal(text) else None


def _day(day: str) -> str:
    return date_format(date.fromisoformat(day)) if day else ""
