from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("zones", "0011_deliveries_fill")]

    operations = [
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'returned'), _negated=True), models.Q(('return_reason', ''), _negated=True), _connector='OR'), name='project_return_reason', violation_error_code='return_reason', violation_error_message='Say why it is returned.'),
        ),
        migrations.AddConstraint(
            model_name='projectmodule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'returned'), _negated=True), models.Q(('return_reason', ''), _negated=True), _connector='OR'), name='module_return_reason', violation_error_code='return_reason', violation_error_message='Say why it is returned.'),
        ),
    ]
