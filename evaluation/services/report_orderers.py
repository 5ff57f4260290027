"""Whether those who ordered a report may still have it when it is made."""

from django.utils.translation import gettext as _

from consortium.models import Affiliation
from consortium.services import Refused

from ..models import AnnualReport, ReportRun


def check_orderers(report: AnnualReport) -> None:
    """Raise Refused when everybody who ordered ``report`` has lost the role in which that was, or what it shows.

    What a command or the schedule ordered has no such person.
    """
    runs = report.runs.exclude(status=ReportRun.Status.CANCELLED)
    ordered = {report.acting_as_id, *runs.values_list("acting_as", flat=True)}
    if None in ordered:
        return
    for affiliation in Affiliation.objects.in_force().filter(pk__in=ordered).select_related("user"):
        person = affiliation.user
        person.acting = affiliation  # as whom it was ordered, whatever the person acts as now
        if AnnualReport.objects.visible_to(person).filter(pk=report.pk).exists():
            return
    raise Refused(_("Whoever ordered this report has no role any more in which it may be ordered."))
