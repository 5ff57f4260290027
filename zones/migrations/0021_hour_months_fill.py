from django.db import migrations
from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

KEY = ("project_id", "organization_id", "activity", "month")


def fill(apps, schema_editor):
    """The sums of all that has been approved so far."""
    entries = apps.get_model("zones", "HourEntry").objects.filter(status="approved").order_by()
    months = entries.annotate(month=TruncMonth("date")).values_list(*KEY)
    model = apps.get_model("zones", "HourMonth")
    rows = (
        model(**dict(zip((*KEY, "hours", "entries"), row, strict=True)))
        for row in months.annotate(Sum("hours"), Count("pk")).iterator(chunk_size=2_000)
    )
    model.objects.bulk_create(rows, batch_size=2_000)


def empty(apps, schema_editor):
    apps.get_model("zones", "HourMonth").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("zones", "0020_hour_months")]
    operations = [migrations.RunPython(fill, empty)]
