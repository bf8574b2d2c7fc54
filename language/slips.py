"""One slip of the finger between a word as it was typed and as it is written."""

# Four letters apart by more than a swap may well be another word: "lost" is no "list".
SWAP_ONLY_UP_TO = 4
VOWELS = frozenset("aeiouy")


def is_slip(typed: str, known: str) -> bool:
    """One letter too many, too few or another, or two neighbours swapped; a short word has only lost its vowel."""
    if abs(len(typed) - len(known)) > 1 or typed[:1] != known[:1]:
        return False
    start = next((place for place, (a, b) in enumerate(zip(typed, known, strict=False)) if a != b), len(known))
    rest, wanted = typed[start:], known[start:]
    is_swap = len(rest) > 1 and rest[1] + rest[0] + rest[2:] == wanted
    if len(known) <= SWAP_ONLY_UP_TO:
        return is_swap or (rest == wanted[1:] and VOWELS.isdisjoint(typed))
    return is_swap or rest[1:] == wanted or rest == wanted[1:] or rest[1:] == wanted[1:]
