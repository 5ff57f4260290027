"""The two roles of a PostgreSQL database: the owner migrates, and the web has rows and nothing else.

What the web's role lacks it cannot give itself: it owns nothing, makes nothing (no table, view, function, not even a
temporary one), switches no trigger off, empties no table, and of history it has no UPDATE and no DELETE to begin with.
What is published is kept from it by the triggers of ``guard``, which it cannot lift.
"""

import re
from typing import Any

import psycopg2.extensions
from django.db import connection, transaction
from django.utils.translation import gettext as _

from consortium.models import HistoryEntry, HistoryLink
from consortium.services import Refused

HISTORY = [HistoryEntry._meta.db_table, HistoryLink._meta.db_table]
# of these the program removes no row, published or not; the other parts of a draft may go
NEVER_REMOVED = [
    "evaluation_evaluation", "evaluation_scheme", "evaluation_selfassessment", "evaluation_objection",
    "evaluation_talk", "evaluation_standardcheck", "evaluation_standardanswer",
]  # fmt: skip
PUBLIC = "FROM pg_tables WHERE schemaname = 'public'"
ROWS = "SELECT, INSERT, UPDATE, DELETE"


def set_up(web: str, *, password: str = "", first_password: str = "") -> bool:
    """Make the role ``web``, or give the one that is there exactly what it needs; whether it is new.

    To be run as the owner of the tables, after each migration. ``password`` empty leaves the one that it has; a new
    role has ``first_password`` then. Raises Refused when the database has no roles, somebody else owns the tables, or
    the role could do more than this.
    """
    if connection.vendor != "postgresql":
        raise Refused(_("Only PostgreSQL has roles."))
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", web):
        raise Refused(_("A role's name has small letters, digits and underlines."))
    with transaction.atomic(), connection.cursor() as cursor:
        if _value(cursor, f"SELECT bool_and(tableowner = current_user) IS NOT TRUE {PUBLIC}"):
            raise Refused(_("Run this as the role that owns the tables."))
        is_new = _value(cursor, "SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", web)
        name = connection.ops.quote_name(web)
        if is_new:
            cursor.execute(f"CREATE ROLE {name} LOGIN")
        if wanted := password or (first_password if is_new else ""):
            hashed = psycopg2.extensions.encrypt_password(wanted, web, cursor.connection, "scram-sha-256")
            cursor.execute(f"ALTER ROLE {name} PASSWORD %s", [hashed])  # the server's log does not see it in clear
        if _value(cursor, TOO_MUCH, web):
            raise Refused(_("The role “%(role)s” could do more than rows need. Take another name.") % {"role": web})
        for statement in _grants(name):
            cursor.execute(statement)
        if _value(cursor, MAKES_THINGS, web, web):
            raise Refused(
                _("“%(role)s” could still make tables of its own. Let a superuser run: %(sql)s")
                % {"role": web, "sql": "REVOKE CREATE ON SCHEMA public FROM PUBLIC"}
            )
    return is_new


TOO_MUCH = """
SELECT rolname = current_user OR rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
    OR EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid)
    OR EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
    OR EXISTS (SELECT FROM pg_proc WHERE proowner = pg_roles.oid)
FROM pg_roles WHERE rolname = %s
"""
MAKES_THINGS = """
SELECT has_schema_privilege(%s, 'public', 'CREATE') OR has_database_privilege(%s, current_database(), 'CREATE, TEMP')
"""


def _grants(web: str) -> list[str]:
    database = connection.ops.quote_name(connection.settings_dict["NAME"])
    return [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC",
        f"REVOKE ALL ON DATABASE {database} FROM {web}",
        f"REVOKE ALL ON SCHEMA public FROM {web}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {web}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {web}",
        f"GRANT CONNECT ON DATABASE {database} TO {web}",
        f"GRANT USAGE ON SCHEMA public TO {web}",
        f"GRANT {ROWS} ON ALL TABLES IN SCHEMA public TO {web}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {web}",
        f"REVOKE UPDATE, DELETE ON {', '.join(HISTORY)} FROM {web}",
        f"REVOKE DELETE ON {', '.join(NEVER_REMOVED)} FROM {web}",
        f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {web}",
        # tables of a migration after which nobody has run this
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {ROWS} ON TABLES TO {web}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {web}",
    ]


def _value(cursor: Any, statement: str, *parameters: str) -> Any:
    cursor.execute(statement, parameters)
    return cursor.fetchone()[0]
