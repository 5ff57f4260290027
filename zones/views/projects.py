from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from consortium.lists import Column, list_page
from consortium.models import HistoryEntry
from consortium.permissions import require
from consortium.views.pages import confirm_page

from .. import services
from ..filters import ProjectFilter
from ..forms import MemberForm, ModuleForm, ProjectForm
from ..forms.registers import WhyForm
from ..models import HourEntry, Project, ProjectMember, ProjectModule
from .pages import form_page


def project_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(_("Project"), "name", sort="name"),
        Column(_("Zone"), "zone.name", sort="zone__name"),
        Column(_("Enterprise"), "enterprise.name", sort="enterprise__name"),
        Column(_("Starts on"), "starts_on", sort="starts_on"),
        Column(_("Ends on"), "ends_on", sort="ends_on"),
        Column(_("Planned hours"), "planned_hours", sort="planned_hours", numeric=True),
        Column(_("State"), "get_status_display", sort="status"),
    ]
    rows = Project.objects.visible_to(request.user).for_list()
    return list_page(
        request,
        filterset=ProjectFilter,
        queryset=rows,
        columns=columns,
        template="zones/project_list.html",
        tally="status",
    )


def project_detail(request: HttpRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user).for_list(), pk=pk)
    hours = HourEntry.objects.visible_to(request.user).filter(project=project)
    by_person = {row["person"]: row["hours"] for row in hours.approved().totals_by("person")}
    by_module = {row["module"]: row["hours"] for row in hours.approved().totals_by("module")}
    modules = list(project.modules.all())
    for module in modules:
        module.hours_spent = by_module.pop(module.pk, Decimal(0))  # type: ignore[attr-defined]
    members = list(project.members.select_related("person", "organization"))
    for member in members:
        member.hours = by_person.get(member.person_id)  # type: ignore[attr-defined]
    return render(
        request,
        "zones/project_detail.html",
        {
            "project": project,
            "zone": project.zone,
            "modules": modules,
            "members": members,
            "approved": sum(by_person.values()),
            "without_module": by_module.get(None),
            "is_begun": project.status in Project.Status.begun(),
            "waiting": hours.filter(status=HourEntry.Status.SUBMITTED).count(),
            "recent": hours.for_list()[:10],
            "today": timezone.localdate(),
            "history": HistoryEntry.objects.of(project, *modules),
        },
    )


def project_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "project.add")
    project = Project()
    form = ProjectForm(
        request.POST or None, instance=project, user=request.user, initial={"zone": request.GET.get("zone")}
    )

    def save() -> Project:
        require(request.user, "project.add", project)
        return services.save_project(project, by=request.user)

    return form_page(request, form, save, heading=_("New project"))


def project_update(request: HttpRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    require(request.user, "project.change", project)
    form = ProjectForm(request.POST or None, instance=project, user=request.user)
    return form_page(
        request, form, lambda: services.save_project(project, by=request.user), heading=_("Edit project"), back=project
    )


def project_begin(request: HttpRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    require(request.user, "project.move", project)
    return confirm_page(
        request,
        lambda: services.begin_project(project, by=request.user),
        heading=_("Begin the project"),
        text=_("People log hours on it from now on. This step cannot be taken back."),
        label=_("Begin the project"),
        back=project,
    )


def work_deliver(request: HttpRequest, thing: str, pk: int) -> HttpResponse:
    work = _get_work(request, thing, pk, "deliver")
    return confirm_page(
        request,
        lambda: services.deliver(work, by=request.user, now=timezone.now()),
        heading=_("Deliver"),
        text=_("“%(work)s” goes to the enterprise, which accepts it or returns it with a reason.") % {"work": work},
        label=_("Deliver"),
        back=work,
    )


def work_accept(request: HttpRequest, thing: str, pk: int) -> HttpResponse:
    work = _get_work(request, thing, pk, "accept")
    standard = getattr(work, "acceptance_standard", "")
    return confirm_page(
        request,
        lambda: services.accept(work, by=request.user, now=timezone.now()),
        heading=pgettext_lazy("delivery", "Accept"),
        text=_("“%(work)s” is accepted for the enterprise. This step cannot be taken back.") % {"work": work},
        going=[_("Acceptance standard: %(standard)s") % {"standard": standard}] if standard else [],
        label=pgettext_lazy("delivery", "Accept"),
        back=work,
    )


def work_return(request: HttpRequest, thing: str, pk: int) -> HttpResponse:
    work = _get_work(request, thing, pk, "return")
    form = WhyForm(request.POST or None, label=_("What has to be put right?"))
    return form_page(
        request,
        form,
        lambda: services.give_back(work, **form.cleaned_data, by=request.user, now=timezone.now()),
        heading=_("Return “%(work)s”") % {"work": work},
        back=work,
        label=_("Return"),
    )


def _get_work(request: HttpRequest, thing: str, pk: int, act: str) -> Any:
    """The project or module that the person sees, or 404; 403 when the act is the other side's."""
    model, above = {"project": (Project, "zone"), "module": (ProjectModule, "project__zone")}[thing]
    work = get_object_or_404(model.objects.visible_to(request.user).select_related(above), pk=pk)
    require(request.user, f"{thing}.{act}", work)
    return work


def module_add(request: HttpRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    require(request.user, "module.add", project)
    module = ProjectModule(project=project, number=project.modules.count() + 1)
    form = ModuleForm(request.POST or None, instance=module)
    return form_page(
        request, form, lambda: services.add_module(module, by=request.user), heading=_("Add a module"), back=project
    )


@require_POST
def module_remove(request: HttpRequest, pk: int) -> HttpResponse:
    module = get_object_or_404(ProjectModule.objects.visible_to(request.user).select_related("project__zone"), pk=pk)
    require(request.user, "module.change", module)
    services.remove_module(module, by=request.user)
    return redirect(module.project)


def member_add(request: HttpRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    require(request.user, "project.change", project)
    member = ProjectMember(project=project)
    form = MemberForm(request.POST or None, instance=member)
    return form_page(
        request, form, lambda: services.add_member(member, by=request.user), heading=_("Assign a person"), back=project
    )


@require_POST
def member_remove(request: HttpRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(ProjectMember.objects.visible_to(request.user).select_related("project__zone"), pk=pk)
    require(request.user, "project.change", member.project)
    services.remove_member(member, by=request.user)
    return redirect(member.project)
