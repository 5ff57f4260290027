"""Approved hours of a year, by enterprise and month."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.lists import xlsx_file
from consortium.models import Organization
from consortium.permissions import require
from consortium.services.spreadsheets import Column, FoundTable

from ..models import EnterpriseYear, HourMonth, column_sums
from .pages import asked_year


def hour_months(request: HttpRequest) -> HttpResponse:
    """A line for each enterprise, twelve months and the year; with ``?export=xlsx`` the same as an Excel file."""
    require(request.user, "hour_month.see")
    today = timezone.localdate()
    year = asked_year(request, today.year)
    rows = HourMonth.objects.visible_to(request.user).by_enterprise(year)
    if request.GET.get("export") == "xlsx":
        return xlsx_file(_table(rows, year), range(len(rows)), masked=False)
    context = {
        "year": year,
        "years": range(today.year, today.year - 5, -1),
        "rows": rows,
        "sums": column_sums(rows),
        "months": range(1, 13),
    }
    return render(request, "zones/hour_months.html", context)


def _table(rows: list[EnterpriseYear], year: int) -> FoundTable:
    def of(month: int) -> Column:
        return Column(_("%(month)s (month)") % {"month": month}, lambda row: row.months[month - 1], numeric=True)

    columns = [
        Column(_("Enterprise"), "name"),
        *map(of, range(1, 13)),
        Column(_("Total"), "total", numeric=True),
        Column(_("Year before"), "before", numeric=True),
    ]
    title = _("Approved hours by month %(year)s") % {"year": year}
    return FoundTable(title, columns, Organization.objects.none(), found=rows)
