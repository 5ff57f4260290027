"""What happened: one row for each change, never altered and never removed, each chained to the one before."""

import hashlib
import json
from datetime import UTC, date, datetime

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from .members import Consortium
from .people import Affiliation, User
from .records import About, AboutQuerySet, about

canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


class HistoryQuerySet(AboutQuerySet):
    def visible_to(self, user):
        """The whole consortium's, for the secretariat and the auditor. A record's page shows its own by ``of``."""
        affiliation = user.affiliation
        if not affiliation or affiliation.role not in {Affiliation.Role.SECRETARIAT, Affiliation.Role.AUDITOR}:
            return self.none()
        return self.filter(consortium=affiliation.consortium_id)

    def of(self, record: models.Model, *parts: models.Model):
        """The history of a record and of those parts that have no page of their own, newest first, to be shown.

        ``of_part`` is the name of the part that a row is about. The parts are at hand, so nothing is read for it.
        """
        rows = self.about(record, *parts).select_related("actor", "acting_as__organization", "content_type")
        if not parts:
            return rows
        names = [models.When(about(part), then=models.Value(str(part))) for part in parts]
        return rows.annotate(of_part=models.Case(*names, default=models.Value("")))

    def for_list(self):
        """Newest first. All indexes that a list uses end so; by id where two rows share a moment."""
        return self.select_related("actor", "acting_as__organization", "content_type").order_by("-at", "-pk")

    def update(self, **kwargs):
        raise TypeError("History is only added to.")

    def delete(self):
        raise TypeError("History is only added to.")


class HistoryEntry(About):
    """Who changed what of which record, when, from what to what, and why.

    Rows are made by ``consortium.services.history.history_row``, which fills in ``digest``. The database chains them
    (see HistoryLink) and refuses to change or delete any.
    """

    at = models.DateTimeField(_("at"), default=timezone.now)
    # PROTECT: history keeps its people. No index of their own: those below begin with them
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, db_index=False, verbose_name=_("who"))
    acting_as = models.ForeignKey(Affiliation, models.PROTECT, related_name="+", null=True, verbose_name=_("acting as"))
    consortium = models.ForeignKey(
        Consortium, models.PROTECT, related_name="+", null=True, db_index=False, verbose_name=_("consortium")
    )
    address = models.GenericIPAddressField(_("address"), null=True)  # of the web request; jobs and commands have none
    what = models.CharField(_("what"), max_length=60)
    old = models.TextField(_("before"), blank=True)
    new = models.TextField(_("after"), blank=True)
    reason = models.TextField(_("reason"), blank=True)
    digest = models.CharField(_("SHA-256"), max_length=64)

    objects = HistoryQuerySet.as_manager()
    record_name: str  # these two by with_records, for the person who looks
    record_url: str

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history entries")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["content_type", "object_id", "-id"], name="history_of_record"),  # a record's page
            # the list over all records: as it is, of one kind, of one act, of one person
            models.Index(fields=["consortium", "at", "id"], name="history_in_order"),
            models.Index(fields=["consortium", "content_type", "at", "id"], name="history_of_kind"),
            models.Index(fields=["consortium", "what", "at", "id"], name="history_of_act"),
            models.Index(fields=["actor", "at", "id"], name="history_of_person"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(digest=""), name="history_has_a_digest")]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.what}: {self.old} → {self.new}"

    def content_digest(self) -> str:
        """SHA-256, in hex, over all that the row says: JSON with sorted keys, ASCII, no spaces; the moment in UTC."""
        content = {
            "acting_as": self.acting_as_id,
            "actor": self.actor_id,
            "address": self.address,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "consortium": self.consortium_id,
            "content_type": self.content_type_id,
            "new": self.new,
            "object": self.object_id,
            "old": self.old,
            "reason": self.reason,
            "what": self.what,
        }
        return hashlib.sha256(canonical(content).encode()).hexdigest()

    @property
    def actor_name(self) -> str:
        return str(self.actor or _("The program"))

    @property
    def acting_label(self) -> str:
        """The organization and the role for which the person acted."""
        return f"{self.acting_as.organization} · {self.acting_as.get_role_display()}" if self.acting_as else ""

    @property
    def what_label(self) -> str:
        """The field's or act's name for people."""
        if self.what in ACTS:
            return str(ACTS[self.what])
        field = self._field()
        return str(field.verbose_name if hasattr(field, "verbose_name") else _(self.what))

    @property
    def old_label(self) -> str:
        return self._label(self.old)

    @property
    def new_label(self) -> str:
        return self._label(self.new)

    def _field(self):
        model = self.content_type.model_class()
        try:
            return model._meta.get_field(self.what) if model else None
        except FieldDoesNotExist:
            return None

    def _label(self, value: str) -> str:
        """The value as a page writes it: the choice's name, yes or no, a day, a moment."""
        if self.what in FILE_ACTS:
            return value.partition("\n")[0]  # the name; below it stands the SHA-256 of the bytes
        model = self.content_type.model_class()
        if said := getattr(model, "said_in_history", {}).get(self.what):  # a code that is no choice of the field
            return str(said(value))
        field = self._field()
        if not value or field is None or not field.concrete:
            return value
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(field, models.BooleanField):
            return str({"True": _("Yes"), "False": _("No")}.get(value, value))
        try:
            if isinstance(field, models.DateTimeField):
                return date_format(timezone.localtime(datetime.fromisoformat(value)), "DATETIME_FORMAT")
            if isinstance(field, models.DateField):
                return date_format(date.fromisoformat(value))
        except ValueError:
            pass  # written when the field was of another kind
        return value


