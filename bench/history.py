"""History: what a chained and guarded row costs beside a plain one, and the list of all of it when it is long."""

from datetime import timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.template import Context, Engine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.frame import Row
from consortium.lists import PAGE_SIZE
from consortium.models import Affiliation, HistoryEntry, User
from consortium.personal import remembered
from consortium.services.history import history_row, record, record_all
from zones.models import HourEntry

ROWS, PEOPLE, AT_ONCE = 200_000, 10_000, 5_000
INSERTS = 200  # a measurement; each is a transaction of its own
BARE = Engine().from_string(
    "<table>{% for row in rows %}<tr><td>{{ row.at }}</td><td>{{ row.actor_name }}</td>"
    "<td>{{ row.acting_as.organization.name }}</td><td>{{ row.content_type.name }} {{ row.object_id }}</td>"
    "<td>{{ row.what_label }}</td><td>{{ row.old_label }}</td><td>{{ row.new_label }}</td><td>{{ row.reason }}</td>"
    "</tr>{% endfor %}</table>"
)


def history_rows() -> list[Row]:
    """Inserts through the one door, and the first page of the secretariat's list."""
    secretariat = User.objects.get(username="secretariat")
    entry = HourEntry.objects.order_by("pk").select_related("person", "project").first()
    assert entry is not None, "the demonstration has hours"
    people(secretariat)
    fill(secretariat, entry)
    Plain: Any = plain_copy()
    client = Client()
    client.force_login(secretariat)
    address = reverse("consortium:history_list")

    def insert_plainly() -> None:
        for number in range(INSERTS):
            Plain.objects.create(
                content_type=ContentType.objects.get_for_model(entry),
                object_id=entry.pk,
                actor=secretariat,
                acting_as=secretariat.affiliation,
                consortium_id=secretariat.affiliation.consortium_id,
                what="hours",
                old=remembered(entry, "hours", number),
                new=remembered(entry, "hours", number + 1),
                reason="",
                digest="",
            )

    def insert() -> None:
        for number in range(INSERTS):
            record(entry, by=secretariat, what="hours", old=number, new=number + 1)

    def page() -> None:
        assert client.get(address).status_code == 200

    def bare_page() -> None:
        BARE.render(Context({"rows": HistoryEntry.objects.visible_to(secretariat).for_list()[:PAGE_SIZE]}))

    return [
        Row(f"{INSERTS} single changes remembered", "same rows, no chain, no guard", insert_plainly, insert, goal=1.25),
        Row(f"history of {ROWS:,} rows, 50 shown", "bare rendering of the same rows", bare_page, page, goal=6),
    ]


def people(secretariat: User) -> None:
    """Ten thousand more who sign in, so that the lists have whom to choose from."""
    if User.objects.count() >= PEOPLE:
        return
    model = Affiliation.objects.filter(user__username="partner").select_related("organization").get()
    users = User.objects.bulk_create(
        [User(username=f"bench{number}", name=f"示例人员{number}", password="!") for number in range(PEOPLE)],
        batch_size=AT_ONCE,
    )
    Affiliation.objects.bulk_create(
        [
            Affiliation(
                user=user,
                organization=model.organization,
                consortium=model.consortium,
                role=Affiliation.Role.MENTOR,
                started_on=model.started_on,
            )
            for user in users
        ],
        batch_size=AT_ONCE,
    )


def fill(secretariat: User, entry: HourEntry) -> None:
    """History up to ``ROWS``, over two years, by many people and mostly of hours."""
    missing = ROWS - HistoryEntry.objects.count()
    actors = list(User.objects.filter(username__startswith="bench").order_by("pk")[:500])
    begun, zone = timezone.now() - timedelta(days=730), entry.project.zone
    for start in range(0, max(missing, 0), AT_ONCE):
        rows = []
        for number in range(start, min(start + AT_ONCE, missing)):
            by = actors[number % len(actors)]
            what, obj = ("status", zone) if number % 40 == 0 else ("hours", entry)
            row = history_row(obj, by=by, what=what, old=number, new=number + 1)
            row.at = begun + timedelta(days=730 * number / ROWS)
            row.digest = row.content_digest()
            rows.append(row)
        record_all(rows)


def plain_copy() -> type[models.Model]:
    """A table with the columns, indexes and rows of the history, without digests, chain and guards."""
    old = HistoryEntry._meta
    meta = type(
        "Meta",
        (),
        {
            "app_label": "consortium",
            "db_table": "bench_history",
            "indexes": [models.Index(fields=index.fields, name=f"bench_{index.name}"[:30]) for index in old.indexes],
        },
    )
    fields = {field.name: field.clone() for field in old.concrete_fields}
    Plain = type("PlainHistory", (models.Model,), {"__module__": __name__, "Meta": meta, **fields})
    with connection.schema_editor() as editor:
        editor.execute("DROP TABLE IF EXISTS bench_history")
        editor.create_model(Plain)
    with connection.cursor() as cursor:
        columns = ", ".join(str(field.column) for field in old.concrete_fields if not field.primary_key)
        cursor.execute(f"INSERT INTO bench_history ({columns}) SELECT {columns} FROM {old.db_table} ORDER BY id")
        cursor.execute("ANALYZE")
    return Plain
