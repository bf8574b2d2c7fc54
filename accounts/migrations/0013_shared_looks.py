"""Of users from before looks were compared, the oldest of those who look alike has the look; the others share it."""

from django.db import migrations, models
from django.db.models import Count


def mark_shared(apps, schema_editor):
    User = apps.get_model("accounts", "User")
    several = User.objects.exclude(look="").values("look").annotate(count=Count("pk")).filter(count__gt=1).order_by()
    for look in list(several.values_list("look", flat=True)):
        first, *others = User.objects.filter(look=look).order_by("date_joined", "pk").values_list("pk", flat=True)
        User.objects.filter(pk__in=others).update(look_shared=True)


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0012_find_readings"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="look_shared",
            field=models.BooleanField(
                default=False, editable=False, help_text="From before looks were compared; somebody else has the same."
            ),
        ),
        migrations.RunPython(mark_shared, migrations.RunPython.noop),
    ]
