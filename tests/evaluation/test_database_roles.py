"""The web's own role on PostgreSQL: all that the program does, and no way to change what is published or history."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from evaluation import guard, roles
from evaluation.models import Evaluation
from zones.models import HourEntry, Project, ProjectMember

from ..zones.conftest import HALF_A_YEAR
from .test_guard import deduction_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles"),
]
PASSWORD = "of-the-web-only"
CHANGE = "UPDATE evaluation_evaluation SET sha256 = 'x' WHERE id = {evaluation}"
FORGE = "UPDATE consortium_historyentry SET new = 'x'"
INTO = "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET {change}"
FUNCTION = "CREATE {or_replace} FUNCTION {name}() RETURNS {kind} LANGUAGE plpgsql {as_owner} AS $$BEGIN {does} END$$"

# each way is some statements, one after the other, whether the one before was refused or not
WAYS = {
    "UPDATE": [CHANGE],
    "UPDATE of history": [FORGE],
    "DELETE": ["DELETE FROM evaluation_evaluation WHERE id = {evaluation}"],
    "DELETE of history": ["DELETE FROM consortium_historyentry"],
    "TRUNCATE": ["TRUNCATE evaluation_evaluation CASCADE"],
    "TRUNCATE of history": ["TRUNCATE consortium_historyentry CASCADE"],
    "DISABLE TRIGGER": ["ALTER TABLE evaluation_evaluation DISABLE TRIGGER ALL", CHANGE],
    "DISABLE TRIGGER of history": ["ALTER TABLE consortium_historyentry DISABLE TRIGGER USER", FORGE],
    "DROP TRIGGER": ["DROP TRIGGER published_keep ON evaluation_evaluation", CHANGE],
    "DROP TRIGGER of history": ["DROP TRIGGER history_keep ON consortium_historyentry", FORGE],
    "DROP TABLE": ["DROP TABLE evaluation_score CASCADE"],
    "DROP TABLE of history": ["DROP TABLE consortium_historyentry CASCADE"],
    "ALTER TABLE": ["ALTER TABLE evaluation_evaluation DROP COLUMN sha256"],
    "ALTER TABLE of history": ["ALTER TABLE consortium_historyentry ALTER COLUMN new TYPE text USING 'x'"],
    "session_replication_role": ["SET session_replication_role = replica", CHANGE, FORGE],
    "COPY": ["COPY evaluation_finding (evaluation_id, indicator_id, points, reason) FROM STDIN"],
    "ON CONFLICT DO UPDATE": [INTO.format(table="evaluation_evaluation", change="sha256 = 'x'")],
    "ON CONFLICT DO UPDATE of history": [INTO.format(table="consortium_historyentry", change="new = 'x'")],
    "MERGE": [
        "MERGE INTO evaluation_evaluation e USING (SELECT {evaluation} AS id) x ON e.id = x.id"
        " WHEN MATCHED THEN UPDATE SET sha256 = 'x'"
    ],
    "WITH": ["WITH c AS (" + CHANGE + " RETURNING id) SELECT * FROM c"],
    "DO": ["DO $$BEGIN EXECUTE 'UPDATE evaluation_score SET score = 1'; END$$"],
    "a view": [
        "CREATE VIEW seen AS SELECT * FROM evaluation_evaluation", "UPDATE seen SET sha256 = 'x'",
        "CREATE TEMP VIEW seen2 AS SELECT * FROM consortium_historyentry", "UPDATE seen2 SET new = 'x'",
    ],
    "a function SECURITY DEFINER": [
        FUNCTION.format(
            or_replace="", name="changed", kind="void", as_owner="SECURITY DEFINER", does=CHANGE + "; " + FORGE + ";"
        ),
        "SELECT changed()",
    ],
    "another function under the trigger": [
        FUNCTION.format(
            or_replace="OR REPLACE", name="evaluation_evaluation_keep", kind="trigger", as_owner="", does="RETURN NEW;"
        ),
        CHANGE,
    ],
    "SET ROLE": ["SET ROLE {owner}", CHANGE, FORGE],
    "SESSION AUTHORIZATION": ["SET SESSION AUTHORIZATION {owner}", CHANGE, FORGE],
    "membership": ["GRANT {owner} TO {web}", "SET ROLE {owner}", CHANGE, FORGE],
    "ownership": ["ALTER TABLE evaluation_evaluation OWNER TO {web}", CHANGE],
    "a right": ["GRANT ALL ON consortium_historyentry TO {web}", FORGE],
    "the catalogue": ["UPDATE pg_trigger SET tgenabled = 'D'", CHANGE, FORGE],
}  # fmt: skip
TABLES = ["evaluation_evaluation", "evaluation_score", "evaluation_finding", "consortium_historyentry"]
ROWS = "SELECT " + ", ".join(
    f"(SELECT md5(string_agg(to_jsonb(row)::text, '' ORDER BY id)) FROM {table} row)" for table in TABLES
)
GUARDS = """
SELECT (SELECT md5(string_agg(tgrelid::regclass::text || tgname || tgenabled::text, '' ORDER BY tgname, tgrelid))
        FROM pg_trigger WHERE NOT tgisinternal),
       (SELECT md5(string_agg(proname || prosrc, '' ORDER BY proname)) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace),
       (SELECT string_agg(tableowner, '' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public')
"""


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def web(db) -> Iterator[str]:
    """The role, made by the command as an operator does it."""
    name = f"{connection.settings_dict['NAME']}_web"
    os.environ["WEB_DATABASE_PASSWORD"] = PASSWORD
    try:
        call_command("database_roles", stdout=io.StringIO())
        yield name
    finally:
        del os.environ["WEB_DATABASE_PASSWORD"]
        with connection.cursor() as cursor:
            cursor.execute(f"GRANT {name} TO CURRENT_USER")
            cursor.execute(f"DROP OWNED BY {name}")
            cursor.execute(f"DROP ROLE {name}")


def connect(user: str = "", password: str = ""):
    place = connection.settings_dict
    return psycopg2.connect(
        host=place["HOST"], port=place["PORT"], dbname=place["NAME"],
        user=user or place["USER"], password=password or place["PASSWORD"],
    )  # fmt: skip


def manage(web: str, folder: Path, *command: str) -> subprocess.CompletedProcess:
    """A command of the program in a process of its own, whose database knows it as the web."""
    place = connection.settings_dict
    address = f"postgres://{web}:{quote(PASSWORD)}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
    env = {"DATABASE_URL": address, "DEBUG": "yes", "VAR_DIR": str(folder), "LANGUAGE_CODE": "en"}
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=configured.BASE_DIR, env=os.environ | env,
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip


@pytest.fixture
def published(stages, zone) -> Evaluation:
    return stages.published(zone)


def read(cursor, question: str) -> tuple | None:
    """What stands there; None when it cannot be read any more."""
    try:
        cursor.execute(question)
        return cursor.fetchone()
    except psycopg2.Error:
        return None


def go(cursor, way: list[str], evaluation: Evaluation, web: str) -> None:
    """Every statement of a way; what is refused is taken back by itself."""
    names = {"evaluation": evaluation.pk, "web": web, "owner": connection.settings_dict["USER"]}
    row = f"{evaluation.pk}\t{deduction_of(evaluation).pk}\t1\tx\n"
    for statement in way:
        cursor.execute("SAVEPOINT before")
        try:
            said = statement.format(**names)
            if said.startswith("COPY"):
                cursor.copy_expert(said, io.StringIO(row))
            else:
                cursor.execute(said)
        except psycopg2.Error:
            cursor.execute("ROLLBACK TO before")


def test_as_the_webs_role_nothing_published_and_no_history_changes(web, published):
    with connection.cursor() as cursor:
        before = read(cursor, ROWS), read(cursor, GUARDS)
        after = {}
        for name, way in WAYS.items():
            visitor = connect(web, PASSWORD)
            with visitor.cursor() as attempt:
                go(attempt, way, published, web)
            visitor.commit()
            visitor.close()
            after[name] = read(cursor, ROWS), read(cursor, GUARDS)
    assert after == dict.fromkeys(WAYS, before)


def test_as_the_owner_without_the_guards_each_of_them_does(web, published):
    """The control: the ways are ways. Each is taken back."""
    unchanged = []
    owner = connect()
    for name, way in WAYS.items():
        with owner.cursor() as cursor:
            for table in [*guard.TABLES, *roles.HISTORY]:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            before = read(cursor, ROWS)
            go(cursor, way, published, web)
            if read(cursor, ROWS) == before:
                unchanged.append(name)
        owner.rollback()
    owner.close()
    assert unchanged == []


def test_history_is_kept_from_the_web_without_its_triggers_too(web, published):
    """Its rights alone: the owner has switched the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consortium_historyentry DISABLE TRIGGER history_keep")
        try:
            visitor = connect(web, PASSWORD)
            for statement in (FORGE, "DELETE FROM consortium_historyentry"):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege), visitor.cursor() as attempt:
                    attempt.execute(statement)
                visitor.rollback()
            visitor.close()
        finally:
            cursor.execute("ALTER TABLE consortium_historyentry ENABLE TRIGGER history_keep")


def test_the_role_has_these_rights_and_no_others(web):
    rows = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    fewer = dict.fromkeys(roles.HISTORY, {"SELECT", "INSERT"})
    fewer |= dict.fromkeys(roles.NEVER_REMOVED, rows - {"DELETE"}) | {"django_migrations": {"SELECT"}}
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE of_a_later_migration (id serial)")
        cursor.execute(
            "SELECT table_name, privilege_type FROM information_schema.table_privileges"
            " WHERE grantee = %s AND table_schema = 'public'", [web]
        )  # fmt: skip
        found: dict[str, set[str]] = {}
        for table, right in cursor.fetchall():
            found.setdefault(table, set()).add(right)
        cursor.execute("DROP TABLE of_a_later_migration")
    tables = {*connection.introspection.table_names(), "of_a_later_migration"}
    assert found == {table: fewer.get(table, rows) for table in tables}


PROGRAM = """
import json
from django.core.management import call_command
from django.test import Client
from consortium.models import HistoryEntry

def post(client, path, body=None, **more):
    return client.post("/api/v1" + path, body or {}, content_type="application/json", **more)

def sign_in(name):
    client = Client(headers={"host": "127.0.0.1"})
    said.append(client.post("/accounts/login/", {"login": name, "password": "a-long-password"}).status_code)
    return client

said = []
mentor, office = sign_in("mentor"), sign_in("secretariat")
made = post(mentor, "/hours/", HOUR, headers={"Idempotency-Key": "one"})
path = f"/hours/{made.json()['id']}/"
many = post(mentor, "/hours/bulk/", MANY)
said += [made.status_code, many.status_code, post(mentor, f"{path}submit/").status_code]
extra = post(mentor, "/hours/", {**HOUR, "hours": "2", "activity": "teaching"}).json()["id"]
said.append(mentor.delete(f"/api/v1/hours/{extra}/").status_code)
said.append(post(office, "/evaluations/EVALUATION/publish/").status_code)
said.append(office.get(f"/api/v1/evaluations/EVALUATION/result/").status_code)
said += [office.get(page).status_code for page in ("/", "/zones/hours/", "/evaluation/", "/consortium/")]
said.append(mentor.post("/accounts/logout/").status_code)
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT current_user")
    said += cursor.fetchone()
call_command("verify")
print("said", json.dumps(said))
"""


def test_the_program_works_as_that_role(web, stages, zone, mentor, assign_enterprise, settings, tmp_path):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    evaluation = stages.publicity(zone)
    project = assign_enterprise
    day = timezone.localdate() - timedelta(days=3)
    hour = {"project": project.pk, "person": mentor.pk, "date": str(day), "hours": "1.5", "activity": "mentoring"}
    days = [str(day - timedelta(days=number)) for number in range(1, 111)]
    kinds = ("mentoring", "teaching")  # more rows than are written one by one
    many = [{**hour, "hours": "0.5", "date": date, "activity": kind} for date in days for kind in kinds]
    for user in (mentor, stages.secretariat):
        user.set_password("a-long-password")
        user.save()
    code = PROGRAM.replace("HOUR", repr(hour)).replace("MANY", repr(many)).replace("EVALUATION", str(evaluation.pk))
    done = manage(web, tmp_path, "shell", "-v0", "-c", code)
    said = [line.removeprefix("said ") for line in done.stdout.splitlines() if line.startswith("said ")]
    assert said, done.stderr
    assert json.loads(said[0]) == [
        302, 302, 201, 201, 200, 204, 200, 200, 200, 200, 200, 200, 302, web,
    ]  # fmt: skip
    evaluation.refresh_from_db()
    assert (evaluation.status, HourEntry.objects.count()) == ("published", 221)


@pytest.fixture
def assign_enterprise(zone, enterprise, mentor) -> Project:
    """A project of the enterprise on which the mentor works."""
    today = timezone.localdate()
    project = Project.objects.create(
        zone=zone, enterprise=enterprise, code="bearing", name="轴承座批量加工", starts_on=today - HALF_A_YEAR,
        ends_on=today + HALF_A_YEAR, status=Project.Status.ACTIVE,
    )  # fmt: skip
    ProjectMember.objects.create(project=project, person=mentor, organization=enterprise)
    return project


def test_a_new_role_has_a_password_that_is_shown_once(db):
    told, again = io.StringIO(), io.StringIO()
    name = f"{connection.settings_dict['NAME']}_other"
    try:
        call_command("database_roles", name, stdout=told)
        call_command("database_roles", name, stdout=again)
        first = told.getvalue().splitlines()
        password = first[1].removeprefix("Its password, shown once: ")
        connect(name, password).close()
        assert first[0] == f"The web's role is “{name}”." and len(password) == 32
        assert again.getvalue().splitlines() == first[:1]
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"GRANT {name} TO CURRENT_USER")
            cursor.execute(f"DROP OWNED BY {name}")
            cursor.execute(f"DROP ROLE {name}")


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        ("{owner}", "The role “{owner}” could do more than rows need. Take another name."),
        ('x"; DROP', "A role's name has small letters, digits and underlines."),
    ],
)
def test_a_role_that_could_do_more_is_refused(db, role, sentence):
    names = {"owner": connection.settings_dict["USER"]}
    with pytest.raises(CommandError) as refused:
        call_command("database_roles", role.format(**names))
    assert str(refused.value) == sentence.format(**names)


def test_somebody_who_does_not_own_the_tables_is_refused(web, tmp_path):
    done = manage(web, tmp_path, "database_roles", "somebody_web")
    assert done.stderr.strip().splitlines()[-1] == "CommandError: Run this as the role that owns the tables."
