"""Whose year an annual report tells: what the records of its figures are filtered by."""

from dataclasses import dataclass
from typing import Any

from zones.models import Mentor, Verified

from ..models import AnnualReport
from ..models.report_subjects import Scope
from .report_records import Records

APPROVED, VERIFIED = {"status": "approved"}, {"status": Verified.Status.VERIFIED.value}


@dataclass(frozen=True)
class About:
    """Whose year: ``zones`` filters what hangs from a zone by it, after the way from there to the zone."""

    report: AnnualReport
    year: int
    zones: dict[str, Any]

    def zone(self, way: str) -> dict[str, Any]:
        return {f"{way}__{name}" if name else way: value for name, value in self.zones.items()}

    @property
    def hours(self) -> Records:
        """The approved hours that the report is about."""
        filters: dict[str, Any] = {**APPROVED, **self.zone("project__zone")}
        if self.report.scope == Scope.ENTERPRISE:
            filters["project__enterprise"] = self.report.organization_id
        if self.report.innovation_class:
            mentors = Mentor.objects.filter(innovation_class=self.report.innovation_class_id)
            filters["person__in"] = sorted(mentors.values_list("person", flat=True))
        return Records("zones.hourentry", filters, "sum hours")

    def verified(self, name: str, amount: str, **more: Any) -> Records:
        filters: dict[str, Any] = {**VERIFIED, **self.zone("zone"), **more}
        if self.report.scope == Scope.ENTERPRISE:
            filters["enterprise"] = self.report.organization_id
        return Records(f"zones.{name}", filters, amount)


def about_of(report: AnnualReport) -> About:
    return About(report, report.year, zones_of(report))


def zones_of(report: AnnualReport) -> dict[str, Any]:
    if report.scope == Scope.COLLEGE:
        return {"consortium": report.consortium_id, "college": report.organization_id}
    if report.innovation_class:
        return {"": report.innovation_class.zone_id}
    return {"": report.zone_id} if report.zone_id else {"consortium": report.consortium_id}
