"""Many new rows at once."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

from django.db import connection, models

AT_ONCE = 500  # rows of one INSERT
FEW = 200  # rows, up to which COPY gains nothing
ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def insert_many(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model, in their order, and give them their ids.

    PostgreSQL takes many by COPY, which spares it a statement of thousands of parameters each. Fields hold plain
    values: texts, numbers, days, moments. Raises IntegrityError as any insert does.
    """
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor != "postgresql" or len(rows) <= FEW:
        model._default_manager.bulk_create(rows, batch_size=AT_ONCE)
        return
    table, fields = model._meta.db_table, model._meta.concrete_fields
    names = [field.attname for field in fields]
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [table, model._meta.pk.column, len(rows)],
        )
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number
        lines = ["\t".join([_text(getattr(row, name)) for name in names]) for row in rows]
        columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
        cursor.copy_expert(  # type: ignore[attr-defined]
            f"COPY {connection.ops.quote_name(table)} ({columns}) FROM STDIN", StringIO("\n".join(lines) + "\n")
        )
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _text(value: object) -> str:
    """A value as COPY reads it."""
    if isinstance(value, str):
        return value.translate(ESCAPED) if "\\" in value or not value.isprintable() else value
    if value is None:
        return "\\N"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no plain value.")
