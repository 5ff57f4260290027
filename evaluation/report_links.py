"""Where the records behind the figures of an annual report stand: each figure on its page is a link."""

from collections import Counter
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from consortium.models import User

from .models import AnnualReport, Evaluation


def linked(figures: dict[str, Any], report: AnnualReport, reader: User) -> dict[str, Any]:
    """``figures`` as ``printed`` gives them, with the address beside each: of hours the list of the entries that were
    added up, of a score its indicator. A list shows what its reader may see, as recorded now."""
    link_hours(figures["hours"], report)
    frozen = (report.figures or {})["evaluation"]
    if figures["evaluation"] and "sha256" in frozen:
        rows = Evaluation.objects.visible_to(reader).filter(zone=report.zone_id, sha256=frozen["sha256"])
        if result := rows.first():
            figures["evaluation"]["url"] = reverse("evaluation:evaluation_result", args=[result.pk])
            for line in (line for group in figures["evaluation"]["groups"] for line in group["indicators"]):
                line["url"] = reverse("evaluation:evaluation_indicator", args=[result.pk, line["number"]])
    return figures


def link_hours(hours: dict[str, Any], report: AnnualReport) -> None:
    """By enterprise and activity, as pairs of figure and address. Two enterprises of one name have no list."""
    organizations = list(report.enterprises.values_list("name", "pk"))
    named = Counter(name for name, _pk in organizations)
    keys = {name: pk for name, pk in organizations if named[name] == 1}
    asked = {
        "zone": report.zone_id,
        "status": "approved",
        "date_after": f"{report.year}-01-01",
        "date_before": f"{report.year}-12-31",
    }

    def url(**more: Any) -> str:
        return f"{reverse('zones:hours_list')}?{urlencode({**asked, **more})}"

    activities = hours["activity_codes"]
    for row in hours["rows"]:
        key = keys.get(row["name"])
        row["url"] = url(enterprise=key) if key else ""
        row["cells"] = [
            (cell, url(enterprise=key, activity=activity) if key and cell else "")
            for cell, activity in zip(row["cells"], activities, strict=True)
        ]
    hours["url"] = url()
    hours["activity_totals"] = [
        (total, url(activity=activity)) for total, activity in zip(hours["activity_totals"], activities, strict=True)
    ]
