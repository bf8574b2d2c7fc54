"""The forms in which people ask for a change to a todo, or tell of work done."""

from .grammar import one_of, phrases, rule, rules

ANYMORE = "( anymore| any more| any longer| after all)?"
NOTES = phrases("notes?, comments?, descriptions?, details?")
TAG = phrases("tags?, labels?")
SAYING = r"(\s?[:,–-]| that says?| saying| that| which says| with)\s?"
OFF = phrases("from, off, of, on")
REMOVE = phrases("delete, remove, erase, get rid of, discard, eliminate, nuke")
# These may as well be work to do ("cancel gym membership"): they delete only what is surely a todo.
DROP = phrases(
    """
    drop, cancel, nix, scratch( off| out)?, strike( off| out)?, trash, kill, scrap, toss, bin, axe,
    forget( about)?, cut, ditch, lose, dismiss, take off, take, throw out, clear( off| out)?, wipe( out)?, purge,
    stop reminding me (to|about)
    """
)
# These are said to a list alone, if they speak of "the dentist" or "calling mom".
FORGET = rules(
    r"""
    (forget|never ?mind|nix|axe|scrap|ditch|scratch|strike)( about| off| out)? (?P<what>{sure}.*)
    """,
    sure=r"((the|my|that|this) .|\w{2,}ing )",
)
CLEAR = phrases(
    """
    clear, wipe, blank, empty, nuke, purge, reset, flush, clean, erase, delete, zap, kill, trash, remove,
    dump, cancel, drop, scrap, get rid of, get rid off
    """
)
HAVE_IT = "((i|we)('d| would)? (like|want|need)|have|get)"
FINISHED = phrases("done, finished, completed, through")
ADVERBS = "( just| already| finally| actually| also| recently| now| totally)*"

