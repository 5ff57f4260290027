from .calendars import calendar_link_of, make_calendar_link, reader_of, revoke_calendar_link
from .newer_copy import Change, changes_of
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
    "import_plan",
    "make_calendar_link",
    "month_to_report",
    "plan_of",
    "reader_of",
    "refuse_confirmed",
    "refuse_silent_move",
    "remind",
    "remove_target",
    "report_progress",
    "return_progress",
    "revoke_calendar_link",
    "state_of",
    "table_of",
    "urge",
    "urged_already",
    "why_not_urged",
]
