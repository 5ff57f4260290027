"""How the records of zones cover the ten joint works of a school and an enterprise."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Value
from django.urls import reverse

from consortium.joint_works import Cover, Pair, covers
from consortium.models import JointWork, User

from .models import (
    InnovationClass,
    Mentor,
    Outcome,
    PartTimeTeacher,
    Project,
    ProjectModule,
    ResearchProject,
    Side,
    TeacherPlacement,
    TeachingResource,
    TechnicalService,
    ZoneCharter,
    ZonePartner,
)

# verified records of the registers that name an enterprise: what each shows, and the field that names it
VERIFIED = [
    (TeachingResource, JointWork.RESOURCES, "title"),
    (PartTimeTeacher, JointWork.TEACHERS, "course"),
    (TeacherPlacement, JointWork.TEACHERS, "post"),
    (ResearchProject, JointWork.RESEARCH, "title"),
    (TechnicalService, JointWork.RESEARCH, "title"),
    (Outcome, JointWork.RESEARCH, "title"),
]


@covers
def of_zones(user: User) -> Iterator[Cover]:
    """A zone is a joint base; its recruiting is a joint admission plan, its charter a joint rule."""
    by_zone: dict[int, dict[int, ZonePartner]] = {}
    for row in ZonePartner.objects.visible_to(user).select_related("zone").order_by("pk"):
        if row.enterprise_id in by_zone.setdefault(row.zone_id, {}):
            continue  # it came back after a time
        by_zone[row.zone_id][row.enterprise_id] = row
        yield _cover(row.zone.college_id, row.enterprise_id, JointWork.BASE, row.zone)
    recruited = InnovationClass.objects.visible_to(user).exclude(status=InnovationClass.Status.PLANNING)
    for innovation_class in recruited.select_related("zone").order_by("pk"):
        for row in by_zone.get(innovation_class.zone_id, {}).values():
            yield _cover(row.zone.college_id, row.enterprise_id, JointWork.ADMISSION, innovation_class)
    agreed = ZoneCharter.objects.visible_to(user).filter(college_on__isnull=False, enterprise_on__isnull=False)
    for charter in agreed.select_related("zone").order_by("pk"):
        yield _cover(charter.zone.college_id, charter.enterprise_id, JointWork.RULES, charter)


@covers
def of_projects(user: User) -> Iterator[Cover]:
    """An enterprise's project divided into modules is a course made together; accepting it assesses what was learnt."""
    modules = ProjectModule.objects.filter(project=OuterRef("pk"))
    projects = Project.objects.visible_to(user).annotate(has_modules=Exists(modules))
    for project in projects.select_related("zone").order_by("pk"):
        if project.has_modules:
            yield _cover(project.zone.college_id, project.enterprise_id, JointWork.COURSES, project)
        if project.status == Project.Status.ACCEPTED:
            yield _cover(project.zone.college_id, project.enterprise_id, JointWork.ASSESSMENT, project)


@covers
def of_mentors(user: User) -> Iterator[Cover]:
    """An enterprise's mentor of a class takes part in forming its students."""
    rows = Mentor.objects.filter(
        innovation_class__in=InnovationClass.objects.visible_to(user),
        side=Side.ENTERPRISE,
        person__affiliations__organization__kind="enterprise",
    )
    names = ("innovation_class", "innovation_class__name", "innovation_class__zone__college")
    found = rows.order_by("pk").values_list(*names, "person__affiliations__organization").distinct()
    for number, name, college, enterprise in found:
        url = reverse("zones:class_detail", args=[number])
        yield Cover(Pair(college, enterprise), JointWork.CHARACTER, name, url)


@covers
def of_registers(user: User) -> Iterator[Cover]:
    """All registers in one query."""
    one, *others = (
        model.objects.visible_to(user)
        .verified()
        .exclude(enterprise=None)
        .order_by()
        .values_list(Value(number), "pk", "zone__college", "enterprise", name)
        for number, (model, _work, name) in enumerate(VERIFIED)
    )
    for number, pk, college, enterprise, label in one.union(*others, all=True):
        model, work, _name = VERIFIED[number]
        url = reverse(f"zones:{model.THING}_detail", args=[pk])
        yield Cover(Pair(college, enterprise), work, label, url)


def _cover(college: int, enterprise: Any, work: JointWork, record: Any) -> Cover:
    return Cover(Pair(college, enterprise), work, str(record), record.get_absolute_url())
