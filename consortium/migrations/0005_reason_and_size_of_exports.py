from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consortium", "0004_end_double_roles")]

    operations = [
        migrations.AddField(
            "export", "reason", models.CharField(blank=True, default="", max_length=300, verbose_name="reason")
        ),
        migrations.AddField("export", "size", models.PositiveIntegerField(default=0, verbose_name="size in bytes")),
        migrations.AlterField("export", "lease_until", models.DateTimeField(editable=False, null=True)),
        migrations.AlterField(
            "export", "finished_at", models.DateTimeField(editable=False, null=True, verbose_name="finished at")
        ),
        migrations.AlterField(
            "export",
            "status",
            models.CharField(
                choices=[("queued", "Queued"), ("running", "Being made"), ("done", "Finished"), ("failed", "Failed")],
                default="queued",
                max_length=8,
                verbose_name="state",
            ),
        ),
    ]
