"""Templates of a consortium's annual reports: brought, tried out, taken into use, and what a report keeps of its own.

A report says in its figures by which template it was made, with all of its words and colours, so that it stays as it
is whatever becomes of the template; the crest lies in the store under its SHA-256 and is never removed.
"""

import hashlib
import logging
from copy import copy
from dataclasses import replace
from datetime import datetime
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from consortium.models import Consortium, User
from consortium.services import Refused, create
from consortium.services.history import record
from consortium.services.work import store
from consortium.typesetting import typeset

from ..models import AnnualReport, ReportTemplate
from .report_document import document
from .report_paper import report_source
from .report_parts import Document
from .report_template_files import read
from .results import digest

USED, BROUGHT, DELETED = (
    gettext_noop("report template in use"),
    gettext_noop("report template uploaded"),
    gettext_noop("report template deleted"),
)
FOLDER = "report-templates"
log = logging.getLogger(__name__)


@transaction.atomic
def bring(consortium: Consortium, file: IO[bytes], size: int, *, by: User, now: datetime) -> ReportTemplate:
    """Keep a ZIP as a template, not yet in use. Raises Refused, naming file and line, and ValidationError when its name
    or the very file is here already."""
    content, crest = read(file, size)
    file.seek(0)
    packed = file.read(size)
    template = ReportTemplate(
        consortium=consortium,
        name=content.pop("name"),
        content=content | {"crest": _sha256(crest) if crest else ""},
        sha256=_sha256(packed),
        size=len(packed),
        uploaded_by=by,
        uploaded_at=now,
    )
    template.file.name = f"{FOLDER}/{template.sha256}.zip"
    template.crest.name = f"{FOLDER}/{template.content['crest']}.png" if crest else ""
    for name, what in ((template.file.name, packed), (template.crest.name, crest)):
        if name:
            _store(name, what)
    create(template, by=by)
    record(consortium, by=by, what=BROUGHT, new=template)
    return template


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _store(name: str, content: bytes) -> None:
    store(name, lambda file: file.write(content))


@transaction.atomic
def use(consortium: Consortium, template: ReportTemplate | None, *, by: User) -> None:
    """Make the consortium's reports by ``template`` from now on; None: by the standard one."""
    Consortium.objects.select_for_update(no_key=True).get(pk=consortium.pk)  # of two at once the second is the one
    rows = ReportTemplate.objects.filter(consortium=consortium)
    before = rows.filter(is_chosen=True).first()
    if before == template:
        return
    rows.filter(is_chosen=True).update(is_chosen=False)
    if template and not rows.filter(pk=template.pk).update(is_chosen=True):
        raise Refused(_("Somebody else has changed this. Reload and try again."))
    record(consortium, by=by, what=USED, old=before or "", new=template or "")


@transaction.atomic
def delete(template: ReportTemplate, *, by: User) -> None:
    """Remove one that is not in use. The reports made by it stay; its files stay for them."""
    if not ReportTemplate.objects.filter(pk=template.pk, is_chosen=False).delete()[0]:
        raise Refused(_("This template is in use. Take another one into use first."))
    record(template.consortium, by=by, what=DELETED, old=template)


def template_for(report: AnnualReport) -> dict[str, Any]:
    """What the figures of a report that is made now say of its template; nothing when that is the standard."""
    chosen = ReportTemplate.objects.filter(consortium=report.consortium_id, is_chosen=True).first()
    return {"template": _frozen(chosen)} if chosen and report.scope in chosen.content["reports"] else {}


def _frozen(template: ReportTemplate) -> dict[str, Any]:
    return {"name": template.name, "sha256": template.sha256, **template.content}


def with_crest(written: Document) -> Document:
    """The document with the bytes of its template's crest. Raises Refused when they are not what they were."""
    if not written.look.crest:
        return written
    try:
        with default_storage.open(f"{FOLDER}/{written.look.crest}.png") as file:
            crest = file.read()
    except OSError:
        crest = b""
        log.exception("The crest of template %s cannot be read.", written.look.sha256)
    if _sha256(crest) != written.look.crest:
        raise Refused(_("The crest of the report template is missing or was changed. Upload the template again."))
    return replace(written, crest=crest)


def preview(template: ReportTemplate, reader: User, now: datetime) -> bytes:
    """A finished report that the reader may see as it would look by ``template``, as a PDF; nothing of it is kept.

    Raises Refused when there is no finished report of its kinds.
    """
    done = AnnualReport.objects.visible_to(reader).filter(
        status=AnnualReport.Status.DONE, scope__in=template.content["reports"]
    )
    report = done.for_page().order_by("-finished_at", "-pk").first()
    if report is None or report.figures is None:
        raise Refused(_("A preview shows a finished report, and there is none of these kinds yet. Make one first."))
    shown = copy(report)
    shown.figures = {**report.figures, "template": _frozen(template)}
    shown.figures_sha256 = digest(shown.figures)
    with override("zh-hans"):  # as the report itself
        written = with_crest(document(shown, now))
        return typeset(*report_source(shown, written, _("Preview")), now)
