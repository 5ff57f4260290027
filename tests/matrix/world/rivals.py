"""What lies between rivals: in one zone, in one report, and in what one person does for both."""

from typing import Any

from consortium.models import Affiliation, Announcement, AnnouncementAudience, Export, Organization
from evaluation.models import AnnualReport
from zones.models import Outcome, Zone, ZonePartner

from .maker import LONG_AGO, Maker

Role, Kind = Affiliation.Role, Organization.Kind


def rivals_outcome(maker: Maker, zone: Zone, rival: Organization) -> None:
    """Of the own college's zone, won with the rival: for the college to read, and not for the own enterprise."""
    writer = maker.world.people["college_admin"]
    Outcome.objects.create(
        kind="patent", rank="invention", title="rivals-outcome~neighbour", zone=zone, date=maker.today,
        organization=zone.college, enterprise=rival, recorded_by=writer, recorded_at=maker.now,
    )  # fmt: skip


def shared(maker: Maker, offices: dict[str, Any]) -> None:
    """What rivals have in common: a zone of the own college in which both work, and a report that names both."""
    world, (college, enterprise, zone, staff) = maker.world, offices["own"]
    _college2, rival, zone2, rivals = offices["neighbour"]
    ZonePartner.objects.create(zone=zone, enterprise=rival, since=LONG_AGO)
    project = maker.project("rivals~neighbour", zone, rival, rivals["partner"])
    maker.entry(project, rivals["partner"], "rivals~neighbour", status="submitted")
    rivals_outcome(maker, zone, rival)
    # the own mentor teaches in the neighbour's college
    teaching = maker.project("visiting~neighbour", zone2, rival, staff["mentor"])
    maker.entry(teaching, staff["mentor"], "visiting~neighbour", days=9)
    for number, enterprises in enumerate(([enterprise], [enterprise, rival], [rival]), 2):
        report = AnnualReport.objects.create(
            consortium=zone.consortium, zone=zone, year=2024, version=number, queued_at=maker.now, status="done",
            progress=100, file="reports/none.pdf", sha256="0" * 64, figures_sha256="0" * 64, figures={},
        )  # fmt: skip
        report.enterprises.set(enterprises)
    withdrawn = Announcement.objects.create(
        consortium=zone.consortium, title="withdrawn~own", text="…", by=world.people["secretariat"], at=maker.now,
        withdrawn_at=maker.now,
    )  # fmt: skip
    AnnouncementAudience.objects.create(announcement=withdrawn, kind=Kind.ENTERPRISE)
    partner = staff["partner"]
    second = Affiliation.objects.create(
        user=partner, role=Role.EXPERT, organization=college, consortium=zone.consortium, started_on=maker.today
    )
    Export.objects.create(
        user=partner, acting_as=second, title="as expert", address="/zones/", language="en", ordered_at=maker.now
    )
    left = maker.organization("left~own", Kind.ENTERPRISE, zone.consortium)
    left.memberships.update(left_on=maker.today)
