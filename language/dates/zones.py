"""Whether 04/05 is the fourth of May or April the fifth: told by the user's time zone, where it can be."""

from zoneinfo import ZoneInfo

from language.grammar import words


def day_comes_first(zone: ZoneInfo) -> bool | None:
    """None where the zone does not tell: UTC, fixed offsets, Canada."""
    name = zone.key or ""
    area = f"{name.rpartition('/')[0]}/"  # "America/Indiana/" of the zones below it
    if not words("month_first_zones").isdisjoint((name, area)):
        return False
    if name in words("either_order_zones") or f"{name.partition('/')[0]}/" not in words("day_first_areas"):
        return None
    return True
