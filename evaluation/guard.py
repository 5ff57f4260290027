"""The database itself keeps what is published: triggers refuse to change, replace, remove or add to it.

A published evaluation may take one step, to superseded, in which nothing else changes. Its parts (reviewers, scores,
talks, self-assessments with evidence and files, findings, objections) and the scheme by which it was counted stay as
they are; so does a finished check of the consortium against the standard, with its answers. A draft is free.

Why not in a migration, as with the history: on SQLite Django changes a table by building it anew, which loses its
triggers and is refused while triggers of other tables name it. So they step aside while the evaluation's tables are
migrated and stand again when that has ended; ``manage.py verify`` says when they are missing.
"""

from collections.abc import Iterator
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

SENTENCE = "What is published stays as it is."
EVALUATION, SCHEME, CHECK = "evaluation_evaluation", "evaluation_scheme", "evaluation_standardcheck"
ANSWER = "evaluation_standardanswer"
FROZEN = "('published', 'superseded')"
OWN = "{row}.evaluation_id"
OF_LINE = "(SELECT evaluation_id FROM evaluation_selfassessment WHERE id = {row}.assessment_id)"
OF_FILE = (
    "(SELECT line.evaluation_id FROM evaluation_selfassessment line, django_content_type kind"
    " WHERE line.id = {row}.object_id AND kind.id = {row}.content_type_id"
    " AND kind.app_label = 'evaluation' AND kind.model = 'selfassessment')"
)
OF_REVIEWER = "(SELECT evaluation_id FROM evaluation_reviewer WHERE id = {row}.reviewer_id)"
# table of a part: the evaluation that a row of it belongs to
PARTS = {
    "evaluation_reviewer": OWN,
    "evaluation_selfassessment": OWN,
    "evaluation_finding": OWN,
    "evaluation_objection": OWN,
    "evaluation_measurement": OWN,
    "evaluation_score": OF_REVIEWER,
    "evaluation_talk": OWN,
    "evaluation_guestlink": OF_REVIEWER,
    "evaluation_evidence": OF_LINE,
    "evaluation_dismissal": OF_LINE,
    "consortium_attachment": OF_FILE,  # the files of a self-assessment; those of other records are free
}
PARTS_OF_SCHEME = ["evaluation_indicator", "evaluation_gradeband", "evaluation_subtotal"]
# table of what takes one more step of status: that step, and what else an INSERT OR REPLACE would remove
STEPS = {
    EVALUATION: (
        "OLD.status = 'published' AND NEW.status = 'superseded'",
        "(kept.zone_id = NEW.zone_id AND kept.year = NEW.year AND kept.status = 'published'"
        " AND NEW.status = 'published') OR kept.supersedes_id = NEW.supersedes_id",
    ),
    SCHEME: (
        "OLD.status = 'published' AND NEW.status = 'retired'",
        "kept.consortium_id = NEW.consortium_id AND kept.year = NEW.year AND (kept.version = NEW.version"
        " OR (kept.subject = NEW.subject AND kept.status = 'published' AND NEW.status = 'published'))",
    ),
    CHECK: ("FALSE", "FALSE"),
}
TABLES = [*STEPS, *PARTS, *PARTS_OF_SCHEME, ANSWER]


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The tables of which a trigger is not there or is switched off."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgrelid::regclass::text || '.' || tgname FROM pg_trigger WHERE tgenabled = 'O'")
        else:
            cursor.execute("SELECT tbl_name || '.' || name FROM sqlite_master WHERE type = 'trigger'")
        there = {name for (name,) in cursor.fetchall()}
    wanted = [(table, f"{table}.{name}") for name, table, _body in _triggers(connection)]
    return sorted({table for table, name in wanted if name not in there})


def put_up(using: str = DEFAULT_DB_ALIAS) -> None:
    """Set every trigger anew; nothing when the evaluation's tables do not exist (yet)."""
    connection = connections[using]
    if not set(TABLES) <= set(connection.introspection.table_names()):
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        take_down(using)
        if connection.vendor == "postgresql":
            cursor.execute("".join(_functions()))
        for name, table, body in _triggers(connection):
            cursor.execute(f"CREATE TRIGGER {name} {body.format(table=table)}")


def take_down(using: str = DEFAULT_DB_ALIAS) -> None:
    """Remove every trigger. Only for who owns the tables."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname || ' ON ' || tgrelid::regclass FROM pg_trigger"
                " WHERE tgname IN ('published_keep', 'published_keep_all')"
            )
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'published_keep%'")
        for (trigger,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {trigger}")


def before_migrating(plan: list[tuple[Any, bool]], using: str, **_others: Any) -> None:
    if any(migration.app_label in {"evaluation", "consortium"} for migration, _backwards in plan):
        take_down(using)


def after_migrating(using: str, **_others: Any) -> None:
    put_up(using)


def _triggers(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str, str]]:
    """Name, table and the rest of each trigger."""
    return _on_postgresql() if connection.vendor == "postgresql" else _on_sqlite(connection)


def _on_postgresql() -> Iterator[tuple[str, str, str]]:
    for table in TABLES:
        yield (
            "published_keep",
            table,
            f"BEFORE INSERT OR UPDATE OR DELETE ON {{table}} FOR EACH ROW EXECUTE FUNCTION {table}_keep()",
        )
        yield (
            "published_keep_all",
            table,
            "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION evaluation_keep_all()",
        )


def _functions() -> Iterator[str]:
    """The functions of the triggers of PostgreSQL.

    FOR SHARE waits for who is publishing at this moment; the status is compared after that, as it is then.
    """
    yield f"""
