"""What became of records, as the person who looks may see it."""

from collections.abc import Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models

from ..models import FollowUp, User


def targets_of(records: Sequence[models.Model], user: User) -> dict[int, Any]:
    """By the key of each of these records of one model what was made from it, as far as ``user`` sees that."""
    if not records:
        return {}
    rows = list(FollowUp.objects.about(*records))
    found: dict[tuple[int, int], Any] = {}
    for kind in {row.target_type_id for row in rows}:
        model: Any = ContentType.objects.get_for_id(kind).model_class()
        ids = [row.target_id for row in rows if row.target_type_id == kind]
        found |= {(kind, one.pk): one for one in model._default_manager.visible_to(user).filter(pk__in=ids)}
    return {
        row.object_id: found[row.target_type_id, row.target_id]
        for row in rows
        if (row.target_type_id, row.target_id) in found
    }


def source_of(record: models.Model, user: User) -> Any:
    """The record from which this one was made, when there is one and ``user`` sees it; None otherwise."""
    kind = ContentType.objects.get_for_model(record)
    row = FollowUp.objects.filter(target_type=kind, target_id=record.pk).select_related("content_type").first()
    model: Any = row and row.content_type.model_class()
    return model._default_manager.visible_to(user).filter(pk=row.object_id).first() if row and model else None
