"""The words and forms in which answers claim a change, and those in which they only tell; all in lower case."""

import re

DEEDS = (
    r"(?:added|created|entered|inserted|noted(?: down)?|jotted down|saved|recorded|logged|made (?!a mistake|an error"
    r"|sure|sense|no\b|none\b|nothing\b|any\b)\w+|completed|finished"
    r"|marked|ticked|checked (?:\w+ )?off|crossed|unchecked|closed|deleted|removed|erased|trashed|cleared|wiped"
    r"|dropped|cancell?ed"
    r"|archived|updated|changed|edited|modified|adjusted|replaced|swapped|moved|shifted|pushed|bumped|postponed"
    r"|rescheduled"
    r"|scheduled|renamed|retitled|reopened|restored|undone|reverted|rolled back|tagged|flagged|prioriti[sz]ed|set"
    r"|put (?!together|no\b|nothing\b)\w+"
    r"|assigned|split|merged|duplicated|taken (?:off|back|care)|brought (?:back|forward)|attached|emptied|given"
    r"|got rid|cleaned up)\b"
)
PLAIN_DEEDS = (
    r"(?:add|create|complete|mark|delete|remove|update|change|move|rename|reopen|undo|set|restore|tick|cross|clear)\b"
)
DOING = (
    r"(?:adding|creating|completing|marking|deleting|removing|updating|changing|moving|renaming|reopening|setting)\b"
)
ADVERBS = r"(?:(?:just|now|also|successfully|all|both|then|gladly|happily) )*"
SOMETHING = r"(?! (?:no|none|nothing|neither|not|any)\b)"
DAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
MARKED = r"(?:added|created|completed|finished|deleted|removed|changed|updated|done|it|them|that|q)"

# A deed of another day, or one of which the text says that it was there before: a report, not a claim.
EARLIER = re.compile(
    r"\b(?:already|earlier|previously|yesterday|ago|before|originally|since|in the past|recently|this week|this month"
    r"|so far|this morning|by you"
    rf"|last (?:week|month|year|time|night|{DAYS})|{MARKED} (?:on|in|at) (?:{DAYS}|{MONTHS}|the \d|\d))\b"
)
# Words before which a deed is a condition, a wish, a rule or a denial, within one clause.
UNREAL = re.compile(
    r"\b(?:if|when|whenever|once|until|unless|whether|before|after|in case|should|could|would|might|must|can|may|will"
    r"|never|always|usually|automatically|each time|every time|nothing|none|neither|no|not|nobody|cannot|let me know"
    r"|shall|said|say|wrongly|thought|did|how|why|where|who|wenn|kein\w*|nichts|nicht|si|aucune?|rien|ning[uú]n\w*"
    r"|nada)\b"
)
# “The todo I added”, “the todo that was added”: a name for it.
NAMED = re.compile(
    r"(?:^|\W)(?:todos?|tasks?|items?|ones?|that|which|what|things?|everything|all|changes?|had|have|like|than|as)$"
)
RELATIVE = re.compile(r"(?:\w )(?:that|which|who)$|\bwhat$")
# What happens to todos in general: “they are deleted after 30 days”.
RULE = re.compile(r"\b(?:after|for|within|every) \d+ (?:days|hours|weeks)\b|\b(?:automatically|when|once|until)\b")

