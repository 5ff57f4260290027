"""Schemes: made or imported as drafts, published once, frozen from then on."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Max
from django.forms import BaseInlineFormSet, ModelForm
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import Consortium, User
from consortium.services import Refused, create, move, record, save_changes, save_form

from ..measures import MEASURES
from ..measures.consortium import FACTS
from ..models import GradeBand, Indicator, Scheme, Subtotal
from .checkup import scheme_doubts
from .indicator_files import read_indicators

COPIED = [
    "name", "unchosen_rule", "college_weight", "enterprise_weight", "third_party_weight", "drops_extremes",
    "publicity_days", "talk_above", "weights_as", "subject",
]  # fmt: skip


@transaction.atomic
def create_scheme(scheme: Scheme, *, by: User | None) -> Scheme:
    """Insert a draft as the next version of its year, with the usual grades."""
    earlier = Scheme.objects.filter(consortium=scheme.consortium_id, year=scheme.year)
    scheme.version = (earlier.aggregate(Max("version"))["version__max"] or 0) + 1
    create(scheme, by=by)
    GradeBand.objects.bulk_create(GradeBand(scheme=scheme, name=name, lowest=lowest) for name, lowest in usual_bands())
    return scheme


def usual_bands() -> list[tuple[str, Decimal]]:
    """The grades a new scheme begins with: name and lowest score."""
    return [
        (_("Excellent"), Decimal(90)),
        (_("Good"), Decimal(80)),
        (_("Pass"), Decimal(60)),
        (_("Fail"), Decimal(0)),
    ]


@transaction.atomic
def import_scheme(
    file: File,
    *,
    year: int,
    name: str,
    consortium: Consortium,
    by: User | None,
    subject: str = Scheme.Subject.ZONE,
) -> Scheme:
    """A draft from a CSV or XLSX file with the columns of indicators-21.csv.

    Raises ValidationError({"file": sentences}) with every mistake of the file, and then nothing is written.
    """
    read = read_indicators(file, measures=FACTS if subject == Scheme.Subject.CONSORTIUM else MEASURES)
    indicators = read.indicators
    scheme = Scheme(consortium=consortium, year=year, name=name, weights_as=read.weights_as, subject=subject)
    create_scheme(scheme, by=by)
    rows: list[Any] = [*indicators, *read.subtotals]
    for row in rows:
        row.scheme = scheme
    Indicator.objects.bulk_create(indicators)
    Subtotal.objects.bulk_create(read.subtotals)
    record(scheme, by=by, what="imported", new=_("%(count)s indicators") % {"count": len(indicators)})
    return scheme


def scheme_problems(scheme: Scheme) -> list[str]:
    """What keeps a draft from being published, a sentence each: mistakes, and warnings that nobody has accepted."""
    doubts = scheme_doubts(scheme)
    return [doubt.sentence for doubt in doubts if not doubt.is_warning or doubt.code not in scheme.accepted]


@transaction.atomic
def accept_doubt(scheme: Scheme, code: str, *, by: User, reason: str) -> None:
    """Let a warning of the check-up stand, with a reason. It is asked again as soon as the figures in it change."""
    only_draft(scheme)
    doubt = next((one for one in scheme_doubts(scheme) if one.code == code and one.is_warning), None)
    if doubt is None:
        raise Refused(_("The check-up does not say this any more. Reload and look again."))
    scheme.accepted = sorted({*scheme.accepted, code})
    scheme.save(update_fields=["accepted"])
    record(scheme, by=by, what=gettext_noop("Accepted in the check-up"), new=doubt.sentence, reason=reason)


@transaction.atomic
def copy_scheme(old: Scheme, *, year: int, by: User) -> Scheme:
    """A draft for ``year`` with the rules, grades, indicators and declared subtotals of an earlier scheme."""
    rules = {name: getattr(old, name) for name in COPIED}
    new = create_scheme(Scheme(consortium=old.consortium, year=year, **rules), by=by)
    new.bands.all().delete()
    parts: list[Any] = [old.bands.all(), old.indicators.all(), old.subtotals.all()]
    for rows in parts:
        copies = list(rows)
        for row in copies:
            row.pk, row.scheme = None, new
            row._state.adding = True
        rows.model.objects.bulk_create(copies)
    record(new, by=by, what=gettext_noop("Copied"), new=str(old))
    return new


@transaction.atomic
def publish_scheme(scheme: Scheme, *, by: User | None, now: datetime) -> None:
    """Put a draft in force and freeze it; the version of the same year that was in force is replaced.

    Evaluations under way keep the scheme with which they were opened.
    """
    only_draft(scheme)
    if problems := scheme_problems(scheme):
        raise Refused(" ".join(problems))
    same = Scheme.objects.filter(consortium=scheme.consortium_id, year=scheme.year, subject=scheme.subject)
    for older in same.filter(status=Scheme.Status.PUBLISHED):
        move(older, Scheme.Status.RETIRED, by=by)
    move(scheme, Scheme.Status.PUBLISHED, by=by, published_at=now)


@transaction.atomic
def change_scheme(scheme: Scheme, *, by: User, **fields: Any) -> None:
    """Change a draft's fields."""
    only_draft(scheme)
    save_changes(scheme, by=by, **fields)


@transaction.atomic
def save_scheme_form(form: ModelForm, bands: BaseInlineFormSet, *, by: User) -> Scheme:
    """Save the form of a draft and its grades."""
    scheme = form.instance
    only_draft(scheme)
    save_form(form, by=by)
    before = _grades(scheme)
    scheme.bands.all().delete()  # all anew: of two that move, one would stand for a moment where the other still does
    rows = [row for row in bands.cleaned_data if row and not row["DELETE"]]
    GradeBand.objects.bulk_create(GradeBand(scheme=scheme, name=row["name"], lowest=row["lowest"]) for row in rows)
    if before != _grades(scheme):
        record(scheme, by=by, what=gettext_noop("Grades"), old=before, new=_grades(scheme))
    return scheme


def _grades(scheme: Scheme) -> str:
    rows = GradeBand.objects.filter(scheme=scheme)
    return " ".join(f"{band.name} {band.lowest.normalize():f}" for band in rows)


@transaction.atomic
def create_indicator(indicator: Indicator, *, by: User) -> Indicator:
    """Add an indicator to a draft."""
    only_draft(indicator.scheme)
    return create(indicator, by=by)


@transaction.atomic
def change_indicator(indicator: Indicator, *, by: User, **fields: Any) -> None:
    """Change an indicator of a draft."""
    only_draft(indicator.scheme)
    if fields.get("scheme", indicator.scheme) != indicator.scheme:
        raise Refused(_("An indicator stays in its scheme."))
    save_changes(indicator, by=by, **fields)


@transaction.atomic
def save_indicator_form(form: ModelForm, *, by: User) -> Indicator:
    """Save the form of a draft's indicator, new or not."""
    only_draft(form.instance.scheme)
    return save_form(form, by=by)


@transaction.atomic
def remove_indicator(indicator: Indicator, *, by: User) -> None:
    """Take an indicator out of a draft; the scheme remembers which."""
    only_draft(indicator.scheme)
    record(indicator.scheme, by=by, what="deleted", old=str(indicator))
    indicator.delete()


def only_draft(scheme: Scheme) -> None:
    """Refuse unless the scheme is a draft now; its row is locked until the transaction ends."""
    status = Scheme.objects.select_for_update(no_key=True).values_list("status", flat=True).get(pk=scheme.pk)
    if status != Scheme.Status.DRAFT:
        raise Refused(_("This scheme was published and is frozen. Make a new version."))
