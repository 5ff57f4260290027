from .arranging import plan_arrange, task_merge, task_move, task_split
from .calendars import calendar_feed, calendar_link, calendar_revoke
from .imports import plan_accept, plan_import
from .milestones import milestone_create, milestone_detail, milestone_report, milestone_review, milestone_update
from .origins import task_from
from .plans import missing_months, plan_create, plan_detail, plan_export, plan_list, plan_summary, plan_update
from .supervisions import (
    supervision_answer,
    supervision_close,
    supervision_create,
    supervision_detail,
    supervision_list,
    supervision_return,
    supervision_sheet,
)
from .targets import target_create, target_propose, target_remove, target_update
from .tasks import task_create, task_detail, task_update
from .years import plan_copy, plan_years

__all__ = [
    "calendar_feed",
    "calendar_link",
    "calendar_revoke",
    "milestone_create",
    "milestone_detail",
    "milestone_report",
    "milestone_review",
    "milestone_update",
    "missing_months",
    "plan_accept",
    "plan_arrange",
    "plan_copy",
    "plan_create",
    "plan_detail",
    "plan_export",
    "plan_import",
    "plan_list",
    "plan_summary",
    "plan_update",
    "plan_years",
    "supervision_answer",
    "supervision_close",
    "supervision_create",
    "supervision_detail",
    "supervision_list",
    "supervision_return",
    "supervision_sheet",
    "task_create",
    "task_detail",
    "task_from",
    "task_merge",
    "task_move",
    "task_split",
    "task_update",
    "target_create",
    "target_propose",
    "target_remove",
    "target_update",
]
