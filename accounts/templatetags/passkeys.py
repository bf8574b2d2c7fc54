"""Whether passkeys work where a page is shown: who cannot use one is offered none."""

from django import template
from django.http import HttpRequest

from accounts.passkeys.site import site_of

register = template.Library()


@register.filter
def takes_passkeys(request: HttpRequest) -> bool:
    return site_of(request) is not None
