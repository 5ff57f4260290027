"""The one list page: filter, tally, count, sort, pages, and an Excel file of exactly what is filtered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.core.signing import Signer
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import resolve
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django_filters import FilterSet
from django_htmx.middleware import HtmxDetails

from .forms.exports import ReasonForm
from .keyset import page_of
from .models import User
from .services import Refused
from .services.list_files import NOT_IN_XML
from .services.spreadsheets import Column, Personal, Table, write_xlsx

__all__ = ["NOT_IN_XML", "PAGE_SIZE", "Column", "Personal", "list_page", "read_table"]

PAGE_SIZE = 50
COUNTED = 10_000  # rows; of a longer list nobody waits for the exact number
AT_ONCE = 2_000  # rows that are exported while one waits; a worker writes longer lists
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
addresses = Signer(salt="address of a list")


class TableRequest(HttpRequest):
    """Asks a list's view for its rows instead of its page."""


class TableResponse(HttpResponse):
    """What the view answers: it stands for the page that would hold ``table``."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table


@dataclass(frozen=True)
class Link:
    """A chip above the list: where it leads, what it says, how many rows it shows."""

    url: str
    label: object
    value: str = ""
    count: int = 0
    is_current: bool = False


@dataclass(frozen=True)
class Tally:
    """The filtered rows by one of the filters' choices, that filter itself left out."""

    name: str
    label: object
    total: int
    all_url: str
    links: list[Link]

    @property
    def is_shown(self) -> bool:
        """One choice alone says nothing that the count does not say."""
        return len(self.links) > 1 or self.is_chosen

    @property
    def is_chosen(self) -> bool:
        return any(link.is_current for link in self.links)

    @property
    def count(self) -> int:
        return next((link.count for link in self.links if link.is_current), self.total)


def list_page(
    request: HttpRequest,
    *,
    filterset: type[FilterSet],
    queryset: QuerySet,
    columns: list[Column],
    template: str,
    context: Mapping[str, object] | None = None,
    tally: str = "",
    personal: Personal | None = None,
) -> HttpResponse:
    """Answer a list: a page of rows as HTML, or with ``?export=xlsx`` all filtered rows as an Excel file.

    ``queryset`` is already scoped to the user; ``columns`` name what may be sorted by and what is exported. ``tally``
    names a filter with choices on a field of the rows, whose counts stand above the list. With ``personal`` the export
    holds personal data: it is masked, or a reason is asked for and ``personal`` remembers it (see ``Table``).
    """
    filtering = filterset(request.GET, queryset=queryset, request=request)
    asked = request.GET.get("sort", "")
    columns = [_with_current(column, asked) for column in columns]
    rows = filtering.qs
    if any(column.current for column in columns):
        rows = rows.order_by(asked, "pk")
    table = Table(str(queryset.model._meta.verbose_name_plural), columns, rows, personal)
    if isinstance(request, TableRequest):
        return TableResponse(table)
    if request.GET.get("export") == "xlsx":
        return _export(request, table)
    page = page_of(rows, request.GET.get("page", ""), PAGE_SIZE)
    counts = _tally(request, filterset, queryset, tally) if tally else None
    chosen = _chosen(request, filtering)
    count = max(counts.count if counts else count_of(rows, COUNTED + 1), page.end)
    return render(
        request,
        template,
        {
            "filter": filtering,
            "filtered": any(value for key, value in request.GET.items() if key in filtering.filters),
            "chosen": chosen,
            "tally": counts if counts and counts.is_shown else None,
            "page": page,
            "count": count,
            "counted": f"{COUNTED:,}" if not counts and count > COUNTED else "",  # more than so many
            "columns": [column for column in columns if column.in_list],
            "export_url": _query(request, export="xlsx"),
            "export_order": addresses.sign(_address(request)) if count > AT_ONCE and not personal else "",
            **(context or {}),
        },
    )


def read_table(address: str, user: User) -> Table:
    """The whole list at ``address`` as ``user`` sees it now. Raises Refused when there is none for this person."""
    parts = urlsplit(address)
    request = TableRequest()
    request.method, request.path, request.path_info = "GET", parts.path, parts.path
    request.GET = QueryDict(parts.query)
    request.user = user
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    try:
        request.resolver_match = match = resolve(parts.path)
        response = match.func(request, *match.args, **match.kwargs)
    except (Http404, PermissionDenied):
        raise Refused(_("You may not see this list, or what it is filtered by, any more.")) from None
    if not isinstance(response, TableResponse):
        raise Refused(_("There is no list at this address any more."))
    return response.table


