"""SQL compiled once from a queryset, and run with new parameters.

Compiling the queries of a turn costs more than running them.
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Expression, Field, Model, QuerySet, UUIDField
from django.db.models.query import get_related_populators
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

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """As the driver gives them: JSON is text, and SQLite knows neither UUIDs nor moments."""
        with connection.cursor() as cursor:
            cursor.execute(*self.bound(values))
            return cursor.fetchall()

    def models(self, **values: Any) -> list[Row]:
        """As the ORM makes them, with annotations and what `select_related` names."""
        return self.reader.models(self.rows(**values))

    @functools.cached_property
    def reader(self) -> "RowReader[Row]":
        return RowReader(self.write())


class RowReader(Generic[Row]):
    """Makes models of rows as the ORM does, which finds out for each query anew what the columns are."""

    def __init__(self, queryset: QuerySet[Row, Any]) -> None:
        compiler: Any = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        compiler.pre_sql_setup()
        fields = compiler.klass_info["select_fields"]
        self.model = queryset.model
        self.beginning, self.end = fields[0], fields[-1] + 1
        self.names = [column.target.attname for column, *_ in compiler.select[self.beginning : self.end]]
        self.annotations = dict(compiler.annotation_col_map)
        self.related = cast(Any, get_related_populators)(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)
        self.converters = compiler.get_converters([column for column, *_ in compiler.select])
        self.apply_converters = compiler.apply_converters

    def models(self, rows: Iterable[tuple[Any, ...]]) -> list[Row]:
        converted = self.apply_converters(rows, self.converters) if self.converters else rows
        return [self.model_of(row) for row in converted]

    def model_of(self, row: Sequence[Any]) -> Row:
        made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.beginning : self.end])
        for name, position in self.annotations.items():
            setattr(made, name, row[position])
        for populator in self.related:
            populator.populate(row, made)
        return made


class PreparedUpdate(Prepared):
    """An UPDATE of these columns in the rows of a queryset."""

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
    """An INSERT of whole rows, as `bulk_create` makes it: without signals, and with ids that are made here."""

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
