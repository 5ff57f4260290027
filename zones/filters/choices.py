"""What one can choose from: what one sees. Anything else answers as a record that does not exist."""

from django.db.models import QuerySet
from django.http import HttpRequest

from consortium.models import Organization, User

from ..models import InnovationClass, Project, ProjectMember, Student, Zone
from ..models.hours import LoggedQuerySet


def zones(request: HttpRequest) -> QuerySet:
    return Zone.objects.visible_to(request.user).order_by("code")


def classes(request: HttpRequest) -> QuerySet:
    return InnovationClass.objects.visible_to(request.user).order_by("-year", "code")


def projects(request: HttpRequest) -> QuerySet:
    return Project.objects.visible_to(request.user).order_by("name")


def students(request: HttpRequest) -> QuerySet:
    return Student.objects.visible_to(request.user)


def enterprises(request: HttpRequest) -> QuerySet:
    return Organization.objects.visible_to(request.user).enterprises().order_by("name")


def colleges(request: HttpRequest) -> QuerySet:
    return Organization.objects.visible_to(request.user).filter(pk__in=zones(request).order_by().values("college"))


def workers(request: HttpRequest) -> QuerySet:
    """The people on projects whose hours the user sees: nobody has hours who is not on the project."""
    rows = LoggedQuerySet(ProjectMember).visible_to(request.user)
    return User.objects.filter(pk__in=rows.values("person")).order_by("name", "pk")
