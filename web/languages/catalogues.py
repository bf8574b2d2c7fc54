"""Keeps `locale/` in step with the program: `make messages`, `python -m web.languages.catalogues [--check] [de …]`.

Sentences are found in templates and modules and put into each language's django.po, where people translate them; a
sentence that is gone is left out, one that is new is empty. Then django.mo is made, which the program reads. Babel does
both, so that no machine needs GNU gettext. With --check nothing is written: it says what is not up to date, not
translated, or translated with other placeholders or tags, and fails.
"""

import datetime
import re
import sys
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "locale"
# What people see is worded in these.
PACKAGES = ("accounts", "chat", "config", "habits", "language", "notices", "todos", "web")
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "ngettext_noop": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Of a file that is compared, so that making it anew changes nothing.
MADE_AT = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
TAG = re.compile(r"</?\w+")


class Parts(NamedTuple):
    """What a translation must keep."""

    placeholders: Counter[str]
    tags: Counter[str]
    ends: tuple[bool, bool]


def sources() -> Iterator[Path]:
    yield from sorted((ROOT / "templates").rglob("*.html"))
    for package in PACKAGES:
        paths = sorted((ROOT / package).rglob("*.py"))
        yield from (path for path in paths if not {"tests", "migrations"} & set(path.parts) and path.stem != "testing")


def sentences(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None, list[str]]]:
    """Each sentence of a file, with the context that tells it from its like, and what its translators are told."""
    text = path.read_text(encoding="utf-8")
    # In brackets, where Python asks for no order in what stands before a line.
    python = f"({templatize(text, origin=str(path))})" if path.suffix == ".html" else text
    read = BytesIO(python.encode())
    for _, said, comments, context in extract("python", read, KEYWORDS, ("Translators:",), {"encoding": "utf-8"}):
        yield said, context, comments


def extracted() -> Catalog:
    """Every sentence of the program, with the files that it stands in."""
    catalog = Catalog()
    for path in sources():
        for said, context, comments in sentences(path):
            place = (str(path.relative_to(ROOT)), 0)
            catalog.add(said, locations=[place], auto_comments=comments, context=context)
    return catalog


def stored(language: str) -> Catalog:
    path = po_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def po_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def updated(found: Catalog, known: Catalog) -> Catalog:
    """What was found, with the translations that are known."""
    catalog = Catalog(locale=known.locale, fuzzy=False, creation_date=MADE_AT, revision_date=MADE_AT)
    for message in sentences_of(found):
        before = known.get(message.id, message.context)
        catalog.add(
            message.id,
            before.string if before and type(before.id) is type(message.id) else "",
            locations=message.locations,
            auto_comments=message.auto_comments,
            context=message.context,
            flags=message.flags,
        )
    return catalog


def sentences_of(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def po_text(catalog: Catalog) -> str:
    """Without dates, names and line numbers, which differ each time and say nothing."""
    head = f"""msgid ""
msgstr ""
"Language: {catalog.locale_identifier}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {catalog.plural_forms}\\n"

"""
    written = BytesIO()
    write_po(written, catalog, width=110, omit_header=True, sort_by_file=True, include_lineno=False)
    return head + written.getvalue().decode()


def mo_bytes(catalog: Catalog) -> bytes:
    written = BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


def write(catalog: Catalog, language: str) -> None:
    path = po_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(po_text(catalog), encoding="utf-8")
    path.with_suffix(".mo").write_bytes(mo_bytes(catalog))


def faults(language: str, found: Catalog) -> Iterator[str]:
    """What is not as it should be in the catalogue of a language."""
    known, path = stored(language), po_of(language)
    wanted = updated(found, known)
    if path.read_text(encoding="utf-8") != po_text(wanted) or path.with_suffix(".mo").read_bytes() != mo_bytes(wanted):
        yield "not up to date: make messages"
    for message in sentences_of(wanted):
        yield from (f"{fault}: {message.id}" for fault in faults_of(message))


def faults_of(message: Message) -> Iterator[str]:
    forms, ids = forms_of(message.string), forms_of(message.id)
    if not all(forms):
        yield "not translated"
        return
    if message.fuzzy:
        yield "fuzzy"
    for form in forms:
        if not any(fits(parts(form), parts(said), counted=len(ids) > 1) for said in ids):
            yield "other placeholders, tags or spaces at the ends"


def fits(form: Parts, said: Parts, *, counted: bool) -> bool:
    """Whether the same stands in both; “the next one” may leave the number out."""
    same = form.placeholders == said.placeholders or (counted and form.placeholders < said.placeholders)
    return same and form.tags == said.tags and form.ends == said.ends


def forms_of(said: Any) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said or ("",))


def parts(said: str) -> Parts:
    ends = said[:1].isspace(), said[-1:].isspace()
    return Parts(Counter(PLACEHOLDER.findall(said)), Counter(TAG.findall(said)), ends)


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    named = [argument for argument in arguments if not argument.startswith("-")]
    found = extracted()
    problems = []
    for language in named or sorted(path.name for path in LOCALE.iterdir() if path.is_dir()):
        if check:
            problems += [f"{language}: {fault}" for fault in faults(language, found)]
        else:
            write(updated(found, stored(language)), language)
            empty = sum(any(True for fault in faults_of(message)) for message in sentences_of(stored(language)))
            sys.stdout.write(f"{language}: {len(sentences_of(found))} sentences, {empty} to be looked at\n")
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
