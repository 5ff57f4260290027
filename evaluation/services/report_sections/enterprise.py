"""What an enterprise gave and what it received."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.utils.translation import gettext as _

from zones.ledger import rate_on
from zones.models import Contribution, HourlyRate

from ..report_about import APPROVED, About
from ..report_records import Figure, Records, asked, beside, products, stated, together
from .hours import by_activity
from .tables import beside_each, counted, table, years_of


def gave(about: About) -> Iterable[dict]:
    """As the enterprise's one page (``zones.ledger``): hours of its own people, worth what is agreed."""
    own = {"organization": about.report.organization_id, "project__zone__consortium": about.report.consortium_id}
    records = Records("zones.hourentry", {**APPROVED, **own}, "sum hours")
    [total], [activities] = together([records], about.year, (records, "activity"))
    spent = by_activity(about, activities, total)
    yield {**spent, "title": _("Hours of its people by activity")}
    kinds = [
        (str(kind.label), about.verified("contribution", "sum amount", kind=kind.value)) for kind in Contribution.Kind
    ]
    worth = (_("Hours at the agreed rates"), beside(*(worked(about, records, when) for when in years_of(about))))
    paid = [
        *kinds,
        (_("Funds of the enterprise, spent"), about.verified("fund", "sum spent")),
        (_("Paid for technical services"), about.verified("technicalservice", "sum amount_received")),
        (
            _("Agreed funding of research that it commissioned"),
            about.verified("researchproject", "sum funding", kind="horizontal"),
        ),
    ]
    rows = [worth, *beside_each(about, paid)]
    note = _("In yuan. Hours without an agreed rate are not in it.")
    yield table(about, _("Money and things of value"), _("Given"), rows, note=note)
    lessons = (_("Lessons of part-time teachers"), about.verified("parttimeteacher", "sum hours"))
    yield counted(about, [lessons], title=_("Teaching"))


def worked(about: About, records: Records, year: int) -> Figure:
    """Hours times the rate in force, for each stretch of days between two changes of a rate and each activity."""
    agreed = {"enterprise": about.report.organization_id, "consortium": about.report.consortium_id}
    rates = list(HourlyRate.objects.filter(**agreed))
    first, last = date(year, 1, 1), date(year, 12, 31)
    starts = {first, *(rate.starts_on for rate in rates)}
    starts |= {rate.ends_on + timedelta(days=1) for rate in rates if rate.ends_on}
    begins = sorted(start for start in starts if first <= start <= last)
    pairs = []
    for since, until in zip(begins, [*(start - timedelta(days=1) for start in begins[1:]), last], strict=True):
        stretch = records.of(date__gte=str(since), date__lte=str(until))
        for activity in sorted(set(stretch.rows().values_list("activity", flat=True))):
            if rate := rate_on(rates, activity, since):
                price = stated("zones.hourlyrate", rate.pk, "amount", str(rate.amount))
                [spent] = asked(stretch.of(activity=activity))
                pairs.append((spent, price))
    return products(pairs)


def received(about: About) -> Iterable[dict]:
    yield counted(
        about,
        [
            (_("Value created by technical services (yuan)"), about.verified("technicalservice", "sum value_created")),
            (_("Students employed"), about.verified("hire", "count pk")),
            (_("Research projects"), about.verified("researchproject", "count pk")),
            (_("Outcomes made together"), about.verified("outcome", "count pk")),
            (_("Staff trained (people)"), about.verified("stafftraining", "sum people")),
            (_("Teachers in the enterprise (days)"), about.verified("teacherplacement", "sum days")),
        ],
        title=_("Talent, technology and training"),
    )
