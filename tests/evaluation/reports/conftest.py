"""A zone with a year of hours, written by hand so that every figure of its report can be added up by hand; workers."""

import datetime
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.files.base import File
from django.db import connection, connections
from django.utils import timezone, translation

from consortium.models import Affiliation
from evaluation import services
from evaluation.models import AnnualReport
from evaluation.services import Assessed, Given, reports
from tasks.models import Milestone, Plan, Task
from zones.models import (
    Activity,
    Enrollment,
    HourEntry,
    InnovationClass,
    Mentor,
    Project,
    Side,
    Student,
    Zone,
    ZoneCharter,
    ZonePartner,
)

from .workers import LEASE, ROOT, kill

YEAR = 2025
SHEET = Path(services.__file__).parent.parent / "demo" / "indicators-21.csv"


@pytest.fixture(autouse=True)
def english():
    """Sentences are compared with the source; what is printed is Chinese all the same."""
    with translation.override("en"):
        yield


def day(month: int, number: int, year: int = YEAR) -> datetime.date:
    return datetime.date(year, month, number)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def make_zone(consortium, college, department):
    def make(code: str, name: str, **fields) -> Zone:
        zone = Zone.objects.create(
            **{
                "consortium": consortium,
                "college": college,
                "department": department,
                "code": code,
                "name": name,
                "form": Zone.Form.CONTRACT_PROCESSING,
                "established_on": datetime.date(2019, 4, 1),
                "status": Zone.Status.ACTIVE,
                **fields,
            }
        )
        ZoneCharter.objects.create(zone=zone, number=1, text="设备优先用于教学。", changed_at=timezone.now())
        return zone

    return make


@pytest.fixture
def zone(make_zone, enterprise):
    zone = make_zone("cnc", "数控加工产教特区")
    ZonePartner.objects.create(zone=zone, enterprise=enterprise, since=datetime.date(2019, 4, 1))
    return zone


@pytest.fixture
def shared_zone(make_zone, enterprise, rival_enterprise):
    """A zone in which two rivals work."""
    zone = make_zone("mould", "模具制造产教特区")
    for each in (enterprise, rival_enterprise):
        ZonePartner.objects.create(zone=zone, enterprise=each, since=datetime.date(2020, 9, 1))
    return zone


@pytest.fixture
def make_project():
    def make(zone, enterprise, code: str, name: str) -> Project:
        return Project.objects.create(
            zone=zone, enterprise=enterprise, code=code, name=name, starts_on=day(1, 1), ends_on=day(12, 31)
        )

    return make


@pytest.fixture
def project(make_project, zone, enterprise):
    return make_project(zone, enterprise, "bearing", "轴承座批量加工")


@pytest.fixture
def log():
    def log(project, person, on, hours: str, activity=Activity.MENTORING, status="approved", **fields) -> HourEntry:
        return HourEntry.objects.create(
            project=project,
            person=person,
            organization=person.affiliation.organization,
            date=on,
            hours=Decimal(hours),
            activity=activity,
            status=status,
            **fields,
        )

    return log


@pytest.fixture
def year_of_hours(project, mentor, college_mentor, log):
    """8 + 4.25 − 1 mentoring in March and May, 6.5 teaching in May: 17.75 hours that count, and others that do not."""
    entry = log(project, mentor, day(3, 3), "8")
    log(project, mentor, day(3, 4), "-1", corrects=entry)
    log(project, mentor, day(5, 6), "4.25")
    log(project, college_mentor, day(5, 7), "6.5", Activity.TEACHING)
    log(project, mentor, day(5, 8), "7", status="submitted")
    log(project, mentor, day(5, 9), "7", status="returned", return_reason="日期不对")
    log(project, mentor, day(12, 31, 2024), "3")


@pytest.fixture
def innovation_class(zone, mentor, college_mentor, consortium, college):
    row = InnovationClass.objects.create(
        zone=zone, code="cnc-2024", name="2024级数控工程创新班", year=2024, places=20, status="running"
    )
    Mentor.objects.create(innovation_class=row, person=college_mentor, side=Side.COLLEGE)
    Mentor.objects.create(innovation_class=row, person=mentor, side=Side.ENTERPRISE)
    for number, left_on in enumerate([None, day(6, 30), day(7, 1, 2024)]):
        student = Student.objects.create(
            consortium=consortium,
            college=college,
            number=f"24{number:04}",
            name=f"示例学员{number}",
            sex="female",
            birth_date=day(1, 1, 2006),
            major="数控技术",
            entered_on=day(9, 1, 2023),
        )
        Enrollment.objects.create(innovation_class=row, student=student, enrolled_on=day(3, 1, 2024), left_on=left_on)
    return row


@pytest.fixture
def college_task(consortium, college, bureau_organization):
    plan = Plan.objects.create(
        consortium=consortium, issuer=bureau_organization, year=YEAR, title="年度任务分解一览表", unit="示例教育局"
    )
    other = Task.objects.create(plan=plan, number=1, goal="别家的任务")
    task = Task.objects.create(
        plan=plan, number=2, goal="新增产教特区2个", leader="示例领导", responsible_organization=college
    )
    for row in (other, task):
        Milestone.objects.create(task=row, quarter=1, text="完成方案论证", due=day(3, 31))
    return task


