from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("zones", "0015_charters_fill")]

    operations = [
        migrations.RemoveField(
            model_name='zone',
            name='charter',
        ),
    ]
