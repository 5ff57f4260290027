"""Zones, classes, students, outcomes and the registers."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from zones.models import OutcomeKind

from ..report_about import About
from ..report_records import Records, asked, beside, in_years, together
from .tables import counted, table, years_of


def people(about: About) -> Iterable[dict]:
    def there(when: int) -> Records:
        began = {"enrolled_on__lte": f"{when}-12-31", **about.zone("innovation_class__zone")}
        return Records("zones.enrollment", began, "count student", {"left_on__lt": f"{when}-01-01"})

    def open_zones(when: int) -> Records:
        filters = {"established_on__lte": f"{when}-12-31", **about.zones}
        return Records("zones.zone", filters, "count pk", {"status": "planned"})

    classes = Records("zones.innovationclass", about.zone("zone"), "count pk", year="year")
    yield table(
        about,
        _("Zones, classes and students"),
        _("What is counted"),
        [
            (_("Special zones"), beside(*asked(*map(open_zones, years_of(about))))),
            (_("Innovation classes begun"), in_years(classes, about.year)),
            (_("Students in innovation classes"), beside(*asked(*map(there, years_of(about))))),
        ],
    )


def students(about: About) -> Iterable[dict]:
    """Of a class, or of all classes of a zone."""
    own = {"innovation_class__zone": about.report.zone_id}
    if about.report.innovation_class:
        own = {"innovation_class": about.report.innovation_class_id}

    def there(when: int) -> Records:
        began = {"enrolled_on__lte": f"{when}-12-31", **own}
        return Records("zones.enrollment", began, "count student", {"left_on__lt": f"{when}-01-01"})

    everybody = Records("zones.enrollment", own, "count student")
    rows = {
        _("Students in innovation classes"): [there(when) for when in years_of(about)],
        _("Placed in the year"): [everybody.of(enrolled_on__year=when) for when in years_of(about)],
        _("Left in the year"): [everybody.of(left_on__year=when) for when in years_of(about)],
    }
    found = iter(asked(*(records for pair in rows.values() for records in pair)))  # all by one query
    lines = [(name, beside(next(found), next(found))) for name in rows]
    yield table(about, _("Students"), _("What is counted"), lines)


def outcomes(about: About) -> Iterable[dict]:
    own = {"innovation_class": about.report.innovation_class_id} if about.report.innovation_class else {}
    records = about.verified("outcome", "count pk", **own)
    holders = Records(records.model, {**records.filter, "students__isnull": False}, "count students")
    counts = [records, records.of(is_representative=True), holders]
    (total, representative, students_with), [kinds] = together(counts, about.year, (records, "kind"))
    yield table(
        about,
        _("Verified outcomes by kind"),
        _("Kind"),
        [
            *((str(kind.label), kinds[kind]) for kind in OutcomeKind if kind in kinds),
            (_("Total"), total),
            (_("Representative outcomes"), representative),
            (_("Students with an outcome"), students_with),
        ],
    )


def registers(about: About) -> Iterable[dict]:
    yield counted(
        about,
        [
            (_("Outcomes"), about.verified("outcome", "count pk")),
            (_("Teaching resources"), about.verified("teachingresource", "sum quantity")),
            (_("Staff trained (people)"), about.verified("stafftraining", "sum people")),
            (_("Teachers in enterprises (days)"), about.verified("teacherplacement", "sum days")),
            (_("Lessons of part-time teachers"), about.verified("parttimeteacher", "sum hours")),
            (_("Research projects"), about.verified("researchproject", "count pk")),
            (_("Received for technical services (yuan)"), about.verified("technicalservice", "sum amount_received")),
            (_("Given by enterprises (yuan)"), about.verified("contribution", "sum amount")),
            (_("Funds spent (yuan)"), about.verified("fund", "sum spent")),
            (_("Students employed"), about.verified("hire", "count pk")),
        ],
        title=_("Resources, training and services"),
    )
