"""Apart from the rows that it needs: PostgreSQL alters no table whose rows changed in the same transaction."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0003_sign_ins"),
    ]

    operations = [
        migrations.AlterField(
            model_name="refreshtoken",
            name="sign_in",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="refresh_tokens",
                to="accounts.signin",
            ),
        ),
        migrations.RemoveField(model_name="refreshtoken", name="family"),
        migrations.RemoveField(model_name="refreshtoken", name="user"),
        migrations.RemoveField(model_name="refreshtoken", name="revoked_at"),
    ]
