"""Searching texts by their words: what was typed becomes terms, and terms a condition.

PostgreSQL answers from an index over the text itself, SQLite from an FTS5 table where the model names one
(`search_table`), and else by a look at every row, which a file of one machine allows.
"""

import functools
import operator
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Lookup, Q, TextField
from django.db.models.lookups import IContains

# Signs that PostgreSQL's parser would take for parts of words, addresses or numbers.
SIGNS = "./_-:@#+&=~|*,;!?()<>[]“”„‘’«»–—…·•"
# `left` because a vector has at most 1 MB.
VECTOR_POSTGRESQL = f"to_tsvector('simple', translate(left({{column}}, 100000), '{SIGNS}', '{' ' * len(SIGNS)}'))"
# Whatever is not `written_in_words`, each character once. The parser would take a whole sentence for one word.
CHARACTERS_POSTGRESQL = (
    "string_to_array(regexp_replace(upper({text}), "
    "'[^\\u0590-\\u1DFF\\u2070-\\uFFFF\\U00010000-\\U0010FFFF]', '', 'g'), NULL)"
)
FIND_SQLITE = "SELECT row_id FROM {table} WHERE {table} MATCH %s"

TYPED_MAX_CHARACTERS = 200
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Terms:
    """What is looked for: all `words`, the last also as the beginning of a longer one.

    Not `indexed` are scripts that write words without spaces, and signs such as emoji: any stretch of the text counts.
    """

    words: tuple[str, ...]
    indexed: bool

    def __bool__(self) -> bool:
        return bool(self.words)


def terms_of(typed: str) -> Terms:
    """Nothing that can be typed is an error: no sign has a meaning of its own."""
    text = unicodedata.normalize("NFC", typed.replace("\0", " ")[:TYPED_MAX_CHARACTERS])
    words = tuple(WORD.findall(text))
    if words and all(written_in_words(character) for character in text):
        return Terms(words, indexed=True)
    return Terms(tuple(text.split()), indexed=False)


def written_in_words(character: str) -> bool:
    """Whether both databases find the same words here: Latin, Greek, Cyrillic and Armenian letters, and any ASCII."""
    code = ord(character)
    return code < 0x590 or 0x1E00 <= code <= 0x206F


def said_in(field: str, terms: Terms) -> Q:
    """The condition that a text column has all terms."""
    if terms.indexed:
        return Q(**{f"{field}__matches": terms.words})
    return functools.reduce(operator.and_, (Q(**{f"{field}__has_stretch": word}) for word in terms.words))


@TextField.register_lookup
@CharField.register_lookup
class HasStretch(Lookup):
    """`content__has_stretch="牛奶"`: anywhere in the text, as `icontains`.

    PostgreSQL looks only at texts that have all of its characters, where `make_character_index` made it an index.
    """

    lookup_name = "has_stretch"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return compiler.compile(IContains(self.lhs, self.rhs))

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        found, params = self.as_sql(compiler, connection)
        if all(written_in_words(character) for character in self.rhs):
            return found, params  # signs alone, of which no index knows
        column, column_params = compiler.compile(self.lhs)
        characters = [CHARACTERS_POSTGRESQL.format(text=text) for text in (column, "%s")]
        return f"({' @> '.join(characters)} AND {found})", [*column_params, self.rhs, *params]


@TextField.register_lookup
@CharField.register_lookup
class Matches(Lookup):
    """`content__matches=("buy", "mil")`: all words, the last also as the beginning of a longer one.

    For columns with an index by `make_word_index`.
    """

    lookup_name = "matches"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        search_table = getattr(self.lhs.target.model, "search_table", None)
        if search_table is None:
            column, params = self.process_lhs(compiler, connection)
            found = " AND ".join(f"{column} LIKE %s" for _ in self.rhs)
            return f"({found})", [*(list(params) * len(self.rhs)), *(f"%{word}%" for word in self.rhs)]
        table = compiler.quote_name_unless_alias(self.lhs.alias)
        quoted = [f'"{word}"' for word in self.rhs]
        return f'{table}."id" IN ({FIND_SQLITE.format(table=search_table)})', [f"text : ({' AND '.join(quoted)} *)"]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        quoted = [f"'{word}'" for word in self.rhs]
        vector = VECTOR_POSTGRESQL.format(column=column)
        return f"{vector} @@ to_tsquery('simple', %s)", [*params, f"{' & '.join(quoted)}:*"]


def make_word_index(connection: BaseDatabaseWrapper, name: str, table: str, column: str) -> None:
    """In PostgreSQL, for the lookup `matches`; does nothing where it is there."""
    make_index(connection, name, f"{table} USING gin ({VECTOR_POSTGRESQL.format(column=column)})")


def make_character_index(connection: BaseDatabaseWrapper, name: str, table: str, column: str) -> None:
    """In PostgreSQL, for the lookup `has_stretch`; does nothing where it is there."""
    make_index(connection, name, f"{table} USING gin ({CHARACTERS_POSTGRESQL.format(text=column)})")


def make_index(connection: BaseDatabaseWrapper, name: str, of: str) -> None:
    """While others write to the table, unless it is inside a transaction. What was broken off is made anew."""
    with connection.cursor() as cursor:
        # Asked first: even IF NOT EXISTS would lock the table.
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
        found = cursor.fetchone()
        if found == (True,):
            return
        if found:
            cursor.execute(f"DROP INDEX {name}")
        beside_writes = "" if connection.in_atomic_block else "CONCURRENTLY"
        cursor.execute(f"CREATE INDEX {beside_writes} {name} ON {of}")
