from .classes import add_mentor, add_student, leave, place, place_all, remove_mentor, save_class
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
from .projects import add_member, add_module, remove_member, remove_module, save_project
from .week import copy_week, save_week
from .zones import add_partner, end_partner, save_zone

__all__ = [
    "BadRows",
    "add_member",
    "add_mentor",
    "add_module",
    "add_partner",
    "add_student",
    "approve_many",
    "copy_week",
    "correct_hours",
    "countersign",
    "delete_hours",
    "end_partner",
    "hour_errors",
    "leave",
    "log_hours",
    "place",
    "place_all",
    "remove_member",
    "remove_mentor",
    "remove_module",
    "return_many",
    "save_class",
    "save_hours",
    "save_project",
    "save_week",
    "save_zone",
    "submit_many",
]
