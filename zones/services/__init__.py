from .classes import add_mentor, add_student, leave, place, place_all, remove_mentor, save_class
from .hour_imports import accept_import, is_small, order_import, run_import
from .hour_template import write_template
from .hours import (
    BadRows,
    approve_many,
    correct_hours,
    countersign,
    delete_hours,
    hour_errors,
    log_hours,
    return_many,
    save_hours,
    submit_many,
)
from .outcomes import (
    cancel_conversion,
    convert,
    offers,
    remove_credit_rule,
    save_credit_rule,
    save_credit_table,
    save_outcome,
)
from .papers import save_paper
from .projects import add_member, add_module, remove_member, remove_module, save_project
from .registers import reject, reopen, save_record, verify
from .students import DISCLOSED, disclose, disclosed_to, erase_student, with_recipients
from .week import copy_week, save_week
from .zones import add_partner, end_partner, move_zone, save_zone

__all__ = [
    "BadRows",
    "DISCLOSED",
    "accept_import",
    "add_member",
    "add_mentor",
    "add_module",
    "add_partner",
    "add_student",
    "approve_many",
    "cancel_conversion",
    "convert",
    "copy_week",
    "correct_hours",
    "countersign",
    "delete_hours",
    "disclose",
    "disclosed_to",
    "end_partner",
    "erase_student",
    "hour_errors",
    "is_small",
    "leave",
    "log_hours",
    "move_zone",
    "offers",
    "order_import",
    "place",
    "place_all",
    "reject",
    "remove_credit_rule",
    "remove_member",
    "remove_mentor",
    "remove_module",
    "reopen",
    "return_many",
    "run_import",
    "save_class",
    "save_credit_rule",
    "save_credit_table",
    "save_hours",
    "save_outcome",
    "save_paper",
    "save_project",
    "save_record",
    "save_week",
    "save_zone",
    "submit_many",
    "verify",
    "with_recipients",
    "write_template",
]
