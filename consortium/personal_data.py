"""Personal data of people who sign in, of those invited, and of the members' contacts."""

from collections.abc import Collection, Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .models import (
    Affiliation,
    AgreementParty,
    ApiToken,
    Attachment,
    Contact,
    Export,
    HistoryEntry,
    Invitation,
    Joining,
    KeptAnswer,
    MeetingSeat,
    Notice,
    Organization,
    PersonalDataAccess,
    SeatDelegate,
    User,
)
from .personal import HIDDEN, MAIL, OPEN, PHONE, SURNAME, PersonalField, holds, register

Role = Affiliation.Role

SIGN_IN = _("To sign in and to know who acts.")
CONTACT = _("To reach the person about the consortium's work.")
EVERYBODY = _("Whoever sees the person's organization")
DEVICES = _("To let a person see where the account is open.")
SECOND_STEP = _("To ask for a second step when somebody signs in.")
SIGN_IN_THERE = _("To let a person sign in by the sign-in service.")
UNTIL_UNDONE = _("Until the link is undone")
UNTIL_OFF = _("Until it is switched off")
ITSELF = _("The person, the secretariat and the auditor")
ACCOUNT = _("As long as the account; emptied when it is erased")
PROOF = _("As long as the record that it proves")


def seen_of_user(user: User, person: Any) -> Collection[str]:
    affiliation = user.affiliation
    if user.pk == person.pk or (affiliation and affiliation.sees_all_people):
        return ("name", "username", "email", "last_login", "date_joined")
    return ("name",)


def seen_of_organization(user: User, organization: Any) -> Collection[str]:
    affiliation = user.affiliation
    if affiliation and (affiliation.role == Role.SECRETARIAT or affiliation.organization_id == organization.pk):
        return ("contact_name", "contact_phone")
    return ("contact_name",)


def seen_by_all_who_see_it(user: User, record: Any) -> Collection[str]:
    return ("name", "email")


register(
    User,
    {
        "name": PersonalField(SIGN_IN, EVERYBODY, ACCOUNT, SURNAME),
        "username": PersonalField(SIGN_IN, ITSELF, ACCOUNT, SURNAME),
        "email": PersonalField(CONTACT, ITSELF, ACCOUNT, MAIL),
        "last_login": PersonalField(_("To find accounts that nobody uses."), ITSELF, ACCOUNT, HIDDEN),
        "date_joined": PersonalField(_("To know since when the account is there."), ITSELF, ACCOUNT, HIDDEN),
    },
    person="self",
    clear=seen_of_user,
    withheld=frozenset({"password"}),
)
register(
    Organization,
    {
        "contact_name": PersonalField(CONTACT, _("All members"), _("Until the member names another contact"), SURNAME),
        "contact_phone": PersonalField(
            CONTACT,
            _("The member itself and the secretariat; others after giving a reason"),
            _("Until the member names another contact"),
            PHONE,
        ),
    },
    clear=seen_of_organization,
)


def seen_of_contact(user: User, contact: Any) -> Collection[str]:
    affiliation = user.affiliation
    if affiliation and (affiliation.role == Role.SECRETARIAT or affiliation.organization_id == contact.organization_id):
        return ("name", "post", "phone", "email")
    return ("name", "post")


