"""What a stored failure is when it is told again."""

from django.test import SimpleTestCase

from chat.errors import stored_failure
from config.api import error_response
from web.errors import ProductError, kinds_of, status_by_code


class StoredFailures(SimpleTestCase):
    def test_every_code_of_the_table_is_told_again_as_what_it_was(self):
        for code, status in status_by_code().items():
            with self.subTest(code):
                failure = stored_failure(code)
                self.assertEqual((failure.code, error_response(failure, "").status_code), (code, status))

    def test_every_failure_has_a_status(self):
        of_tools_alone = {"todo_ambiguous", "unknown_tag"}  # these are told to the model, and end no turn
        codes = {failure.code for failure in kinds_of(ProductError)}
        self.assertEqual(codes - set(status_by_code()), of_tools_alone)

    def test_a_refusal_that_passes_says_when_to_try_again(self):
        """Where somebody has to mend something first, it helps nobody to wait."""
        setup = {"model_misconfigured", "model_key_refused", "model_not_found", "model_without_tools"}
        lasting = setup | {"model_quota_used_up", "context_too_long"}
        busy = {"conversation_busy", "idempotency_in_progress", "interrupted"}
        for code, status in status_by_code().items():
            if status in {502, 503, 504} or code in busy:
                with self.subTest(code):
                    self.assertEqual("Retry-After" in error_response(stored_failure(code), ""), code not in lasting)

    def test_a_code_that_nobody_knows_any_more_is_an_error_of_ours(self):
        self.assertEqual(stored_failure("gone_since").code, "internal_error")
