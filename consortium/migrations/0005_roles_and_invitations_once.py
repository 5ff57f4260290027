import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("consortium", "0005_reason_and_size_of_exports")]

    operations = [
        migrations.AlterModelManagers(name="user", managers=[]),
        migrations.AddConstraint(
            model_name="affiliation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on", None)),
                fields=("user", "organization", "consortium", "role"),
                name="affiliation_once",
                violation_error_message="This person has this role there already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                models.F("organization"),
                models.F("consortium"),
                models.F("role"),
                condition=models.Q(("accepted_at", None), ("withdrawn_at", None)),
                name="invitation_pending_once",
                violation_error_message="This address is invited to this role already. Send that invitation again, or withdraw it.",
            ),
        ),
    ]