@pytest.fixture
def published(zone, secretariat, college_admin, expert, make_user, institute, consortium):
    """The result of 2025: 80 from the college side, 90 from the enterprise side, indicators 3 and 7 not chosen."""
    with SHEET.open("rb") as file:
        scheme = services.import_scheme(
            File(file, name="indicators-21.csv"),
            year=YEAR,
            name="产教特区绩效评价体系",
            consortium=consortium,
            by=secretariat,
        )
    services.publish_scheme(scheme, by=secretariat, now=at(day(1, 5)))
    evaluation = services.open_evaluation(zone, scheme, by=secretariat, today=day(1, 5, 2026))
    services.start_self_assessment(evaluation, by=secretariat, today=day(1, 6, 2026))
    indicators = list(scheme.indicators.order_by("number"))
    chosen = [row for row in indicators if row.number not in (3, 7)]
    rows = [Assessed(row, row in chosen, Decimal(90) if row in chosen else None) for row in indicators]
    services.save_self_assessment(evaluation, rows, by=college_admin)
    services.submit_self_assessment(evaluation, by=college_admin, today=day(1, 9, 2026))
    second = make_user("expert2", Affiliation.Role.EXPERT, institute, consortium, "示例专家二")
    for person, side, score in ((expert, "college", "80"), (second, "enterprise", "90")):
        reviewer = services.assign_reviewer(evaluation, person, side, by=secretariat)
        services.save_scores(reviewer, [Given(row, Decimal(score)) for row in chosen], by=person)
        services.submit_scores(reviewer, by=person, now=at(day(1, 15, 2026)))
    services.start_publicity(evaluation, by=secretariat, today=day(1, 19, 2026))
    services.publish(evaluation, by=secretariat, now=at(day(3, 12, 2026)))
    return evaluation


def at(on: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(on, datetime.time(10)))


@pytest.fixture
def report(zone, secretariat, now) -> AnnualReport:
    """Ordered, not made."""
    return reports.queue_reports([zone], YEAR, by=secretariat, now=now)[0]


@pytest.fixture
def finished(report) -> AnnualReport:
    assert reports.make(report)
    return report


# --- workers, schedulers and brokers in processes of their own --------------------------------------------------------
@pytest.fixture
def orders(make_zone, now) -> list[AnnualReport]:
    zones = [make_zone(f"zone-{number}", f"第{number}产教特区") for number in range(6)]
    return reports.queue_reports(zones, YEAR, by=None, now=now)


@pytest.fixture
def shared_database(orders, tmp_path):
    """The test's database where other processes can open it: SQLite's lives in memory and moves into a file."""
    original = connections["default"]
    if original.vendor == "postgresql":
        yield original.settings_dict
        return
    path = tmp_path / "shared.sqlite3"
    original.ensure_connection()
    copy = sqlite3.connect(path)
    original.connection.backup(copy)
    copy.close()
    connections["default"] = type(original)({**original.settings_dict, "NAME": str(path)}, "default")
    yield connections["default"].settings_dict
    connections["default"].close()
    connections["default"] = original


@pytest.fixture
def environment(shared_database, tmp_path, settings) -> dict[str, str]:
    address = f"sqlite:///{shared_database['NAME']}"
    if connection.vendor == "postgresql":
        address = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format_map(shared_database)
    return {
        **os.environ,
        "PYTHONPATH": str(tmp_path),  # for the programs that a control writes
        "DATABASE_URL": address,
        "REDIS_URL": re.sub(r"(:\d+)/?\d*$", r"\1/9", configured.REDIS_URL),  # not where others work
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "VAR_DIR": str(tmp_path / "var"),
        "SECRET_KEY": "of-the-test",
        "REPORT_LEASE_SECONDS": str(LEASE),
        "REPORT_DRAIN_SECONDS": "1",
        "LANGUAGE_CODE": "zh-hans",
    }


@pytest.fixture
def run(environment, tmp_path):
    """Start ``python -m ...`` with its children in a group of its own; whatever still runs is killed at the end."""
    started = []

    def run(*arguments: str) -> subprocess.Popen:
        with (tmp_path / f"{len(started)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        started.append(process)
        return process

    yield run
    for process in started:
        kill(process)


@pytest.fixture
def broker(environment, tmp_path):
    """A Redis of the test's own: a function that starts it, empty, and one that ends it."""
    server = shutil.which("redis-server")
    if server is None:
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail("redis-server is absent and REQUIRE_ALL is set")
        pytest.skip("redis-server is absent")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    environment["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    running: list[subprocess.Popen] = []

    def start() -> None:
        about = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(tmp_path)]
        running.append(subprocess.Popen([server, *about], stdout=subprocess.DEVNULL))

    def end() -> None:
        for process in running:
            process.kill()
            process.wait()
        running.clear()

    start()
    yield start, end
    end()
