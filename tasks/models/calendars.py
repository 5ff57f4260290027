"""The personal link by which a calendar program reads what is due."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation


class CalendarLink(models.Model):
    """One link of one person in one role. Whoever has it reads the feed, as long as the role is in force."""

    secret = ""  # nosec B105  # of the link; only the instance that has just made it knows it

    # CASCADE: a key to what this role sees, worth nothing without it
    acting_as = models.OneToOneField(Affiliation, models.CASCADE, related_name="+", verbose_name=_("acting as"))
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256; the link itself is not kept
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("calendar link")
        verbose_name_plural = _("calendar links")

    def __str__(self):
        return str(self.acting_as)
