"""Who may do what: one table, read by pages, API, buttons, the page "who may do what here" and the test matrix.

A row names an act on a thing ("zone.change"), the roles that may do it, and on which records. "see" is what
``visible_to(user)`` of the thing's model shows; a test holds the two together. What one does not see is answered 404,
what one sees but may not do is 403 with a sentence. Nothing here ever crosses the consortium for which one acts.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import conditions as on
from .models import Affiliation, Attachment, User
from .things import ACTS, THINGS

Role = Affiliation.Role
Roles = dict[str, on.Condition]
ALL: Roles = dict.fromkeys((Role.SECRETARIAT, Role.BUREAU, Role.AUDITOR), on.whole_consortium)
MEMBERS: Roles = dict.fromkeys((*ALL, Role.COLLEGE_ADMIN), on.every_member) | {
    Role.PARTNER: on.no_rival,
    Role.MENTOR: on.no_rival_from_an_enterprise,
    Role.EXPERT: on.no_rival_from_an_enterprise,
}
OFFICE: Roles = dict.fromkeys((Role.SECRETARIAT, Role.AUDITOR), on.whole_consortium)
PARTIES: Roles = dict.fromkeys((Role.COLLEGE_ADMIN, Role.PARTNER), on.own_agreement)
AGREEMENTS: Roles = ALL | PARTIES
DELEGATES = (Role.COLLEGE_ADMIN, Role.PARTNER, Role.MENTOR, Role.EXPERT)  # and the bureau, which sees all
COUNCILS: Roles = ALL | dict.fromkeys(DELEGATES, on.seated)
MEETINGS: Roles = OFFICE | {Role.BUREAU: on.no_draft} | dict.fromkeys(DELEGATES, on.seated_and_called)
SEATED: Roles = dict.fromkeys((*DELEGATES, Role.BUREAU), on.seated_and_called)
ZONES: Roles = ALL | {
    Role.COLLEGE_ADMIN: on.own_college,
    Role.PARTNER: on.partnered_zone,
    Role.MENTOR: on.mentored_zone,
}
PROJECTS: Roles = ALL | {
    Role.COLLEGE_ADMIN: on.own_college,
    Role.PARTNER: on.own_project,
    Role.MENTOR: on.assigned_project,
}
REGISTERS: Roles = ALL | {
    Role.COLLEGE_ADMIN: on.own_college,
    Role.MENTOR: on.own_college,
    Role.PARTNER: on.naming_own_enterprise,
}
COLLEGE: Roles = {Role.COLLEGE_ADMIN: on.own_college, Role.MENTOR: on.own_college}
RECORDERS: Roles = {Role.COLLEGE_ADMIN: on.own_organization, Role.MENTOR: on.own_record}
POSTS: Roles = ALL | {
    Role.COLLEGE_ADMIN: on.partner_of_own_zones,
    Role.PARTNER: on.naming_own_enterprise,
    Role.MENTOR: on.own_or_partner,
}
PLACEMENTS: Roles = ALL | {
    Role.COLLEGE_ADMIN: on.own_college,
    Role.PARTNER: on.naming_own_enterprise,
    Role.MENTOR: on.own_side,
}
ATTENDANTS: Roles = {role: PLACEMENTS[role] for role in (Role.COLLEGE_ADMIN, Role.PARTNER, Role.MENTOR)}
RECORDERS_OF_POSTS: Roles = {role: POSTS[role] for role in (Role.COLLEGE_ADMIN, Role.PARTNER)}
TASKS: Roles = ALL | {Role.COLLEGE_ADMIN: on.whole_consortium, Role.MENTOR: on.own_task}
SCHEMES: Roles = dict.fromkeys(Role, on.no_draft) | OFFICE
EVALUATIONS: Roles = ALL | {
    Role.COLLEGE_ADMIN: on.own_college_or_public,
    Role.PARTNER: on.public_of_own_zone,
    Role.MENTOR: on.public_of_own_zone,
    Role.EXPERT: on.assigned_or_public,
}
ASSESSMENTS: Roles = ALL | {Role.COLLEGE_ADMIN: on.own_college, Role.EXPERT: on.assigned_reviewer}


@on.condition(gettext_lazy("of records that one sees"))
def of_seen_record(affiliation: Affiliation, attachment: Any) -> bool:
    owner = attachment.record
    thing = next(thing for thing, label in THINGS.items() if label == owner._meta.label)
    condition = PERMISSIONS[f"{thing}.see"].get(affiliation.role)
    return condition is not None and condition(affiliation, owner)


@on.condition(gettext_lazy("of records that one changes or reports on"))
def of_changed_record(affiliation: Affiliation, obj: Any) -> bool:
    """Files of a record that says by ``files_act`` who hands them in; ``obj`` is such a file or the record itself."""
    owner: Any = obj.record if isinstance(obj, Attachment) else obj
    condition = PERMISSIONS[owner.files_act].get(affiliation.role)
    return condition is not None and condition(affiliation, owner)


def _register(thing: str, *, by_partner: bool = False) -> dict[str, Roles]:
    """The rows of a register: recorded by the college's people, or by the enterprise too; verified by somebody else."""
    return {
        f"{thing}.see": REGISTERS,
        f"{thing}.add": COLLEGE | ({Role.PARTNER: on.naming_own_enterprise} if by_partner else {}),
        f"{thing}.change": RECORDERS | ({Role.PARTNER: on.own_organization} if by_partner else {}),
        f"{thing}.verify": {Role.COLLEGE_ADMIN: on.recorded_by_another},
        f"{thing}.return": {Role.COLLEGE_ADMIN: on.own_college},
    }


