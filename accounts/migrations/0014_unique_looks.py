"""Apart from 0013: PostgreSQL makes no index on a table whose rows changed in the same transaction."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0013_shared_looks"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                condition=models.Q(("look_shared", False), models.Q(("look", ""), _negated=True)),
                fields=("look",),
                name="user_look_unique",
            ),
        ),
    ]
