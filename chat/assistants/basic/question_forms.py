"""The forms of questions about todos."""

from .grammar import mention, one_of, phrases, rule, rules

WEEKDAY = phrases("monday, tuesday, wednesday, thursday, friday, saturday, sunday")
# "And tomorrow?", "what about next week?".
ABOUT_DAY = rule(r"((what|how)('s| is)? about|what of) (?P<day>.+)")
# "List my shopping things", "list milk" – and not "list milk and eggs on my list".
LISTING = rule(
    r"(list|enumerate|name)( out| me)? ((all|my|our|every|everything|any)\b.*|(?!.*\b(on|at|in|to|for|with)\b)[^,:]+)"
)
# "Tell me what …", "I need to know whether …": the question itself comes after.
INDIRECT = rule(
    r"({tell_me}|{wonder}|{want_to_know}|{forgot}|{check}|refresh my memory,?)( to see| to check| and see)?( again)?"
    r" (?P<rest>{asked}\b.*|(the )?(things?|tasks?) (that )?i .+)"
    r"|(confirm|verify|check) that (?P<claim>.+)",
    tell_me=r"(tell|show|give|remind|inform|let)( me| us)?( know)?( of| about)?",
    wonder=phrases("do you know, i wonder, i'm wondering, i was wondering, i am wondering"),
    want_to_know=r"((i|we)('d| would|'m)? (just )?(want|need|like|wish|wanted|have|curious)|wanted)( to)?"
    r" (know|hear|see|find out|check|confirm)( of| about)?",
    forgot=r"(i|we) (forgot|forget|can't (remember|recall)|don't (remember|recall|know)|am not sure|cannot remember)",
    check=phrases("confirm, verify, find out, check, look, see"),
    asked=phrases("what, which, when, where, who, how, if, whether, is, are, do i, at what"),
)

