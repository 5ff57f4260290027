from .milestones import Milestone, Progress
from .plans import Plan, Task
from .reminders import Reminder
from .supervisions import Supervision

__all__ = ["Milestone", "Plan", "Progress", "Reminder", "Supervision", "Task"]
