from .evaluations import Evaluation, Finding, Objection, Reviewer, Score, SelfAssessment
from .reports import AnnualReport
from .schemes import GradeBand, Indicator, Scheme, Side

__all__ = [
    "AnnualReport",
    "Evaluation",
    "Finding",
    "GradeBand",
    "Indicator",
    "Objection",
    "Reviewer",
    "Scheme",
    "Score",
    "SelfAssessment",
    "Side",
]
