from io import StringIO

from django.core.management import call_command
from django.test import TestCase, override_settings

from accounts.models import User


def create_demo_user(**options) -> str:
    printed = StringIO()
    call_command("create_demo_user", stdout=printed, **options)
    return printed.getvalue()


@override_settings(DEBUG=True)
class CreateDemoUserTests(TestCase):
    def test_the_demo_user_can_sign_in_with_what_is_printed(self):
        printed = create_demo_user()
        user = User.objects.get()
        self.assertTrue(user.check_password("demo-todo-chat"))
        self.assertIn("sign in as   demo", printed)
        self.assertIn("password     demo-todo-chat", printed)

    def test_the_command_to_paste_has_the_address_and_the_user_id(self):
        printed = create_demo_user(address="http://127.0.0.1:9999")
        self.assertIn(f"curl -s http://127.0.0.1:9999/api/{User.objects.get().subject}/chat", printed)

    def test_a_second_time_keeps_the_user(self):
        create_demo_user()
        User.objects.update(time_zone="Europe/Berlin")
        create_demo_user()
        self.assertEqual(User.objects.get().time_zone, "Europe/Berlin")

    @override_settings(DEBUG=False)
    def test_there_is_none_in_production(self):
        self.assertIn("no demo user", create_demo_user())
        self.assertFalse(User.objects.exists())
