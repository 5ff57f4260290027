"""Tokens made by the library before go on working: their keys, which lay in the clear, are kept as hashes.

The library's table goes with them, and its lines in the list of migrations, so that an older program that is started
again makes it anew. The keys themselves are not brought back.
"""

import hashlib
from datetime import timedelta

from django.db import migrations
from django.utils import timezone

SCOPES = ["read", "members", "zones", "hours", "tasks", "evaluation", "reports"]  # they could do everything
TABLE = "authtoken_token"


def take_over(apps, schema_editor):
    connection = schema_editor.connection
    if TABLE not in connection.introspection.table_names():
        return
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key, user_id FROM {TABLE}")  # nosec B608  # a name of ours
        rows = cursor.fetchall()
    model = apps.get_model("consortium", "ApiToken")
    model.objects.bulk_create(
        model(
            user_id=user, name="原有令牌", prefix=key[:6], secret_hash=hashlib.sha256(key.encode()).hexdigest(),
            scopes=SCOPES, made_at=now, expires_at=now + timedelta(days=365),
        )
        for key, user in rows
    )  # fmt: skip


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE IF EXISTS {TABLE}")
    schema_editor.execute("DELETE FROM django_migrations WHERE app = 'authtoken'")


class Migration(migrations.Migration):
    dependencies = [("consortium", "0018_api_tokens")]

    operations = [
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.RunPython(drop, migrations.RunPython.noop),
    ]
