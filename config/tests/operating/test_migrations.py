"""The processes of the last release run on the database of this one: while they are replaced, and after a roll back."""

from django.apps import apps
from django.db.migrations import operations
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED
from django.test import SimpleTestCase

# The last migration of each app in the last release, 0.1.0; a release renews them. An app that is not there is new.
RELEASED = {"accounts": "0005_personal_tokens", "chat": "0007_figures_index", "todos": "0003_repeats_and_changes"}
TAKES_AWAY = (operations.RemoveField, operations.RenameField, operations.DeleteModel, operations.RenameModel)


def operations_since():
    """(app, name of the migration, operation) of each that the last release does not know."""
    for (app, name), migration in sorted(MigrationLoader(None).disk_migrations.items()):
        if app in RELEASED and name > RELEASED[app]:
            for operation in migration.operations:
                yield app, name, operation


def is_filled_by_the_database(field) -> bool:
    """Whether a row can be added by who does not know the column."""
    return field.many_to_many or field.null or field.db_default is not NOT_PROVIDED


class SinceTheLastRelease(SimpleTestCase):
    def test_each_new_column_of_an_old_table_is_filled_by_the_database(self):
        added = [(app, op) for app, _, op in operations_since() if isinstance(op, operations.AddField)]
        made = {(app, op.name_lower) for app, _, op in operations_since() if isinstance(op, operations.CreateModel)}
        self.assertTrue(added)
        for app, operation in added:
            if (app, operation.model_name_lower) not in made:
                with self.subTest(app, model=operation.model_name, column=operation.name):
                    field = apps.get_model(app, operation.model_name)._meta.get_field(operation.name)
                    self.assertTrue(is_filled_by_the_database(field), "it needs null=True or a db_default")

    def test_nothing_that_the_last_release_uses_is_taken_away(self):
        taken = [(app, name, op) for app, name, op in operations_since() if isinstance(op, TAKES_AWAY)]
        self.assertEqual(taken, [])
