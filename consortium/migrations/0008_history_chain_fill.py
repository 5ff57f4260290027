"""What stands in the history already gets its consortium, its digest and its link, in the order of the rows.

The two functions are frozen copies of HistoryEntry.content_digest and HistoryLink.hash_after.
"""

import hashlib
import json
from datetime import UTC

from django.db import migrations
from django.db.models import OuterRef, Subquery

AT_ONCE = 1000


def content_digest(row):
    content = {
        "acting_as": row.acting_as_id,
        "actor": row.actor_id,
        "address": row.address,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "consortium": row.consortium_id,
        "content_type": row.content_type_id,
        "new": row.new,
        "object": row.object_id,
        "old": row.old,
        "reason": row.reason,
        "what": row.what,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def hash_after(before, entry_id, digest):
    return hashlib.sha256(f"{before}:{entry_id}:{digest}".encode()).hexdigest()


def fill(apps, schema_editor):
    HistoryEntry, HistoryLink = (apps.get_model("consortium", name) for name in ("HistoryEntry", "HistoryLink"))
    acting = apps.get_model("consortium", "Affiliation").objects.filter(pk=OuterRef("acting_as"))
    HistoryEntry.objects.exclude(acting_as=None).update(consortium=Subquery(acting.values("consortium")[:1]))
    last, number, before = 0, 0, ""
    while rows := list(HistoryEntry.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        links = []
        for row in rows:
            row.digest = content_digest(row)
            last, number, before = row.pk, number + 1, hash_after(before, row.pk, row.digest)
            links.append(HistoryLink(number=number, entry_id=row.pk, hash=before))
        HistoryEntry.objects.bulk_update(rows, ["digest"])
        HistoryLink.objects.bulk_create(links)


def empty(apps, schema_editor):
    apps.get_model("consortium", "HistoryLink").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("consortium", "0007_history_chain")]

    operations = [migrations.RunPython(fill, empty)]