# "Check if the shop is open" is something to do, where it asks for nothing on the list.
FINDS_OUT = rule("(check|find out|confirm|verify|see|look) ")
# A direct question begins with one of these.
WH_WORD = phrases(
    """
    what, what's, whats, what're, what'd, which, when, when's, whens, where, where's, who, who's, whose, why,
    how, how's, hows, at what time
    """
)
AUXILIARY = phrases(
    r"""
    is, isn't, are, aren't, am, was, were, does, doesn't, did, didn't, will, would, should, shall, could,
    can(?!'t (make|attend|go|come|get)\b), may(?! \d), has, haven't (i|we|you)
    """
)
ASK_WORD = one_of(
    r"""
    {wh_word}\b.*
    {auxiliary}\b.*
    (if|whether|(got )?(any|anything|something)|nothing else)\b.*
    (do|don't|have) (i|we|you|they|all|any|there)\b.*
    (do|don't|have) (my|the) .+ (have|contain|include|say)\b.*
    """,
    wh_word=WH_WORD,
    auxiliary=AUXILIARY,
)
YES_NO = one_of(
    r"""
    {auxiliary}\b.*
    (do|don't|have|i have|i've|if|whether|that|(got )?(any|anything|something))\b.*
    """,
    auxiliary=AUXILIARY,
)
HOW_MANY = one_of(
    r"""
    how (many|much)\b.*
    (what's|what is) the (number|count|total) of.*
    count\b.*|(the )?(number|count) of .*
    """
)
WHAT_FIRST = one_of(
    r"""
    \bwhat('s| is| should| do| can| must| would)?\b.*\b{first}\b
    \b(which|what) (one|task|todo|of these).*\b(first|most|next)\b
    \bwhere (should|do) i (start|begin)\b|\bwhat now\b
    \b(plan|organi[sz]e) (out )?(my|the) {day}\b
    \bwhat's the plan\b|\bprioriti[sz]e my {day}\b
    """,
    day=phrases("day, morning, afternoon, evening, week, weekend, today, tasks, todos, to-dos, list"),
    first=phrases(
        """
        first, next(?! ({count}|day|week|weekend|fortnight|month|year)), most (urgent|important|pressing), top priority,
        start with, focus on, work on, tackle, prioriti[sz]e, begin with
        """
    ),
)
PLAN = rule(
    r"(help me )?(to )?(plan|organi[sz]e|prioriti[sz]e) (out )?my {day}",
    day=phrases("day, morning, afternoon, evening, week, weekend, tasks, todos, list"),
)
HOW_URGENT = rules(
    r"""
    how {urgent} (is|are|was) {what}
    (what's|what is|what are|whats) the (priority|urgency|importance)( level)? (of|for|on) {what}
    (what|which) priority (is|does|has) {what}( have)?
    (is|are|was) {what} (very |really |that |so )?(urgent|important|high priority|low priority|a priority|critical)
    """,
    urgent=phrases("urgent, important, pressing, critical, high"),
)
STATUS = rules(
    r"""
    (what's|what is|whats) the (status|state|progress) (of|on|with|for) {what}
    (how's|how is|hows) {what} (going|coming( along)?|doing)
    (is|are|was|were) (?!{several}\b){what} (done|finished|completed?|(checked|ticked|crossed) off|still open)( yet)?
    (has|have) (?!{several}\b){what} been (done|finished|completed|(checked|ticked|crossed) off)( yet)?
    """,
    several=phrases("any, anything, everything, every, all, some, something, these, those, they, there, it all, which"),
)
# "Did I send the invoice?" asks for the state of a todo – "did I put it on my list?" whether it is there.
DID_DO = rule(
    r"((did|have|has|haven't|didn't) (i|we)( already| ever| really| actually| remember to)*"
    r"|(do|did|should|must) (i|we)( still| really| actually)*( (need|have) to)?)"
    r" (?P<what>(?!{noted}\b)(?P<verb>\w+) .+?)( or not| yet)?",
    noted=phrases(
        """
        add, added, put, include, included, create, created, make, made, jot, jotted, write, wrote, set, schedule,
        scheduled, request, requested, ask, asked, note, noted, log, logged, enter, entered, tell, told, mention,
        list, listed, forget, have, got, get, plan, planned, need, say, said, want, do, done, finish, finished,
        complete, completed,
        start, begin, work, focus, tackle, remember, know, see, still, need, miss, missed,
         accomplish, accomplished, check, tick, cross, save, store, record
        """
    ),
)
JUST_ADDED = rule(
    r"what (did|have) i (just|last) (add(ed)?|put (in|on|down)|create(d)?|change(d)?|do|done|say|enter(ed)?)( to .*)?"
    r"|what was (the last (one|thing|task)|that)( i (just )?(added|said|entered|changed))?( again)?"
)
WHICH_ONE = rules(r"(what|which)('s|s| is| was| were| are)? {what}( called| about)?")
WHEN = rules(
    r"""
    {at_what_time}( {be})?( i| we)?( have| need| supposed| going)?( to)? {what}( {set})?
    (when's|when is|when are) {what} due
    (what's|what is|whats) the {due_date} (of|for|on) {what}
    how (soon|long until|many days until|much time) (is|do i have (for|to|until|left for)|until) {what}( due)?
    """,
    at_what_time=phrases("when, when's, whens, at what time, what time, what day, which day, what date, on what day"),
    set=phrases("due, scheduled, planned, be, happening, set( for)?"),
    be=phrases("is, are, was, do, does, did, will, should, must, am, have"),
)
CAPABILITY = rule(
    r"do(es)? (you|this|it)( also| even)? (?!(have|see|know|remember)\b|.*\b(my|me|i|the)\b)\w+ .*\b{things}"
    r"|how (do|can|should|would) (i|you|we) {use}\b.*\b({todo}|{it})\b.*",
    it=phrases("this, you, lists?, it, tags?, changes?, date, something, anything, one"),
    things=phrases("tasks, to-?dos, reminders, tags, lists, dates"),
    use=phrases(
        """
        use, add, create, delete, remove, complete, undo, edit, change, rename, mark, set, see, list, make,
        tag, start
        """
    ),
)

