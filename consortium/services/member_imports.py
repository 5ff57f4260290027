"""Members from an Excel file: handed in and checked as a whole, accepted after reading, written all or not at all."""

from datetime import datetime

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from .. import filestore
from ..content import XLSX, Unfit, recognise
from ..models import Consortium, MemberImport, Membership, Organization, User
from .bulk import insert_many
from .changes import Refused, create, move, save_changes
from .files import attach
from .history import history_row, record_all
from .member_plan import LAYOUT, OF_MEMBERSHIP, Member, MemberPlan, make_plan
from .scans import held, note_clean, refuse_infected
from .search import keep_search
from .sheets import Sheet, read_sheet

FILE_BYTES = 5 * 1024 * 1024
Status = MemberImport.Status


@transaction.atomic
def check_members(file: File, *, by: User, now: datetime) -> MemberImport:
    """Keep ``file`` with everything that is wrong in it, or what it would write. Raises Refused when it is no file of
    members."""
    if by.affiliation is None:
        raise Refused(_("You have no role in a consortium now."))
    try:
        with filestore.taken(file.chunks(), FILE_BYTES) as new:
            kind, name = recognise(new.path, file.name or "")
            if kind is not XLSX:
                raise Refused(_("Members come in as an Excel workbook (.xlsx): save it as one."))
            refuse_infected(file)
            plan = make_plan(read_sheet(new.path, LAYOUT), by.affiliation.consortium)
    except filestore.TooLarge:
        words = {"n": FILE_BYTES >> 20}
        raise Refused(_("This file is too large. A file of members has at most %(n)d MB.") % words) from None
    except Unfit as unfit:
        raise Refused(str(unfit)) from None
    status = Status.REFUSED if plan.faults else Status.CHECKED
    order = MemberImport(
        user=by, acting_as=by.affiliation, name=name, at=now, status=status, result=plan.as_result()
    )  # fmt: skip
    create(order, by=by)
    note_clean(attach(order, file, by=by, now=now), now=now)
    return order


@transaction.atomic
def accept_members(order: MemberImport, *, by: User) -> None:
    """Write what was checked, all of it. Raises Refused when something has changed since it was read."""
    consortium = Consortium.objects.select_for_update(no_key=True).get(pk=order.acting_as.consortium_id)
    plan = make_plan(_sheet(order), consortium)
    if plan.faults or plan.seen != order.result.get("seen"):
        raise Refused(_("Something has changed since you read this, and nothing was written. Hand the file in again."))
    move(order, Status.DONE, by=by)
    reason = _("From the file “%(file)s”, import %(number)d") % {"file": order.name, "number": order.pk}
    _insert(plan, consortium, by, reason)
    for member in plan.changed:
        for obj, names in _parts(member):
            fields = {name: member.said[name] for name in names}
            save_changes(obj, by=by, reason=reason, **fields)
    renamed = [member.organization for member in plan.changed if member.organization]
    keep_search(renamed)


def _insert(plan: MemberPlan, consortium: Consortium, by: User, reason: str) -> None:
    fresh = [member for member in plan.new if member.organization is None]
    for member in fresh:
        said = {name: value for name, value in member.said.items() if name not in OF_MEMBERSHIP}
        member.organization = Organization(**said)
    organizations = [member.organization for member in fresh if member.organization]
    insert_many(organizations)
    keep_search(organizations)
    memberships = [
        Membership(
            consortium=consortium,
            organization=member.organization,
            **{name: member.said[name] for name in OF_MEMBERSHIP if name in member.said},
        )
        for member in plan.new
    ]
    insert_many(memberships)
    written = [*organizations, *memberships]
    record_all(history_row(row, by=by, what="created", new=row, reason=reason) for row in written)


def _parts(member: Member) -> list[tuple[Organization | Membership, list[str]]]:
    """The records that the row is about, each with its fields among those said."""
    assert member.organization and member.membership
    return [
        (member.organization, [name for name in member.said if name not in OF_MEMBERSHIP]),
        (member.membership, [name for name in member.said if name in OF_MEMBERSHIP]),
    ]


def _sheet(order: MemberImport) -> Sheet:
    file = order.file
    if file is None:
        raise Refused(_("The file of this import is not there any more."))
    if sentence := held(file):
        raise Refused(sentence)
    return read_sheet(filestore.path_of(file.sha256), LAYOUT)
