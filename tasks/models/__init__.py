from .calendars import CalendarLink
from .milestones import Milestone, Progress
from .plans import Plan, Task
from .reminders import Reminder
from .supervisions import Supervision
from .targets import Figure, Target

__all__ = ["CalendarLink", "Figure", "Milestone", "Plan", "Progress", "Reminder", "Supervision", "Target", "Task"]