# Requests to see the list, and the list named alone.
SHOW = phrases(
    """
    give me (the|a|an) (quick )?(rundown|run ?down|low ?down|overview|summary|breakdown|recap),
    read, show, list, display, see, view, hear, tell, give, say, repeat, recite, recount, iterate, enumerate,
    describe, review, dictate, speak, print, go over, go through, go back over, walk me through,
    run me through, take me through, run through, run down, pull up, bring up, open, check, get, look at,
    look up, look over, look, find, search, search for, fetch, share, recap, summari[sz]e, state, call out,
    name, let me see, let me know, let me hear, let me have, present, scan, inform me of, talk me through,
    remind me of(?= (the|my|all|every)), hit me with, refresh my memory on, catch me up on, fill me in on
    """
)
SHOWING = rule(
    r"{show}( back| out| off| over| again| up)*( to me| me| us)?( back| out)?( to me| with me)?{of} (?P<rest>.+)",
    show=SHOW,
    of=r"( of| about| for| through| what's)?",
)
SHOW_ME = rule(r"(show|tell|give|let|read|walk|talk|say|repeat)( \w+)? (me|us)\b|let me|show\b")
SEARCH = rule("search( for)? .+")
LOOK_FOR = rule("(find|look for|look up|pull up) ")
LOOK_IN = rule(r"(check|look|search|find|see|scan)\b")
LOOKED_FOR = rule(r"(.*\b)?(for|whether|if) {what}")
NOT_SHOWING = one_of(
    r"""
    (check|tick|cross|get) .*\b(off|from|out of)\b
    list .+ (on|to|in) (my|the)\b|get on(to)? (my|the|our)\b|get rid\b|get .+ on(to)? (my|the)\b
    """
)
WHAT_I_HAVE = rule(r"(what|everything|all( of)?( the)? things?|the things?) (that )?i\b.*")
NEW_ONE = rule(r"(an?|another) (new )?(reminder|task|to-?do|item|chore)\b")
WISHING = rule(
    r"(i|we)('d| would)? (really )?(want|need|like|love|wish) (you )?(to {see}( you)?( read)? )?(?P<rest>.+)",
    see=phrases("hear, see, know, view, review, check, read, get, go over, go through, look at"),
)
SEEING = mention("hear, see, know, read, view, review, repeated, shown")
ADDING = mention("add, put, remind")
ENDING = rule(r"(?P<rest>.+?),? ((and )?what (are|were|is) (they|it|those)|(is|are) what|what( again)?)")
LIST_WORD = phrases("to-?dos, to do'?s, tasks, chores, reminders, errands, items, agenda, lists?, todo items")
THE_LIST = rule(
    r"({which} )*({list_word}|everything|(stuff|things|ones|{day}|{state})$)(\b.*)?",
    state=phrases("completed, finished, done, overdue, upcoming"),
    day=phrases("day, week, weekend, morning, afternoon, today, tomorrow, {weekday}"),
    weekday=WEEKDAY,
    which=phrases(
        """
        me, all, of, the, my, out, only, just, important, each, every, everything, any, completed?, open,
        overdue, done, finished,
        pending, high, medium, low, urgent, priority, upcoming, today's, tomorrow's, work, this, next, coming
        """
    ),
    list_word=LIST_WORD,
)
BARE_LIST = rule(r"(?!(on|to|in|from|at|off|complete|finish|tag|label|mark) ).*\b{list_word}\b.*", list_word=LIST_WORD)
BARE_STATE = rule(
    r"(all|everything|anything|stuff|things)?( that's| that is| that are|'s)? ?{state}( {ones})?",
    ones=phrases("ones, stuff, things, items, please"),
    state=phrases(
        "overdue, pending, upcoming, unfinished, due (?!.* (is|are) ).+, left, open, urgent, {grade} priority"
    ),
    grade=phrases("top, high, medium, low"),
)
# There is one order, by what is due first.
SORTED = rule(
    "(sort|order|rank|group)( (it|them|these|everything|{list}))? (by|in) {key}.*",
    key=phrases("(due )?dates?, due, priority, urgency, importance, name, title, tags?, time, alphabet, order, age"),
)
ONE_OR_LIST = one_of(
    r"""
    (.*\b)?({todo}|to-?do'?s?|lists?|agenda|schedule|calendar|everything|ones|the rest|due|overdue|undated)\b.*
    (the |my )?(trash|bin)
    """
)
LIST = rule("{list}")
IN_LIST = rule("{in_list}")
HAS_LIST = rule(".*{list}.*")

FREE = "(am i|are we|will i be|is my (day|diary|calendar)) (free|busy|booked( up)?|clear|available)"
IS_ALL = "is (that|this) (all|it|everything|the lot)"
OF_WHOLE_LIST = rule("({free}|{is_all}).*", free=FREE, is_all=IS_ALL)
# Signs that a question is about todos at all.
OWN = mention("i, i've, i'd, i'm, my, me, we, our, mine")
ABOUT_TODOS = mention(
    r"""
    on there, on it, ones, late, without a (date|deadline|due date), to[- ]?dos?, todos,
    tasks?, lists?, chores?, reminders?, errands?, agenda, overdue, due, pending,
    deadlines?, to do, priorit\w+, urgent, p[1-4]
    """
)
ABOUT_DOING = mention(
    r"""
    plans?, planned, schedule[d]?, calendar, open, left, remaining, outstanding, important, upcoming,
    coming up, remember, forget\w*, remind\w*, accomplish\w*, finish\w*, complet\w*, done, do, get done, first,
    next, plate, need to, supposed to, have (on|for|to|going), today, tomorrow, tonight, week, busy, behind,
    missed, monday, tuesday, wednesday, thursday, friday, saturday, sunday, add, added, work(ing)? on, focus on, tackle,
    start with, tell you, ask you, told you, asked you
    """
)
ALWAYS_ABOUT_TODOS = one_of(
    r"""
    how (many|much)( (of )?{ones})?( are| is| were| do i have)?( there)?( still)? {counted}( .*)?
    (what|anything|something|nothing) else( is| are| do i have| have i got)?( there| {state})?
        ( (for |on |this |next )?{day})?
    what('s|s| is)( still)? {state}( (for |on |from |this |next )?{day}| {between} .+)?
    what (still )?{needs}( still)?( to)?( be| get)? (done|finished|completed|do).*
    {is_all}\b.*
    what('s|s| is) (the )?(single )?most (urgent|important|pressing)\b.*
    {am_free}\b.*
    (what|how) (does my .*|(does|do) {day}) look( like)?
    (what|which) (time|day|date) (is|are) (the|my|our)\b.*
    what('s|s| is) the plan\b.*
    (what|how)('s|s| is)( my| the)? {day}('s)?( going to be)?( (like|look|looking|shaping up)( like)?)?
    (which|what) (one|task|todo|of these)\b.*\b(first|most|next)\b.*
    (is|are|was|were) .+ (done|finished|completed|due|overdue|on there|on it)
    (anything|any|is there (anything|something)|when('s| is| are) (the|that)) .*
    """,
    am_free=FREE,
    is_all=IS_ALL,
    between="(between|from|after|before|until|by)",
    ones=phrases("them, these, those, more, things, items, jobs"),
    counted=phrases(
        "there, left, open, to go, to do, overdue, due, done, finished, remaining, pending, urgent, undone"
    ),
    needs=phrases("needs, has, have, must, should, remains, is left, is still"),
    part=phrases("week, weekend, month, morning, afternoon, evening, day"),
    state=phrases(
        """
        left, next, overdue, due, pending, urgent, important, open, outstanding, remaining, up, planned, on,
        new, coming( up)?, cooking, in store, waiting, for today, today, tomorrow, happening,
        going on, in the trash, in my trash,
        in the bin
        """
    ),
    day=phrases(
        """
        today, tomorrow, tonight, yesterday, ((this|next|the|my|this coming) )?{part}, {weekday}
        """
    ),
    weekday=WEEKDAY,
)
ABOUT_OWN = rule(r"(when|do i have|did i|have i|is my|are my|is there)\b.*")
# "How many" and "how busy am I" may be about todos; "how do I boil an egg" is not, whatever else it says.
OTHER_HOW = rule(r"how (?!(busy|much|is my|does my|am i|many)\b).*")

