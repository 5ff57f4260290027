"""The one list page: filter, count, sort, pages, and an Excel file of exactly what is filtered."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import quote

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

PAGE_SIZE = 50
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what no Word or Excel file can hold
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column:
    """One column of a list and of its export.

    ``value`` is an attribute's path ("zone.name", methods are called) or a function of the row; ``sort`` the ORM's
    field to order by, empty when the column cannot be sorted; ``current`` is "", "asc" or "desc".
    """

    label: Any
    value: str | Callable[[Any], object]
    sort: str = ""
    numeric: bool = False
    current: str = field(default="", compare=False)

    @property
    def next_sort(self) -> str:
        """What ``?sort=`` becomes when the head of this column is clicked."""
        return f"-{self.sort}" if self.current == "asc" else self.sort

    def read(self, row: Any) -> object:
        """The cell's value in this row, as Excel can hold it."""
        value: Any = self.value(row) if callable(self.value) else _follow(row, self.value)
        if value is None or isinstance(value, int | float | Decimal):
            return value
        if hasattr(value, "tzinfo") and value.tzinfo:
            return timezone.localtime(value).replace(tzinfo=None)
        return value if hasattr(value, "isoformat") else str(value)


def list_page(
    request: HttpRequest,
    *,
    filterset: type,
    queryset: QuerySet,
    columns: list[Column],
    template: str,
    context: Mapping[str, object] | None = None,
) -> HttpResponse:
    """Answer a list: a page of rows as HTML, or with ``?export=xlsx`` all filtered rows as an Excel file.

    ``queryset`` is already scoped to the user; ``columns`` name what may be sorted by and what is exported.
    """
    filtering = filterset(request.GET, queryset=queryset, request=request)
    rows = filtering.qs
    asked = request.GET.get("sort", "")
    columns = [_with_current(column, asked) for column in columns]
    if any(column.current for column in columns):
        rows = rows.order_by(asked, "pk")
    title = str(queryset.model._meta.verbose_name_plural)
    if request.GET.get("export") == "xlsx":
        return xlsx_response(title, columns, rows)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    query["export"] = "xlsx"
    return render(
        request,
        template,
        {
            "filter": filtering,
            "filtered": any(value for key, value in request.GET.items() if key in filtering.filters),
            "page": page,
            "count": page.paginator.count,
            "columns": columns,
            "export_url": f"?{query.urlencode()}",
            **(context or {}),
        },
    )


def xlsx_response(title: str, columns: list[Column], rows: QuerySet) -> HttpResponse:
    """The rows as an Excel file for download: a bold head, one row each, text kept as text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    heads = [WriteOnlyCell(sheet, str(column.label)) for column in columns]
    for head in heads:
        head.font = Font(bold=True)
    for number in range(len(columns)):
        sheet.column_dimensions[chr(ord("A") + number)].width = 18
    sheet.append(heads)
    for row in _in_chunks(rows):
        sheet.append([_cell(sheet, column.read(row)) for column in columns])
    data = BytesIO()
    book.save(data)
    name = quote(f"{title}-{timezone.localdate():%Y%m%d}.xlsx")
    return HttpResponse(
        data.getvalue(),
        content_type=XLSX,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "X-Content-Type-Options": "nosniff"},
    )


def _in_chunks(rows: QuerySet) -> Iterator[Model]:
    return rows.iterator(chunk_size=1000)


def _cell(sheet: Any, value: object) -> object:
    """Text stays text, so that nobody's note becomes a formula in a colleague's Excel."""
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, NOT_IN_XML.sub("", value))  # a note may hold what Excel cannot
    cell.data_type = "s"
    return cell


def _follow(row: Any, path: str) -> Any:
    for name in path.split("."):
        if row is None:
            return None
        row = getattr(row, name)
        if callable(row):
            row = row()
    return row


def _with_current(column: Column, asked: str) -> Column:
    if column.sort and asked.removeprefix("-") == column.sort:
        return replace(column, current="desc" if asked.startswith("-") else "asc")
    return column
