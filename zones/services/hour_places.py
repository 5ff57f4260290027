"""For whom and on which projects somebody may log hours, by the names that people type into a file."""

from collections.abc import Callable
from typing import Any

from consortium.models import User

from ..models import ProjectMember, ProjectModule
from .hour_cells import text_of


class Places:
    """What the person may write, by the names that people type."""

    def __init__(self, by: User) -> None:
        rows = ProjectMember.objects.loggable_by(by).select_related("project__zone", "person", "organization")
        self.members = {(row.project_id, row.person_id): row for row in rows}
        self.people = {row.person_id: row.person for row in rows}
        self.projects = {row.project_id: row.project for row in rows}
        self.modules: dict[int, dict[str, ProjectModule]] = {pk: {} for pk in self.projects}
        for module in ProjectModule.objects.filter(project__in=self.projects):
            for name in (str(module), module.name, str(module.number)):  # a number is sooner a number than a name
                self.modules[module.project_id][text_of(name)] = module
        self.people_named = _named(self.people, lambda one: one.name, lambda one: one.username)
        self.projects_named = _named(self.projects, lambda one: one.name, lambda one: one.code)

    def person(self, text: str) -> int | None:
        if not text and len(self.people) == 1:
            return next(iter(self.people))
        found = self.people_named.get(text, set())
        return next(iter(found)) if len(found) == 1 else None

    def project(self, text: str, zone: str) -> int | None:
        """Of projects with the same name the one of that zone."""
        found = self.projects_named.get(text, set())
        if len(found) > 1 and zone:
            found = {pk for pk in found if text_of(self.projects[pk].zone.name) == zone}
        return next(iter(found)) if len(found) == 1 else None

    def module(self, text: str, project: int) -> ProjectModule | None:
        """A module of the project by its number, its name, or both as a list shows them."""
        return self.modules.get(project, {}).get(text)

    def module_labels(self) -> set[str]:
        return {str(module) for named in self.modules.values() for module in named.values()}

    def person_labels(self) -> dict[int, str]:
        """How each is written so that it is found again: the name, with the account where two have the same."""
        return _labels(self.people, self.people_named, lambda one: one.name, lambda one: one.username)

    def project_labels(self) -> dict[int, str]:
        return _labels(self.projects, self.projects_named, lambda one: one.name, lambda one: one.code)


def _with(name: str, more: str) -> str:
    return f"{name}（{more}）"


def _named(rows: dict[int, Any], name: Callable[[Any], str], more: Callable[[Any], str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for pk, row in rows.items():
        found.setdefault(text_of(name(row)), set()).add(pk)
        found.setdefault(text_of(_with(name(row), more(row))), set()).add(pk)
    return found


def _labels(
    rows: dict[int, Any], named: dict[str, set[int]], name: Callable[[Any], str], more: Callable[[Any], str]
) -> dict[int, str]:
    return {
        pk: name(row) if len(named[text_of(name(row))]) == 1 else _with(name(row), more(row))
        for pk, row in rows.items()
    }
