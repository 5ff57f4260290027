from .classes import Enrollment, InnovationClass, Mentor, Student
from .hours import Activity, HourEntry
from .projects import Project, ProjectMember, ProjectModule
from .zones import Side, Zone, ZonePartner

__all__ = [
    "Activity",
    "Enrollment",
    "HourEntry",
    "InnovationClass",
    "Mentor",
    "Project",
    "ProjectMember",
    "ProjectModule",
    "Side",
    "Student",
    "Zone",
    "ZonePartner",
]
