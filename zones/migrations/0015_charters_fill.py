from django.db import migrations
from django.db.models import F
from django.utils import timezone


def fill(apps, schema_editor):
    """The text that stands becomes version 1. Who agreed on it is not known, so both sides are asked."""
    Zone, Charter = apps.get_model("zones", "Zone"), apps.get_model("zones", "ZoneCharter")
    now = timezone.now()
    for zone in Zone.objects.exclude(charter="").order_by("pk"):
        if zone.charter.strip():
            Charter.objects.create(zone=zone, number=1, text=zone.charter, changed_at=now)


def empty(apps, schema_editor):
    """The newest version becomes the text again."""
    Zone, Charter = apps.get_model("zones", "Zone"), apps.get_model("zones", "ZoneCharter")
    for charter in Charter.objects.order_by(F("number")):
        Zone.objects.filter(pk=charter.zone_id).update(charter=charter.text)
    Charter.objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("zones", "0014_charters")]

    operations = [migrations.RunPython(fill, empty)]
