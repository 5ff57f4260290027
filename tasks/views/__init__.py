from .calendars import calendar_feed, calendar_link, calendar_revoke
from .imports import plan_accept, plan_import
from .milestones import milestone_create, milestone_detail, milestone_report, milestone_review, milestone_update
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
    "plan_create",
    "plan_detail",
    "plan_export",
    "plan_import",
    "plan_list",
    "plan_summary",
    "plan_update",
    "supervision_answer",
    "supervision_close",
    "supervision_create",
    "supervision_detail",
    "supervision_list",
    "supervision_return",
    "supervision_sheet",
    "task_create",
    "task_detail",
    "task_update",
    "target_create",
    "target_propose",
    "target_remove",
    "target_update",
]
