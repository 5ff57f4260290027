from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.models import Consortium, HistoryEntry
from consortium.permissions import require
from consortium.services import Refused
from consortium.views.pages import confirm_page

from ..models import ReportTemplate
from ..report_forms import TemplateForm
from ..services import report_templates
from ..services.report_template_files import standard_zip


def template_list(request: HttpRequest) -> HttpResponse:
    """The templates of the consortium; here one is uploaded too, which "report_template.add" allows."""
    require(request.user, "report_template.see")
    form = TemplateForm(request.POST or None, request.FILES or None)
    consortium = _consortium(request)
    if request.method == "POST":
        require(request.user, "report_template.add")
        if form.is_valid() and accepted(form, lambda: _bring(request, form)):
            return redirect("reports:report_template_list")
    rows = list(ReportTemplate.objects.visible_to(request.user).for_page())
    return render(
        request,
        "reports/template_list.html",
        {
            "form": form,
            "rows": rows,
            "standard_in_use": not any(row.is_chosen for row in rows),
            "history": HistoryEntry.objects.of(consortium).filter(
                what__in=[report_templates.USED, report_templates.BROUGHT, report_templates.DELETED]
            ),
        },
    )


def _bring(request: HttpRequest, form: TemplateForm) -> None:
    file = form.cleaned_data["file"]
    template = report_templates.bring(_consortium(request), file, file.size, by=request.user, now=timezone.now())
    said = _("“%(name)s” is uploaded. Look at its preview, then take it into use.")
    messages.success(request, said % {"name": template})


def template_standard(request: HttpRequest) -> HttpResponse:
    require(request.user, "report_template.see")
    return _file(standard_zip(), _("Standard report template") + ".zip", "application/zip", True)


def template_download(request: HttpRequest, pk: int) -> FileResponse:
    template = _template(request, pk)
    try:
        file = template.file.open("rb")
    except OSError:
        raise Refused(_("The file of this template is missing. Tell the operator of this system.")) from None
    return FileResponse(file, as_attachment=True, filename=f"{template.name}.zip", content_type="application/zip")


def template_preview(request: HttpRequest, pk: int) -> HttpResponse:
    template = _template(request, pk)
    pdf = report_templates.preview(template, request.user, timezone.now())
    return _file(pdf, f"{template.name}.pdf", "application/pdf", False)


@require_POST
def template_use(request: HttpRequest, pk: int) -> HttpResponse:
    template = _template(request, pk)
    require(request.user, "report_template.change", template)
    report_templates.use(template.consortium, template, by=request.user)
    messages.success(request, _("Reports that are made from now on have the template “%(name)s”.") % {"name": template})
    return redirect("reports:report_template_list")


@require_POST
def template_use_standard(request: HttpRequest) -> HttpResponse:
    require(request.user, "report_template.change")
    report_templates.use(_consortium(request), None, by=request.user)
    messages.success(request, _("Reports that are made from now on have the standard template."))
    return redirect("reports:report_template_list")


def template_delete(request: HttpRequest, pk: int) -> HttpResponse:
    template = _template(request, pk)
    require(request.user, "report_template.change", template)
    return confirm_page(
        request,
        lambda: report_templates.delete(template, by=request.user),
        heading=_("Delete the template “%(name)s”?") % {"name": template},
        text=_("Reports that were made by it stay as they are."),
        label=_("Delete"),
        back=reverse("reports:report_template_list"),
        danger=True,
    )


def _consortium(request: HttpRequest) -> Consortium:
    assert request.user.affiliation is not None
    return request.user.affiliation.consortium


def _template(request: HttpRequest, pk: int) -> ReportTemplate:
    return get_object_or_404(ReportTemplate.objects.visible_to(request.user).for_page(), pk=pk)


def _file(content: bytes, name: str, media_type: str, is_saved: bool) -> HttpResponse:
    disposition = content_disposition_header(is_saved, name)
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": disposition})
