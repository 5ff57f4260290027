"""Looking at personal data, taking them away, giving them on, and emptying them: each remembered with its reason."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from urllib.parse import quote

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Replace
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..models import Export, Invitation, KeptAnswer, Notice, Organization, PersonalDataAccess, User
from ..personal import REGISTER, held_by
from .changes import Refused, record

YEARS_KEPT = 3  # Personal Information Protection Law, article 56
SHORTEST_REASON = 5
ACTS = [gettext_noop("erased"), gettext_noop("disclosed")]
# what lets an erased person in, or says where the person was
LEFTOVERS = [
    "consortium.ApiToken",
    "consortium.OldPassword",
    "account.EmailAddress",
    "usersessions.UserSession",
    "mfa.Authenticator",
    "socialaccount.SocialAccount",
]


def check_reason(reason: str) -> str:
    """The reason without blanks around it. Raises ValidationError when it says nothing."""
    if len(reason.strip()) < SHORTEST_REASON:
        sentence = _("Say in at least %(n)d characters what this is needed for.") % {"n": SHORTEST_REASON}
        raise ValidationError({"reason": sentence})
    return reason.strip()


def reveal(obj: models.Model, *, fields: Iterable[str], by: User, reason: str) -> None:
    """Remember that ``by`` looks at the ``fields`` of ``obj`` in the clear. Raises ValidationError without a reason."""
    _remember([obj], PersonalDataAccess.Kind.REVEAL, sorted(fields), by=by, reason=reason)


def note_export(people: Iterable[models.Model], *, by: User, reason: str) -> None:
    """Remember that ``by`` takes away the registered fields of ``people`` in the clear, one row for each person."""
    found = list(people)
    if found:
        fields = list(REGISTER[type(found[0])].fields)
        _remember(found, PersonalDataAccess.Kind.EXPORT, fields, by=by, reason=reason)


def note_disclosure(
    records: Iterable[models.Model], *, fields: list[str], recipient: Organization, basis: str, by: User, reason: str
) -> None:
    """Remember that the ``fields`` of the people of ``records`` are given to ``recipient`` on a ``basis``."""
    found = list(records)
    kind = PersonalDataAccess.Kind.DISCLOSURE
    _remember(found, kind, fields, by=by, reason=reason, recipient=recipient, basis=basis)
    for obj in found:
        record(obj, by=by, what="disclosed", new=recipient, reason=reason)


def _remember(
    records: list, kind: str, fields: list[str], *, by: User, reason: str, recipient: Organization | None = None,
    basis: str = "",
) -> None:  # fmt: skip
    if by.affiliation is None:
        raise Refused(_("You have no role in a consortium now."))
    reason, now = check_reason(reason), timezone.now()
    PersonalDataAccess.objects.bulk_create(
        [
            PersonalDataAccess(
                consortium=by.affiliation.consortium, kind=kind, fields=fields, recipient=recipient, basis=basis,
                reason=reason, by=by, acting_as=by.affiliation, at=now, keep_until=years_later(now), record=obj,
            )
            for obj in records
        ],
        batch_size=500,
    )  # fmt: skip


def years_later(moment: datetime) -> date:
    """The day three years after ``moment``; after a 29 February the 1 March."""
    day = timezone.localdate(moment)
    try:
        return day.replace(year=day.year + YEARS_KEPT)
    except ValueError:
        return date(day.year + YEARS_KEPT, 3, 1)


def pseudonym(sentence: str, person: models.Model) -> str:
    """The name that stands for an erased person, in the program's own language: it is stored once for all readers."""
    with translation.override(settings.LANGUAGE_CODE):
        return _(sentence) % {"n": person.pk}


def hindrances(person: models.Model) -> list[str]:
    """Why a person cannot be erased now, one sentence each; empty when nothing stands against it."""
    if getattr(person, "erased_at", None):
        return [_("This person has been erased already.")]
    return held_by(person)


@transaction.atomic
def erase_user(user: User, *, by: User, reason: str) -> None:
    """Empty all that says who ``user`` is and close the account; hours, history, signatures stay under a pseudonym.

    Source: Personal Information Protection Law, article 47. Raises Refused while a role is in force or
    something hangs on the person, saying what, and ValidationError without a reason.
    """
    reason = check_reason(reason)
    stored = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if sentences := hindrances(stored):
        raise Refused(" ".join(sentences))
    name, mail = stored.name, stored.email
    alias = pseudonym(gettext_noop("Erased user %(n)d"), stored)
    end_sessions(stored)
    for label in LEFTOVERS:
        apps.get_model(label)._default_manager.filter(user=stored).delete()
    Notice.objects.filter(user=stored).delete()
    KeptAnswer.objects.filter(user=stored).delete()
    _replace(KeptAnswer, ["body"], name, alias)
    _replace(Notice, ["text"], name, alias)
    _replace(apps.get_model("admin.LogEntry"), ["object_repr", "change_message"], name, alias)
    Export.objects.filter(Q(user=stored) | Q(address__contains=quote(name))).delete()
    invitations = Q(accepted_by=stored) | (Q(email__iexact=mail) if mail else Q())
    Invitation.objects.filter(invitations).update(name=alias, email=f"erased-{stored.pk}@erased.invalid")
    stored.name, stored.username, stored.email = alias, f"erased-{stored.pk}", ""
    stored.last_login = stored.acting = None
    stored.language, stored.is_active, stored.erased_at = "", False, timezone.now()
    stored.set_unusable_password()
    stored.save()
    record(stored, by=by, what="erased", reason=reason)


def end_sessions(user: User) -> None:
    """Sign ``user`` out in every browser."""
    for session in apps.get_model("usersessions.UserSession").objects.filter(user=user):
        session.end()


def _replace(model: type[models.Model], names: list[str], old: str, new: str) -> None:
    """Write ``new`` for ``old`` in the texts of ``model``, plain or as JSON writes it."""
    for name in names:
        for was, becomes in {(old, new), (_escaped(old), _escaped(new))}:
            rows = model._default_manager.filter(**{f"{name}__contains": was})
            rows.update(**{name: Replace(name, Value(was), Value(becomes))})


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]
