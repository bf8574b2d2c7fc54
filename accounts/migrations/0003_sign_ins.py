"""Sign-ins get a row of their own, to be listed and ended; the families of refresh tokens become some."""

import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models
from django.db.models import Max, Min


def families_become_sign_ins(apps, schema_editor):
    RefreshToken = apps.get_model("accounts", "RefreshToken")
    SignIn = apps.get_model("accounts", "SignIn")
    families = RefreshToken.objects.order_by().values("family", "user_id")
    for row in families.annotate(first=Min("created_at"), last=Max("created_at"), ended_at=Max("revoked_at")):
        SignIn.objects.create(
            id=row["family"],
            user_id=row["user_id"],
            created_at=row["first"],
            last_used_at=row["last"],
            ended_at=row["ended_at"],
        )
    RefreshToken.objects.update(sign_in_id=models.F("family"))


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_readings"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("id", models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ("session_key", models.CharField(blank=True, db_index=True, help_text="Empty for a program.", max_length=40)),
                ("user_agent", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_used_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_ins",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["-created_at"]},
        ),
        migrations.AddField(
            model_name="refreshtoken",
            name="sign_in",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="refresh_tokens",
                to="accounts.signin",
            ),
        ),
        migrations.RunPython(families_become_sign_ins),
    ]
