"""The settings of the briefing as their section of the settings page shows them."""

from django import template

from accounts.models import User
from chat.briefing.pages import BriefingForm

register = template.Library()


@register.simple_tag
def briefing_form_of(user: User) -> BriefingForm:
    """Reads the database: the page is rendered in a unit."""
    return BriefingForm.of(user)
