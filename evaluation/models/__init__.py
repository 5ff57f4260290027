from .evaluations import Evaluation, Finding, Objection, Reviewer, SelfAssessment
from .reports import AnnualReport
from .reviews import GuestLink, Score, Talk
from .schemes import GradeBand, Indicator, Scheme, Side

__all__ = [
    "AnnualReport",
    "Evaluation",
    "Finding",
    "GradeBand",
    "GuestLink",
    "Indicator",
    "Objection",
    "Reviewer",
    "Scheme",
    "Score",
    "SelfAssessment",
    "Side",
    "Talk",
]
