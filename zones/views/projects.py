from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from consortium.lists import Column, list_page
from consortium.models import HistoryEntry
from consortium.permissions import require

from .. import services
from ..filters import ProjectFilter
from ..forms import MemberForm, ModuleForm, ProjectForm
from ..models import HourEntry, Project, ProjectMember, ProjectModule
from .pages import form_page, move_page, next_states


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
    members = list(project.members.select_related("person", "organization"))
    for member in members:
        member.hours = by_person.get(member.person_id)  # type: ignore[attr-defined]
    return render(
        request,
        "zones/project_detail.html",
        {
            "project": project,
            "zone": project.zone,
            "modules": project.modules.all(),
            "members": members,
            "approved": hours.approved().total(),
            "waiting": hours.filter(status=HourEntry.Status.SUBMITTED).count(),
            "recent": hours.for_list()[:10],
            "today": timezone.localdate(),
            "next_states": next_states(project),
            "history": HistoryEntry.objects.of(project),
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


def project_move(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    require(request.user, "project.move", project)
    return move_page(request, project, to)


def module_add(request: HttpRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    require(request.user, "project.change", project)
    module = ProjectModule(project=project, number=project.modules.count() + 1)
    form = ModuleForm(request.POST or None, instance=module)
    return form_page(
        request, form, lambda: services.add_module(module, by=request.user), heading=_("Add a module"), back=project
    )


@require_POST
def module_remove(request: HttpRequest, pk: int) -> HttpResponse:
    module = get_object_or_404(ProjectModule.objects.visible_to(request.user).select_related("project__zone"), pk=pk)
    require(request.user, "project.change", module.project)
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
