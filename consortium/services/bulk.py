"""Many new rows at once."""

import csv
from collections.abc import Sequence
from io import StringIO
from operator import attrgetter

from django.db import connection, models

AT_ONCE = 500  # rows of one INSERT
FEW = 200  # rows, up to which COPY gains nothing


def insert_many(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model, in their order, and give them their ids.

    PostgreSQL takes many by COPY, which spares it a statement of thousands of parameters each. Fields hold plain
    values: texts, numbers, days, moments; an empty text in a column that may be NULL becomes NULL. Raises
    IntegrityError as any insert does.
    """
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor != "postgresql" or len(rows) <= FEW:
        model._default_manager.bulk_create(rows, batch_size=AT_ONCE)
        return
    table, fields, quote = model._meta.db_table, model._meta.concrete_fields, connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    filled = ", ".join(quote(str(field.column)) for field in fields if not field.null)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [table, model._meta.pk.column, len(rows)],
        )
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number
        text = StringIO(newline="")
        csv.writer(text).writerows(map(attrgetter(*[field.attname for field in fields]), rows))
        text.seek(0)
        cursor.copy_expert(  # type: ignore[attr-defined]
            f"COPY {quote(table)} ({columns}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({filled}))", text
        )
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
