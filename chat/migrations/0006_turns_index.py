from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0005_summaries_and_continued_conversations'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('role', 'assistant')), fields=['created_at'], name='message_turns_index'),
        ),
    ]
