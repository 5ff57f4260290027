from .reader import read_table
from .rows import Doubt, MilestoneRow, TaskRow, TaskTable, as_plain, from_plain
from .writer import WRITERS, write_docx, write_xlsx

__all__ = [
    "Doubt",
    "MilestoneRow",
    "TaskRow",
    "TaskTable",
    "WRITERS",
    "as_plain",
    "from_plain",
    "read_table",
    "write_docx",
    "write_xlsx",
]
