"""Annual reports by parts and by the hundred, these in a consortium of their own with a year of hours.

Word and Excel are promised in 20 and 15 ms where the paper of eight pages takes 100: so they stand as shares of that.

``BENCH_SIZE=full`` is what is promised: 1,000 zones with 1,000,000 hours. Without it a tenth of both, for every day.
"""

import atexit
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from multiprocessing import get_context
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench.bare import compile_copies
from bench.frame import Reading, Row
from consortium.models import Affiliation, Consortium, Department, Membership, Organization, User
from consortium.typesetting import typeset
from evaluation.jobs import announce
from evaluation.models import AnnualReport
from evaluation.services.report_document import document
from evaluation.services.report_docx import report_docx
from evaluation.services.report_kinds import gather, named_in
from evaluation.services.report_paper import report_source
from evaluation.services.report_runs import order_reports
from evaluation.services.report_traced import traced
from evaluation.services.report_xlsx import report_xlsx
from evaluation.services.reports import make
from zones.models import Activity, HourEntry, Project, Zone, ZonePartner

FULL = os.environ.get("BENCH_SIZE") == "full"
ZONES = 1_000 if FULL else 100
HOURS = 1_000  # a zone
PROCESSES = 2
MOST_MEMORY = 400  # MB of a worker
PATIENCE = 3_600  # seconds
ROUNDS = 1 if FULL else 5  # a thousand reports are their own median


def run_rows() -> list[Row | Callable[[], Reading]]:
    zones, year = fill(), timezone.localdate().year - 1
    [model] = order_reports(zones[:1], year, by=None, now=timezone.now()).reports.with_subject()
    assert make(model) or model.status == "done"
    numbers = count()
    now = timezone.now()
    of_zones = AnnualReport.objects.filter(scope="zone", year=year, status="done")
    shown = of_zones.exclude(zone__in=zones).order_by("zone__code").first()
    assert shown is not None, "the demonstration has a finished report"
    whole = report_source(shown, document(shown, now))
    template, inputs = report_source(model, document(model, now))

    def compiled() -> None:
        compile_copies(*whole, next(numbers), 1)

    def paper() -> None:
        path, told = report_source(shown, document(shown, now), f"BENCH-{next(numbers):07d}")
        typeset(path, told, now)

    def figures() -> None:
        report = AnnualReport.objects.for_page().defer("figures").get(pk=model.pk)
        gather(report)
        named_in(report)

    def word() -> None:
        report_docx(document(shown, now))

    def excel() -> None:
        report_xlsx(document(shown, now), traced(shown.figures or {}))

    bare = "bare compile of the document"
    rows: list[Row | Callable[[], Reading]] = [
        Row("PDF of one zone, from its snapshot", bare, compiled, paper, goal=1.5),
        Row(f"figures of one zone of {ZONES * HOURS:,} hours", bare, compiled, figures, goal=1, most_queries=25),
        Row("Word of one zone, from its snapshot", bare, compiled, word, goal=0.2),
        Row("Excel of one zone, from its snapshot", bare, compiled, excel, goal=0.15),
    ]
    pool = ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn"))

    def bare_run() -> None:
        share = ZONES // PROCESSES
        parts = [pool.submit(compile_copies, template, inputs, next(numbers) * ZONES, share) for _ in range(PROCESSES)]
        assert all(part.result() for part in parts)

    name = f"{ZONES:,} zones as PDF, DOCX and XLSX, {PROCESSES} workers"
    floor_name = f"{PROCESSES} bare processes, PDF alone"
    run = Run(zones, year)
    return [
        *rows,
        Row(name, floor_name, bare_run, run, goal=1 / 0.6, rounds=ROUNDS),
        lambda: Reading("… most memory of a worker", run.memory, MOST_MEMORY, "MB"),
        lambda: Reading("… reports that were not made", run.failures, 0, "reports"),
    ]


class Run:
    """One order of all zones: to order, announce, and wait for a worker with two children, which goes on from one call
    to the next. ``memory`` is the most megabytes that one of its processes held at any time, replaced ones too."""

    def __init__(self, zones: list[Zone], year: int) -> None:
        self.zones, self.year = zones, year
        self.worker: Worker | None = None
        self.memory, self.failures = 0.0, 0

    def __call__(self) -> None:
        self.worker = self.worker or Worker()
        run = order_reports(self.zones, self.year, by=None, now=timezone.now())
        announce(run.reports.only("pk"))
        end = time.monotonic() + PATIENCE
        while run.reports.open().exists():
            assert time.monotonic() < end, "the run does not end"
            self.memory = max(self.memory, self.worker.memory())
            time.sleep(0.1)
        self.failures += run.reports.exclude(status=AnnualReport.Status.DONE).count()


