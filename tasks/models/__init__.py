from .calendars import CalendarLink
from .milestones import Milestone, Progress
from .plans import Plan, Task
from .reminders import Reminder
from .supervisions import Supervision

__all__ = ["CalendarLink", "Milestone", "Plan", "Progress", "Reminder", "Supervision", "Task"]
