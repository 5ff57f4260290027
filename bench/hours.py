"""Hours from Excel: an accepted file of 10,000 rows, read, checked again and written, against COPY of the same rows.

Three floors: COPY of the hours and of their history, for both are written, one row of history each, which the database
guards and chains; COPY of the hours alone, without any history; and django-import-export, which most would take.

Of PostgreSQL's own work history is more than half: for 10,000 rows it takes 0.46 s to COPY the hours and check their
foreign keys, 0.31 s for the same of the history, 0.26 s for the chain. So ours cannot be below 2.25 times COPY of the
hours alone; the file, the rules and the digests are the rest.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection, models, transaction
from django.utils import timezone
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget
from openpyxl import Workbook
from tablib import Dataset

from bench.frame import Row
from consortium.models import User
from consortium.services.history import history_row
from zones.models import Activity, HourEntry, HourImport, Project, ProjectMember
from zones.services import accept_import, order_import, run_import

ROWS = 10_000


def hour_rows() -> list[Row]:
    partner = User.objects.get(username="partner")
    entries = free_places(partner)
    file = workbook(entries)
    order = order_import(ContentFile(file, name="bench.xlsx"), language="zh-hans", by=partner, now=timezone.now())
    assert run_import(order, tell=False)
    assert order.status == HourImport.Status.CHECKED, order.result["faults"][:3]
    for number, entry in enumerate(entries):
        entry.pk = 10**9 + number
    history = [history_row(entry, by=partner, what="created", new=entry) for entry in entries]

    def ours() -> None:
        mine = HourImport.objects.get(pk=order.pk)
        accept_import(mine, submits=False, by=partner, now=timezone.now())
        assert run_import(mine, tell=False)
        assert mine.status == HourImport.Status.DONE

    hours, both = copying(entries), [copying(entries), copying(history)]
    name = f"{ROWS:,} hours from Excel, accepted"
    return [
        Row(
            name, f"{way()} of hours and their history", undone(lambda: [copy() for copy in both]), undone(ours), goal=5
        ),
        Row(name, f"{way()} of the hours alone", undone(hours), undone(ours), goal=7),
        Row(
            name,
            "django-import-export in bulk mode",
            undone(importing(file, entries)),
            undone(ours),
            goal=1 / 5,
            rounds=3,
        ),
    ]


def importing(file: bytes, entries: list[HourEntry]) -> Callable[[], None]:
    """The same file by django-import-export in its bulk mode, at its quickest: no rule is checked, no stored row looked
    for, no history written, and the organizations are known."""
    places = {(entry.project_id, entry.person_id): entry.organization_id for entry in entries}

    class HourResource(ModelResource):
        date, activity = Field("date", "日期"), Field("activity", "活动")
        hours, note = Field("hours", "工时"), Field("note", "备注")
        project = Field("project", "项目", ForeignKeyWidget(Project, "name"))
        person = Field("person", "人员", ForeignKeyWidget(User, "name"))

        class Meta:
            model = HourEntry
            fields = ("date", "activity", "hours", "note", "project", "person")
            use_bulk, force_init_instance, skip_diff, skip_html_diff = True, True, True, True

        def before_save_instance(self, instance: HourEntry, row: Any, **options: Any) -> None:
            instance.organization_id = places[instance.project_id, instance.person_id]

    def run() -> None:
        done = HourResource().import_data(Dataset().load(file, "xlsx"), raise_errors=True)
        assert done.totals["new"] == ROWS, done.totals

    return run


def way() -> str:
    return "COPY" if connection.vendor == "postgresql" else "executemany"


def undone(work: Callable[[], object]) -> Callable[[], None]:
    """Does the work as far as the commit, with all that the database checks there, and takes it back."""

    def run() -> None:
        with transaction.atomic():
            work()
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)

    return run


def copying(rows: list[Any]) -> Callable[[], None]:
    """The least that anybody could do to write these rows: their values are worked out beforehand."""
    table, fields = rows[0]._meta.db_table, [f for f in rows[0]._meta.concrete_fields if f.name != "id" or rows[0].pk]
    names = ", ".join(field.column for field in fields)
    values = [[_plain(field, getattr(row, field.attname)) for field in fields] for row in rows]
    if connection.vendor != "postgresql":
        places = ", ".join(["%s"] * len(fields))

        def insert() -> None:
            with connection.cursor() as cursor:
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", values)

        return insert
    text = "".join("\t".join("\\N" if one is None else str(one) for one in line) + "\n" for line in values)

    def copy() -> None:
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", StringIO(text))  # type: ignore[attr-defined]

    return copy


def _plain(field: models.Field, value: Any) -> Any:
    value = field.get_db_prep_save(value, connection)
    return value if value is None or isinstance(value, int | str) else str(value)


def free_places(partner: User) -> list[HourEntry]:
    """Ten thousand quarter hours of the partner's people at places where none stands yet."""
    places = ProjectMember.objects.loggable_by(partner).select_related("project", "person", "organization")
    taken = set(HourEntry.objects.filter(corrects=None).values_list("person", "project", "date", "activity"))
    full: defaultdict[Any, Decimal] = defaultdict(Decimal)
    for person, day, hours in HourEntry.objects.values_list("person", "date", "hours"):
        full[person, day] += hours
    found: list[HourEntry] = []
    for place in places:
        day, last = place.project.starts_on, min(place.project.ends_on, timezone.localdate())
        for activity in [activity for _day in range((last - day).days + 1) for activity in Activity.values]:
            key = (place.person_id, place.project_id, day, activity)
            if key not in taken and place.covers(day) and full[place.person_id, day] < 20:
                full[place.person_id, day] += Decimal("0.25")
                found.append(
                    HourEntry(
                        project=place.project, person=place.person, organization=place.organization,
                        date=day, hours=Decimal("0.25"), activity=activity, note="示例",
                    )
                )  # fmt: skip
            if activity == Activity.values[-1]:
                day += timedelta(days=1)
    assert len(found) >= ROWS, f"only {len(found)} free places"
    return found[:ROWS]


def workbook(entries: list[HourEntry]) -> bytes:
    book, data = Workbook(write_only=True), BytesIO()
    sheet = book.create_sheet()
    sheet.append(["日期", "人员", "项目", "活动", "工时", "备注"])
    for entry in entries:
        names = [entry.person.name, entry.project.name, str(entry.activity), float(entry.hours), entry.note]
        sheet.append([entry.date, *names])
    book.save(data)
    return data.getvalue()
