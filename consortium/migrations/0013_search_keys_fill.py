from django.db import migrations
from pypinyin import lazy_pinyin

LONGEST = 40


def fill(apps, schema_editor):
    """As ``services.search`` did it when this was written."""
    Organization = apps.get_model("consortium", "Organization")
    SearchKey = apps.get_model("consortium", "SearchKey")
    for organization in Organization.objects.order_by("pk").iterator():
        letters = [letter for letter in organization.name.casefold() if letter.isalnum()]
        sounds = lazy_pinyin("".join(letters), errors=list)
        Organization.objects.filter(pk=organization.pk).update(pinyin=" ".join(sounds)[:200])
        keys = {organization.credit_code.casefold()}
        for start in range(len(letters)):
            for parts in (letters, sounds, [sound[0] for sound in sounds]):
                keys.add("".join(parts[start:])[:LONGEST])
        SearchKey.objects.bulk_create(SearchKey(organization=organization, key=key) for key in sorted(keys))


class Migration(migrations.Migration):
    dependencies = [("consortium", "0012_members_in_detail")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
