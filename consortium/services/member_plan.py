"""What a sheet of members comes to: which are new, changed or as they stand, and everything that is wrong."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from ..industries import DIVISIONS, division_of
from ..models import Consortium, Membership, Organization
from .cells import Unclear, day_of, text_of
from .duplicates import near
from .sheets import Fault, Layout, Sheet

MOST_ROWS = 2_000
LABELS = {  # the heads of the exported list and of the template
    "name": gettext_lazy("Organization"),
    "credit_code": gettext_lazy("Credit code"),
    "kind": gettext_lazy("Kind"),
    "industry": gettext_lazy("Industry"),
    "size": gettext_lazy("Size"),
    "park": gettext_lazy("Park"),
    "is_lead": gettext_lazy("Lead"),
    "joined_on": gettext_lazy("Joined on"),
    "left_on": gettext_lazy("Left on"),
    "left_reason": gettext_lazy("Reason for leaving"),
    "tags": gettext_lazy("Tags"),
    "contact_name": gettext_lazy("Contact"),
    "contact_phone": gettext_lazy("Telephone"),
}
LAYOUT = Layout(
    labels=LABELS,
    needed=("name", "credit_code", "kind", "joined_on"),
    most_rows=MOST_ROWS,
    too_far=gettext_lazy("Sheet “%(sheet)s” goes down to row %(row)s; a file has at most 2,000 members."),
    too_many=gettext_lazy("The file has %(n)s members; at once there are at most 2,000. Divide it."),
    nothing=gettext_lazy("There are no members below the heads in row %(row)s."),
    also={
        "名称": "name",
        "单位名称": "name",
        "统一社会信用代码": "credit_code",
        "类别": "kind",
        "联系人电话": "contact_phone",
    },
)
OF_MEMBERSHIP = ("is_lead", "joined_on", "left_on", "left_reason", "tags")


@dataclass
class Member:
    """One row: what it says by field, and the member that has its credit code."""

    row: int
    said: dict[str, Any]
    organization: Organization | None = None
    membership: Membership | None = None
    changes: list[list[str]] = field(default_factory=list)  # label, old, new


@dataclass
class MemberPlan:
    sheet: Sheet
    new: list[Member] = field(default_factory=list)
    changed: list[Member] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_result(self) -> dict[str, Any]:
        """What is kept and shown of it."""
        return {
            "rows": len(self.sheet.rows),
            "new": [[one.row, one.said["name"]] for one in self.new],
            "changed": [{"row": one.row, "of": one.said["name"], "what": one.changes} for one in self.changed],
            "unchanged": self.unchanged,
            "faults": [asdict(fault) for fault in sorted(self.faults, key=lambda fault: (fault.row, fault.column))],
            "notes": [*self.sheet.notes, *self.notes],
            "seen": self.seen,
        }

    @property
    def seen(self) -> str:
        """Changes with everything that would be written."""
        said = [[one.row, one.said, one.changes] for one in (*self.new, *self.changed)]
        return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()


def make_plan(sheet: Sheet, consortium: Consortium) -> MemberPlan:
    """Compare the sheet with the members of ``consortium``; writes nothing."""
    plan = MemberPlan(sheet, faults=list(sheet.faults))
    if any(fault.row == sheet.head for fault in sheet.faults):
        return plan
    said = [(row, _read(plan, row, cells)) for row, cells in sheet.rows]
    codes = [one["credit_code"] for _row, one in said if "credit_code" in one]
    known = {row.credit_code: row for row in Organization.objects.filter(credit_code__in=codes).select_related("park")}
    memberships = {
        row.organization_id: row
        for row in Membership.objects.filter(consortium=consortium, organization__in=[row.pk for row in known.values()])
    }
    parks = {row.name: row for row in Organization.objects.members_of(consortium).filter(kind="park")}
    rows_of: dict[tuple[str, str], int] = {}
    for row, one in said:
        for name in ("credit_code", "name"):
            if one.get(name) and rows_of.setdefault((name, one[name]), row) != row:
                words = {"row": rows_of[name, one[name]]}
                _add(plan, row, name, one[name], _("This stands in row %(row)s already.") % words)
        if one.get("park") and one["park"] not in parks:
            _add(plan, row, "park", one["park"], _("There is no member park of this name."))
        elif "park" in one:
            one["park"] = parks.get(one["park"])
        if "credit_code" in one and "name" in one:
            organization = known.get(one["credit_code"])
            _place(plan, Member(row, one, organization, memberships.get(organization.pk if organization else 0)))
    _warn(plan, consortium)
    return plan


def _read(plan: MemberPlan, row: int, cells: list) -> dict[str, Any]:
    """What the row says by field, without the cells that say nothing we can take: those are faults."""
    said: dict[str, Any] = {}
    for name, place in plan.sheet.columns.items():
        cell = cells[place] if place < len(cells) else ""
        try:
            said[name] = READERS.get(name, text_of)("" if cell is None else cell)
            if name in ("name", "contact_name", "contact_phone", "left_reason", "tags", "credit_code"):
                _check(name, said[name])
        except Unclear as unclear:
            said.pop(name, None)
            _add(plan, row, name, text_of("" if cell is None else cell), str(unclear))
    joined, left = said.get("joined_on"), said.get("left_on")
    if joined and left and left < joined:
        _add(plan, row, "left_on", str(left), _("A membership cannot end before it begins."))
    if said.get("left_reason") and not left and "left_on" in said:
        _add(plan, row, "left_on", "", _("Give the day of leaving too."))
    return said


def _check(name: str, text: str) -> None:
    """The model's own rules for the field."""
    model: type[models.Model] = Membership if name in OF_MEMBERSHIP else Organization
    field_of = model._meta.get_field(name)
    try:
        field_of.clean(text, None)  # type: ignore[union-attr]
    except ValidationError as error:
        raise Unclear(error.messages[0]) from None


