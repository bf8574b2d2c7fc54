"""Whether 04/05 is the fourth of May or April the fifth: told by the user's time zone, where it can be."""

from __future__ import annotations

from zoneinfo import ZoneInfo

# The zones of the countries that write the month first.
MONTH_FIRST = frozenset(
    f"America/{city}"
    for city in (
        "Adak", "Anchorage", "Atka", "Boise", "Chicago", "Denver", "Detroit", "Fort_Wayne", "Indianapolis", "Juneau",
        "Knox_IN", "Los_Angeles", "Louisville", "Menominee", "Metlakatla", "New_York", "Nome", "Phoenix", "Puerto_Rico",
        "Shiprock", "Sitka", "St_Thomas", "Virgin", "Yakutat",
    )
) | {
    "Asia/Manila", "Asia/Seoul", "Asia/Shanghai", "Asia/Taipei", "Asia/Tokyo", "Japan", "Navajo", "PRC", "ROC", "ROK",
    "Pacific/Guam", "Pacific/Honolulu", "Pacific/Johnston", "Pacific/Midway", "Pacific/Pago_Pago", "Pacific/Saipan",
}  # fmt: skip
MONTH_FIRST_AREAS = ("US/", "America/Indiana/", "America/Kentucky/", "America/North_Dakota/")
# Both orders are usual in Canada.
EITHER = frozenset(
    f"America/{city}"
    for city in (
        "Atikokan", "Blanc-Sablon", "Cambridge_Bay", "Coral_Harbour", "Creston", "Dawson", "Dawson_Creek", "Edmonton",
        "Fort_Nelson", "Glace_Bay", "Goose_Bay", "Halifax", "Inuvik", "Iqaluit", "Moncton", "Montreal", "Nipigon",
        "Pangnirtung", "Rainy_River", "Rankin_Inlet", "Regina", "Resolute", "St_Johns", "Swift_Current", "Thunder_Bay",
        "Toronto", "Vancouver", "Whitehorse", "Winnipeg", "Yellowknife",
    )
)  # fmt: skip
DAY_FIRST_AREAS = (
    "Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Brazil/", "Chile/", "Europe/",
    "Indian/", "Mexico/", "Pacific/",
)  # fmt: skip


def day_comes_first(zone: ZoneInfo) -> bool | None:
    """None where the zone does not tell: UTC, fixed offsets, Canada."""
    name = zone.key or ""
    if name in MONTH_FIRST or name.startswith(MONTH_FIRST_AREAS):
        return False
    if name in EITHER or not name.startswith(DAY_FIRST_AREAS):
        return None
    return True
