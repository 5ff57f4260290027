"""What became of a record: the task that a duty or a resolution was made into, in an app above."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _

from .people import User
from .records import About, AboutQuerySet


class FollowUp(About):
    """``record`` is what asked for it, ``target`` what was made; each record is followed up once.

    A model that can be followed up by a task has ``task_text`` and ``task_due``.
    """

    target_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    target_id = models.BigIntegerField()
    target = GenericForeignKey("target_type", "target_id")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))  # PROTECT: history
    at = models.DateTimeField(_("at"))

    objects = AboutQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = [
            models.UniqueConstraint(fields=["content_type", "object_id"], name="follow_up_once"),
        ]
        indexes = [models.Index(fields=["target_type", "target_id"], name="follow_up_of_target")]  # the task's page

    def __str__(self):
        return f"{self.record} → {self.target}"
