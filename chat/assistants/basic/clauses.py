"""From a message to clauses: sentences apart, courtesies off, spaces single."""

import re
from dataclasses import dataclass

from .grammar import alternatives, mention, phrases, rule
from .spelling import spelled_out

CLAUSE_MAX_CHARACTERS = 400
END_MARKS = " \t,.;:!?…-–"

# A full stop behind one of these, or behind a single letter, ends no sentence.
NO_END = (
    r"(?<!\bdr)(?<!\bmr)(?<!\bmrs)(?<!\bms)(?<!\bst)(?<!\bno)(?<!\bvs)(?<!\betc)(?<!\be\.g)(?<!\bi\.e)(?<![\s.][a-z])"
)
# A lone "!!" is a priority.
SENTENCE_END = rule(rf";(\s+|$)|({NO_END}\.|(?<![\s!])[!?]+)+(\s+|$)")
BULLET = re.compile(r"^\s*(?:(?:[-*•–] )?\[[ xX]?\]|[-*•–]|\d{1,3}[.)])\s+")

COURTESY_BEFORE = rule(
    "{courtesy} ",
    courtesy=alternatives(
        r"""
        {word}( there)?[,:.]?(?! to\b)
        {word_with_comma}(,|\.\.\.?|…|:| -| –)|(no )?wait( no)?,?(?= {taking_back}\b)|(yes|yeah|yep)(?= (i|we)\b)
        (no|nope),?(?= {doing}\b)
        (can|could|will|would|won't|can't) (you|u|ya|we)( {kindly})*(?! (be|have)\b)
        (can|could|may|might) (i|we)( please| just)*(?= {for_us}\b)
        (i|we)('d| would)? (really )?(want|need|like|love) (for )?you to
        (i|we)('d| would) appreciate it if you (could|would)
        let me(?= (add|put)\b)|do you mind|you (can|may|should|could|need to|must)( also| just)?
        (be|make) sure (to|you|that you)|help( me)?( to)?(?= (set|remind|add|make|create|remember)\b)
        (is it|would it be|if it's|if it is) possible( for you)? to|if you (could|would|can),?( please)?
        {i_think}( that)?(?= (i|we)\b)|i was wondering if you could|any chance you could
        it('d| would) be (great|nice|good|lovely|helpful) if you (could|would)
        (how|what) about(?= an? (reminder|task|to-?do)\b)
        (remember to|do ?n[o']?t forget to)(?= (set|remind|add|put|make|create)\b)
        go ahead and|let's|lets|let us|hurry up and|try to|do me a favou?r(,| and)|feel free to
        """
    ),
    i_think=r"i('m| was| am)? (just )?(think|thinking|guess|guessing|believe|suppose|reckon|figure)",
    word=phrases(
        """
        hey, hi, hello, ok, okay, so, and, also, then, now, please, kindly, just, maybe, actually, um+, uh+,
        oh, yo, plus, oops, whoops, hmm+, alright, yay, phew, woohoo, hooray, boom, on second thoughts?,
        come to think of it
        """
    ),
    word_with_comma=phrases(
        """
        well, yes, yeah, sure, thanks, thank you, great, good, perfect, cool, first, next, finally, all ?right,
        assistant, sorry, wait, hang on, hold on, oh no, ah, argh, ugh, damn, crap, shoot, btw, by the way, fyi,
        my bad, my mistake, i changed my mind, one more thing, another thing,
        no wait, wait no, when you get a (chance|minute), if you don't mind, quick one,
        no no, wrong one, not that one, that was the wrong one, wrong (todo|task|list)
        """
    ),
    for_us=phrases(
        """
        have, hear, see, get, set, add, make, create, know, view, move, push, reschedule, change, mark, put,
        delete, remove, do, swap, switch, shift, postpone
        """
    ),
    doing=phrases("make, move, keep, change, delete, remove, undo, put, set, push, mark"),
    taking_back=phrases("undo, revert, make, move, change, cancel, don't, delete, remove, the, it, that, i"),
    kindly=phrases(
        """
        please, kindly, mind, just, also, maybe, possibly, go ahead and, help me( to)?, be so kind as to, try to
        """
    ),
)
COURTESY_AFTER = rule(
    r"([, ]+{words}|[\s,.?;:…-]+|(?<![\s!])!+)$",
    words=phrases(
        """
        please, pls, plz, cheers, ta, thanks, thank you, thx, for me, ok, okay, now, right now, immediately, right away,
        if you can, if you could, real quick, would you, will you, could you, can you, i would appreciate it,
        too, as well, also, again, then, rn, atm, tbh, if you don't mind, if possible, when you can, at once, lol, haha
        """
    ),
)
CORRECTS = mention(
    """
    actually, instead, no longer, from now on, rather, changed my mind, second thoughts?, oops, whoops, sorry,
    wait no, no wait, after all, got (moved|pushed|changed|rescheduled)
    """
)
OF_ASSISTANT = rule(
    r"^(hey |hi |ok |please )*((can|could|will|would) (you|u|ya)|(can|could|may) (we|i))\b|\bfor me\b[\s.!?]*$"
)
COURTESY_MAX_CHARACTERS = 40


@dataclass(frozen=True)
class Clause:
    """One thing said. `text` is without courtesies and end marks; `asked` when it ended in a question mark.

    `of_assistant` when the assistant itself was to do it: "can you order a pizza", "order a pizza for me". `corrects`
    when it speaks against what was said or planned before: "actually, the dentist is at 3pm".
    """

    text: str
    asked: bool = False
    of_assistant: bool = False
    corrects: bool = False


def sentences(text: str) -> list[str]:
    """The sentences of a message with their end marks; a list point comes without its bullet."""
    return [
        sentence
        for line in spelled_out(text).splitlines()
        for sentence in line_sentences(BULLET.sub("", line, count=1))
    ]


def line_sentences(line: str) -> list[str]:
    starts = [0, *(end.end() for end in SENTENCE_END.finditer(line))]
    parts = [line[start:end] for start, end in zip(starts, [*starts[1:], len(line)], strict=True)]
    return [single_spaced(part) for part in parts if part.strip(END_MARKS)]


def clause_of(sentence: str) -> Clause:
    text = spelled_out(single_spaced(sentence))
    return Clause(
        without_courtesies(text),
        asked=text.endswith("?"),
        of_assistant=OF_ASSISTANT.search(text) is not None,
        corrects=CORRECTS.search(text) is not None,
    )


def without_courtesies(text: str) -> str:
    """The command inside "hey, could you please … for me, thanks!"; the text itself where nothing would be left."""
    kept = text
    while match := COURTESY_BEFORE.match(kept):
        kept = kept[match.end() :]
    while match := COURTESY_AFTER.search(kept[-COURTESY_MAX_CHARACTERS:]):
        kept = kept[: len(kept) - len(match[0])]
    return kept.strip(" ,") or text.strip(END_MARKS)


def single_spaced(text: str) -> str:
    return " ".join(text.split())
