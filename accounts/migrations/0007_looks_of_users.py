"""Apart from the column: PostgreSQL makes no index on a table whose rows changed in the same transaction."""

from django.db import migrations

from accounts.names.usernames import look_of

BATCH = 1_000


def fill(apps, schema_editor):
    User = apps.get_model("accounts", "User")
    changed = []
    for user in User.objects.only("pk", "username").iterator(chunk_size=BATCH):
        user.look = look_of(user.username)[:500]
        changed.append(user)
    User.objects.bulk_update(changed, ["look"], batch_size=BATCH)


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0006_user_look"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
