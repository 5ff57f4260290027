"""Forms of the tasks. What one may choose is what one sees."""

from .milestones import MilestoneForm, ReportForm, ReviewForm
from .plans import CopyForm, ImportForm, PlanForm
from .supervisions import AnswerForm, AskAgainForm, CloseForm, UrgeForm
from .targets import ProposalForm, TargetForm
from .tasks import MergeForm, SplitForm, TaskForm, TaskFromForm

__all__ = [
    "AnswerForm",
    "AskAgainForm",
    "CloseForm",
    "CopyForm",
    "ImportForm",
    "MergeForm",
    "MilestoneForm",
    "PlanForm",
    "ProposalForm",
    "ReportForm",
    "ReviewForm",
    "SplitForm",
    "TargetForm",
    "TaskForm",
    "TaskFromForm",
    "UrgeForm",
]
