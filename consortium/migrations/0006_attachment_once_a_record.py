from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("consortium", "0005_roles_and_invitations_once"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.UniqueConstraint(
                condition=models.Q(removed_at=None),
                fields=("content_type", "object_id", "sha256"),
                name="attachment_once_a_record",
                violation_error_message="This file is there already.",
            ),
        ),
    ]
