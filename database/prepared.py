"""SQL compiled once from a queryset, and run with new parameters.

Compiling the queries of a turn costs more than running them.
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Expression, Field, Model, QuerySet, UUIDField
from django.db.models.sql import UpdateQuery

Row = TypeVar("Row", bound=Model)
Statement = tuple[str, Sequence[Any]]


class Slot(Expression):
    """A named parameter of a prepared statement."""

    def __init__(self, name: str, output_field: Field) -> None:
        super().__init__(output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def bound(self, values: dict[str, Any]) -> Any:
        return self.output_field.get_db_prep_save(values[self.name], connection)


def pk_slot(name: str) -> Slot:
    """The slot of a primary key."""
    return Slot(name, UUIDField())


def column_slots(model: type[Model], names: Iterable[str]) -> dict[str, Any]:
    """A slot for each of these columns, by the name of its field."""
    return {name: Slot(name, cast(Field, model._meta.get_field(name))) for name in names}


class Prepared:
    """An SQL statement with parameters. Nothing but their values may differ between two runs."""

    @functools.cached_property
    def statement(self) -> Statement:
        raise NotImplementedError

    def bound(self, values: dict[str, Any]) -> Statement:
        sql, parameters = self.statement
        return sql, [one.bound(values) if isinstance(one, Slot) else one for one in parameters]


class PreparedQuery(Prepared, Generic[Row]):
    def __init__(self, write: Callable[[], QuerySet[Row, Any]]) -> None:
        self.write = write

    @functools.cached_property
    def statement(self) -> Statement:
        return self.write().query.sql_with_params()

    @functools.cached_property
    def model(self) -> type[Row]:
        return self.write().model

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """As the driver gives them: JSON is text, and SQLite knows neither UUIDs nor moments."""
        with connection.cursor() as cursor:
            cursor.execute(*self.bound(values))
            return cursor.fetchall()

    def models(self, **values: Any) -> list[Row]:
        return list(self.model._default_manager.raw(*self.bound(values)))


class PreparedUpdate(Prepared):
    """Of the rows of a queryset, in these columns."""

    def __init__(self, write: Callable[[], tuple[QuerySet[Any, Any], dict[str, Any]]]) -> None:
        self.write = write

    @functools.cached_property
    def statement(self) -> Statement:
        rows, columns = self.write()
        query = cast(UpdateQuery, rows.query.chain(klass=UpdateQuery))
        query.add_update_values(columns)
        return query.get_compiler(DEFAULT_DB_ALIAS).as_sql()

    def run(self, **values: Any) -> int:
        """The number of rows that were updated."""
        with connection.cursor() as cursor:
            cursor.execute(*self.bound(values))
            return cursor.rowcount


class PreparedInsert:
    """Of whole rows, as `bulk_create` stores them: without signals, and with ids that are made here."""

    def __init__(self, model: type[Model]) -> None:
        self.fields = model._meta.concrete_fields
        self.table = model._meta.db_table

    @functools.cached_property
    def beginning(self) -> str:
        quoted = connection.ops.quote_name
        columns = ", ".join(quoted(str(field.column)) for field in self.fields)
        return " ".join(("INSERT INTO", quoted(self.table), f"({columns})", "VALUES "))

    def run(self, rows: Sequence[Model]) -> None:
        """All of them in one statement. One that breaks a rule of its table stores none: IntegrityError."""
        place = f"({', '.join(['%s'] * len(self.fields))})"
        values = [
            field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in self.fields
        ]
        with connection.cursor() as cursor:
            cursor.execute(self.beginning + ", ".join([place] * len(rows)), values)
        for row in rows:
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
