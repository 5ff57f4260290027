from .classes import Enrollment, InnovationClass, Mentor, Student
from .hours import Activity, HourEntry
from .outcomes import CreditConversion, CreditRule, CreditTable, Outcome
from .projects import Project, ProjectMember, ProjectModule
from .registers import (
    REGISTERS,
    TARGET_DAYS,
    Fund,
    PartTimeTeacher,
    ResearchProject,
    StaffTraining,
    TeacherPlacement,
    TeachingResource,
    TechnicalService,
)
from .verification import Level, Verified
from .zones import Side, Zone, ZonePartner

__all__ = [
    "Activity",
    "CreditConversion",
    "CreditRule",
    "CreditTable",
    "Enrollment",
    "Fund",
    "HourEntry",
    "InnovationClass",
    "Level",
    "Mentor",
    "Outcome",
    "PartTimeTeacher",
    "Project",
    "ProjectMember",
    "ProjectModule",
    "REGISTERS",
    "ResearchProject",
    "Side",
    "StaffTraining",
    "Student",
    "TARGET_DAYS",
    "TeacherPlacement",
    "TeachingResource",
    "TechnicalService",
    "Verified",
    "Zone",
    "ZonePartner",
]
