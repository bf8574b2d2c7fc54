"""A template filter that says whether passkeys work at the address of a page: else none are offered."""

from django import template
from django.http import HttpRequest

from accounts.passkeys.site import site_of

register = template.Library()


@register.filter
def takes_passkeys(request: HttpRequest) -> bool:
    return site_of(request) is not None
