"""What an Excel file of hours looks like; the reading itself is the consortium's."""

from pathlib import Path

from django.utils.translation import gettext_lazy

from consortium.services.sheets import Fault, Layout, Sheet, Unreadable
from consortium.services.sheets import read_sheet as read

__all__ = ["LABELS", "MOST_ROWS", "Fault", "Sheet", "Unreadable", "read_sheet"]

MOST_ROWS = 10_000
LABELS = {
    "number": gettext_lazy("Entry number"),
    "date": gettext_lazy("Date"),
    "person": gettext_lazy("Person"),
    "project": gettext_lazy("Project"),
    "module": gettext_lazy("Module"),
    "zone": gettext_lazy("Zone"),
    "activity": gettext_lazy("Activity"),
    "hours": gettext_lazy("Hours"),
    "note": gettext_lazy("Note"),
}
# columns that an exported list has as well; the program knows what stands in them and reads them no more
PASSED_OVER = (
    gettext_lazy("Organization"),
    gettext_lazy("State"),
    gettext_lazy("Approved by"),
    gettext_lazy("Approved at"),
    gettext_lazy("Submitted at"),
    gettext_lazy("Corrects"),
)
ALSO = {
    "姓名": "person",
    "人员姓名": "person",
    "项目名称": "project",
    "工作模块": "module",
    "项目模块": "module",
    "工作日期": "date",
    "小时": "hours",
    "工时数": "hours",
}
NEEDED = ("date", "project", "hours")

LAYOUT = Layout(
    labels=LABELS,
    needed=NEEDED,
    most_rows=MOST_ROWS,
    too_far=gettext_lazy("Sheet “%(sheet)s” goes down to row %(row)s; a file has at most 10,000 rows of hours."),
    too_many=gettext_lazy("The file has %(n)s rows of hours; at once there are at most 10,000. Divide it."),
    nothing=gettext_lazy("There are no hours below the heads in row %(row)s."),
    also=ALSO,
    passed_over=PASSED_OVER,
    unasked=("number",),
)


def read_sheet(path: Path) -> Sheet:
    """The hours in the Excel file at ``path``. Raises Unreadable with a sentence when nothing can be read."""
    return read(path, LAYOUT)
