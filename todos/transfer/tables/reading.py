"""A CSV file as people have it becomes a table, whatever program wrote it.

Any of the usual encodings, delimiters and line ends; lines before the header; rows too short or too long; quotes that
stand where none should. Nothing is dropped here: what cannot be placed is handed on.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator, Set
from dataclasses import dataclass, field

DELIMITERS = (",", ";", "\t", "|")
LINE_END = re.compile(r"\r\n|\r|\n")
# What some spreadsheets write first, and read.
SEPARATOR = re.compile(r'\s*"?sep=([^"\r\n])"?[^\S\r\n]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
HEADER_WITHIN = 30
# Each costs a look at the rest of the file; a file with more is not quoted at all.
STRAY_QUOTES_MAX = 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Line:
    """A row by its number in a spreadsheet, where the first of the file is 1 and blank ones count."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """`names` are those of the columns as written; `before` are the lines above them that are not blank."""

    names: list[str]
    number: int
    lines: list[Line]
    before: list[Line] = field(default_factory=list)


def text_of(content: bytes) -> tuple[str, bool]:
    """The text, and whether its encoding is only a guess."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _decoded(content.removeprefix(mark), encoding)
    for encoding, zeros in (("utf-16-le", content[1::2]), ("utf-16-be", content[::2])):
        if zeros.count(0) > len(content) // 4:
            return _decoded(content, encoding)
    try:
        return content.decode(), False
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), True
    except UnicodeDecodeError:
        return content.decode("latin-1"), True


def _decoded(content: bytes, encoding: str) -> tuple[str, bool]:
    text = content.decode(encoding, "replace")
    return text, "\ufffd" in text


def spelling(name: str) -> str:
    """The name of a column without what differs between programs: “Due Date”, “DUE_DATE” and “dueDate” are one."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def read_table(text: str, titles: Set[str], known: Set[str]) -> Table | None:
    """The table below the first line that names one of `titles`; None without such a line.

    Of several delimiters, the one that makes most of the names `known`.
    """
    named = SEPARATOR.match(text)
    tables = [_table(text[named.end() :], named[1], titles, first=2)] if named else []
    tables = tables or [_table(text, delimiter, titles, first=1) for delimiter in DELIMITERS]
    found = [table for table in tables if table]
    return max(found, key=lambda table: len(known & {spelling(name) for name in table.names}), default=None)


def _table(text: str, delimiter: str, titles: Set[str], first: int) -> Table | None:
    reader, before = _Reader(text, delimiter), []
    for number, cells in enumerate(reader.records(), start=first):
        if any(spelling(cell) in titles for cell in cells):
            break
        if number > HEADER_WITHIN:
            return None
        before.append(Line(number, cells))
    else:
        return None
    reader.width = len(cells)
    lines = [Line(*numbered) for numbered in enumerate(reader.records(), start=number + 1)]
    return Table([cell.strip() for cell in cells], number, _filled(lines), _filled(before))


def _filled(lines: list[Line]) -> list[Line]:
    return [line for line in lines if any(cell.strip() for cell in line.cells)]


class _Reader:
    """Reads one record after the other. A quote that opens no cell, or that nothing closes, is a character."""

    def __init__(self, text: str, delimiter: str) -> None:
        self.text, self.delimiter, self.position = text, delimiter, 0
        self.width = self.stray_quotes = 0
        self.is_doubtful = False
        end = rf" *(?={re.escape(delimiter)}|[\r\n]|\Z)"
        # Possessive: it looks at each character once. A quote inside is doubled, or no delimiter follows it.
        self.quoted = re.compile(rf'"((?:[^"]++|""|"(?!{end}))*+)"{end}')
        self.cell_end = re.compile(rf"{re.escape(delimiter)}|[\r\n]")

    def records(self) -> Iterator[list[str]]:
        while self.position < len(self.text):
            start, self.is_doubtful = self.position, False
            cells = self._record()
            if self.width and self.is_doubtful and self.stray_quotes < STRAY_QUOTES_MAX:
                cells = self._record_of_one_line(start, cells)
            yield cells

    def _record(self) -> list[str]:
        cells = [self._cell()]
        while self.text.startswith(self.delimiter, self.position):
            self.position += len(self.delimiter)
            cells.append(self._cell())
        if end := LINE_END.match(self.text, self.position):
            self.position = end.end()
        return cells

    def _record_of_one_line(self, start: int, cells: list[str]) -> list[str]:
        """A quote that nothing closed took the following lines in: where the line alone fits the header, it counts."""
        end = LINE_END.search(self.text, start)
        if end is None or end.end() >= self.position:
            return cells
        self.stray_quotes += 1
        alone = _Reader(self.text[start : end.start()], self.delimiter)
        fitting = alone._record()
        if len(fitting) != self.width:
            return cells
        self.position = end.end()
        return fitting

    def _cell(self) -> str:
        if self.text.startswith('"', self.position) and self.stray_quotes < STRAY_QUOTES_MAX:
            if quoted := self.quoted.match(self.text, self.position):
                self.position = quoted.end()
                # Several lines in one cell are usual, and so is a quote that was not doubled; both at once are not.
                self.is_doubtful |= '"' in quoted[1].replace('""', "") and LINE_END.search(quoted[1]) is not None
                return quoted[1].replace('""', '"')
            self.stray_quotes += 1
        end = self.cell_end.search(self.text, self.position)
        start, self.position = self.position, end.start() if end else len(self.text)
        return self.text[start : self.position]
