"""The queries behind a zone's own figures, in the words of ``report_records``, by where each figure stands in the JSON.

The places are JSON pointers without the first slash: ``hours/enterprises/0/activities/mentoring``.
"""

from typing import Any

from zones.models import InnovationClass, Project, Zone

from .report_records import Records

Said = dict[str, Any]


def records_behind(
    zone: Zone, figures: dict[str, Any], classes: list[InnovationClass], projects: list[Project]
) -> dict[str, Said]:
    """For every number of ``figures``; the classes and projects are those of which they tell, in their order."""
    year = figures["year"]
    worked = Records(
        "zones.hourentry", {"status": "approved", "project__zone": zone.pk, "date__year": year}, "sum hours"
    )
    enrolled = {"innovation_class__zone": zone.pk, "enrolled_on__lte": f"{year}-12-31"}
    there = Records("zones.enrollment", enrolled, "count student", {"left_on__lt": f"{year}-01-01"})
    behind = {"zone/students": there.said(), **_hours(figures["hours"], worked)}
    for at, row in enumerate(classes):
        places = Records("zones.innovationclass", {"pk": row.pk}, "value places")
        behind[f"zone/classes/{at}/places"] = places.said()
        behind[f"zone/classes/{at}/students"] = there.of(innovation_class=row.pk).said()
    for at, project in enumerate(projects):
        behind[f"zone/projects/{at}/hours"] = worked.of(project=project.pk).said()
    if "sha256" in figures["evaluation"]:
        behind |= _evaluation(zone, year, figures["evaluation"])
    return behind


def _hours(hours: dict[str, Any], worked: Records) -> dict[str, Said]:
    counts = {"entries": "pk", "people": "person", "projects": "project"}
    behind = {f"hours/{name}": Records(worked.model, worked.filter, f"count {of}") for name, of in counts.items()}
    behind["hours/total"] = worked
    behind |= {f"hours/months/{at}": worked.of(date__month=at + 1) for at in range(12)}
    behind |= {f"hours/activities/{activity}": worked.of(activity=activity) for activity in hours["activities"]}
    for at, row in enumerate(hours["enterprises"]):
        of_enterprise = worked.of(project__enterprise__name=row["name"])
        behind[f"hours/enterprises/{at}/total"] = of_enterprise
        for activity in row["activities"]:
            behind[f"hours/enterprises/{at}/activities/{activity}"] = of_enterprise.of(activity=activity)
    return {place: records.said() for place, records in behind.items()}


def _evaluation(zone: Zone, year: int, result: dict[str, Any]) -> dict[str, Said]:
    """All from the published JSON, which its checksum names, but the deductions one by one."""
    published = {"zone": zone.pk, "year": year, "status": "published", "sha256": result["sha256"]}

    def of_result(amount: str) -> Said:
        return Records("evaluation.evaluation", published, amount).said()

    def stated(path: str) -> Said:
        return of_result(f"value result.{path}")

    names = ("official", "rescaled", "absolute", "deductions")
    behind = {f"evaluation/{name}": stated(name) for name in names}
    chosen = []
    for at, line in enumerate(result["indicators"]):
        weight, score = (stated(f"indicators.{at}.{name}") for name in ("weight", "score"))
        behind[f"evaluation/indicators/{at}/weight"] = weight
        if line["score"] is not None:
            behind[f"evaluation/indicators/{at}/score"] = score
            behind[f"evaluation/indicators/{at}/points"] = {"percent": [weight, score]}
            chosen.append(weight)
    behind["evaluation/chosen_weight"] = {"plus": chosen}
    for at, dimension in enumerate(result["dimensions"]):
        behind[f"evaluation/dimensions/{at}/score"] = of_result(f"computed dimensions {dimension['name']}")
    for at, finding in enumerate(result["findings"]):
        of = {f"evaluation__{name}": value for name, value in published.items()}
        one = {**of, "indicator__number": finding["number"], "reason": finding["reason"]}
        behind[f"evaluation/findings/{at}/points"] = Records("evaluation.finding", one, "sum points").said()
    return behind
