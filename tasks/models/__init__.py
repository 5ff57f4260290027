from .milestones import Milestone, Progress
from .plans import Plan, Task
from .supervisions import Supervision

__all__ = ["Milestone", "Plan", "Progress", "Supervision", "Task"]