def _delivery(thing: str) -> dict[str, Roles]:
    """The rows of what the college hands over and the enterprise takes or not."""
    return {
        f"{thing}.deliver": {Role.COLLEGE_ADMIN: on.own_college},
        f"{thing}.accept": {Role.PARTNER: on.own_project},
        f"{thing}.return": {Role.PARTNER: on.own_project},
    }


def _paper(thing: str) -> dict[str, Roles]:
    """The rows of a paper of students, which only their own college reads and keeps."""
    return {f"{thing}.{act}": {Role.COLLEGE_ADMIN: on.own_college} for act in ("see", "add", "change")}


PERMISSIONS: dict[str, Roles] = {
    # consortium
    "consortium.see": dict.fromkeys(Role, on.own_consortium),
    "consortium.brief": dict.fromkeys((Role.SECRETARIAT, Role.BUREAU, Role.AUDITOR), on.own_consortium),
    "consortium.health": dict.fromkeys((Role.SECRETARIAT, Role.BUREAU, Role.AUDITOR), on.own_consortium),
    "platform.see": dict.fromkeys(Role, on.whole_consortium),
    "platform.add": {Role.SECRETARIAT: on.anywhere},
    "platform.change": {Role.SECRETARIAT: on.whole_consortium},
    "organization.see": MEMBERS,
    "organization.reveal": MEMBERS,
    "organization.ledger": dict.fromkeys((*ALL, Role.COLLEGE_ADMIN), on.member_enterprise)
    | {Role.PARTNER: on.own_enterprise},
    "organization.add": {Role.SECRETARIAT: on.anywhere},
    "organization.change": {Role.SECRETARIAT: on.anywhere},
    "contact.see": MEMBERS,
    "contact.add": {Role.SECRETARIAT: on.anywhere},
    "contact.change": {Role.SECRETARIAT: on.every_member},
    "joining.see": ALL,
    "joining.add": {Role.SECRETARIAT: on.anywhere},
    "joining.change": {Role.SECRETARIAT: on.whole_consortium},
    "member_import.see": {Role.SECRETARIAT: on.own_order},
    "member_import.add": {Role.SECRETARIAT: on.anywhere},
    "member_import.change": {Role.SECRETARIAT: on.own_order},
    "department.see": MEMBERS,
    "membership.see": MEMBERS,
    "membership.add": {Role.SECRETARIAT: on.anywhere},
    "membership.change": {Role.SECRETARIAT: on.anywhere},
    "person.see": {
        Role.SECRETARIAT: on.everybody,
        Role.AUDITOR: on.everybody,
        Role.COLLEGE_ADMIN: on.colleagues,
        Role.PARTNER: on.colleagues,
    },
    "person.erase": {Role.SECRETARIAT: on.everybody},
    "affiliation.see": MEMBERS,
    "affiliation.add": {Role.SECRETARIAT: on.anywhere},
    "affiliation.end": {Role.SECRETARIAT: on.anywhere, Role.COLLEGE_ADMIN: on.given, Role.PARTNER: on.given},
    "invitation.see": OFFICE | dict.fromkeys((Role.COLLEGE_ADMIN, Role.PARTNER), on.own_organization),
    "invitation.add": {Role.SECRETARIAT: on.anywhere, Role.COLLEGE_ADMIN: on.given, Role.PARTNER: on.given},
    "invitation.change": {Role.SECRETARIAT: on.anywhere, Role.COLLEGE_ADMIN: on.given, Role.PARTNER: on.given},
    "announcement.see": dict.fromkeys(Role, on.addressed) | OFFICE,
    "announcement.add": {Role.SECRETARIAT: on.anywhere},
    "announcement.change": {Role.SECRETARIAT: on.anywhere},
    "announcement.read": dict.fromkeys(Role, on.addressed),
    "announcement.receipts": OFFICE,
    "agreement.see": AGREEMENTS,
    "agreement.add": {Role.SECRETARIAT: on.anywhere},
    "agreement.change": {Role.SECRETARIAT: on.whole_consortium},
    "agreement.move": {Role.SECRETARIAT: on.whole_consortium},
    "agreement.agree": PARTIES,
    "agreement.return": PARTIES | {Role.SECRETARIAT: on.whole_consortium},
    "party.see": AGREEMENTS,
    "party.change": {Role.SECRETARIAT: on.whole_consortium},
    "duty.see": AGREEMENTS,
    "duty.change": {Role.SECRETARIAT: on.whole_consortium},
    "duty.submit": {
        Role.SECRETARIAT: on.whole_consortium,
        Role.COLLEGE_ADMIN: on.own_duty,
        Role.PARTNER: on.own_duty,
    },
    "duty.reopen": {Role.SECRETARIAT: on.whole_consortium},
    "council.see": COUNCILS,
    "council.add": {Role.SECRETARIAT: on.anywhere},
    "council.change": {Role.SECRETARIAT: on.whole_consortium},
    "seat.see": COUNCILS,
    "seat.change": {Role.SECRETARIAT: on.whole_consortium},
    "delegate.see": COUNCILS,
    "delegate.change": {Role.SECRETARIAT: on.whole_consortium},
    "meeting.see": MEETINGS,
    "meeting.add": {Role.SECRETARIAT: on.anywhere},
    "meeting.change": {Role.SECRETARIAT: on.whole_consortium},
    "meeting.move": {Role.SECRETARIAT: on.whole_consortium},
    "meeting.read": SEATED,
    "meeting.return": {Role.SECRETARIAT: on.whole_consortium} | dict.fromkeys(SEATED, on.chairing),
    "meeting.accept": {Role.SECRETARIAT: on.whole_consortium} | dict.fromkeys(SEATED, on.chairing),
    "agenda_item.see": MEETINGS,
    "agenda_item.change": {Role.SECRETARIAT: on.whole_consortium},
    "agenda_item.move": {Role.SECRETARIAT: on.whole_consortium},
    "agenda_item.vote": SEATED,
    "opinion.see": MEETINGS,
    "opinion.add": {Role.SECRETARIAT: on.whole_consortium} | SEATED,
    "opinion.take": {Role.SECRETARIAT: on.whole_consortium} | dict.fromkeys(SEATED, on.own_seat),
    "opinion.answer": {Role.SECRETARIAT: on.whole_consortium},
    "resolution.see": MEETINGS,
    "resolution.change": {Role.SECRETARIAT: on.whole_consortium},
    "resolution.submit": {Role.SECRETARIAT: on.whole_consortium},
    "access.see": dict.fromkeys(Role, on.own_organization) | OFFICE,
    "history.see": OFFICE,
    "export.see": dict.fromkeys(Role, on.own_order),
    "attachment.see": dict.fromkeys(Role, of_seen_record),
    "attachment.add": dict.fromkeys(Role, of_changed_record),
    "attachment.change": dict.fromkeys(Role, of_changed_record),
    "notice.see": dict.fromkeys(Role, on.own_desk),
    # zones
    "zone.see": ZONES,
    "zone.add": {Role.COLLEGE_ADMIN: on.own_college},
    "zone.change": {Role.COLLEGE_ADMIN: on.own_college},
    "zone.move": {Role.COLLEGE_ADMIN: on.own_college},
    "partnership.see": ZONES | {Role.PARTNER: on.own_partnership, Role.MENTOR: on.mentored_partnership},
    "seconded.see": ZONES | {Role.PARTNER: on.own_secondment, Role.MENTOR: on.mentored_secondment},
    "seconded.add": {Role.COLLEGE_ADMIN: on.own_college},
    "seconded.change": {Role.COLLEGE_ADMIN: on.own_college},
    "charter.see": ZONES,
    "charter.add": {Role.COLLEGE_ADMIN: on.own_college},
    "charter.change": {Role.COLLEGE_ADMIN: on.own_college},
    "charter.agree": {Role.COLLEGE_ADMIN: on.own_college, Role.PARTNER: on.partnered_zone},
    "goal.see": ZONES,
    "goal.add": {Role.COLLEGE_ADMIN: on.own_college},
    "goal.change": {Role.COLLEGE_ADMIN: on.own_college},
    "class.see": ZONES,
    "class.add": {Role.COLLEGE_ADMIN: on.own_college},
    "class.change": {Role.COLLEGE_ADMIN: on.own_college},
    "class.disclose": {Role.COLLEGE_ADMIN: on.own_college},
    "class.move": {Role.COLLEGE_ADMIN: on.own_college},
    "mentor.see": ZONES,
    "student.see": ZONES | {Role.PARTNER: on.placed_with_partner, Role.MENTOR: on.placed_with_mentor},
    "student.reveal": ALL,
    "student.export": {Role.COLLEGE_ADMIN: on.own_college},
    "student.erase": {Role.COLLEGE_ADMIN: on.own_college},
    "student.add": {Role.COLLEGE_ADMIN: on.own_college},
    **_paper("apprentice_agreement"),
    **_paper("insurance"),
    **_paper("guardian_consent"),
    "application.see": ALL | {Role.COLLEGE_ADMIN: on.own_college},
    "application.add": {Role.COLLEGE_ADMIN: on.own_college},
    "application.change": {Role.COLLEGE_ADMIN: on.own_college},
    "enrollment.see": ZONES,
    "enrollment.add": {Role.COLLEGE_ADMIN: on.own_college},
    "enrollment.change": {Role.COLLEGE_ADMIN: on.own_college},
    "project.see": PROJECTS,
    "project.add": {Role.COLLEGE_ADMIN: on.own_college},
    "project.change": {Role.COLLEGE_ADMIN: on.own_college},
    "project.move": {Role.COLLEGE_ADMIN: on.own_college},
    **_delivery("project"),
    "module.see": PROJECTS,
    "module.add": {Role.COLLEGE_ADMIN: on.own_college},
    "module.change": {Role.COLLEGE_ADMIN: on.own_college},
    **_delivery("module"),
    "member.see": PROJECTS,
    "hours.see": PROJECTS | {Role.PARTNER: on.own_project_or_people, Role.MENTOR: on.own_hours},
    "hour_month.see": ALL | {Role.COLLEGE_ADMIN: on.own_college, Role.PARTNER: on.own_project_or_people},
    "hours.add": {Role.PARTNER: on.own_people, Role.MENTOR: on.oneself},
    "hours.change": {Role.PARTNER: on.own_people, Role.MENTOR: on.oneself},
    "hours.submit": {Role.PARTNER: on.own_people, Role.MENTOR: on.oneself},
    "hours.correct": {Role.PARTNER: on.own_people, Role.MENTOR: on.oneself},
    "hours.approve": {Role.COLLEGE_ADMIN: on.enterprise_side, Role.PARTNER: on.college_side},
    "hours.return": {Role.COLLEGE_ADMIN: on.enterprise_side, Role.PARTNER: on.college_side},
    "hour_import.see": dict.fromkeys((Role.PARTNER, Role.MENTOR), on.own_order),
    "hour_import.add": dict.fromkeys((Role.PARTNER, Role.MENTOR), on.own_order),
    "hour_import.change": dict.fromkeys((Role.PARTNER, Role.MENTOR), on.own_order),
    "no_work.see": PROJECTS | {Role.PARTNER: on.own_project_or_people, Role.MENTOR: on.own_hours},
    "no_work.add": {Role.PARTNER: on.own_people, Role.MENTOR: on.oneself},
    "no_work.change": {Role.PARTNER: on.own_people, Role.MENTOR: on.oneself},
    "closed_month.see": ZONES,
    "closed_month.add": {Role.COLLEGE_ADMIN: on.own_college},
    "closed_month.reopen": {Role.SECRETARIAT: on.whole_consortium},
    "outcome.see": ZONES | dict.fromkeys((Role.PARTNER, Role.MENTOR), on.no_rivals_outcome),
    "outcome.add": {Role.COLLEGE_ADMIN: on.own_college},
    "outcome.change": {Role.COLLEGE_ADMIN: on.own_college},
    "outcome.verify": {Role.COLLEGE_ADMIN: on.recorded_by_another},
    "outcome.return": {Role.COLLEGE_ADMIN: on.own_college},
    "credit_table.see": ALL | COLLEGE,
    "credit_table.change": {Role.COLLEGE_ADMIN: on.own_college},
    "credit_rule.see": ALL | COLLEGE,
    "credit_conversion.see": ALL | COLLEGE,
    "credit_conversion.add": {Role.COLLEGE_ADMIN: on.own_college},
    "credit_conversion.return": {Role.COLLEGE_ADMIN: on.own_college},
    **_register("teaching_resource"),
    **_register("technical_service", by_partner=True),
    **_register("research_project"),
    **_register("staff_training"),
    **_register("teacher_placement"),
    **_register("part_time_teacher", by_partner=True),
    **_register("fund"),
    **_register("contribution", by_partner=True),
    "hire.see": {role: condition for role, condition in REGISTERS.items() if role != Role.MENTOR},
    "hire.add": {Role.COLLEGE_ADMIN: on.own_college},
    "hire.change": {Role.COLLEGE_ADMIN: on.own_organization},
    "hire.verify": {Role.COLLEGE_ADMIN: on.recorded_by_another},
    "hire.return": {Role.COLLEGE_ADMIN: on.own_college},
    "post.see": POSTS,
    "post.add": RECORDERS_OF_POSTS,
    "post.change": RECORDERS_OF_POSTS,
    "staff_count.see": POSTS,
    "staff_count.add": RECORDERS_OF_POSTS,
    "staff_count.change": RECORDERS_OF_POSTS,
    "placement.see": PLACEMENTS,
    "placement.add": {Role.COLLEGE_ADMIN: on.own_college},
    "placement.change": {Role.COLLEGE_ADMIN: on.own_college},
    "attendance.see": PLACEMENTS,
    "attendance.add": ATTENDANTS,
    "attendance.change": ATTENDANTS,
    "breach_answer.see": PLACEMENTS,
    "breach_answer.add": {Role.COLLEGE_ADMIN: on.own_college},
    "chosen_pack.see": dict.fromkeys(Role, on.whole_consortium),
    "chosen_pack.change": {Role.SECRETARIAT: on.anywhere},
    "hourly_rate.see": dict.fromkeys((*ALL, Role.COLLEGE_ADMIN), on.whole_consortium)
    | {Role.PARTNER: on.naming_own_enterprise},
    "hourly_rate.add": {Role.SECRETARIAT: on.member_enterprise, Role.COLLEGE_ADMIN: on.works_with_own_college},
    "hourly_rate.change": {Role.SECRETARIAT: on.whole_consortium, Role.COLLEGE_ADMIN: on.works_with_own_college},
    "cultivation_listing.see": ALL | {Role.PARTNER: on.naming_own_enterprise},
    "cultivation_listing.add": {Role.SECRETARIAT: on.member_enterprise},
    "cultivation_listing.change": {Role.SECRETARIAT: on.whole_consortium},
    "surcharge_year.see": ALL | {Role.PARTNER: on.naming_own_enterprise},
    "surcharge_year.add": {Role.SECRETARIAT: on.member_enterprise, Role.PARTNER: on.own_enterprise},
    "surcharge_year.change": {Role.SECRETARIAT: on.whole_consortium, Role.PARTNER: on.naming_own_enterprise},
    # tasks
    "plan.see": TASKS | {Role.MENTOR: on.own_plan},
    "plan.add": {Role.BUREAU: on.anywhere},
    "plan.change": {Role.BUREAU: on.anywhere},
    "task.see": TASKS,
    "task.add": {Role.BUREAU: on.anywhere},
    "task.change": {Role.BUREAU: on.anywhere},
    "milestone.see": TASKS,
    "milestone.add": {Role.BUREAU: on.anywhere},
    "milestone.change": {Role.BUREAU: on.anywhere},
    "target.see": TASKS,
    "target.add": {Role.BUREAU: on.anywhere},
    "target.change": {Role.BUREAU: on.anywhere},
    "progress.see": TASKS,
    "progress.add": {Role.COLLEGE_ADMIN: on.own_task},
    "progress.review": {Role.BUREAU: on.anywhere},
    "supervision.see": TASKS,
    "supervision.add": {Role.BUREAU: on.anywhere},
    "supervision.answer": {Role.COLLEGE_ADMIN: on.own_task},
    "supervision.review": {Role.BUREAU: on.anywhere},
    # evaluation
    "scheme.see": SCHEMES,
    "scheme.add": {Role.SECRETARIAT: on.anywhere},
    "scheme.change": {Role.SECRETARIAT: on.anywhere},
    "indicator.see": SCHEMES,
    "indicator.add": {Role.SECRETARIAT: on.anywhere},
    "indicator.change": {Role.SECRETARIAT: on.anywhere},
    "evaluation.see": EVALUATIONS,
    "evaluation.add": {Role.SECRETARIAT: on.anywhere},
    "evaluation.change": {Role.SECRETARIAT: on.anywhere},
    "self_assessment.see": ASSESSMENTS,
    "evidence.see": ASSESSMENTS,
    "evaluation.assess": {Role.COLLEGE_ADMIN: on.own_college},
    "evaluation.score": {Role.EXPERT: on.assigned_reviewer},
    "evaluation.object": {Role.COLLEGE_ADMIN: on.anywhere, Role.PARTNER: on.anywhere, Role.MENTOR: on.anywhere},
    "reviewer.see": ALL | {Role.EXPERT: on.own_sheet},
    "score.see": {Role.SECRETARIAT: on.handed_in, Role.AUDITOR: on.handed_in, Role.EXPERT: on.own_sheet},
    "objection.see": EVALUATIONS,
    "standard_check.see": ALL,
    "standard_check.add": {Role.SECRETARIAT: on.anywhere},
    "standard_check.change": {Role.SECRETARIAT: on.whole_consortium},
    # reports
    "report.see": ALL | {Role.COLLEGE_ADMIN: on.own_college, Role.PARTNER: on.own_report},
    "report.add": {Role.SECRETARIAT: on.anywhere, Role.COLLEGE_ADMIN: on.own_college},
    "report.change": {Role.SECRETARIAT: on.anywhere, Role.COLLEGE_ADMIN: on.own_college},
    "report.write": {
        Role.SECRETARIAT: on.anywhere,
        Role.COLLEGE_ADMIN: on.own_college,
        Role.PARTNER: on.own_report,
    },
    "report.schedule": {Role.SECRETARIAT: on.anywhere},
    "report_template.see": {Role.SECRETARIAT: on.whole_consortium},
    "report_template.add": {Role.SECRETARIAT: on.anywhere},
    "report_template.change": {Role.SECRETARIAT: on.whole_consortium},
    "report_run.see": ALL | {Role.COLLEGE_ADMIN: on.own_organization},
    "report_run.change": {Role.SECRETARIAT: on.whole_consortium, Role.COLLEGE_ADMIN: on.own_organization},
}


