from django.db import migrations

REASON = "（当时未要求写明原因）"


def fill(apps, schema_editor):
    """Modules stand where their project stands; a project returned before reasons were asked for says so."""
    Project, Module = apps.get_model("zones", "Project"), apps.get_model("zones", "ProjectModule")
    Project.objects.filter(status="returned").update(return_reason=REASON)
    Module.objects.filter(project__status__in=["delivered", "returned"]).update(status="delivered")
    Module.objects.filter(project__status="accepted").update(status="accepted")


class Migration(migrations.Migration):
    dependencies = [("zones", "0010_deliveries")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
