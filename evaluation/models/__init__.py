from .evaluations import Evaluation, Finding, Objection, Reviewer, Score, SelfAssessment
from .schemes import GradeBand, Indicator, Scheme, Side

__all__ = [
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