def may(user: User, act: str, obj: Any = None) -> bool:
    """Whether ``user``, acting as now, may do ``act`` ("zone.change") to ``obj``, or at all when it is None."""
    affiliation = user.affiliation
    if affiliation is None:
        return False
    condition = PERMISSIONS[act].get(affiliation.role)
    if condition is None:
        return False
    return condition.possible(affiliation) if obj is None else condition(affiliation, obj)


def require(user: User, act: str, obj: Any = None) -> None:
    """Raise PermissionDenied with a sentence unless ``may``."""
    if may(user, act, obj):
        return
    if user.affiliation and user.affiliation.role in PERMISSIONS[act]:
        raise PermissionDenied(_("You may do this only for your own organization and what is assigned to you."))
    roles = _(", ").join(str(Role(role).label) for role in PERMISSIONS[act])
    raise PermissionDenied(_("Only these roles may do this: %(roles)s.") % {"roles": roles})


def thing_label(thing: str) -> str:
    return str(apps.get_model(THINGS[thing])._meta.verbose_name_plural)


def acts_on(thing: str) -> Iterator[tuple[str, Promise, Roles]]:
    """The rows about a thing: the whole act ("zone.change"), its name for people, and who may on what."""
    for act, roles in PERMISSIONS.items():
        head, verb = act.split(".")
        if head == thing:
            yield act, ACTS[verb], roles


def rights_of(affiliation: Affiliation) -> list[tuple[str, list[tuple[Promise, Promise]]]]:
    """What the affiliation may do: for each thing its name, and the acts with the records they are for."""
    role = affiliation.role
    rights = [
        (thing_label(thing), [(act, roles[role].label) for _act, act, roles in acts_on(thing) if role in roles])
        for thing in THINGS
    ]
    return [right for right in rights if right[1]]
