from .charters import ZoneCharter
from .classes import Enrollment, InnovationClass, Mentor, Student
from .goals import EQUAL, ZoneGoal, time_gone
from .hour_imports import HourImport
from .hours import Activity, HourEntry
from .months import ClosedMonth, NoWork
from .outcomes import RANKS, CreditConversion, CreditRule, CreditTable, Outcome, OutcomeKind
from .papers import PAPERS, ApprenticeAgreement, GuardianConsent, Insurance
from .placements import Attendance, BreachAnswer, ChosenPack, Placement, Post, StaffCount
from .projects import Project, ProjectMember, ProjectModule
from .rates import HourlyRate
from .recruiting import Application, ApplicationScore, Criterion
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
    "Application",
    "ApplicationScore",
    "ApprenticeAgreement",
    "Attendance",
    "BreachAnswer",
    "ChosenPack",
    "ClosedMonth",
    "CreditConversion",
    "CreditRule",
    "CreditTable",
    "Criterion",
    "EQUAL",
    "Enrollment",
    "Fund",
    "GuardianConsent",
    "HourEntry",
    "HourImport",
    "HourlyRate",
    "InnovationClass",
    "Insurance",
    "Level",
    "Mentor",
    "NoWork",
    "Outcome",
    "OutcomeKind",
    "PAPERS",
    "PartTimeTeacher",
    "Placement",
    "Post",
    "Project",
    "ProjectMember",
    "ProjectModule",
    "RANKS",
    "REGISTERS",
    "ResearchProject",
    "Side",
    "StaffCount",
    "StaffTraining",
    "Student",
    "TARGET_DAYS",
    "TeacherPlacement",
    "TeachingResource",
    "TechnicalService",
    "Verified",
    "Zone",
    "ZoneCharter",
    "ZoneGoal",
    "ZonePartner",
    "time_gone",
]
