"""What is usual where, for somebody who has chosen nothing yet: from what their browser asks for, and their time zone.

The facts are of Unicode's CLDR, which Babel brings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .values import SATURDAY, SUNDAY, Habits

if TYPE_CHECKING:
    from babel import Locale

# What a browser asks for in one header, and how long a name of a language may be.
LANGUAGES_READ = 10
TAG_MAX_CHARACTERS = 35
# Browsers come with this one, so that it tells less than where the clock is.
UNCHOSEN = ("en", "US")


def usual_habits(accept_language: str, time_zone: str) -> Habits | None:
    """The habits of the first language of the header that there is, in the region it names or the clock stands in.

    None where the header names no language that exists.
    """
    for tag in asked_for(accept_language):
        if (locale := locale_of(tag, time_zone)) is not None:
            return habits_of(locale)
    return None


def asked_for(accept_language: str) -> list[str]:
    """The languages of the header, the most wanted first; one that cannot be read is left out."""
    wanted = []
    for part in accept_language.split(",")[:LANGUAGES_READ]:
        tag, _, quality = part.strip().partition(";")
        weight = weight_of(quality)
        if tag and tag != "*" and len(tag) <= TAG_MAX_CHARACTERS and weight > 0:
            wanted.append((-weight, tag.strip()))
    return [tag for _, tag in sorted(wanted, key=lambda pair: pair[0])]


def weight_of(quality: str) -> float:
    text = quality.strip().removeprefix("q=")
    if not text:
        return 1
    return float(text) if text.replace(".", "", 1).isdecimal() and text.isascii() else 0


def locale_of(tag: str, time_zone: str) -> Locale | None:
    """The nearest locale that exists."""
    # Here, because it takes longer than a page: it is needed once for a person.
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415
    from babel.core import get_global  # noqa: PLC0415

    try:
        locale = Locale.parse(tag.replace("-", "_"), resolve_likely_subtags=True)
    except (UnknownLocaleError, ValueError, TypeError):
        return None
    told = locale.territory if tag.upper().endswith(f"-{locale.territory}") else None
    clock = get_global("zone_territories").get(time_zone)
    if told is None or ((locale.language, told) == UNCHOSEN and clock):
        told = clock or told or territory_of(locale.language)
    try:
        return Locale.parse(f"{locale.language}_{told}", resolve_likely_subtags=True) if told else locale
    except (UnknownLocaleError, ValueError):
        return locale


def territory_of(language: str) -> str | None:
    """The territory where most speakers of the language live."""
    from babel.core import get_global  # noqa: PLC0415

    return get_global("likely_subtags").get(language, "").rpartition("_")[2] or None


def habits_of(locale: Locale) -> Habits:
    hours = 12 if "h" in unquoted(locale.time_formats["short"].pattern) else 24
    first = locale.first_week_day if locale.first_week_day in {SATURDAY, SUNDAY} else 0
    order = unquoted(locale.datetime_skeletons["Md"].pattern)
    return Habits(hours, first, day_first=order.find("d") < order.find("M"))  # type: ignore[arg-type]


def unquoted(pattern: str) -> str:
    """The pattern without what stands for itself: “HH 'h' mm”."""
    return "".join(pattern.split("'")[::2])
