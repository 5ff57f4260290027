"""Answers of the API that are kept, so that a program which did not hear one may ask again."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .people import User


class KeptAnswerQuerySet(models.QuerySet):
    def of(self, user, key):
        return self.filter(user=user, key=key)

    def before(self, then):
        return self.filter(at__lte=then)


class KeptAnswer(models.Model):
    """What the API answered to a request that carried an ``Idempotency-Key``.

    The row is written before the work and completed in the same transaction, so nobody else ever sees it without its
    answer: whoever sends the key at the same moment waits for it.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("user"))  # nobody else's business
    key = models.CharField(_("idempotency key"), max_length=64)
    request_hash = models.CharField(max_length=64, editable=False)  # of method, address, acting role and body
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    headers = models.JSONField(_("headers"), default=dict)
    body = models.TextField(_("kept answer"), blank=True)
    at = models.DateTimeField(_("at"), db_index=True)  # old ones are removed by it

    objects = KeptAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept answer of the API")
        verbose_name_plural = _("kept answers of the API")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="kept_answer_key_once")]

    def __str__(self):
        return f"{self.key} ({self.status})"
