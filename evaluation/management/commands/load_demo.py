from datetime import date
from random import Random

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from consortium.demo import PASSWORD, demo_users
from consortium.models import Consortium, User
from evaluation.demo import (
    agreements,
    council,
    evaluations,
    files,
    giving,
    hours,
    imports,
    members,
    notices,
    oddities,
    outcomes,
    plans,
    privacy,
    recruiting,
    report_templates,
    standards,
    work,
    zones,
)
from evaluation.models import AnnualReport, ReportRun
from evaluation.services.report_runs import finish_runs, order_reports
from evaluation.services.reports import make
from zones.models import Zone

SINCE = date(2019, 4, 1)  # when the college set its rules of special zones in force
SEED = 2020


class Command(BaseCommand):
    help = "Loads the demonstration through the same services as people use. Safe to repeat. Needs DEBUG."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when anybody is registered already")

    def handle(self, *args, if_empty: bool = False, **options) -> None:
        if if_empty and User.objects.exists():
            return
        if not settings.DEBUG:
            raise CommandError("The demonstration has open passwords, so it is loaded only with DEBUG on.")
        today = timezone.localdate()
        if Consortium.objects.filter(code=members.CODE).exists():
            self.stdout.write("The demonstration is loaded already.")
        else:
            self._load(today)
        self._make_reports(today)
        for user in demo_users():
            self.stdout.write(f"{user['username']:<12} {user['role']}, {user['organization']}")
        self.stdout.write(f"Password of all of them: {PASSWORD}")

    @transaction.atomic
    def _load(self, today: date) -> None:
        random = Random(SEED)
        self.stdout.write("Members and people …")
        people = members.load(SINCE)
        self.stdout.write("Zones, classes, projects …")
        ground = zones.load(people, today, random)
        self.stdout.write("Disclosures …")
        privacy.load(people)
        self.stdout.write("Project hours …")
        hours.load(people, ground, today, random)
        oddities.load(people, ground, today)
        self.stdout.write("Outcomes and registers …")
        giving.load(people, ground, outcomes.load(people, ground, today, random), today)
        self.stdout.write("Recruiting and students' papers …")
        recruiting.load(people, ground, today)
        self.stdout.write("Students at work …")
        work.load(people, ground, today)
        self.stdout.write("Task table …")
        plans.load(people)
        self.stdout.write("Files …")
        files.load(people)
        imports.load(people, today)
        self.stdout.write("Evaluations …")
        evaluations.load(people, ground, today, random)
        self.stdout.write("Agreements …")
        agreements.load(people, today)
        self.stdout.write("Council …")
        council.load(people, today)
        self.stdout.write("Standard …")
        standards.load(people, today)
        self.stdout.write("Report template …")
        report_templates.load(people, timezone.now())
        self.stdout.write("Announcements and notices …")
        notices.load(people, timezone.now())

    def _make_reports(self, today: date) -> None:
        """Last year's report of each zone, once."""
        wanting = Zone.objects.filter(consortium__code=members.CODE).exclude(
            pk__in=AnnualReport.objects.filter(year=today.year - 1).values("zone")
        )
        if not wanting:
            return
        secretariat = User.objects.get(username="secretariat")
        run = order_reports(wanting, today.year - 1, by=secretariat, now=timezone.now())
        for report in run.reports.select_related("zone").order_by("zone__code"):
            make(report)
            self.stdout.write(f"Annual report of {report.zone} …")
        finish_runs(ReportRun.objects.filter(pk=run.pk), now=timezone.now())
