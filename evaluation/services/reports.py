"""Annual reports: ordering, making and checking them.

The order is a row that a worker takes, holds and lets go: see ``consortium.services.work``.
"""

import errno
import hashlib
import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from consortium.models import Organization, User
from consortium.services import Refused, create, move, work
from consortium.services.work import LOST, MOST_ATTEMPTS, Overtaken, hold, store
from consortium.typesetting import typeset
from zones.models import Zone

from ..models import AnnualReport, ReportCopy
from ..models.report_subjects import Subject
from ..program import program
from .report_document import document
from .report_docx import report_docx
from .report_kinds import gather, named_in
from .report_orderers import check_orderers
from .report_paper import report_source
from .report_templates import template_for, with_crest
from .report_traced import traced
from .report_xlsx import report_xlsx
from .results import digest

Status, Step, Form = AnnualReport.Status, AnnualReport.Step, ReportCopy.Form
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
AT_ONCE = 100  # reports that are checked with one read
PROGRESS = {Step.FIGURES: 10, Step.TYPESETTING: 40, Step.SAVING: 90}
log = logging.getLogger(__name__)


# --- ordering ---------------------------------------------------------------------------------------------------------
def queue_reports(subjects: Iterable[Subject], year: int, *, by: User | None, now: datetime) -> list[AnnualReport]:
    """Order one report of the year about each subject; the answer has them in the order of ``subjects``.

    One that waits or is being made is answered as it is, a failed or cancelled one is queued again, beside a finished
    one a new version begins. Raises ValidationError for a year that has not begun and for a zone that has never worked.
    """
    subjects = list(subjects)
    if year > timezone.localdate(now).year:
        raise ValidationError({"year": _("The year %(year)s has not begun.") % {"year": year}})
    for subject in subjects:
        if isinstance(subject, Zone) and subject.status == Zone.Status.PLANNED:
            raise ValidationError({"zone": _("%(zone)s has not begun to work.") % {"zone": subject}})
    return [_queue(subject, year, by, now) for subject in subjects]


@transaction.atomic
def _queue(subject: Subject, year: int, by: User | None, now: datetime) -> AnnualReport:
    lock_subject(subject)
    about = AnnualReport.about(subject)
    rows = AnnualReport.objects.filter(year=year, **about)
    newest = rows.order_by("-version").with_subject().first()
    if newest and newest.is_open:
        return newest
    if newest and newest.status in {Status.FAILED, Status.CANCELLED}:
        retry(newest, by=by, now=now)
        return newest
    version = (rows.aggregate(newest=Max("version"))["newest"] or 0) + 1
    report = AnnualReport(year=year, version=version, queued_at=now, **about, **_ordered(by))
    return create(report, by=by)


@transaction.atomic
def retry(report: AnnualReport, *, by: User | None, now: datetime) -> None:
    """Put a failed report back into the queue. Raises Refused when it is not failed or a newer one is being made."""
    lock_subject(report.subject)
    same = AnnualReport.objects.filter(year=report.year, **report.whose)
    if same.open().exclude(pk=report.pk).exists():
        raise Refused(_("Such a report of this year is being made already."))
    move(report, Status.QUEUED, by=by, error="", progress=0, step="", queued_at=now, **_ordered(by))


def lock_subject(subject: Subject | Organization) -> None:
    """Two who order at once get one report."""
    type(subject)._default_manager.select_for_update(no_key=True).get(pk=subject.pk)


def _ordered(by: User | None) -> dict[str, Any]:
    """By whom, as whom, and with which program."""
    return {"requested_by": by, "acting_as": by.affiliation if by else None, "program": program()}


def adopt() -> int:
    """Have the program that runs here make what waits for another one; how many these are.

    For a worker that starts: it is the newest, and the program that took the orders may be nowhere any more.
    """
    waiting = AnnualReport.objects.open().exclude(program=program())
    return waiting.update(program=program())


def reportable(zones: QuerySet[Zone]) -> QuerySet[Zone]:
    """Of these zones those that have ever worked; a planned one has nothing to report."""
    return zones.exclude(status=Zone.Status.PLANNED).order_by("code")


