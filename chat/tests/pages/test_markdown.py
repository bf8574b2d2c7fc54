import time

from django.test import SimpleTestCase

from chat.pages.text.markdown import MARKDOWN_MAX_CHARACTERS, literal_html, markdown_html
from chat.templatetags.conversations import linked

BOMBS = ("*", "[", "> ", "- ", "`", "[a](b", "![](", "**a ", "_a_ ", "~~a ", "|a", "<", "&", "1. ", "[a]: b\n", "a\n")


class MarkdownTests(SimpleTestCase):
    def test_what_models_write_is_drawn(self):
        html = markdown_html(
            "# Plan\n\n- [ ] one\n- [x] **two**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nx < 1\n```\nline\nbreak"
        )
        for part in (
            "<h2>Plan</h2>",
            "<li>☐ one</li>",
            "<li>☑ <strong>two</strong></li>",
            "<td>1</td>",
            '<pre tabindex="0"><code>x &lt; 1',
            "line<br>\nbreak",
        ):
            with self.subTest(part):
                self.assertIn(part, html)

    def test_links_go_where_links_may_go_and_lend_no_name(self):
        html = markdown_html("[a](https://a.example) [b](mailto:b@example.com) <https://c.example>")
        self.assertEqual(html.count('rel="noopener nofollow"'), 3)
        for address in (
            "javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "java&#115;cript:x",
            "//evil.example/x",
            "/admin/",
            "#x",
            "https:evil.example",
            "https://bank.example@evil.example",
            "https://[::1",
            "ftp://evil.example",
        ):
            with self.subTest(address):
                self.assertNotIn("<a", markdown_html(f"[x]({address}) <{address}>"))

    def test_a_link_whose_text_is_not_its_target_says_where_it_leads(self):
        for link, shown in {
            "[https://bank.example](https://evil.example/a)": "https://bank.example</a> (evil.example)",
            "[**click**](https://evil.example)": "</strong></a> (evil.example)",
            "[http://раураl.com](http://раураl.com)": "</a> (xn--l-7sba6dbr.com)",
            r"[x](https://bank.example\\.evil.example)": "<p>x</p>",
            "<x@bank.example>": 'href="mailto:x@bank.example" rel="noopener nofollow">x@bank.example</a></p>',
            "[write](mailto:x@evil.example?bcc=x)": "write</a> (x@evil.example)",
            "[bank.example](https://bank.example/x)": "bank.example</a></p>",
            "<https://bank.example/x>": "https://bank.example/x</a></p>",
        }.items():
            with self.subTest(link):
                self.assertIn(shown, markdown_html(link))

    def test_what_no_reader_sees_is_left_out_however_it_is_written(self):
        for text in (
            "a\u202eb",
            "a&#x202e;b",
            "a\x1bb",
            "a\u2067b",
            "a\U000e0061b",
            "a\u202e" + "b" * MARKDOWN_MAX_CHARACTERS,
        ):
            with self.subTest(text[:12]):
                self.assertIn("ab", markdown_html(text))
        self.assertIn("👩\u200d💻 \u05d0\u200f", markdown_html("👩\u200d💻 \u05d0\u200f x"))

    def test_no_image_no_markup_no_attribute_comes_through(self):
        html = markdown_html(
            "<script>x</script> <img src=x onerror=x>\n\n![the sea](https://a.example/i.png) "
            '<b hx-get="/x" style="x">b</b>\n\n<div>\n<p>'
        )
        for part in ("<script", "<img", "<b ", "<div", "i.png"):
            self.assertNotIn(part, html)
        self.assertIn("&lt;script&gt;", html)
        self.assertIn("the sea", html)
        self.assertIn("<p>&lt;div&gt;<br>\n&lt;p&gt;</p>", html)

    def test_what_is_nested_too_deep_is_drawn_as_its_text(self):
        html = markdown_html("> " * 5_000 + "**deep**")
        self.assertEqual(html.count("<blockquote>"), 20)
        self.assertIn("deep", html)

    def test_text_that_is_no_markdown_is_drawn_as_it_was_typed(self):
        html = literal_html(
            "You have:\n\n1. *a* _b_ <b> `c` \\\n2. - # [x](https://a.example) &amp; ~~z~~ | 3. x\n\nMore."
        )
        self.assertIn("<li>*a* _b_ &lt;b&gt; `c` \\</li>", html)
        self.assertIn("<li>- # [x](https://a.example) &amp;amp; ~~z~~ | 3. x</li>", html)
        self.assertEqual(html.count("<li>"), 2)
        self.assertIn("*a* &lt;b&gt;", literal_html("*a* <b>\n" * MARKDOWN_MAX_CHARACTERS))

    def test_the_address_of_our_settings_is_a_link_on_the_word_before_it_and_nothing_else_is(self):
        told = "Choose other ways in Settings (/accounts/settings#settings-reminders)."
        link = '<a href="/accounts/settings#settings-reminders">Settings</a>.'
        for draw in (literal_html, markdown_html, linked):
            with self.subTest(draw.__name__):
                self.assertIn(link, draw(told))
                for other in ("x (/accounts/settings#a/../b)", "x (//evil.example#a)", 'x (/accounts/settings#"a)'):
                    self.assertNotIn("<a", draw(other))

    def test_bombs_take_no_time(self):
        for bomb in BOMBS:
            with self.subTest(bomb):
                started = time.process_time()
                markdown_html((bomb * MARKDOWN_MAX_CHARACTERS)[:MARKDOWN_MAX_CHARACTERS])
                self.assertLess(time.process_time() - started, 3)

    def test_text_that_is_too_long_to_parse_is_shown_as_it_is(self):
        html = markdown_html("**a** <b>\n" * MARKDOWN_MAX_CHARACTERS)
        self.assertIn("**a** &lt;b&gt;", html)
