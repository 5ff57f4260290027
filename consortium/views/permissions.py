from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ..models import Affiliation
from ..permissions import acts_on, rights_of, thing_label
from ..things import THINGS


@dataclass(frozen=True)
class Cell:
    """On what a role may do an act, in words; empty when it may not."""

    role: str
    text: str
    is_own: bool


def permission_list(request: HttpRequest) -> HttpResponse:
    """Who may do what here: the table of permissions as it is in force, the own role marked."""
    affiliation = request.user.affiliation
    own = affiliation.role if affiliation else ""
    context = {
        "affiliation": affiliation,
        "rights": rights_of(affiliation) if affiliation else [],
        "roles": [(role.label, role.value == own) for role in Affiliation.Role],
        "rooms": _rooms(own),
    }
    return render(request, "consortium/permission_list.html", context)


def _rooms(own: str) -> dict[Any, list[tuple[str, list[tuple[Any, list[Cell]]]]]]:
    """By the app's name its things, each with its acts and a cell for every role."""
    rooms: dict[Any, list[Any]] = {}
    for thing, label in THINGS.items():
        lines = [(act, [_cell(role, roles, own) for role in Affiliation.Role]) for _act, act, roles in acts_on(thing)]
        rooms.setdefault(apps.get_app_config(label.split(".")[0]).verbose_name, []).append((thing_label(thing), lines))
    return rooms


def _cell(role: Affiliation.Role, roles: dict[str, Any], own: str) -> Cell:
    text = str(roles[role].label) if role in roles else ""
    return Cell(str(role.label), text, role.value == own)