NO_DATE = rules(
    r"""
    {remove} (the |its |my |any )?{due_date} (for|off of|{off}) {what}
    {remove} {what}'s {due_date}
    {what} (has|have|needs?|should have|gets) no {due_date}{anymore}
    {what} (doesn't|does not|shouldn't|no longer) (have|need|has|needs) (a|any) {due_date}{anymore}
    (make|set|leave) {what} (without|have no|to no) (a )?{due_date}
    no (more )?{due_date} (for|on) {what}
    (unschedule|undate) {what}
    """,
    remove=phrases("remove, clear, drop, delete, take off, take, unset, cancel, erase, get rid of"),
    off=OFF,
    anymore=ANYMORE,
)
NO_REPEAT = rules(
    r"""
    (stop|end|cancel|quit) repeating {what}
    {remove} (the |its |any )?{repeat} {off} {what}
    (don't|do not|never) repeat {what}{anymore}
    {what} (doesn't|does not|shouldn't|should not|needn't|won't) (need to |have to )?(repeat|recur){anymore}
    {what} should (no longer|stop|not) (repeat|recur)(ing)?
    make {what} ((not|no longer|stop) (repeat|recur)(ing)?|non-?(repeating|recurring)|a one-?(off|time)( task| thing)?)
    """,
    remove=phrases("remove, clear, drop, delete, take off, unset, cancel, erase, get rid of, stop, end, turn off"),
    repeat=phrases("repeats?, repetition, repeating, recurrence, recurring"),
    off=phrases("for, off of, from, off, of, on"),
    anymore=ANYMORE,
)
NOTE = rules(
    r"""
    (add|attach|put|write|append|leave|make)( a| the| this)? {notes} (to|on|for|in|about|under) {what}{saying}{value}
    (add|append|attach|write|put) (?P<value>.+?) (to|in|into|as|on) (the |a )?{notes} (of|on|for|in|to) {what}
    {notes} (on|for|to) (?!self|myself|me){what}(\s?[:–-]| that)\s?{value}
    annotate {what} (with|:|saying)\s?{value}
    (add|append) to the {notes} (of|on|for) {what}{saying}{value}
    (add|append|note) (to|on|for|under) (?P<what>(?!{list}|there\b).+?) that {value}
    in the {notes} (of|for|on) {what},? (write|put|add|say)\s?:? {value}
    """,
    notes=NOTES,
    saying=SAYING,
)
UNTAG = rules(
    r"""
    (remove|delete|drop|take off|take|clear|get rid of) (the )?{tag} {tags} {off} {what}
    (remove|delete|drop|take off|take|clear) (the )?{tags} {tag} {off} {what}
    (remove|delete|drop|take) (?P<tags>#[\w-]+) {off} {what}
    (untag|unlabel) {what} (as|from|with) {tags}
    (untag|unlabel) {what} (?P<tags>#?[\w-]+)
    """,
    tag=TAG,
    off=OFF,
)
ADD_TAG = rules(
    r"""
    (tag|label|categori[sz]e) {what} (with|as|under)( the)?( {tag})? {tags}
    (tag|label) {what} (?P<tags>#[\w-]+(,? #[\w-]+){0,5})
    (tag|label) (?P<what>it|that|this|.+ (task|todo|item|one|reminder)) {tags}
    (tag|label) {what} (?P<tags>[\w-]+)
    (add|put|attach|apply|give)( the| a)? {tag} {tags} (to|on|for) {what}
    (add|put|attach|apply|give)( the| an?)? {tags} {tag} (to|on) {what}
    (add|put) (?P<tags>#[\w-]+) (to|on) {what}
    give {what} the {tag} {tags}
    """,
    tag=TAG,
)
NO_PRIORITY = rules(
    r"""
    (remove|clear|drop|delete|take off|take|unset) (the )?priority (for|{off}) {what}
    (unprioriti[sz]e|deprioriti[sz]e) {what}
    {what}( isn't| is not| is no longer| aren't| are not|'s not|'s no longer) (that |so |very )?{important}{anymore}
    """,
    off=OFF,
    important=phrases("urgent, important, a priority, (a )?high priority"),
    anymore=ANYMORE,
)
PRIORITY = rules(
    r"""
    {set} {what} ((as|to|at|to be|up to|down to|with|of) )?(an? )?{priority}
    {set}( up| down)? (the |its )?priority (of|for|on) {what} (to|as|at|:|=)( be)? ?{priority}
    {set} {what}'s priority (to|as|at) {priority}
    (give|assign) {what} (a |an )?{priority}
    (assign|give) (a |an )?{priority} to {what}
    {what} (is|are|has|have|should be|needs to be|must be|is now|has become|became)( now| a| an| of)? {priority}
    """,
    set=phrases("make, set, mark, change, flag, update, rank, switch, bump, raise, lower, put, move, treat, adjust"),
)
MORE_URGENT = rules(
    r"""
    (raise|increase|bump( up)?|up) {what}'s (priority|urgency|importance)
    (raise|increase|bump( up)?|up) (the )?(priority|urgency|importance) (of|for|on) {what}
    prioriti[sz]e {what}
    """
)
LESS_URGENT = rules("(lower|decrease|reduce|bump down) (the )?(priority|urgency|importance) (of|for|on) {what}")
RENAME = rules(
    r"""
    (rename|retitle|relabel) {what} (to|as|into|=>|->) {value}
    {edit} (the )?{name} (of|for|on) {what} (to|into|as)( say| read)? {value}
    {edit} {what}'s {name} (to|into) {value}
    {edit} {what} to (say|read|be called) {value}
    (call|name) (?P<what>it|that|this|.+ (task|todo|one)) {value} instead
    (call|name) (it|that|this) {value} instead of {what}
    {what}( should| needs to|('s| is) (supposed|meant) to) (say|read|be called|be named) {value}
    replace {what} (with|by) {value}
    """,
    edit=phrases("change, edit, update, set, reword, rephrase, correct, fix"),
    name=phrases("name, title, text, wording, description"),
)
# Asked only after all other changes "to" something.
CHANGE_TO = rules("(change|edit|update|reword|rephrase|correct) {what} (to|into) {value}")
REOPEN = rules(
    r"""
    (mark|set|flag|put|change|move|make) {what} ((as|to|back to|back as|to be) )?{not_done}( again)?
    {reopen} {what}
    put {what} back( {in_list})?
    {what} (is|was|are|isn't|wasn't)( actually)? {not_done}( yet| after all)?
    {what} (isn't|is not|wasn't|aren't) (actually )?(done|finished|complete|completed)( yet| after all)?
    i (didn't|did not|haven't|have not)( actually| really| even)? \w+ (?P<what>it|that|them|those)( yet)?
    (i )?(still )?(didn't|did not|haven't|have not)( actually| really| even)? \w+ {what} yet
    i (didn't|did not|haven't|have not)( actually| really)? (finish(ed)?|completed?|do|done|get to|gotten to) {what}
    """,
    reopen=phrases(
        """
        reopen, re-open, un-?check, un-?tick, un-?mark, un-?complete, un-?cross, undo completion of, unfinish,
        reactivate, bring back, put back, unarchive
        """
    ),
)
CHECK_OFF = rules(
    r"""
    {mark} {what} (off )?((as|to|to be|as being) )?{done}( {in_list})?
    (check|tick|cross|mark|complete) off {what}( {in_list})?
    (check|tick|cross|mark) {what} off( {in_list})?
    (check|tick|cross|mark) {what} off( of| on| from| in)? {list}
    (mark|set|check|log)( as)? (done|complete|completed|finished)( with|:| -)? {what}
    consider {what} {done}
    put an? (check|tick)( ?mark)? (next to|beside|by|on|against|behind) {what}
    {have_it} {what} (marked|checked|crossed|ticked)( off)?( as)?( {done})?( {in_list})?
    """,
    have_it=HAVE_IT,
    mark=phrases("mark, set, check, flag, move, put, change, make, count, log, record"),
)
FINISH = rules(
    r"""
    (close|resolve|do) {what}
    finish( up| off)? {what}
    """
)
COMPLETE = rules("(complete|tick) {what}")
DONE = rules(
    r"""
    (all |i|we)?('ve|'m| am| have| was| are)?{adverbs} ?{finished} (with |doing |up |off )?{what}
    (i'm|i am|we're) (all )?(done|finished|through) (with |doing )?{what}
    {what} (is|are|was|has been|have been|got|gets)( now| all| both| already| finally)? {finished}( now| already)?
    (done|finished|completed)\s?[:–-]\s?{what}
    {what}'s (finally |already |now |all )+{finished}
    (?!{command}\b){what}\s?[:,–-]*\s(done|finished|completed|✓|✔|✅|☑)
    (✓|✔|✅|☑|\[x\]) {what}
    {what}( {be}|'s)( now| all| already| finally)? {over_with}
    {what} (went|has gone|have gone|is gone) (out|through|off|fine|well|ok|okay|great|smoothly)
    """,
    adverbs=ADVERBS,
    be=phrases("is, are, was, were, has been, have been, got"),
    over_with=phrases(
        "sorted( out)?, handled, taken care of, dealt with, out of the way, behind me, wrapped up, over with, history"
    ),
    finished=FINISHED,
    command=phrases(
        """
        remind, get, have, need, i, we, make, tell, note, don't, do, add, when, if, clear, delete, remove,
        erase, wipe, show, list, all, the, my, mark, set
        """
    ),
)
# "I've got a flight" tells of no work.
DID = rules(
    r"""
    (i|we){adverbs} (?!(got|had|used|tried|came|have) to )(?P<verb>\w+) {what}
    (i|we){adverbs}('ve| have){adverbs} (?!got (a|an|some|to|another|no)\b)
        (?!(had|used|tried|come) to )(?P<verb>\w+) {what}
    (just|already|finally|also){adverbs} (?P<verb>\w+) {what}
    """,
    adverbs=ADVERBS,
)
WAS_DONE = rules(
    r"""
    {what}{was}( all| already| now| finally)? (?!{put_off}\b)(?P<verb>\w+)
    (?P<what>(?!{light}\b)\w+ \w+( \w+)?) (?P<verb>sent|bought|paid|posted|booked|ordered)
    (?P<what>(?!{light}\b)\w+|(the|my|our) (\w+ ){0,2}?\w+) (?!{put_off}\b)
        (?P<verb>\w+ed|sent|bought|paid|written|done|made|sold|built)
    """,
    was=r"( (is|are|was|were|has been|have been|got)|'s (already |finally )?been)",
    put_off=phrases("cancell?ed, moved, postponed, delayed, called, rescheduled, pushed, changed"),
    light=phrases(
        "get, be, stay, become, feel, keep, look, have, make, buy, i, we, you, he, she, they, it, and, add, find,"
        "check, ensure, confirm, verify, see, ask, chase"
    ),
)
DID_WITHOUT_SUBJECT = rules(r"(?P<verb>\w+) {what}")
NO_WORK_DONE = rule(
    r"(that( (i|you|we|it|he|she|they|the|my)\b.*|)$|"
    r"(loads|lots|plenty|tons|so (much|many)|too (much|many)|out of)\b|"
    r"(if|a lot|nothing|you|no|not|any|anything|something|some|it wrong)\b)"
)
# "I've finished for today".
FOR_NOW = rule(r"for( (now|today|tonight|the (day|night|evening|week)))?")
# When something was done says nothing of which todo it was.
DONE_WHEN = rule(
    r"[, ]+((earlier )?(today|this (morning|afternoon|evening))|yesterday( (morning|afternoon|evening))?"
    r"|last night|tonight"
    r"|just now|earlier|(a|an|\w+) (\w+ )?(minutes?|hours?|days?|while|moment|second) ago|on (my|the) way \w+)$"
)
CLEAR_ALL = rules(
    r"""
    {clear}( out| off| up| away| down)? (?P<what>.+?)( clean| completely| entirely)?
    (make|leave|set|i want|i'd like|have|get) (sure )?{what} (is |to be |be )?({fully} )?{empty}
    take (off )?(?P<what>everything.*)
    start (over|fresh|from scratch) with (?P<what>.+)
    """,
    clear=CLEAR,
    fully=phrases("completely, totally, all, entirely"),
    empty=phrases("blank, empty, clear, cleared, cleared out, emptied, wiped, gone"),
)
NOT_NEEDED = rules(
    r"""
    (i|we) (no longer|don't|do not|did not|didn't|won't|needn't) {need}( do)? (?P<what>(?!to |(do )?any).+?){anymore}
    no longer {need}( do)? (?P<what>(?!to |(do )?any).+?){anymore}
    (don't|do not) need( to)? {what} (anymore|any more|any longer|after all)
    {what} ((is|are) (no longer|not)|isn't|aren't) (needed|necessary|relevant|required|happening){anymore}
    {what} (is|was|got|has been|have been|are|were) (cancell?ed|called off|off now)
    (there('s| is) )?no (more |longer )?need (to|for) {what}{anymore}
    (don't|do not|dont|stop|quit|no need to) remind(ing)? (me|us) (about|of|to|for|that) {what}{anymore}
    (i|we) (no longer|don't|do not) (need|want|have) to be reminded (about|of|to|that) {what}{anymore}
    (take|strike|scratch|knock) {what} off
    (take|pull|get|strike|scratch|knock|drop|wipe|throw) {what} (off of|off|out of|of|from) {list}
    {have_it} {what} {gone}( off| out)?( of| from)?( {list})?
    {what} (can|should|needs to|must|has to) (come|go|be {gone}) (off of|off|from|out of) {list}
    (cross|strike|scratch|x) out {what}
    (strike|scratch) off {what}
    (cross|strike|scratch|x) {what} out( {in_list})?
    """,
    have_it=HAVE_IT,
    gone=phrases("removed, deleted, taken, erased, crossed out, struck, dropped, cut, gone"),
    need=phrases("need to, have to, want to, need, want"),
    anymore=ANYMORE,
)
# Perhaps no longer to be done: asked about.
MAY_BE_OVER = rules(
    r"""
    ((i|we) )?(can't|cannot|can not|couldn't|won't) (make|attend|go to|come to|get to) {what}
    (i|we)('ve)? already (have|got|own|had) {what}
    {what} ?[:–-] ?(cancel(led)?|delete|remove)
    (stop|quit) (nag|bug|pester)(g?ing)? me (about|of|to) {what}
    """
)
NOT_DOING = rules(
    r"""
    (i|we)( won't| will not|('m| am|'re| are) not| aren't)( going to| gonna)?( be)? (?P<verb>\w+) {what}{anymore}
    """,
    anymore=ANYMORE,
)
# "Can the dentist be cancelled?"
ASKED_AWAY = rule(
    r"(can|could|may|might|should) {what} be {gone}( from {list})?",
    gone=phrases("cancell?ed, called off, deleted, removed, dropped, scrapped, erased, binned, taken off, crossed off"),
)
FOR_GOOD = rule(r"(anymore|any more|any longer|after all)$")
DELETE = rules("{remove} (?P<what>.+)", remove=REMOVE)
DELETE_LISTED = rules("(?P<verb>{drop}) {what}", drop=DROP)

