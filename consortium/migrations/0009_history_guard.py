"""The database chains each row of history as it is written and lets nobody change, replace or remove one.

A later migration that rebuilds one of the two tables on SQLite (AlterField does) loses its triggers there: it must run
``guard`` again; a test looks.
"""

from django.db import migrations, models

ENTRY, LINK = "consortium_historyentry", "consortium_historylink"
SENTENCE = "History is only added to."

POSTGRESQL = f"""
CREATE FUNCTION consortium_history_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last {LINK};
BEGIN
    PERFORM pg_advisory_xact_lock(4021990318);
    SELECT * INTO last FROM {LINK} ORDER BY number DESC LIMIT 1;
    INSERT INTO {LINK} (number, entry_id, hash) VALUES (
        coalesce(last.number, 0) + 1,
        NEW.id,
        encode(sha256(convert_to(coalesce(last.hash, '') || ':' || NEW.id || ':' || NEW.digest, 'UTF8')), 'hex')
    );
    RETURN NULL;
END $$;
CREATE FUNCTION consortium_history_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{SENTENCE}';
END $$;
CREATE CONSTRAINT TRIGGER history_chain AFTER INSERT ON {ENTRY}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION consortium_history_chain();
""" + "".join(  # nosec B608  # names of ours
    f"""
CREATE TRIGGER history_keep BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION consortium_history_refuse();
CREATE TRIGGER history_keep_all BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION consortium_history_refuse();
"""
    for table in (ENTRY, LINK)
)
POSTGRESQL_BACK = f"""
DROP TRIGGER history_chain ON {ENTRY};
DROP TRIGGER history_keep ON {ENTRY};
DROP TRIGGER history_keep_all ON {ENTRY};
DROP TRIGGER history_keep ON {LINK};
DROP TRIGGER history_keep_all ON {LINK};
DROP FUNCTION consortium_history_chain();
DROP FUNCTION consortium_history_refuse();
"""

# INSERT OR REPLACE removes the row that is in its way without asking the trigger for DELETE
IN_THE_WAY = {ENTRY: "id = NEW.id", LINK: "number = NEW.number OR entry_id = NEW.entry_id"}
SQLITE = {
    # beside max() SQLite takes the other columns from the row that has it
    "history_chain": f"""
AFTER INSERT ON {ENTRY} BEGIN
    INSERT INTO {LINK} (number, entry_id, hash)
    SELECT coalesce(max(number), 0) + 1, NEW.id, sha256(coalesce(hash, '') || ':' || NEW.id || ':' || NEW.digest)
    FROM {LINK};
END""",  # nosec B608  # names of ours
    **{
        f"history_keep_{act.lower()}_{table}": f"""
BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"""
        for table in (ENTRY, LINK)
        for act in ("UPDATE", "DELETE")
    },
    **{
        f"history_keep_place_{table}": f"""
BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {rows})
BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"""  # nosec B608  # names of ours
        for table, rows in IN_THE_WAY.items()
    },
}


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
    else:
        for name, body in SQLITE.items():
            schema_editor.execute(f"CREATE TRIGGER {name} {body}")


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK)
    else:
        for name in SQLITE:
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("consortium", "0008_history_chain_fill")]

    operations = [
        migrations.AddConstraint(
            "historyentry",
            models.CheckConstraint(condition=~models.Q(digest=""), name="history_has_a_digest"),
        ),
        migrations.RunPython(guard, unguard),
    ]