ITS_OWN = _("The member itself and the secretariat")
UNTIL_OTHER = _("Until the member names another contact")
register(
    Contact,
    {
        "name": PersonalField(CONTACT, _("All members"), UNTIL_OTHER, SURNAME),
        "post": PersonalField(CONTACT, _("All members"), UNTIL_OTHER, OPEN),
        "phone": PersonalField(CONTACT, ITS_OWN, UNTIL_OTHER, PHONE),
        "email": PersonalField(CONTACT, ITS_OWN, UNTIL_OTHER, MAIL),
    },
    clear=seen_of_contact,
)
register(
    Joining,
    {
        "contact_name": PersonalField(CONTACT, _("The secretariat, the bureau and the auditor"), PROOF, SURNAME),
        "contact_phone": PersonalField(CONTACT, _("The secretariat"), PROOF, PHONE),
    },
    clear=lambda user, record: (
        ("contact_name", "contact_phone") if user.affiliation.role == Role.SECRETARIAT else ("contact_name",)
    ),
)
register(
    AgreementParty,
    {
        "signatory": PersonalField(
            _("To know who binds a party."),
            _("The parties, the secretariat, the bureau and the auditor"),
            PROOF,
            SURNAME,
        ),
        "signatory_post": PersonalField(
            _("To know by what right."), _("The parties, the secretariat, the bureau and the auditor"), PROOF, OPEN
        ),
    },
    clear=lambda user, record: ("signatory",),
)
SEEN_OF_COUNCIL = _("Who speaks for a seat of the council, the secretariat, the bureau and the auditor")
register(
    SeatDelegate,
    {
        "name": PersonalField(_("To know who speaks for a seat."), SEEN_OF_COUNCIL, PROOF, SURNAME),
        "post": PersonalField(_("To know by what right."), SEEN_OF_COUNCIL, PROOF, OPEN),
    },
    person="user",
    clear=seen_by_all_who_see_it,
)
register(
    MeetingSeat,
    {"delegate": PersonalField(_("To know who spoke for a seat then."), SEEN_OF_COUNCIL, PROOF, SURNAME)},
    clear=seen_by_all_who_see_it,
)
register(
    Invitation,
    {
        "name": PersonalField(
            _("To let somebody in."), _("The inviting organization and the secretariat"), PROOF, SURNAME
        ),
        "email": PersonalField(
            _("To let somebody in."), _("The inviting organization and the secretariat"), PROOF, MAIL
        ),
    },
    person="accepted_by",
    clear=seen_by_all_who_see_it,
    withheld=frozenset({"secret_hash"}),
)
register(
    Affiliation,
    {
        "started_on": PersonalField(_("To know who could do what when."), EVERYBODY, PROOF, OPEN),
        "ended_on": PersonalField(_("To know who could do what when."), EVERYBODY, PROOF, OPEN),
    },
    person="user",
)
register(
    Notice,
    {"text": PersonalField(_("To tell a person what happened."), _("The person"), _("As long as the account"), OPEN)},
    person="user",
)
register(
    Export,
    {
        "address": PersonalField(
            _("To write the file that was ordered; it may hold what was searched for."), _("The person"), ACCOUNT, OPEN
        ),
        "reason": PersonalField(_("To prove why the file was needed."), _("The person"), ACCOUNT, OPEN),
    },
    person="user",
)
register(
    UserSession,
    {
        "ip": PersonalField(DEVICES, _("The person"), _("Until signed out"), HIDDEN, _("network address")),
        "user_agent": PersonalField(DEVICES, _("The person"), _("Until signed out"), HIDDEN, _("browser")),
        "last_seen_at": PersonalField(DEVICES, _("The person"), _("Until signed out"), HIDDEN, _("last seen")),
    },
    person="user",
    title=_("Signed-in devices"),
)
register(
    Authenticator,
    {
        "created_at": PersonalField(SECOND_STEP, _("The person"), UNTIL_OFF, HIDDEN, _("set up at")),
        "last_used_at": PersonalField(SECOND_STEP, _("The person"), UNTIL_OFF, HIDDEN, _("last used at")),
    },
    person="user",
    title=_("Second steps of signing in"),
    withheld=frozenset({"data"}),
)
register(
    SocialAccount,
    {
        "uid": PersonalField(SIGN_IN_THERE, _("The person"), UNTIL_UNDONE, HIDDEN, _("identity")),
        "date_joined": PersonalField(SIGN_IN_THERE, _("The person"), UNTIL_UNDONE, HIDDEN, _("linked at")),
        "last_login": PersonalField(SIGN_IN_THERE, _("The person"), UNTIL_UNDONE, HIDDEN, _("last used at")),
    },
    person="user",
    title=_("Links to the sign-in service"),
)
register(
    ApiToken,
    {"last_used_at": PersonalField(_("To find keys that no program uses."), _("The person"), ACCOUNT, OPEN)},
    person="user",
    withheld=frozenset({"secret_hash"}),
)
register(
    KeptAnswer,
    {
        "body": PersonalField(
            _("To give a program that asks again the answer that it did not hear."), _("The person"), _("A day"), HIDDEN
        )
    },
    person="user",
    withheld=frozenset({"body", "request_hash"}),
)
register(
    HistoryEntry,
    {
        "at": PersonalField(
            _("To trace who changed what, as the law asks of network operators."),
            _("Whoever sees the record"),
            _("Always: history is never altered. It names people by their account, so an erasure reaches it."),
            OPEN,
        ),
        "address": PersonalField(
            _("To trace who changed what, as the law asks of network operators."),
            _("The secretariat and the auditor"),
            _("Always: history is never altered"),
            OPEN,
        ),
    },
    person="actor",
)
register(
    PersonalDataAccess,
    {
        "reason": PersonalField(
            _("To prove who saw whose data and why."),
            _("The secretariat, the auditor, and the organization that did it"),
            _("Three years"),
            OPEN,
        ),
        "basis": PersonalField(
            _("To prove on what basis data were given away."),
            _("The secretariat, the auditor, and the organization that did it"),
            _("Three years"),
            OPEN,
        ),
    },
    person="by",
)
register(
    Attachment,
    {
        "name": PersonalField(_("To find the file again."), _("Whoever sees the record"), PROOF, OPEN),
        "note": PersonalField(_("To say what the file is."), _("Whoever sees the record"), PROOF, OPEN),
    },
    person="attached_by",
)


@holds(User)
def operates_the_system(person: Any) -> Iterator[str]:
    if person.is_staff:
        yield gettext("This person operates the system.")


@holds(User)
def roles_in_force(person: Any) -> Iterator[str]:
    today = timezone.localdate()
    for role in person.affiliations.filter(Q(ended_on=None) | Q(ended_on__gt=today)).select_related("organization"):
        words = {"role": role.get_role_display(), "organization": role.organization}
        yield gettext("The role “%(role)s” at %(organization)s is in force.") % words
