from .charters import ZoneCharter
from .classes import Enrollment, InnovationClass, Mentor, Student
from .contributions import Contribution, Hire
from .goals import EQUAL, EVIDENCE, ZoneGoal, time_gone
from .hour_imports import HourImport
from .hour_months import EnterpriseYear, HourMonth, column_sums
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
from .seconded import SecondedPerson
from .tax_credit import CultivationListing, SurchargeYear
from .verification import Level, Verified
from .zones import Side, Zone, ZonePartner

__all__ = [
    "EVIDENCE",
    "Activity",
    "Application",
    "ApplicationScore",
    "ApprenticeAgreement",
    "Attendance",
    "BreachAnswer",
    "ChosenPack",
    "ClosedMonth",
    "Contribution",
    "CreditConversion",
    "CreditRule",
    "CreditTable",
    "Criterion",
    "CultivationListing",
    "EQUAL",
    "Enrollment",
    "EnterpriseYear",
    "Fund",
    "GuardianConsent",
    "Hire",
    "HourEntry",
    "HourImport",
    "HourMonth",
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
    "SecondedPerson",
    "Side",
    "StaffCount",
    "StaffTraining",
    "Student",
    "SurchargeYear",
    "TARGET_DAYS",
    "TeacherPlacement",
    "TeachingResource",
    "TechnicalService",
    "Verified",
    "Zone",
    "ZoneCharter",
    "ZoneGoal",
    "ZonePartner",
    "column_sums",
    "time_gone",
]
