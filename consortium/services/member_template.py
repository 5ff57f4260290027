"""The Excel file into which people type members: the heads, an example, and the lists to choose from."""

from typing import IO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from ..industries import DIVISIONS
from ..models import Organization, User
from .member_plan import LABELS, MOST_ROWS


def write_template(to: IO[bytes], *, by: User) -> None:
    """Write the workbook for the consortium for which ``by`` acts."""
    book = Workbook()
    sheet = book.active
    sheet.title = _("Members")
    sheet.append([str(label) for label in LABELS.values()])
    sheet.freeze_panes = "A2"
    parks = Organization.objects.visible_to(by).filter(kind=Organization.Kind.PARK).order_by("name")
    choices = {
        "kind": [str(label) for label in Organization.Kind.labels],
        "industry": [f"{code} {name}" for code, name in DIVISIONS.items()],
        "size": [str(label) for label in Organization.Size.labels],
        "park": [park.name for park in parks],
        "is_lead": [_("Yes"), _("No")],
    }
    lists = book.create_sheet(_("Lists"))
    lists.sheet_state = "hidden"
    for place, name in enumerate(LABELS, 1):
        letter = get_column_letter(place)
        sheet.cell(1, place).font = Font(bold=True)
        sheet.column_dimensions[letter].width = 24 if name in ("name", "credit_code", "industry") else 14
        if name in ("credit_code", "contact_phone"):
            sheet.column_dimensions[letter].number_format = "@"  # Excel shortens long numbers
        if items := choices.get(name):
            for row, item in enumerate(items, 1):
                lists.cell(row, place, item).data_type = "s"
            rule = DataValidation(
                "list", formula1=f"'{lists.title}'!${letter}$1:${letter}${len(items)}", allow_blank=True
            )
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
    book.save(to)
