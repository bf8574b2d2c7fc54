"""Sorted lists in pages. A cursor holds the keys of the last row seen, so rows that change elsewhere move nothing."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext as _

from .errors import ValidationFailed

NOTHING = Q(pk__in=[])
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Key:
    """One column of a sort. Empty values come last unless `empty_first`."""

    field: str
    descending: bool = False
    empty_first: bool = False

    def ordering(self) -> OrderBy:
        nulls = {"nulls_first": True} if self.empty_first else {"nulls_last": True}
        return OrderBy(F(self.field), descending=self.descending, **nulls)

    def beyond(self, value: Any) -> Q:
        """The rows that this column puts after `value`."""
        if value is None:
            return Q(**{f"{self.field}__isnull": False}) if self.empty_first else NOTHING
        further = Q(**{f"{self.field}__{'lt' if self.descending else 'gt'}": value})
        return further if self.empty_first else further | Q(**{f"{self.field}__isnull": True})


@dataclass(frozen=True)
class Sort:
    """An order whose last key is unique; `name` binds cursors to it."""

    name: str
    keys: tuple[Key, ...]

    def orderings(self) -> list[OrderBy]:
        return [key.ordering() for key in self.keys]

    def page(self, rows: QuerySet[Row], limit: int, cursor: str | None = None) -> tuple[list[Row], str | None]:
        """Up to `limit` rows and the cursor of the next page; raises ValidationFailed for a cursor that is not ours."""
        rows = rows.order_by(*self.orderings())
        if cursor:
            rows = rows.filter(self.rows_after(self.read_cursor(cursor)))
        return self.cut(list(rows[: limit + 1]), limit)

    def cut(self, found: list[Row], limit: int) -> tuple[list[Row], str | None]:
        """Of rows in this order, of which one more was looked for: those of the page, and the cursor of the next."""
        return found[:limit], self.make_cursor(found[limit - 1]) if len(found) > limit else None

    def rows_after(self, values: Sequence[Any]) -> Q:
        """The rows behind the one with these key values, compared column by column."""
        condition, equal = NOTHING, Q()
        for key, value in zip(self.keys, values, strict=True):
            condition |= equal & key.beyond(value)
            equal &= Q(**{key.field: value})
        return condition

    def make_cursor(self, row: Model) -> str:
        """Opaque to clients and signed, so that what comes back needs no distrust."""
        return signing.dumps([self.name, *(plain(getattr(row, key.field)) for key in self.keys)], salt="cursor")

    def read_cursor(self, cursor: str) -> list[Any]:
        try:
            made_for, *values = signing.loads(cursor, salt="cursor")
        except signing.BadSignature:
            made_for, values = None, []
        if made_for != self.name:
            raise ValidationFailed(details={"cursor": _("This is not a cursor of this list. Begin again without one.")})
        return values


def plain(value: Any) -> Any:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value
