"""How members come in: applications of organizations, and files of many members at once."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .files import Attachment
from .members import Consortium, Membership, Organization, check_credit_code
from .people import Affiliation, User

Role = Affiliation.Role


class JoiningQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office, the bureau and the auditor see all."""
        affiliation = user.affiliation
        if not affiliation or not affiliation.sees_whole_consortium:
            return self.none()
        return self.filter(consortium=affiliation.consortium_id)

    def for_list(self):
        return self.select_related("membership", "decided_by").order_by("-applied_on", "-pk")


class Joining(models.Model):
    """An organization's application to become a member, with its papers, and the decision."""

    class Status(models.TextChoices):
        OPEN = "open", _("To be decided")
        GRANTED = "granted", _("Admitted as a member")
        REFUSED = "refused", _("Not admitted")
        WITHDRAWN = "withdrawn", _("Withdrawn by the applicant")

    class Body(models.TextChoices):
        COUNCIL = "council", _("Council")
        SECRETARIAT = "secretariat", _("Secretariat")

    TRANSITIONS = {Status.OPEN: {Status.GRANTED, Status.REFUSED, Status.WITHDRAWN}}

    # PROTECT throughout: who was let in, by whom, is history
    consortium = models.ForeignKey(
        Consortium, models.PROTECT, related_name="joinings", verbose_name=_("consortium"), editable=False
    )
    name = models.CharField(_("organization name"), max_length=200)
    credit_code = models.CharField(
        _("unified social credit code"),
        max_length=18,
        validators=[check_credit_code],
        help_text=_("18 characters, as on the licence."),
    )
    kind = models.CharField(_("kind"), max_length=24, choices=Organization.Kind)
    contact_name = models.CharField(_("contact"), max_length=60, blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=40, blank=True)
    applied_on = models.DateField(_("applied on"))
    reason = models.TextField(_("why it wants to join"), blank=True)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.OPEN, editable=False)
    body = models.CharField(_("decided by"), max_length=12, choices=Body, blank=True, editable=False)
    decided_on = models.DateField(_("decided on"), null=True, editable=False)
    decision = models.CharField(_("decision"), max_length=300, blank=True, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("recorded by")
    )
    membership = models.ForeignKey(
        Membership, models.PROTECT, related_name="joinings", null=True, editable=False, verbose_name=_("membership")
    )

    files_act = "joining.change"
    objects = JoiningQuerySet.as_manager()

    class Meta:
        verbose_name = _("application to join")
        verbose_name_plural = _("applications to join")
        constraints = [
            models.UniqueConstraint(
                fields=["consortium", "credit_code"],
                condition=Q(status="open"),
                name="joining_open_once",
                violation_error_message=_("An application of this organization waits already."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("consortium:joining_detail", args=[self.pk])

    @property
    def files_closed(self) -> str:
        return "" if self.status == self.Status.OPEN else str(_("This is decided, and its papers stay as they are."))


class MemberImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, while one acts as when one handed the file in."""
        affiliation = user.affiliation
        if not affiliation or affiliation.role != Role.SECRETARIAT:
            return self.none()
        return self.filter(user=user, acting_as=affiliation)

    def for_list(self):
        return self.order_by("-pk")


class MemberImport(models.Model):
    """One file of members: checked as a whole, shown as a preview, written as a whole once it is accepted.

    ``result`` is what the check found: ``rows`` and how many are ``new``, ``changed`` and ``unchanged``, ``faults`` by
    row and column, ``changes`` by row, ``notes``, and ``seen``, by which acceptance knows that nothing has moved.
    """

    class Status(models.TextChoices):
        CHECKED = "checked", _("Checked, to be accepted")
        REFUSED = "refused", _("To be put right")
        DONE = "done", _("Written")

    TRANSITIONS = {Status.CHECKED: {Status.DONE, Status.REFUSED}}

    # PROTECT: the members that came from the file name it in their history
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("person"))
    acting_as = models.ForeignKey(Affiliation, models.PROTECT, related_name="+", verbose_name=_("acting as"))
    name = models.CharField(_("file name"), max_length=200)
    status = models.CharField(_("state"), max_length=8, choices=Status)
    result: Any = models.JSONField(_("result"), default=dict, blank=True)
    at = models.DateTimeField(_("handed in at"))

    files_act = "member_import.add"
    objects = MemberImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of members")
        verbose_name_plural = _("imports of members")

    def __str__(self):
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("consortium:member_import_detail", args=[self.pk])

    @property
    def file(self) -> Attachment | None:
        """The one file that was handed in with it."""
        return Attachment.objects.about(self).first()

    @property
    def files_closed(self) -> str:
        return str(_("The file of an import stays as it was handed in.")) if self.file else ""