class Worker:
    """The program's worker as the Procfile starts it; it ends with the bench."""

    def __init__(self) -> None:
        atexit.register(self.stop)
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--loglevel", "WARNING"]
        with (settings.VAR_DIR / "worker.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env=os.environ | {"WORKERS": str(PROCESSES)}
            )
        while len(self.children()) < PROCESSES:
            assert self.process.poll() is None, "the worker does not start; see worker.log"
            time.sleep(0.1)
        time.sleep(5)  # until the children have read the program

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def children(self) -> list[Path]:
        pids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        found = []
        for pid in pids:
            with suppress(OSError):  # it ends as we look
                if b"spawn_main" in Path("/proc", pid, "cmdline").read_bytes():
                    found.append(Path("/proc", pid))
        return found

    def memory(self) -> float:
        """The most megabytes that one of its processes has held until now."""
        most = 0
        for process in [Path("/proc", str(self.process.pid)), *self.children()]:
            with suppress(OSError, IndexError):  # one that is replaced is gone
                most = max(most, int((process / "status").read_text().split("VmHWM:")[1].split()[0]))
        return most / 1024


def fill() -> list[Zone]:
    """The consortium of the bench: one college, ten enterprises, zones with two projects and their hours each."""
    consortium, is_new = Consortium.objects.get_or_create(code=f"bench-{ZONES}", defaults={"name": "示例测速联合体"})
    zones = list(consortium.zones.order_by("code").select_related("consortium"))
    if not is_new:
        return zones
    year = timezone.localdate().year - 1
    begun = date(year - 3, 1, 1)
    college, *enterprises = [
        Organization.objects.create(
            name=f"示例测速单位{ZONES}-{number}",
            kind="enterprise" if number else "higher_vocational",
            credit_code=f"BENCH{ZONES:06d}{number:07d}",
        )
        for number in range(11)
    ]
    for organization in (college, *enterprises):
        Membership.objects.create(consortium=consortium, organization=organization, joined_on=begun)
    people = []
    for number, enterprise in enumerate(enterprises):
        person = User.objects.create(username=f"bench-{ZONES}-{number}", name=f"示例测速人员{number}")
        Affiliation.objects.create(
            user=person, organization=enterprise, consortium=consortium, role="mentor", started_on=begun
        )
        people.append(person)
    department = Department.objects.create(organization=college, name="示例测速系")
    zones = Zone.objects.bulk_create(
        Zone(
            consortium=consortium, college=college, department=department, form=list(Zone.Form)[number % 3],
            code=f"z{number:04d}", name=f"示例测速特区{number}", established_on=begun, status=Zone.Status.ACTIVE,
        )
        for number in range(ZONES)
    )  # fmt: skip
    ZonePartner.objects.bulk_create(
        ZonePartner(zone=zone, enterprise=enterprises[(number + other) % 10], since=begun)
        for number, zone in enumerate(zones)
        for other in range(2)
    )
    projects = Project.objects.bulk_create(
        Project(
            zone=zone, enterprise=enterprises[(number + other) % 10], code=f"p{other}", name=f"示例项目{other}",
            starts_on=date(year, 1, 1), ends_on=date(year, 12, 31),
        )
        for number, zone in enumerate(zones)
        for other in range(2)
    )  # fmt: skip
    each, days = HOURS // 2, [date(year, 1, 1) + timedelta(day) for day in range(365)]
    for number, project in enumerate(projects):
        workers = [(number + entry) % 10 for entry in range(each)]
        HourEntry.objects.bulk_create(
            (
                HourEntry(
                    project=project, person=people[workers[entry]], organization=enterprises[workers[entry]],
                    date=days[(entry * 7 + number) % 365], hours=Decimal("1.25"), status="approved",
                    activity=list(Activity)[entry % len(Activity)],
                )
                for entry in range(each)
            ),
            batch_size=2_000,
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as PostgreSQL does by itself after a while
    return list(consortium.zones.order_by("code").select_related("consortium"))
