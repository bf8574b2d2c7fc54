"""The language of a person: first as the browser asks, then as chosen, on pages, in the API and in mails."""

from django.conf import settings
from django.test import TestCase, override_settings
from django.utils import translation

from accounts.habits.drawing import written_for
from accounts.models import User
from accounts.testing import PASSWORD, alice, bearer
from web.languages.chosen import language_asked, languages_in

HABITS = {"clock_hours": "24", "first_weekday": "0", "order": ""}


class Languages(TestCase):
    def setUp(self):
        self.addCleanup(translation.deactivate)

    def spoken(self, accept_language, path="/accounts/login"):
        page = self.client.get(path, headers={"accept-language": accept_language})
        self.assertEqual(page.status_code, 200, accept_language)
        return page["Content-Language"]

    def test_pages_are_in_the_nearest_language_that_a_browser_asks_for(self):
        ten = "tlh, xx-YY, nb, ja, zh-Hant-TW, ko, ar, he, pl, fr-CA;q=0.1"
        asked = {
            "de": "de", "de-AT": "de", "de-CH-1996": "de", "es-419,es;q=0.9": "es", "fr-CA, de;q=0.5": "fr",
            "ja, de;q=0.5": "de", "xx-YY": "en", "": "en", "*": "en", "de;q=0": "en", "d€, ;;;q=x,": "en",
            "x" * 9000: "en", ten: "fr", "../../etc, de;q=0.3": "de",
        }  # fmt: skip
        self.assertEqual({header: self.spoken(header) for header in asked}, asked)

    def test_a_page_names_its_language_and_caches_are_told_what_it_depends_on(self):
        page = self.client.get("/accounts/login", headers={"accept-language": "de"})
        self.assertContains(page, '<html lang="de"')
        self.assertIn("Accept-Language", page["Vary"])
        self.assertContains(self.client.get("/accounts/login"), '<html lang="en" data-theme')

    def test_a_language_from_right_to_left_says_so(self):
        with override_settings(LANGUAGES=[("en", "English"), ("he", "עברית")]):
            page = self.client.get("/accounts/login", headers={"accept-language": "he"})
        self.assertContains(page, '<html lang="he" dir="rtl"')

    def test_what_the_browser_asked_for_first_is_kept_with_the_account(self):
        form = {"username": "carol", "password1": PASSWORD, "password2": PASSWORD, "time_zone": "Europe/Vienna"}
        self.client.post("/accounts/register", form, headers={"accept-language": "de-AT"})
        self.assertEqual(User.objects.get().language, "de")
        self.assertEqual(self.spoken("fr", "/accounts/settings"), "de")

    def test_a_browser_of_a_language_that_we_lack_leaves_it_unsaid(self):
        form = {"username": "carol", "password1": PASSWORD, "password2": PASSWORD, "time_zone": "Asia/Tokyo"}
        self.client.post("/accounts/register", form, headers={"accept-language": "ja"})
        self.assertEqual(User.objects.get().language, "")
        self.assertEqual(self.spoken("ja, es;q=0.2", "/accounts/settings"), "es")

    def test_it_is_chosen_in_the_settings_by_its_own_name(self):
        self.client.force_login(alice())
        page = self.client.get("/accounts/settings", headers={"accept-language": "fr"})
        self.assertContains(page, '<option value="fr" selected>Français</option>', html=True)
        self.client.post("/accounts/settings/habits", HABITS | {"language": "es"})
        self.assertEqual(self.spoken("fr", "/todos"), "es")
        self.assertEqual(self.client.post("/accounts/settings/habits", HABITS | {"language": "xx"}).status_code, 422)
        self.assertEqual(User.objects.get().language, "es")

    def test_a_language_that_is_gone_is_as_if_none_was_chosen(self):
        self.client.force_login(alice(language="xx"))
        self.assertEqual(self.spoken("fr", "/todos"), "fr")

    def test_the_api_says_it_and_speaks_as_each_request_asks(self):
        headers = {"authorization": bearer(alice(language="de"))}
        me = self.client.get("/api/auth/me", headers=headers)
        self.assertEqual(me.json()["language"], "de")
        self.assertEqual(me.json()["habits"], {"clock_hours": 24, "first_weekday": 0, "day_first": None})
        self.assertEqual(me["Content-Language"], "en")
        refused = self.client.get("/api/auth/me", headers={"accept-language": "de"})
        self.assertEqual((refused.status_code, refused["Content-Language"]), (401, "de"))

    def test_what_is_written_outside_of_a_request_is_in_the_language_of_the_person(self):
        with translation.override("fr"), written_for(alice(language="de")):
            self.assertEqual(translation.get_language(), "de")


class Folders(TestCase):
    def test_a_language_is_a_folder(self):
        self.assertEqual(dict(settings.LANGUAGES)["de"], "Deutsch")
        self.assertEqual(settings.LANGUAGES, languages_in(settings.LOCALE_PATHS[0]))
        self.assertEqual(language_asked("xx, de-AT;q=0.5"), "de")