def xlsx_response(table: Table, *, by: User, reason: str = "") -> HttpResponse | None:
    """All rows as an Excel file for download; None when they are too many for that.

    With a reason personal data are in the clear, which is remembered.
    """
    numbers = table.numbers(AT_ONCE + 1)
    if len(numbers) > AT_ONCE:
        return None
    table.remember(numbers, by=by, reason=reason)
    return xlsx_file(table, numbers, masked=table.is_masked(reason))


def xlsx_file(table: Table, numbers: Sequence[int], *, masked: bool) -> HttpResponse:
    """These rows as an Excel file for download, at once."""
    data = BytesIO()
    write_xlsx(table, numbers, data, masked=masked, tell=lambda written: None)
    name = f"{table.title}-{timezone.localdate():%Y%m%d}.xlsx"
    return HttpResponse(
        data.getvalue(),
        content_type=XLSX,
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=name),
            "X-Content-Type-Options": "nosniff",
        },
    )


def count_of(rows: QuerySet, most: int) -> int:
    """How many rows there are, counted up to ``most``."""
    return rows.order_by().values("pk")[:most].count()


def _export(request: HttpRequest, table: Table) -> HttpResponse:
    """A short list at once; before a long one or one with personal data a page that says so. GET changes nothing."""
    if table.personal:
        return export_form(request, table, _address(request), ReasonForm())
    at_once = xlsx_response(table, by=request.user)  # type: ignore[arg-type]
    return at_once or export_form(request, table, _address(request), None)


def export_form(request: HttpRequest, table: Table, address: str, form: ReasonForm | None) -> HttpResponse:
    """The page that asks before an export: how long it is, who writes it, and why personal data is needed."""
    count = count_of(table.rows, COUNTED + 1)
    context = {
        "title": table.title,
        "count": count,
        "counted": f"{COUNTED:,}" if count > COUNTED else "",
        "in_background": count > AT_ONCE,
        "form": form,
        "order": addresses.sign(address),
        "address": address,
    }
    return render(request, "consortium/export_create.html", context)


def _address(request: HttpRequest) -> str:
    """Path, filters and order of the list, without what only the page is about."""
    return request.path_info + _query(request)


def _query(request: HttpRequest, drop: str = "", **more: str) -> str:
    """The address's query with the page forgotten, ``drop`` taken out and ``more`` put in; it begins with "?"."""
    query = request.GET.copy()
    for name in ("page", "export", drop, *more):
        query.pop(name, None)
    for name, value in more.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _tally(request: HttpRequest, filterset: type[FilterSet], queryset: QuerySet, name: str) -> Tally:
    query = request.GET.copy()
    query.pop(name, None)
    others = filterset(query, queryset=queryset, request=request)
    field, chosen = filterset.base_filters[name], request.GET.get(name, "")
    found = others.qs.order_by()
    if found.query.annotations:  # they would be grouped by as well
        found = queryset.model._base_manager.filter(pk__in=found.values("pk")).order_by()
    counts = dict(found.values_list(field.field_name).annotate(Count("pk")))
    choices = [
        Link(_query(request, **{name: value}), label, value, counts.get(value, 0), value == chosen)
        for value, label in others.form.fields[name].choices
        if value and (counts.get(value) or value == chosen)
    ]
    return Tally(name, field.label, sum(counts.values()), _query(request, drop=name), choices)


def _chosen(request: HttpRequest, filtering: FilterSet) -> list[Link]:
    """Each filter in force, with the address of the list without it."""
    filtering.is_valid()
    return [
        Link(_query(request, drop=name), f"{field.label}{_(': ')}{_in_words(field, value)}", name)
        for name, field in filtering.form.fields.items()
        if (value := filtering.form.cleaned_data.get(name)) not in (None, "")
    ]


def _in_words(field: Any, value: object) -> object:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return date_format(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return dict(getattr(field, "choices", ())).get(value, value) if isinstance(value, str) else value


def _with_current(column: Column, asked: str) -> Column:
    if column.sort and asked in {column.sort, f"-{column.sort}"}:
        return replace(column, current="desc" if asked.startswith("-") else "asc")
    return column
