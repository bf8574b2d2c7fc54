"""The one page of a person's account, section by section.

A section is a partial and what it shows. Where its subject lives, it is a `Section`; SETTINGS_SECTIONS of
config/settings.py lists all of them in their order on the page, so that rooms above this one have theirs as well.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from database.units import database_unit

from .sign_in import PageRequest, render_page

Context = dict[str, Any]


def nothing_more(request: PageRequest) -> Context:
    return {}


def always(context: Context) -> bool:
    return True


@dataclass(frozen=True)
class Section:
    """A partial, its headings by their ids for the list of contents, and its context, read inside a database unit.

    All sections share one context, so that the names in it say whose they are. What a form could not take comes back
    by `settings_page(request, status, name_of_form=form)`, in the place of what `context` made.
    """

    template: str
    headings: Mapping[str, str | Promise]
    context: Callable[[PageRequest], Context] = nothing_more
    is_shown: Callable[[Context], bool] = always


@functools.cache
def all_sections() -> list[Section]:
    return [import_string(path) for path in settings.SETTINGS_SECTIONS]


def settings_address(section: str) -> str:
    """The address of the settings page, at the section whose heading has this id."""
    return f"{reverse('settings')}#{section}"


@database_unit
def settings_page(request: PageRequest, status: int = 200, **to_show: object) -> HttpResponse:
    """The page; `to_show` takes the place of what the sections would show by themselves."""
    here = request.path if request.method == "GET" else reverse("settings")
    context: Context = {"section": "settings", "here": here}
    for section in all_sections():
        context |= section.context(request)
    context["sections"] = [section for section in all_sections() if section.is_shown(context)]
    return render_page(request, "accounts/settings.html", context | to_show, status)
