from .milestones import Milestone, Progress
from .plans import Plan, Task

__all__ = ["Milestone", "Plan", "Progress", "Task"]
