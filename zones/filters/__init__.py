"""What can be filtered, once for pages, exports and API."""

from .classes import ClassFilter, EnrollmentFilter
from .hours import CountersignFilter, HourFilter
from .projects import ModuleFilter, ProjectFilter
from .students import StudentFilter
from .zones import ZoneFilter

__all__ = [
    "ClassFilter",
    "CountersignFilter",
    "EnrollmentFilter",
    "HourFilter",
    "ModuleFilter",
    "ProjectFilter",
    "StudentFilter",
    "ZoneFilter",
]
