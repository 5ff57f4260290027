"""How often a wrong password was tried, so that nobody guesses one."""

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _


class PasswordTriesQuerySet(models.QuerySet):
    def reserve(self, key: str, *, most: int, after, now) -> bool:
        """Count one try of ``key`` before it is made; False when ``most`` have been made since ``after``.

        One guarded UPDATE each: of many at once the database lets as many through as there is room for.
        """
        self.bulk_create([self.model(key=key, tries=0, last_at=now)], ignore_conflicts=True)
        row = self.filter(key=key)
        return bool(
            row.filter(last_at__lte=after).update(tries=1, last_at=now)
            or row.filter(tries__lt=most).update(tries=F("tries") + 1, last_at=now)
        )

    def give_back(self, key: str) -> None:
        """The try was no wrong one."""
        self.filter(key=key, tries__gt=0).update(tries=F("tries") - 1)


class PasswordTries(models.Model):
    """The tries counted for one key: a name, a browser that has signed in under it before, or an address.

    The key is a keyed hash: a name that is not known may be a password typed into the wrong field.
    """

    key = models.CharField(max_length=64, primary_key=True)
    tries = models.PositiveSmallIntegerField(_("tries"))
    last_at = models.DateTimeField(_("last try at"), db_index=True)  # old ones are removed by it

    objects = PasswordTriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("tries of passwords")
        verbose_name_plural = _("tries of passwords")

    def __str__(self):
        return f"{self.key[:8]}… {self.tries}"
