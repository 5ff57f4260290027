"""A row that is about a record of any app: the one abstract base."""

import functools
import operator

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class AboutQuerySet(models.QuerySet):
    def about(self, *records: models.Model):
        """The rows about any of these records."""
        return self.filter(functools.reduce(operator.or_, map(about, records)))


class About(models.Model):
    """About one record: ``record`` follows it, ``content_type`` and ``object_id`` find it."""

    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    object_id = models.BigIntegerField()
    record = GenericForeignKey()

    class Meta:
        abstract = True


def about(record: models.Model) -> models.Q:
    return models.Q(content_type=ContentType.objects.get_for_model(record), object_id=record.pk)
