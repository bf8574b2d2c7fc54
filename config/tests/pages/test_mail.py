"""Forgotten passwords and mail addresses, in a real browser and with a real mail server."""

from config.testing import free_port
from config.tests.browser import BrowserCase, expect, save_screenshot
from config.tests.servers import wait_for
from web.mail.testing import mail_server

WINDOWS = ((360, "dark"), (1440, "light"))
LETTER_RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]  # a mail has no landmarks


class MailStories(BrowserCase):
    @classmethod
    def start_server(cls, name="uvicorn", **variables):
        cls.mails = cls.stack.enter_context(mail_server())
        cls.variables = {
            "EMAIL_URL": f"smtp://127.0.0.1:{cls.mails.port}",
            "SITE_URL": f"http://127.0.0.1:{(port := free_port())}",
        }
        return super().start_server(name, port=port, **variables)

    def newest(self, address, subject):
        wait_for(lambda: subject in [mail.subject for mail in self.mails.to(address)], f"{subject} to {address}")
        return [mail for mail in self.mails.to(address) if mail.subject == subject][-1]

    def confirm(self, page, address):
        page.goto("/accounts/settings")
        page.fill("#id_email_email", address)
        page.click("section[aria-labelledby=email] .button >> nth=0")
        expect(page.locator("#notices")).to_contain_text("A mail with a link is on its way")
        other = self.open_page(self.open_context())
        other.goto(self.newest(address, "Confirm your address").links[0])
        other.click("text=Yes, confirm")
        expect(other.locator("h1")).to_have_text("Confirmed")

    def assert_looks_right(self, name, address, context):
        for width, theme in WINDOWS:
            size = {"width": width, "height": 900}
            state = context.storage_state()
            page = self.open_page(self.open_context(viewport=size, color_scheme=theme, storage_state=state))
            page.goto(address)
            self.assert_fits(name, page)
            self.assert_accessible(name, page)
            save_screenshot(page, f"{name}-{width}-{theme}")

    def assert_letter_looks_right(self, name, mail):
        for width, theme in WINDOWS:
            page = self.open_page(self.open_context(viewport={"width": width, "height": 700}, color_scheme=theme))
            page.set_content(mail.message.get_body(("html",)).get_content())
            self.assert_fits(name, page)
            self.assert_accessible(name, page, LETTER_RULES)
            save_screenshot(page, f"{name}-{width}-{theme}")

    def test_a_forgotten_password_is_replaced_by_mail_and_old_sessions_are_gone(self):
        name = self.sign_up()
        self.confirm(self.page, "ada@example.com")
        self.assert_looks_right("email", "/accounts/settings#email", self.context)

        phone = self.open_page(self.open_context())
        phone.goto("/accounts/login")
        phone.click("text=Forgotten password?")
        phone.fill("[name=email]", "Ada@Example.com")
        phone.click("text=Send the link")
        expect(phone.locator("[role=status]")).to_contain_text("a mail with a link is on its way")
        link = self.newest("ada@example.com", "A new password").links[0]
        self.assert_looks_right("forgot", "/accounts/password/forgot", phone.context)
        self.assert_looks_right("reset", link, phone.context)
        phone.goto(link)
        phone.fill("[name=new_password1]", "nine white swans")
        phone.fill("[name=new_password2]", "nine white swans")
        phone.click("text=Save and sign in")
        phone.wait_for_url("**/")
        phone.goto("/accounts/settings")
        expect(phone.locator("section[aria-labelledby=security-log] li").first).to_contain_text("Signed in")
        expect(phone.locator("section[aria-labelledby=security-log]")).to_contain_text("Password set by a link")
        self.assertIn(name, self.newest("ada@example.com", "Password set by a link").text)
        for subject in ("A new password", "Password set by a link"):
            self.assert_letter_looks_right(f"mail {subject}", self.newest("ada@example.com", subject))

        self.page.goto("/todos")
        expect(self.page.locator("h1")).to_have_text("Sign in")
        phone.goto(link)
        expect(phone.locator("h1")).to_have_text("This link is over")
        self.ignored = ("Failed to load resource: the server responded with a status of 4",)

    def test_another_address_is_confirmed_there_and_told_here(self):
        self.sign_up()
        self.confirm(self.page, "old@example.com")
        self.confirm(self.page, "new@example.com")
        self.newest("old@example.com", "Another address for your account")
        self.newest("old@example.com", "Your address was changed")
        for subject in ("Confirm your address", "Another address for your account", "Your address was changed"):
            self.assert_letter_looks_right(f"mail {subject}", self.newest("old@example.com", subject))
        self.page.goto("/accounts/settings")
        expect(self.page.locator("section[aria-labelledby=email]")).to_contain_text("new@example.com confirmed")
