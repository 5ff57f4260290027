"""Every change that is more than saving a form; what all apps need of it stands here by name."""

from .changes import Refused, alone, create, move, save_changes, save_form
from .history import record

__all__ = ["Refused", "alone", "create", "move", "record", "save_changes", "save_form"]
