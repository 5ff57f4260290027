"""Keys by which programs act for a person."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .people import User


class ApiTokenQuerySet(models.QuerySet):
    def of(self, user):
        """One's own: a token is nobody else's business."""
        return self.filter(user=user)

    def live(self, now):
        """Those that open something still."""
        return self.filter(revoked_at=None, expires_at__gt=now)

    def unused_since(self, then):
        return self.filter(Q(last_used_at=None) | Q(last_used_at__lt=then))


class ApiToken(models.Model):
    """A named key of one person for programs. The key itself is kept nowhere: it is compared by its SHA-256, which is
    enough for a random key of 256 bits, since nobody guesses it."""

    class Scope(models.TextChoices):
        READ = "read", _("Read everything that the person sees")
        MEMBERS = "members", _("Members, agreements and the council")
        ZONES = "zones", _("Zones, classes, projects and outcomes")
        HOURS = "hours", _("Hours")
        TASKS = "tasks", _("Plans, tasks and progress")
        EVALUATION = "evaluation", _("Schemes and evaluations")
        REPORTS = "reports", _("Annual reports")

    LONGEST_DAYS = 365
    MOST = 20  # live ones of one person

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens", verbose_name=_("user"))  # a part of it
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(_("begins with"), max_length=12)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)  # by it a request's token is found
    scopes = models.JSONField(_("scopes"))
    # PROTECT: who let a program in is history; empty is the operator's command
    made_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                condition=Q(revoked_at=None),
                name="api_token_name_once",
                violation_error_message=_("You have a token of this name. Revoke it first, or choose another name."),
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("made_at")), name="api_token_times"),
        ]

    def __str__(self):
        return f"{self.name} ({self.prefix}…)"

    def clean(self):
        if not self.scopes or set(self.scopes) - set(self.Scope.values):
            raise ValidationError({"scopes": _("Choose what the program may do.")})
        if self.expires_at - self.made_at > timedelta(days=self.LONGEST_DAYS):
            raise ValidationError(_("A token is valid for a year at most."))

    @property
    def scope_labels(self) -> list[str]:
        """What it is for, in words, in the order of the list."""
        return [str(scope.label) for scope in self.Scope if scope in self.scopes]
