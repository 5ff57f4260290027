"""Where a change came from and whose it is, a digest of each row of history, and the table of its chain."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consortium", "0006_attachment_once_a_record")]

    operations = [
        migrations.AddField(
            "historyentry", "address", models.GenericIPAddressField(null=True, verbose_name="address")
        ),
        migrations.AddField(
            "historyentry",
            "consortium",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="consortium.consortium",
                verbose_name="consortium",
            ),
        ),
        migrations.AddField(
            "historyentry",
            "digest",
            models.CharField(default="", max_length=64, verbose_name="SHA-256"),
            preserve_default=False,
        ),
        migrations.AlterField(
            "historyentry",
            "actor",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who",
            ),
        ),
        migrations.AddIndex(
            "historyentry", models.Index(fields=["consortium", "at", "id"], name="history_in_order")
        ),
        migrations.AddIndex(
            "historyentry", models.Index(fields=["consortium", "content_type", "at", "id"], name="history_of_kind")
        ),
        migrations.AddIndex(
            "historyentry", models.Index(fields=["consortium", "what", "at", "id"], name="history_of_act")
        ),
        migrations.AddIndex("historyentry", models.Index(fields=["actor", "at", "id"], name="history_of_person")),
        migrations.CreateModel(
            name="HistoryLink",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False, verbose_name="number")),
                ("hash", models.CharField(max_length=64, verbose_name="SHA-256")),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="link",
                        to="consortium.historyentry",
                    ),
                ),
            ],
            options={
                "verbose_name": "link of the history's chain",
                "verbose_name_plural": "links of the history's chain",
                "ordering": ["number"],
            },
        ),
    ]