# --- making -----------------------------------------------------------------------------------------------------------
def make(report: AnnualReport) -> bool:
    """Make ``report``, whatever it takes; True when this call finished it.

    Taking it twice is harmless: the second one finds nothing to take. A failure is kept on the row as a sentence.
    """
    was_dropped = report.status == Status.RUNNING
    try:
        take(report, now=timezone.now())
    except Refused:
        return False
    if was_dropped and report.attempt > MOST_ATTEMPTS:
        return _fail(report, _("Making this report has stopped the worker again and again."))
    try:
        _make(report)
    except Overtaken:
        log.warning("Report %s was taken over after attempt %s.", report.pk, report.attempt)
        return False
    except Refused as refusal:
        return _fail(report, str(refusal))
    except LOST:
        log.exception("Report %s lost its database and is made again after the lease.", report.pk)
        return False
    except OSError as error:
        log.exception("Report %s cannot be stored.", report.pk)
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return _fail(report, _("The file could not be stored: the disk is full."))
        return _fail(report, _("The file could not be stored. The reason stands in the program's log."))
    except Exception:
        log.exception("Report %s cannot be made.", report.pk)
        return _fail(report, _("The report could not be made. The reason stands in the program's log."))
    return True


def take(report: AnnualReport, *, now: datetime) -> None:
    """Begin to make a queued report, or go on with one whose worker is dead. Raises Refused when there is neither."""
    work.take(report, now=now, started_at=now, progress=PROGRESS[Step.FIGURES], step=Step.FIGURES)


def _make(report: AnnualReport) -> None:
    check_orderers(report)
    with one_moment():
        about = AnnualReport.objects.for_page().defer("figures").get(pk=report.pk)
        figures = gather(about) | template_for(about)
        named = named_in(about)
    _advance(report, Step.TYPESETTING, figures=figures, figures_sha256=digest(figures))
    made_at = timezone.now()
    with override("zh-hans"):  # what is stamped is Chinese, whoever ordered it
        written = with_crest(document(report, made_at))
        source = report_source(report, written)
        copies = {Form.DOCX: report_docx(written), Form.XLSX: report_xlsx(written, traced(figures))}
    with ThreadPoolExecutor(len(copies)) as pool:  # the disk takes these while Typst compiles
        kept = {form: pool.submit(_stored, content, form) for form, content in copies.items()}
        pdf = typeset(*source, made_at)
        _advance(report, Step.SAVING)
        name, sha256 = _stored(pdf, "pdf")
    rows = []
    for form, stored in kept.items():
        place, its_sha256 = stored.result()
        rows.append(ReportCopy(report=report, form=form, file=place, sha256=its_sha256, size=len(copies[form])))
    with transaction.atomic():
        hold(report)
        report.enterprises.set(named)
        ReportCopy.objects.bulk_create(rows)
        move(
            report, Status.DONE, by=None,
            file=name, sha256=sha256, size=len(pdf), progress=100, step="", finished_at=made_at, lease_until=None,
        )  # fmt: skip


def _stored(content: bytes, form: str) -> tuple[str, str]:
    """Keep a file; its name, which says the content, so that writing it twice is the same, and its SHA-256."""
    sha256 = checksum(content)
    name = f"reports/{sha256}.{form}"
    store(name, lambda file: file.write(content))
    return name, sha256


@contextmanager
def one_moment() -> Iterator[None]:
    """All reads inside see the database as it was at one moment, so that totals agree with their rows."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _advance(report: AnnualReport, step: AnnualReport.Step, **fields: object) -> None:
    hold(report, step=step, progress=PROGRESS[step], **fields)


def _fail(report: AnnualReport, sentence: str) -> bool:
    work.fail(report, sentence)
    return False


# --- reading ---------------------------------------------------------------------------------------------------------
def open_file(report: AnnualReport, form: str = "pdf") -> File:
    """The finished file in that form, to be closed by the caller. Raises Refused when there is none."""
    if report.status != Status.DONE:
        raise Refused(_("This report is not finished yet."))
    kept = report if form == "pdf" else report.copies.filter(form=form).first()
    if kept is None:
        raise Refused(_("This report was made before there were such files. Make a new version."))
    try:
        return kept.file.open("rb")
    except OSError:
        log.exception("The file of report %s is missing.", report.pk)
        raise Refused(_("The file of this report is missing. Tell the operator of this system.")) from None


# --- checking ---------------------------------------------------------------------------------------------------------
def checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def verify_reports() -> Iterator[str]:
    """A sentence for every finished report whose file or figures are not what they were when it was made."""
    for report in (
        AnnualReport.objects.filter(status=Status.DONE)
        .with_subject()
        .prefetch_related("copies")
        .order_by("pk")
        .iterator(AT_ONCE)
    ):
        if digest(report.figures) != report.figures_sha256:
            yield _("Report %(number)s: the figures do not fit their checksum.") % {"number": report.number}
        kept: Any  # both have a file and its checksum
        for kept in [report, *report.copies.all()]:
            try:
                with kept.file.open("rb") as file:
                    if checksum(file.read()) != kept.sha256:
                        yield _("Report %(number)s: the file does not fit its checksum.") % {"number": report.number}
            except OSError:
                yield _("Report %(number)s: the file is missing.") % {"number": report.number}