# "Tag the photos from the trip" names no tag.
GOES_ON = rule(r".*\b(the|a|an|my|our|of|from|in|on|at|to|with|for|and|by)")
# A change that does not say of what.
RANK_IT = rules(
    r"""
    (mark|set|flag|make|tag)( it)?( as| to)? {priority}
    (just )?{priority} (is|will be|would be|will do|should be)( just| probably)? ?(fine|ok|okay|enough|good|better)?
    """
)
MARK_IT = rule("(mark|set|check)( as)? (done|complete|completed|finished)|(done|finished|completed)( it| that)?")
OF_WHICH = one_of(
    r"""
    (change|set|edit|update|move|add|remove|rename|delete)( the| its| a| my)? ({due_date}|priority|title|name|tag|note)
    rename|edit|update|complete|delete|remove|erase|move|change|reschedule|mark|tag|reopen
    (rename|edit|update|complete|delete|remove) (a |the |one |some )?(task|todo|to-do|item|reminder|chore)
    """
)

# The list around the name of a todo: "… from my list".
AROUND_LIST = rule(r"(?P<kept>.*?),?( {on_it})+(?P<tail>.*)")
OFF_LIST = rule(r".+ (off of|off|from|out of) {list}")
PARTICLE = rule(r"(off|by|in|out)\b")
OF_ASSISTANT = rule(r"\byour\b")
CLOCK_TIME = rule(r"\d{1,2}(:\d\d)?")
