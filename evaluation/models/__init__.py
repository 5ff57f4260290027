from .evaluations import Evaluation, Finding, Objection, Reviewer, SelfAssessment
from .evidence import Dismissal, Evidence
from .measurements import Measurement
from .report_runs import ReportRun
from .report_schedules import ReportSchedule
from .report_templates import ReportTemplate
from .report_texts import ReportText
from .reports import AnnualReport, ReportCopy
from .reviews import GuestLink, Score, Talk
from .schemes import GradeBand, Indicator, Scheme, Side, Subtotal
from .standards import StandardAnswer, StandardCheck

__all__ = [
    "AnnualReport",
    "Dismissal",
    "Evaluation",
    "Evidence",
    "Finding",
    "GradeBand",
    "GuestLink",
    "Indicator",
    "Measurement",
    "Objection",
    "Reviewer",
    "ReportCopy",
    "ReportRun",
    "ReportSchedule",
    "ReportTemplate",
    "ReportText",
    "Scheme",
    "Score",
    "SelfAssessment",
    "Side",
    "StandardAnswer",
    "StandardCheck",
    "Subtotal",
    "Talk",
]