# "Do you love me" is none, for all its "me"; "do you know what I have to do" is.
OF_ASSISTANT = rule(
    r"(do|does|did|are|were|would|will|can|could|have|has) you (?!{memory}\b)",
    memory=phrases("know, have, remember, recall, remind, see, got, think (i|we), tell, show, list, noted?, still"),
)

# What stands around the topic of a question.
FRAME = rule(
    r"^({words}|look(?! up)|(a|an|my|the)(?= {thing}s?\b)|{thing}s?( item)?(?= |$))( |$)",
    words=phrases(
        """
        is, isn't, are, aren't, was, were, will, would, does, doesn't, do, don't, did, didn't, have, has,
        haven't, had, can, could, should, am, if, whether, that, to see, to check, for, check, see, i, i've,
        we, you, there, it, already, still, currently, also, ever, really, just, even, happen to,
        doing, remember to, remembered to, got, set aside, set up, set to, set for, set, add, added, put, include,
        included, create, created, make, made, jot down, jotted down, write down, wrote down, request,
        requested, schedule, scheduled, ask for, asked for, noted, log, logged, enter, entered, listed,
        need to, have to, want to, wanted to, supposed to, need, planned, plan, any, anything, something,
        some, else, one, another, saying, that says, called, named, titled, scheduled to, to, about, regarding,
        related to, of, on, with
        """
    ),
    thing=phrases("to-?do, task, item, thing, reminder, chore, entry, event, time, note"),
)
TRAIL = rule(
    r"(^| )({words}|(listed|sorted) (alphabetically|in order))$",
    words=phrases(
        """
        (that )?i (should|need to|must|have to|ought to) (know|worry|hear|care|be aware)( about| of)?,
        clashing, happening, going on, in alphabetical order,
        on it, in it, on there, there, in order, listed, included, scheduled, planned, set up, set, added,
        written, already, yet, currently, right now, now, again, coming up, be, is, are, was, thing, task,
        todo, item, one, due, at all, to do, please, or not, done, finished, completed, open, overdue
        """
    ),
)
DETERMINER = rule(r"^(a|an|the|my|our|any|some|this|that) ")
LEFT_OVER = rule(
    r"\b{words}\b|[,.;:]",
    words=phrases(
        """
        back, each, what, points?, (in )?alphabetical order, alphabetically, sorted,
        state, they, say, loud, read, content, contents, rundown, various,
        currently, now, set, made, added, listed, me, you, go, over, through, tell, full, please, just, sure,
        we, got, us, up, so, far, right, have, i've, had, set up, asked, wanted, told, remember, details,
        summary, overview, again, domestic, current, called, only, dictated, spoken, recited, repeated,
        quick, walk, showing, include[ds]?, was, were, trying, reading, aloud, out, by, can, see, accomplish,
        complete, per, as, then, else, also, need-to-do, a, an
        """
    ),
)
EMPTY_TOPIC = rule(r"(it|that|this|today)")
