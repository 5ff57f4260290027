"""A million hours: daily pages find their rows by an index. Plans are PostgreSQL's; the rows are made once."""

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consortium.models import Department, Organization, User
from zones.models import HourEntry, Project, ProjectMember

ROWS = 1_000_000
PROJECTS = 500  # with one person each: 2,000 days of hours in each
ZONES = 20
WAITING_DAYS = 20
pytestmark = [
    pytest.mark.django_db(transaction=True),  # VACUUM, without which no index is read alone, is for what is committed
    pytest.mark.skipif(connection.vendor != "postgresql", reason="plans are PostgreSQL's"),
]


@pytest.fixture
def many_hours(make_zone, make_organization, consortium, college2, enterprise, zone, partner, mentor, today):
    """Twenty zones of two colleges and ten enterprises, 25 projects each; every project has hours on 2,000 days.

    The newest twenty days wait to be countersigned. The partner and the mentor are on projects of theirs as everybody.
    """
    elsewhere = {"college": college2, "department": Department.objects.create(organization=college2, name="汽车系")}
    zones = [zone, *(make_zone(f"many{n}", **({} if n % 2 else elsewhere)) for n in range(1, ZONES))]
    kind = Organization.Kind.ENTERPRISE
    enterprises = [enterprise, *(make_organization(f"示例厂{n}", kind, consortium) for n in range(1, 10))]
    people = [partner, mentor]
    people += User.objects.bulk_create([User(username=f"many{n}", name=f"示例{n}") for n in range(2, PROJECTS)])
    projects = Project.objects.bulk_create(
        [
            Project(
                zone=zones[n % ZONES],
                enterprise=enterprises[n % len(enterprises)] if n > 1 else enterprise,
                code=f"many{n}",
                name=f"项目{n}",
                starts_on=today - timedelta(days=4000),
                ends_on=today + timedelta(days=7),
                status=Project.Status.ACTIVE,
            )
            for n in range(PROJECTS)
        ]
    )
    ProjectMember.objects.bulk_create(
        [
            ProjectMember(project=project, person=person, organization=project.enterprise)
            for project, person in zip(projects, people, strict=True)
        ]
    )
    places = [[one.pk for one in rows] for rows in (projects, people, [project.enterprise for project in projects])]
    with transaction.atomic(), connection.cursor() as cursor:
        # a million rows in seconds: keys are compared and indexes made once, at the end
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = 'zones_hourentry'::regclass AND contype = 'f'"
        )
        keys = cursor.fetchall()
        for name, _definition in keys:
            cursor.execute(f'ALTER TABLE zones_hourentry DROP CONSTRAINT "{name}"')
        find = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'zones_hourentry'"
        cursor.execute(f"{find} AND indexname NOT LIKE '%pkey'")
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute(
            """
            INSERT INTO zones_hourentry
              (project_id, person_id, organization_id, date, hours, activity, note, status, return_reason, changed_at)
            SELECT (%s::bigint[])[n %% %s + 1], (%s::bigint[])[n %% %s + 1], (%s::bigint[])[n %% %s + 1],
              %s::date - n / %s, 2, 'mentoring', '',
              CASE WHEN n / %s < %s THEN 'submitted' ELSE 'approved' END, '', now()
            FROM generate_series(0, %s) AS n
            """,
            [places[0], PROJECTS, places[1], PROJECTS, places[2], PROJECTS]
            + [today, PROJECTS, PROJECTS, WAITING_DAYS, ROWS - 1],
        )
        for _name, definition in indexes:
            cursor.execute(definition)
        for name, definition in keys:
            cursor.execute(f'ALTER TABLE zones_hourentry ADD CONSTRAINT "{name}" {definition}')
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def whole_scans(queries) -> list[str]:
    """The statements that read every row of the hours, with their plans; what a choice is offered from is read too."""
    found = []
    with connection.cursor() as cursor:
        for query in queries:
            sql = re.sub(r"^DECLARE .*? CURSOR .*? FOR ", "", query["sql"])
            if not sql.startswith("SELECT") or "zones_hourentry" not in sql:
                continue
            cursor.execute("EXPLAIN " + sql.replace("%", "%%"), [])
            plan = "\n".join(row[0] for row in cursor.fetchall())
            if re.search(r"Seq Scan on zones_hourentry", plan):
                found.append(f"{sql}\n{plan}")
    return found


def test_daily_pages_read_no_whole_table(many_hours, partner, mentor, college_admin, secretariat, zone, client_for):
    week, countersign, hours = (reverse(f"zones:hours_{name}") for name in ("week", "countersign", "list"))
    project = Project.objects.get(code="many0")

    def scans(user, page: str, most: int) -> list[str]:
        client = client_for(user)
        with CaptureQueriesContext(connection) as sent:
            assert client.get(page).status_code == 200
        assert len(sent) <= most, page
        return [f"{user.username} {page} {scan}" for scan in whole_scans(sent)]

    with CaptureQueriesContext(connection) as sent:
        assert not HourEntry.objects.filter(note="no index has this").exists()
        list(User.objects.filter(hours__note="nor this").iterator())
    assert len(whole_scans(sent)) == 2  # the detector sees them

    found = []
    for user, page in [
        (partner, week), (mentor, week), (partner, countersign), (college_admin, countersign),
        (college_admin, f"{countersign}?project={project.pk}"), (college_admin, zone.get_absolute_url()),
    ]:  # fmt: skip
        found += scans(user, page, 12)
    for user in (partner, mentor, college_admin, secretariat):
        last = (project.ends_on - timedelta(days=40)).isoformat()
        filters = [f"month={last[:7]}", f"date_after={last}", f"zone={zone.pk}", f"project={project.pk}"]
        filters += [f"person={mentor.pk}", f"person={mentor.pk}&status=approved"]
        if user == mentor:
            filters[3:4] = []  # it is the partner's
        for query in filters:
            found += scans(user, f"{hours}?{query}", 16)
        found += scans(user, "/", 40)
    found += scans(college_admin, reverse("zones:month_list", args=[zone.pk]), 12)
    assert found == []

    # without any filter the list finds its rows by an index; its sum and its tally are of all that one sees
    for user in (partner, mentor, college_admin, secretariat):
        for scan in scans(user, hours, 12):
            assert re.match(r'\S+ \S+ SELECT (SUM\(|"zones_hourentry"."status" AS)', scan), scan
