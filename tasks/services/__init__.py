from .arranging import merge_tasks, move_task, split_task, why_not_merged
from .calendars import calendar_link_of, make_calendar_link, reader_of, revoke_calendar_link
from .newer_copy import Change, changes_of
from .next_year import Carried, copy_plan, next_title, to_carry, usual_quarters
from .plans import import_plan, plan_of, state_of, table_of
from .progress import (
    confirm_progress,
    month_to_report,
    refuse_confirmed,
    refuse_silent_move,
    report_progress,
    return_progress,
)
from .reminders import remind
from .supervisions import answer_supervision, ask_again, climb, close_supervision, urge, urged_already, why_not_urged
from .targets import add_figures, add_targets, remove_target

__all__ = [
    "Carried",
    "Change",
    "add_figures",
    "add_targets",
    "answer_supervision",
    "ask_again",
    "calendar_link_of",
    "changes_of",
    "climb",
    "close_supervision",
    "confirm_progress",
    "copy_plan",
    "import_plan",
    "make_calendar_link",
    "merge_tasks",
    "month_to_report",
    "move_task",
    "next_title",
    "plan_of",
    "reader_of",
    "refuse_confirmed",
    "refuse_silent_move",
    "remind",
    "remove_target",
    "report_progress",
    "return_progress",
    "revoke_calendar_link",
    "split_task",
    "state_of",
    "table_of",
    "to_carry",
    "urge",
    "urged_already",
    "usual_quarters",
    "why_not_merged",
    "why_not_urged",
]
