from django.db import models
from django.utils.translation import gettext_lazy as _

from .people import User


class OldPassword(models.Model):
    """One of the last passwords of a person, hashed as the one in force, so that it is not set again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="old_passwords")  # a part of it
    password = models.CharField(max_length=128, editable=False)
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        verbose_name = _("old password")
        verbose_name_plural = _("old passwords")
        indexes = [models.Index(fields=["user", "-set_at"], name="old_password_newest")]

    def __str__(self):
        return f"{self.user} {self.set_at:%Y-%m-%d}"
