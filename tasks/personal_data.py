"""Personal data of those who answer for tasks."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, User
from consortium.personal import PHONE, SURNAME, PersonalField, register

from .models import Task

Role = Affiliation.Role
PUBLISHED = _("Always: the table is an official document")


def seen_of_task(user: User, task: Any) -> Collection[str]:
    affiliation = user.affiliation
    inside = affiliation and (
        affiliation.role in {Role.BUREAU, Role.SECRETARIAT}
        or affiliation.organization_id == task.responsible_organization_id
    )
    return ("leader", "responsible_person", "phone") if inside else ("leader", "responsible_person")


register(
    Task,
    {
        "leader": PersonalField(_("To know who answers for the task."), _("Whoever sees the plan"), PUBLISHED, SURNAME),
        "responsible_person": PersonalField(
            _("To know who answers for the task."), _("Whoever sees the plan"), PUBLISHED, SURNAME
        ),
        "phone": PersonalField(
            _("To reach who answers for the task."),
            _("The bureau, the secretariat and the responsible member"),
            PUBLISHED,
            PHONE,
        ),
    },
    clear=seen_of_task,
)