def _choice(choices: type[models.TextChoices], needed: bool) -> Callable[[object], str]:
    def read(cell: object) -> str:
        text = text_of(cell)
        if not text and not needed:
            return ""
        for value in choices.values:
            if text.casefold() in _names_of(choices, value):
                return value
        labels = _(", ").join(str(label) for label in choices.labels)
        raise Unclear(_("Choose one of: %(labels)s.") % {"labels": labels})

    return read


def _names_of(choices: type[models.TextChoices], value: str) -> set[str]:
    """A choice's code and its name in every language of the program."""
    found = {value}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found.add(str(choices(value).label).casefold())
    return found


def _industry(cell: object) -> str:
    text = text_of(cell)
    code = division_of(text) if text else ""
    if code is None:
        raise Unclear(_("This is no division of GB/T 4754. Write it as C34, or its name."))
    return code


def _yes(cell: object) -> bool:
    text = text_of(cell).casefold()
    if text in {"是", "yes", "y", "true", "1", "√"}:
        return True
    if text in {"", "否", "no", "n", "false", "0"}:
        return False
    raise Unclear(_("Write yes or no."))


def _day_or_none(cell: object) -> date | None:
    return day_of(cell) if text_of(cell) else None


READERS: dict[str, Callable[[Any], Any]] = {
    "credit_code": lambda cell: text_of(cell).replace(" ", "").upper(),
    "kind": _choice(Organization.Kind, needed=True),
    "industry": _industry,
    "size": _choice(Organization.Size, needed=False),
    "is_lead": _yes,
    "joined_on": day_of,
    "left_on": _day_or_none,
}


def _add(plan: MemberPlan, row: int, name: str, text: str, sentence: str) -> None:
    plan.faults.append(Fault(row, plan.sheet.letter(name), text[:60], sentence))


def _place(plan: MemberPlan, member: Member) -> None:
    """Whether the row is new, changes a member, or says what stands."""
    organization, membership = member.organization, member.membership
    if organization is None:
        plan.new.append(member)
        return
    if membership is None:
        if organization.name != member.said["name"]:
            words = {"name": organization.name}
            _add(plan, member.row, "name", member.said["name"], _("This code is registered as “%(name)s”.") % words)
        plan.new.append(member)
        return
    for name, value in member.said.items():
        obj: Any = membership if name in OF_MEMBERSHIP else organization
        if getattr(obj, name) != value:
            member.changes.append([str(LABELS[name]), _shown(name, getattr(obj, name)), _shown(name, value)])
    if member.changes:
        plan.changed.append(member)
    else:
        plan.unchanged += 1


def _shown(name: str, value: Any) -> str:
    """As it is read in the preview; what is personal stays out of the stored result."""
    if name in ("contact_name", "contact_phone"):
        return "***" if value else ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name == "industry":
        return f"{value} {DIVISIONS[value]}" if value else ""
    if name in ("kind", "size") and value:
        return str({"kind": Organization.Kind, "size": Organization.Size}[name](value).label)
    return "" if value is None else str(value)


def _warn(plan: MemberPlan, consortium: Consortium) -> None:
    """Name new members that are nearly called as others are: for people to decide."""
    names = set(Organization.objects.members_of(consortium).order_by().values_list("name", flat=True))
    for member in _fresh(plan):
        if found := near(member.said["name"], names):
            words = {"row": member.row, "name": member.said["name"], "others": "、".join(sorted(found))}
            plan.notes.append(_("Row %(row)s, “%(name)s”, is nearly called as: %(others)s.") % words)


def _fresh(plan: MemberPlan) -> Iterator[Member]:
    return (member for member in plan.new if member.organization is None)
