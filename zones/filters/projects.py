import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from consortium.filters import VisibleFilter

from ..models import Project, ProjectModule
from .choices import enterprises, projects, zones


class ProjectFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name or code"), method="search")
    zone = VisibleFilter(label=_("Zone"), queryset=zones)
    enterprise = VisibleFilter(label=_("Enterprise"), queryset=enterprises)
    status = django_filters.ChoiceFilter(label=_("State"), choices=Project.Status)

    class Meta:
        model = Project
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(name__icontains=value.strip()) | Q(code__icontains=value.strip()))


class ModuleFilter(django_filters.FilterSet):
    project = VisibleFilter(label=_("Project"), queryset=projects)
    status = django_filters.ChoiceFilter(label=_("State"), choices=ProjectModule.Status)

    class Meta:
        model = ProjectModule
        fields: list[str] = []
