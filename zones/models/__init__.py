from .classes import Enrollment, InnovationClass, Mentor, Student
from .hour_imports import HourImport
from .hours import Activity, HourEntry
from .outcomes import RANKS, CreditConversion, CreditRule, CreditTable, Outcome, OutcomeKind
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
    "HourImport",
    "InnovationClass",
    "Level",
    "Mentor",
    "Outcome",
    "OutcomeKind",
    "PartTimeTeacher",
    "Project",
    "ProjectMember",
    "ProjectModule",
    "RANKS",
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
