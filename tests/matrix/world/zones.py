"""Of the zones: one for each side with its class and student, and its projects with their hours."""

import datetime

from consortium.models import Consortium
from evaluation.models import AnnualReport, ReportRun, ReportTemplate
from zones.models import (
    ClosedMonth,
    Enrollment,
    HourMonth,
    InnovationClass,
    Mentor,
    NoWork,
    ProjectModule,
    Zone,
    ZoneCharter,
    ZoneGoal,
    ZonePartner,
)

from .maker import LONG_AGO, Maker
from .registers import papers


def zones(maker: Maker, side: str, consortium: Consortium) -> None:
    add = maker.world.add
    zone = maker.zone = add("zone", side, Zone.objects.create(
        consortium=consortium, college=maker.college, department=maker.world.records[side]["department"],
        code=f"zone-{side}", name=f"zone~{side}", form=Zone.Form.INDUSTRY_COLLEGE, established_on=LONG_AGO,
        status=Zone.Status.ACTIVE,
    ))  # fmt: skip
    add("partnership", side, ZonePartner.objects.create(zone=zone, enterprise=maker.enterprise, since=LONG_AGO))
    add("charter", side, ZoneCharter.objects.create(
        zone=zone, number=1, text=f"charter~{side}", summary=f"charter~{side}", changed_at=maker.now
    ))  # fmt: skip
    add("goal", side, ZoneGoal.objects.create(
        zone=zone, year=maker.today.year, kind="talent", measure=f"goal~{side}", unit="人", target=10
    ))  # fmt: skip
    row = add("class", side, InnovationClass.objects.create(
        zone=zone, code=f"class-{side}", name=f"class~{side}", year=2025, places=9, status="running"
    ))  # fmt: skip
    add("mentor", side, Mentor.objects.create(
        innovation_class=row, person=maker.staff["college_mentor"], side="college"
    ))  # fmt: skip
    student = add("student", side, maker.student(side, "student"))
    add("enrollment", side, Enrollment.objects.create(
        innovation_class=row, student=student, enrolled_on=maker.today - datetime.timedelta(days=30)
    ))  # fmt: skip
    papers(maker.world, side, student, maker.enterprise, maker.today)
    maker.student(side, "unplaced")
    report = add("report", side, AnnualReport.objects.create(
        consortium=consortium, zone=zone, year=2025, version=1, queued_at=maker.now, status="failed",
        error=f"report~{side}", figures={"year": 2025, "narrative": [{"part": "plans", "text": "", "facts": [{
            "key": "zones", "name": "zones", "unit": "", "figures": [{"value": 1, "records": {
                "model": "zones.zone", "filter": {"pk": zone.pk}, "exclude": {}, "amount": "count pk"}}] * 3,
        }]}]},
    ))  # fmt: skip
    orderer = maker.staff["college_admin"]
    run = add("report_run", side, ReportRun.objects.create(
        consortium=consortium, year=2025, ordered_by=orderer, acting_as=orderer.affiliation, ordered_at=maker.now
    ))  # fmt: skip
    run.reports.add(report)
    add("report_template", side, ReportTemplate.objects.create(
        consortium=consortium, name=f"template~{side}", sha256=side[:1] * 64, size=1, file="report-templates/none.zip",
        uploaded_by=maker.staff["college_admin"], uploaded_at=maker.now, content={"reports": ["consortium"]},
    ))  # fmt: skip


def projects(maker: Maker, side: str) -> None:
    add, people = maker.world.add, maker.staff
    workers = (people["partner"], people["mentor"], people["college_mentor"])
    project = add("project", side, maker.project(f"project~{side}", maker.zone, maker.enterprise, *workers))
    maker.project(f"quiet~{side}", maker.zone, maker.enterprise, people["partner"])  # where no work can be declared
    add("module", side, ProjectModule.objects.create(project=project, number=1, name=f"module~{side}"))
    add("member", side, project.members.order_by("pk")[0])
    add("hours", side, maker.entry(project, people["mentor"], f"hours~{side}"))
    add("no_work", side, NoWork.objects.create(
        project=project, person=people["mentor"], organization=maker.enterprise, month=datetime.date(2020, 1, 1),
        declared_by=people["mentor"], declared_at=maker.now,
    ))  # fmt: skip
    add("closed_month", side, ClosedMonth.objects.create(
        zone=maker.zone, month=datetime.date(2020, 1, 1), closed_by=people["college_mentor"], closed_at=maker.now
    ))  # fmt: skip
    maker.entry(project, people["mentor"], f"submitted~{side}", days=4, status="submitted")
    approved = maker.entry(project, people["mentor"], f"approved~{side}", days=5, status="approved")
    add("hour_month", side, HourMonth.objects.create(
        project=project, organization=approved.organization, activity=approved.activity,
        month=approved.date.replace(day=1), hours=approved.hours, entries=1,
    ))  # fmt: skip
    maker.entry(project, people["partner"], f"partners~{side}", status="submitted")
    maker.entry(project, people["college_mentor"], f"colleges~{side}", status="submitted")
