import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consortium", "0002_people_files_notices_exports")]

    operations = [
        migrations.RemoveIndex(model_name="notice", name="notices_of_user"),
        migrations.AddField(
            "announcement",
            "reminded_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="reminded at"),
        ),
        migrations.AlterField(
            "announcement",
            "withdrawn_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="withdrawn at"),
        ),
        migrations.AddField(
            "notice",
            "acting_as",
            models.ForeignKey(
                default=0,  # of no row: nothing has written notices before
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="consortium.affiliation",
                verbose_name="acting as",
            ),
            preserve_default=False,
        ),
        migrations.AddField("notice", "claimed_until", models.DateTimeField(editable=False, null=True)),
        migrations.AddField(
            "notice", "is_shown", models.BooleanField(default=True, verbose_name="in the program")
        ),
        migrations.AddIndex("notice", models.Index(fields=["acting_as", "-id"], name="notices_of_desk")),
        migrations.AddIndex(
            "notice",
            models.Index(
                condition=models.Q(("is_shown", True), ("read_at", None)), fields=["acting_as"], name="notices_unread"
            ),
        ),
    ]