FILE_ACTS = {"attached": _("File handed in"), "removed": _("File removed"), "restored": _("File restored")}
FILE_ACTS["infected"] = _("A virus was found in a file, and its bytes are removed")
SIGN_INS = {
    "signed in": _("Signed in"),
    "signed in by oidc": _("Signed in by the sign-in service"),
    "oidc linked": _("Linked to the sign-in service"),
    "oidc unlinked": _("Link to the sign-in service undone"),
    "wrong password": _("Wrong password"),
    "wrong code": _("Wrong code"),
    "wrong passkey": _("Wrong passkey"),
}
SECOND_FACTOR = {
    "totp added": _("Authenticator app set up as the second step"),
    "totp removed": _("Authenticator app no longer the second step"),
    "webauthn added": _("Passkey set up as the second step"),
    "webauthn removed": _("Passkey removed"),
    "recovery_codes added": _("Recovery codes made"),
    "recovery_codes reset": _("New recovery codes made"),
    "recovery_codes removed": _("Recovery codes removed"),
    "recovery_codes used": _("Recovery code used"),
    "second factor reset": _("Second step switched off by the operator"),
}
ACTS = {
    "created": _("Created"), "imported": _("Imported"), "deleted": _("Removed"), "refused": _("Request refused"),
    **SIGN_INS, **SECOND_FACTOR, **FILE_ACTS,
}  # fmt: skip


class HistoryLink(models.Model):
    """A link of the chain over all entries: ``hash`` is SHA-256 of the link before, the entry's id and its digest.

    The database writes it, in the entry's own transaction: PostgreSQL at the commit, so that writers wait for each
    other only there, SQLite at once. Numbers run 1, 2, 3 … without a gap: two that followed the same link would have
    the same number, which the key refuses, and a link that is taken out is missed.
    """

    # given by the trigger, never by the database's own counter; on SQLite this type of key needs no index of its own
    number = models.BigAutoField(_("number"), primary_key=True)
    entry = models.OneToOneField(HistoryEntry, models.PROTECT, related_name="link")  # PROTECT: never removed
    hash = models.CharField(_("SHA-256"), max_length=64)

    class Meta:
        verbose_name = _("link of the history's chain")
        verbose_name_plural = _("links of the history's chain")
        ordering = ["number"]

    def __str__(self):
        return f"{self.number}:{self.hash}"

    @staticmethod
    def hash_after(before: str, entry_id: int, digest: str) -> str:
        """What the database computes: ``before`` is the hash of the link before, "" for the first link."""
        return hashlib.sha256(f"{before}:{entry_id}:{digest}".encode()).hexdigest()
