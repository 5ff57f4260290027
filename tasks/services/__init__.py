from .plans import first_difference, import_plan, table_of
from .progress import confirm_progress, month_to_report, refuse_confirmed, report_progress, return_progress

__all__ = [
    "confirm_progress",
    "first_difference",
    "import_plan",
    "month_to_report",
    "refuse_confirmed",
    "report_progress",
    "return_progress",
    "table_of",
]
