"""Tasks and their milestones; members, council and agreements."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from tasks.models import Milestone

from ...models.report_subjects import Scope
from ..report_about import About
from ..report_records import Records, asked, beside, in_years
from .tables import counted, table, years_of


def tasks(about: About) -> Iterable[dict]:
    filters: dict[str, Any] = {"plan__consortium": about.report.consortium_id}
    if about.report.scope == Scope.COLLEGE:
        filters["responsible_organization"] = about.report.organization_id
    steps = Records(
        "tasks.milestone",
        {f"task__{name}": value for name, value in filters.items()},
        "count pk",
        {},
        "task__plan__year",
    )
    yield counted(
        about,
        [
            (_("Tasks"), Records("tasks.task", filters, "count pk", {}, "plan__year")),
            (_("Milestones"), steps),
            *((str(status.label), steps.of(status=status.value)) for status in Milestone.Status),
        ],
        title=_("Tasks and their milestones by state"),
    )


def council(about: About) -> Iterable[dict]:
    consortium = about.report.consortium_id

    def members(when: int) -> Records:
        there = {"consortium": consortium, "joined_on__lte": f"{when}-12-31"}
        return Records("consortium.membership", there, "count pk", {"left_on__lte": f"{when}-12-31"})

    held = {"council__consortium": consortium, "status__in": ["in_session", "minutes", "approved"]}
    agreed = {"item__meeting__council__consortium": consortium}
    yield table(
        about,
        _("Members, council and agreements"),
        _("What is counted"),
        [
            (_("Members at the end of the year"), beside(*asked(*map(members, years_of(about))))),
            (
                _("Council meetings held"),
                in_years(Records("consortium.meeting", held, "count pk", {}, "held_at__year"), about.year),
            ),
            (
                _("Resolutions"),
                in_years(
                    Records("consortium.resolution", agreed, "count pk", {}, "item__meeting__held_at__year"),
                    about.year,
                ),
            ),
            (
                _("Agreements signed"),
                in_years(
                    Records("consortium.agreement", {"consortium": consortium}, "count pk", {}, "signed_on__year"),
                    about.year,
                ),
            ),
        ],
    )