FIRST_PERSON = re.compile(
    rf"\b(?:i|we)(?: have|'ve)? {ADVERBS}(?:{DEEDS}|(?:undid|took|brought|wrote|gave)\b){SOMETHING}"
    rf"|\b(?:i am|i'm|we're|we are) {ADVERBS}{DOING}"
    rf"|\b(?:i|we) (?:did|was able to|were able to|managed to) {PLAIN_DEEDS}"
    rf"|^here(?:'s| is| are) what (?:i|we)(?:'ve| have)? (?:did|done|{DEEDS})|\b(?:i|we)(?:'ve| have)? got (?:it|that"
    rf"|this|both) done\b"
    r"|\bwhat (?:i|we)(?:'ve| have)? (?:did|done|changed)$|^(?:the )?changes (?:i |we )?made$"
    rf"|^{DOING}.*(?: now|…)$"
)
WITHOUT_SUBJECT = re.compile(rf"^{ADVERBS}(?!set\b|put\b|split\b){DEEDS}{SOMETHING}")
PASSIVE = re.compile(
    rf"\b(?:has|have|'ve|'s) {ADVERBS}been {ADVERBS}{DEEDS}|\b(?:was|were|got) {ADVERBS}{DEEDS}"
    rf"|\b(?:is|are|'s|'re) {ADVERBS}(?:added|created|deleted|removed|erased|updated|changed|crossed off|moved"
    rf"|postponed"
    r"|rescheduled|renamed|restored|reverted|undone|reopened|saved|cleared)\b"
    r"|^(?:(?:new|the|your|this|all|both|one|\d+) )*(?:todos?|tasks?|items?|reminders?|changes?|priority|date"
    r"|due date|title"
    rf"|list|notes?|tags?|q)(?: q| →| \d+)? {ADVERBS}(?!(?:completed|finished|closed|scheduled|marked) .)"
    rf"(?!(?:put|made)\b){DEEDS}"
    r"|^(?:added|deleted|removed|updated|renamed|created|restored)$|^(?:moved|renamed|changed) to \w"
)
STATES = (
    r"(?:on|off|in|under|back|due|done|complete(?:d)?|open|gone|marked|set|called|named|titled|scheduled|planned|tagged"
    r"|ticked|crossed|checked|deleted|removed|high|medium|low|urgent|finished|closed|a|an|part|without|repeating|added"
    r"|updated|moved|renamed|changed|every|for|at)\b"
)
ARRIVED = re.compile(
    rf"\b(?:is|are|'s|'re) (?:now|no longer) {ADVERBS}{STATES}|\bnow (?:on|off|in|back on) (?:your|the) "
    r"|\b(?:is|are|'s|'re) (?:gone|off (?:your|the) list|back on (?:your|the) list)\b"
    r"|(?<!you )\b(?:now|no longer) (?:has|have|includes?|contains?|reads?|says|repeats?)\b"
    r"|(?<!you )(?<!i )\b(?:has|have|reads|repeats) .{1,60} now$|(?<!you )(?<!i )\b(?:has|have) (?:now )?moved\b"
    rf"|\b(?:is|are|'s|'re) {STATES}.{{0,60}} (?:now|again)$|\bconsider it done$"
)
DONE = re.compile(
    r"^(?:all |it's |it is |that's |that is )?(?:done|deleted|added|removed|updated|taken care of)$|^done: q\b"
    r"|^(?:taken|brought|put) back\b"
)
SAID_BARELY = re.compile(rf"^.{{1,80}} {DEEDS}")
FOREIGN = re.compile(
    r"\bhabe\b(?!.*\b(?:nichts|nicht|kein\w*)\b).{0,200} "
    r"(?:hinzugefügt|angelegt|eingetragen|erledigt|abgehakt|gelöscht|entfernt|verschoben|geändert"
    r"|umbenannt|markiert|wiederhergestellt|erstellt|notiert)\b"
    r"|\b(?:wurden?|ist jetzt|sind jetzt|ist nun)\b.{0,120} (?:hinzugefügt|angelegt|eingetragen|erledigt|abgehakt"
    r"|gelöscht|entfernt|verschoben|geändert|umbenannt|markiert|erstellt)\b"
    r"|^(?:erledigt|hinzugefügt|gelöscht|verschoben|ajoutée?s?|supprimée?s?|añadid[oa]s?|eliminad[oa]s?|hecho)$"
    r"|\b(?:j'ai|nous avons) (?:bien )?(?:ajouté|créé|supprimé|effacé|terminé|coché|marqué|déplacé|modifié|renommé)"
    r"|\b(?:a|ont) (?:bien )?été (?:ajouté|créé|supprimé|effacé|terminé|coché|marqué|déplacé|modifié|renommé)"
    r"|\b(?:he|hemos|se ha|se han|ha sido|han sido) (?:añadid|agregad|cread|eliminad|borrad|completad|marcad|movid"
    r"|cambiad|renombrad|actualizad)[oa]s?\b"
)

# “Completed todos: …” and “Created: 3 March” tell what the list has.
LABEL = re.compile(
    r"^(?:(?:completed|finished|deleted|updated|changed|moved|scheduled|archived|tagged|closed|restored|flagged)"
    r" (?:\w+ )?(?:todos?|tasks?|items?|ones|list|view|things|version|recently|today|this|in|by|at)\b"
    rf"|\w+(?: on| at)?: ?(?:\d+\W*(?:$|of\b|in\b)|\d{{4}}-|yes\b|no\b|never\b|today\b|yesterday\b|{DAYS}\b|{MONTHS}\b"
    rf"|\d+(?:st|nd|rd|th)?\.? (?:{MONTHS})\b)|(?:scheduled|tagged|marked|flagged|closed|finished|made):)"
)
# “Deleted todos are kept …”: what begins like a deed is the subject of another sentence.
SUBJECT_OF_ANOTHER = re.compile(r"^\w+ (?:todos|tasks|items|ones)\b.* (?:are|stay|can|will|were|have)\b")
COMPLETED_HEADING = re.compile(
    r"^(?:recently )?(?:completed|finished|closed|done)(?: (?:todos|tasks|items|today))? ?(?::|\(\d+\)|$)"
)
OPEN_HEADING = re.compile(
    r"^(?:still )?(?:open|pending|overdue|to ?do|remaining|upcoming|active|not done|due|left|today)\b"
    r"[^.]{0,30}(?::|\(\d+\)|$)"
)
TALK = re.compile(r"^(?:here|you|your|no|none|nothing|all caught|what|these|this|there|would|let|i can|i could)\b")
OPENER = re.compile(
    r"^(?:(?:okay|ok|sure thing|sure|all done|done|great|all right|alright|got it|perfect|yes|certainly|of course"
    r"|no problem|good|absolutely|wonderful|excellent|nice|awesome|(?:good|great) news|success|sorry|confirmed"
    r"|understood|fine|as (?:you )?(?:asked|requested)|erledigt"
    r"|klar)[ ,!.–—-]+)+"
)

# A rule or a condition, also for what follows after its comma.
CONDITION = re.compile(
    r"^(?:how (?:it|this|that) works|according to|only|when|whenever|if|once|unless|until|as soon as|each time"
    r"|every time|before)\b"
)
CHECKED_OFF = re.compile(r"[✅✔☑✓]\W{0,3}(?:done|added|deleted|removed|updated|moved|completed)\b")
