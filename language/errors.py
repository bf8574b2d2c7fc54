"""Refusals about words."""

from habits.speech import gettext_noop as _
from web.errors import ProductError


class DateNotUnderstood(ProductError):
    """A phrase that is no date, an impossible date, or one with two readings; the sentence says which."""

    code = "date_not_understood"
    status = 422
    message = _("I could not read this as a date.")
