"""A million hours: daily pages find their rows by an index. HOURS_ROWS sets how many rows are made."""

import os
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consortium.models import User
from zones.models import HourEntry, Project, ProjectMember

ROWS = int(os.environ.get("HOURS_ROWS", "100000"))
PEOPLE = 500
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="plans are PostgreSQL's"),
]


@pytest.fixture
def many_hours(project, make_zone, enterprise, rival_enterprise, partner, mentor, today):
    """Hours of 500 people on as many projects of a rival, the newest 20 of each still to be countersigned.

    The project of the enterprise has one entry to countersign. All of it is in the transaction of the test.
    """
    people = User.objects.bulk_create([User(username=f"many{n}", name=f"示例{n}") for n in range(PEOPLE)])
    zone = make_zone("many")
    projects = Project.objects.bulk_create(
        [
            Project(
                zone=zone,
                enterprise=rival_enterprise,
                code=f"many{n}",
                name=f"项目{n}",
                starts_on=today - timedelta(days=4000),
                ends_on=today,
                status=Project.Status.ACTIVE,
            )
            for n in range(PEOPLE)
        ]
    )
    ProjectMember.objects.bulk_create(
        [
            ProjectMember(project=p, person=u, organization=rival_enterprise)
            for p, u in zip(projects, people, strict=True)
        ]
    )
    HourEntry.objects.create(
        project=project, person=mentor, organization=enterprise, date=today, hours=2, activity="mentoring"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO zones_hourentry
              (project_id, person_id, organization_id, date, hours, activity, note, status, return_reason, changed_at)
            SELECT (%s::bigint[])[n %% %s + 1], (%s::bigint[])[n %% %s + 1], %s, %s::date - n / %s, 2, 'mentoring', '',
              CASE WHEN n / %s < 20 THEN 'submitted' ELSE 'approved' END, '', now()
            FROM generate_series(0, %s) AS n
            """,
            [[p.pk for p in projects], PEOPLE, [u.pk for u in people], PEOPLE]
            + [rival_enterprise.pk, today, PEOPLE, PEOPLE, ROWS - 1],
        )
        cursor.execute("ANALYZE zones_hourentry, zones_project, zones_projectmember")


def whole_scans(queries) -> list[str]:
    """The statements that read every row of the hours."""
    found = []
    with connection.cursor() as cursor:
        for query in queries:
            if not query["sql"].startswith("SELECT") or "zones_hourentry" not in query["sql"]:
                continue
            cursor.execute("EXPLAIN " + query["sql"].replace("%", "%%"), [])
            plan = "\n".join(row[0] for row in cursor.fetchall())
            if re.search(r"Seq Scan on zones_hourentry", plan):
                found.append(f"{query['sql']}\n{plan}")
    return found


@pytest.mark.usefixtures("many_hours")
def test_the_detector_sees_a_scan_of_the_whole_table():
    with CaptureQueriesContext(
        connection,
    ) as sent:
        list(HourEntry.objects.filter(note="no index has this"))
    assert len(whole_scans(sent)) == 1


@pytest.mark.usefixtures("many_hours")
@pytest.mark.parametrize("page", ["hours_week", "hours_countersign"])
def test_a_partners_page_reads_no_whole_table(partner, client_for, page):
    client = client_for(partner)
    with CaptureQueriesContext(connection) as sent:
        assert client.get(reverse(f"zones:{page}")).status_code == 200
    assert whole_scans(sent) == []
    assert len(sent) <= 12
