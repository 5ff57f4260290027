from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from .. import filestore, pictures
from ..content import cleaned
from ..forms.files import AttachForm
from ..jobs.scans import announce_files
from ..models import Attachment
from ..models.files import models_with_files
from ..permissions import may, require
from ..services import Refused
from ..services.files import attach, remove, restore
from ..services.scans import held
from .pages import confirm_page

# what comes from people is never run: not guessed to be something else, and nothing in it may act
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}


@require_POST
def attachment_create(request: HttpRequest, model: str, pk: int) -> HttpResponse:
    """Hand in one or several files to a record; what is refused is said by name, the rest stays."""
    owner = _owner(request, model, pk)
    require(request.user, "attachment.add", owner)
    form = AttachForm(request.POST, {"uploads": request.FILES.getlist("uploads")})
    refused = [sentence for sentences in form.errors.values() for sentence in sentences]
    count, now = 0, timezone.now()
    for file in form.cleaned_data["uploads"] if form.is_valid() else []:
        try:
            attach(owner, file, by=request.user, now=now, note=form.cleaned_data["note"])
            count += 1
        except Refused as refusal:
            refused.append(_("%(name)s: %(sentence)s") % {"name": cleaned(file.name), "sentence": refusal})
    if count:
        announce_files()
    return _answer(request, owner, count, refused)


def _answer(request: HttpRequest, owner: Any, count: int, refused: list[str]) -> HttpResponse:
    """The list of files anew for htmx, otherwise the page from which one came."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = owner.get_absolute_url()
    if request.htmx:  # type: ignore[attr-defined]
        context = {"owner": owner, "back": back, "count": count, "refused": refused}
        return render(request, "consortium/attachment_part.html", context)
    for sentence in refused:
        messages.error(request, sentence)
    if count:
        messages.success(request, ngettext("%(n)d file handed in.", "%(n)d files handed in.", count) % {"n": count})
    return redirect(back)


def _owner(request: HttpRequest, label: str, pk: int) -> Any:
    """The record that takes the files, when the person sees it."""
    model = next((model for model in models_with_files() if model._meta.label_lower == label), None)
    if model is None:
        raise Http404
    return get_object_or_404(model.objects.visible_to(request.user), pk=pk)


@require_safe
def attachment_download(request: HttpRequest, pk: int) -> HttpResponseBase:
    attachment = _attachment(request, pk)
    if sentence := held(attachment):
        raise Refused(sentence)
    try:
        file = filestore.path_of(attachment.sha256).open("rb")
    except FileNotFoundError:
        raise Refused(_("The bytes of this file are missing. Tell the operator of the system.")) from None
    return FileResponse(
        file, as_attachment=True, filename=attachment.name, content_type=attachment.media_type, headers=HARMLESS
    )


@require_safe
def attachment_thumbnail(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _picture(request, pk, pictures.THUMBNAIL, 1)


@require_safe
def attachment_page(request: HttpRequest, pk: int, page: int) -> HttpResponseBase:
    """A page of a PDF, or a picture, as a picture."""
    return _picture(request, pk, pictures.PAGE, page)


def _picture(request: HttpRequest, pk: int, width: int, page: int) -> HttpResponseBase:
    attachment = _attachment(request, pk)
    if attachment.is_held:
        raise Http404
    etag = f'"{attachment.sha256}.{width}.{page}"'
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    path = pictures.picture_of(attachment, width=width, page=page)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), content_type="image/jpeg", headers={**HARMLESS, "ETag": etag})


@require_safe
def attachment_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The file read here, page by page, without any program of the reader's opening it."""
    attachment = _attachment(request, pk)
    if not attachment.has_preview:
        raise Http404
    sentence = held(attachment)
    pages = 0 if sentence else pictures.pages_of(attachment)
    shown = min(pages, pictures.PAGES_SHOWN)
    asked = request.GET.get("page", "1")
    page = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 1
    context = {
        "attachment": attachment,
        "held": sentence,
        "owner": attachment.record,
        "page": min(max(page, 1), shown),
        "pages": pages,
        "shown": shown,
    }
    return render(request, "consortium/attachment_preview.html", context)


def attachment_remove(request: HttpRequest, pk: int) -> HttpResponse:
    attachment = _changeable(request, pk)
    owner: Any = attachment.record

    def act() -> None:
        remove(attachment, by=request.user, now=timezone.now())
        messages.success(request, _("%(name)s is removed. It can be restored.") % {"name": attachment})

    return confirm_page(
        request,
        act,
        heading=_("Remove this file"),
        text=_("It leaves the page of “%(record)s”. It is kept, stays in the history, and can be restored.")
        % {"record": owner},
        going=[attachment],
        label=_("Remove"),
        danger=True,
        back=owner,
    )


@require_POST
def attachment_restore(request: HttpRequest, pk: int) -> HttpResponse:
    attachment = _changeable(request, pk)
    restore(attachment, by=request.user)
    messages.success(request, _("%(name)s is there again.") % {"name": attachment})
    return redirect(attachment.record)


def _attachment(request: HttpRequest, pk: int) -> Attachment:
    """A file that the person sees; a removed one only when the person reads the history of the consortium."""
    attachment = get_object_or_404(Attachment.objects.visible_to(request.user, pk=pk).for_list())
    if attachment.removed_at and not may(request.user, "history.see"):
        raise Http404
    return attachment


def _changeable(request: HttpRequest, pk: int) -> Attachment:
    attachment = get_object_or_404(Attachment.objects.visible_to(request.user, pk=pk))
    require(request.user, "attachment.change", attachment)
    return attachment