CREATE OR REPLACE FUNCTION evaluation_keep_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM {EVALUATION} WHERE status IN {FROZEN})
        OR EXISTS (SELECT 1 FROM {CHECK} WHERE status = 'done') THEN RAISE EXCEPTION '{SENTENCE}';
    END IF;
    RETURN NULL;
END $$;"""  # nosec B608  # names of ours
    for table, (step, _in_the_way) in STEPS.items():
        yield f"""
CREATE OR REPLACE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN RETURN NEW; END IF;
    IF {_head_is_kept(table, "OLD")} THEN
        IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{SENTENCE}'; END IF;
        IF NOT ({step} AND to_jsonb(NEW) - 'status' = to_jsonb(OLD) - 'status') THEN
            RAISE EXCEPTION '{SENTENCE}';
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;"""
    for table, owner in PARTS.items():
        yield _keep_part(
            table,
            f"SELECT status INTO its_status FROM {EVALUATION} WHERE id = {owner} FOR SHARE;",  # nosec B608  # names of ours
            f"its_status IN {FROZEN}",
        )
    for table in PARTS_OF_SCHEME:
        yield _keep_part(table, "", _of_scheme("{row}.scheme_id"))
    look = f"SELECT status INTO its_status FROM {CHECK} WHERE id = {{row}}.check_of_id FOR SHARE;"  # nosec B608  # names of ours
    yield _keep_part(ANSWER, look, "its_status = 'done'")


def _keep_part(table: str, look: str, kept: str) -> str:
    checks = "".join(
        f"""
    IF TG_OP <> '{other}' THEN
        {look.format(row=row)}
        IF {kept.format(row=row)} THEN RAISE EXCEPTION '{SENTENCE}'; END IF;
    END IF;"""
        for row, other in (("OLD", "INSERT"), ("NEW", "DELETE"))
    )
    return f"""
CREATE OR REPLACE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE its_status text;
BEGIN{checks}
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;"""


def _on_sqlite(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str, str]]:
    """One trigger an act; an INSERT OR REPLACE removes the row in its way without asking the one for DELETE."""
    for table, (step, in_the_way) in STEPS.items():
        with connection.cursor() as cursor:
            columns = [row.name for row in connection.introspection.get_table_description(cursor, table)]
        same = " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in columns if name != "status")
        yield from _for_acts(
            table,
            lambda row, table=table: _head_is_kept(table, row),
            allowed=f"{step} AND {same}",
            in_the_way=f"kept.id = NEW.id OR {in_the_way}",
        )
    for table, owner in PARTS.items():
        yield from _for_acts(table, lambda row, owner=owner: _of_evaluation(owner.format(row=row)), has_parent=True)
    for table in PARTS_OF_SCHEME:
        yield from _for_acts(table, lambda row: _of_scheme(f"{row}.scheme_id"), has_parent=True)
    finished = f"EXISTS (SELECT 1 FROM {CHECK} c WHERE c.id = {{row}}.check_of_id AND c.status = 'done')"  # nosec B608  # names of ours
    yield from _for_acts(ANSWER, lambda row: finished.format(row=row), has_parent=True)


def _for_acts(
    table: str, kept: Any, allowed: str = "", in_the_way: str = "kept.id = NEW.id", has_parent: bool = False
) -> Iterator[tuple[str, str, str]]:
    removed = f"EXISTS (SELECT 1 FROM {table} kept WHERE ({in_the_way}) AND {{other}}{kept('kept')})"  # nosec B608  # names of ours
    new = f" OR {kept('NEW')}" if has_parent else ""
    update = f"({kept('OLD')}{f' AND NOT ({allowed})' if allowed else ''}){new}"
    others = removed.format(other="kept.id <> OLD.id AND ")
    for act, when in (
        ("INSERT", removed.format(other="") + new),
        ("UPDATE", f"{update} OR {others}"),
        ("DELETE", kept("OLD")),
    ):
        body = f"BEFORE {act} ON {{table}} WHEN {when} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        yield f"published_keep_{act.lower()}_{table}", table, body


def _of_evaluation(key: str) -> str:
    return f"EXISTS (SELECT 1 FROM {EVALUATION} e WHERE e.id = {key} AND e.status IN {FROZEN})"  # nosec B608  # names of ours


def _of_scheme(key: str) -> str:
    """Whether something that is kept was counted by the scheme."""
    return (
        f"(EXISTS (SELECT 1 FROM {EVALUATION} e WHERE e.scheme_id = {key} AND e.status IN {FROZEN})"
        f" OR EXISTS (SELECT 1 FROM {CHECK} c WHERE c.scheme_id = {key} AND c.status = 'done'))"  # nosec B608  # names of ours
    )


def _head_is_kept(table: str, row: str) -> str:
    if table == EVALUATION:
        return f"{row}.status IN {FROZEN}"
    return f"{row}.status = 'done'" if table == CHECK else _of_scheme(f"{row}.id")
