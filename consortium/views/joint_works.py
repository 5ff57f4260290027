"""The ten joint works of every school and enterprise that work together, and of one pair."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from .. import joint_works
from ..joint_works import Cooperation
from ..lists import Column, xlsx_file
from ..models import JointWork, Organization
from ..permissions import require
from ..services.spreadsheets import FoundTable

SHOWN = 24  # pairs on a page


def joint_work_list(request: HttpRequest) -> HttpResponse:
    """All pairs, or those of one school or enterprise; one pair with its records when both are asked for."""
    require(request.user, "agreement.see")
    rows = joint_works.cooperations(request.user)
    schools = {row.school.pk: row.school for row in rows}
    asked = {name: _number(request.GET.get(name, "")) for name in ("school", "enterprise")}
    for name, number in asked.items():
        if number is not None:
            rows = [row for row in rows if getattr(row, name).pk == number]
    if None not in asked.values():
        if not rows:
            raise Http404
        return render(request, "consortium/joint_work_pair.html", {"pair": rows[0], "works": rows[0].works})
    text = request.GET.get("q", "").strip()
    if text:
        rows = [row for row in rows if text in row.enterprise.name or text in row.school.name]
    if request.GET.get("sort") == "done":
        rows.sort(key=lambda row: row.done)
    if request.GET.get("export") == "xlsx":
        return _export(rows)
    context = {
        "page": Paginator(rows, SHOWN).get_page(request.GET.get("page")),
        "count": len(rows),
        "totals": [(work, sum(bool(row.covers.get(work)) for row in rows)) for work in JointWork],
        "schools": schools.values(),
        "school": asked["school"],
        "text": text,
        "export_url": f"?{urlencode({**request.GET.dict(), 'export': 'xlsx'})}",
    }
    return render(request, "consortium/joint_work_list.html", context)


def _export(rows: list[Cooperation]) -> HttpResponse:
    """A row for each pair: for each work the records that show it, one below the other."""

    def records(work: JointWork) -> Column:
        return Column(work.label, lambda row: "\n".join(cover.label for cover in row.covers.get(work, [])))

    heads = [Column(_("School"), "school.name"), Column(_("Enterprise"), "enterprise.name")]
    columns = [*heads, Column(_("Works with a record"), "done"), *map(records, JointWork)]
    table = FoundTable(_("Ten joint works"), columns, Organization.objects.none(), found=rows)
    return xlsx_file(table, table.numbers(), masked=True)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None
