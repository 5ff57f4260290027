"""Many new rows at once."""

import csv
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from operator import itemgetter

from django.db import connection, models

AT_ONCE = 500  # rows of one INSERT
FEW = 200  # rows, up to which COPY gains nothing


@contextmanager
def no_collecting() -> Iterator[None]:
    """Python does not look for cycles meanwhile: over tens of thousands of new rows, of which none can go yet, it looks
    again and again. For work that is bounded and short."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


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
    alias, quote, meta = connection.alias, connection.ops.quote_name, model._meta
    columns = ", ".join(quote(str(field.column)) for field in meta.concrete_fields)
    filled = ", ".join(quote(str(field.column)) for field in meta.concrete_fields if not field.null)
    values = itemgetter(*[field.attname for field in meta.concrete_fields])
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.execute(
            # OFFSET 0: the sequence is looked up once, not for each row
            "SELECT nextval(key) FROM (SELECT pg_get_serial_sequence(%s, %s)::regclass AS key OFFSET 0) AS serial,"
            " generate_series(1, %s)",
            [meta.db_table, meta.pk.column, len(rows)],
        )
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number
        text = StringIO(newline="")
        csv.writer(text).writerows(map(values, map(vars, rows)))
        text.seek(0)
        cursor.copy_expert(  # type: ignore[attr-defined]
            f"COPY {quote(meta.db_table)} ({columns}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({filled}))", text
        )
    for row in rows:
        row._state.adding, row._state.db = False, alias
