"""Of one person's same role given twice, the later is ended: it gave no right that the earlier does not give."""

from django.db import migrations
from django.utils import timezone


def end_later(apps, schema_editor):
    Affiliation = apps.get_model("consortium", "Affiliation")
    today = timezone.localdate()
    seen = set()
    for row in Affiliation.objects.filter(ended_on=None).order_by("pk").iterator():
        key = (row.user_id, row.organization_id, row.consortium_id, row.role)
        if key in seen:
            Affiliation.objects.filter(pk=row.pk).update(ended_on=max(today, row.started_on))
        seen.add(key)


class Migration(migrations.Migration):

    dependencies = [("consortium", "0003_notices_for_a_role")]

    operations = [migrations.RunPython(end_later, migrations.RunPython.noop)]
