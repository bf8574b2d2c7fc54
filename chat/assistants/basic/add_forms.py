"""The forms in which people ask for a new todo."""

from .grammar import one_of, phrases, rule, rules

ADD = (
    phrases(
        """
        add, put, place, include, note, jot, write, mark, throw, stick, list, record, log, enter, insert,
        append, get, create, pencil, schedule, save, set, drop, pop, slot, make, have, need, chuck, whack, bung,
        lob, whip, shove, plop, sling, tack, slap, squeeze, sneak, slip, type, keep
        """
    )
    + "( down| in| up| on)?"
)
MAKE = phrases(
    """
    set, create, make, add, give, have, schedule, need, want, get, put, start, open, new, write, leave,
    enter, record, log, file, whack, chuck, stick, pop, drop
    """
)
REMINDER = phrases(
    """
    reminders?, alarms?, alerts?, notifications?, notes?( to self)?,
    (to-?do|to do|todo|task|reminder|list) items?, to-?dos?, to dos?, tasks?, items?, chores?, entry,
    errands?, (calendar )?events?
    """
)
KIND = phrases(
    """
    new, another, quick, simple, little, personal, repeating, recurring, daily, weekly, monthly, yearly,
    annual, urgent, important, (very )?(top|high|medium|low)[- ]priority, one, two, three, four, five, six,
    couple of, following, separate, todo, task
    """
)
# Of the words for its kind, those that say more about a todo than that it is new.
KIND_KEPT = rule(
    rf"\b{phrases('daily, weekly, monthly, yearly, urgent, important, (top|high|medium|low)[- ]priority')}\b"
)

# A title that may be a list of several: "add milk, eggs and bread to my list".
TO_LIST = rules(
    r"""
    make sure (that )?(?P<value>.+?) (is|are|gets|goes) (added |put )?{in_list}
    {add}( down)? (?P<value>(?!(in|on) there\b).+?)( down| up)? {on_it}(?P<tail>.*)
    {add},? {on_it}[:,]? ?(?P<value>.*)
    (next|first|top|another|one more)( up| thing| one| item)? {in_list} {is_to_be} (to )?(?P<value>.+)
    {list} needs (?P<value>.+?)( added| put| included)?( to it| on it| in it)?
    {in_list}[,:]? {please}(also |i need |i want |i'd like )*{add} (in )?(?P<value>.+)
    {in_list}[,:]? {please}(i need|i want|i'd like) (?P<value>.+?)( added| put)?
    (?P<value>.+) (needs|ought|has|should|is|are|must|need) (to )?(be |go |get )(added |put |placed )?{in_list}
    (i|we)('d| would)? (need|want|like) (?P<value>(?!to ).+?) (added |put |placed |listed )?{in_list}
    (fuge?|füge|setze?|schreibe?) (?P<value>.+?) (zu|auf|in) meine[rn]? (to-?do-?)?liste( hinzu)?
    ajoute[rz]?(-moi)? (?P<value>.+?) à ma liste( de tâches)?
    (añade|agrega|pon)(me)? (?P<value>.+?) (a|en) mi lista( de tareas)?
    """,
    add=ADD,
    is_to_be=phrases("is, will be, should be, must be, has to be"),
    please=r"(please |can you |could you )*",
)
# "Shopping: apples, pears": what stands before the colon says that a list follows.
HEADED = rule(
    r"({the} )*({heading}|(i|we)('d| would| still| also)* (need|want|have|like|got)( to (buy|get|do|pick up))?)"
    r"\s?:\s?{value}",
    the=phrases("the, my, our, some, a few, new, these, following"),
    heading=phrases(
        """
        shopping( list)?, groceries, grocery list, to buy, to get, buy, errands, chores, to-?dos?, to dos?, tasks,
        things to do, things to buy, shopping for .+, list, (for|to|on|onto) {list}
        """
    ),
)
# "Three things to do tomorrow: wash the car, call Sam": each comma parts two, and the date is that of each.
SEVERAL_HEAD = rule(
    r"({say} )*({counted}( to do)?|{whole}( to do)?|(a |my |the )?(new )?([\w-]+ ){0,2}list)( is| are)?",
    say=phrases(
        "add, put, start, make, create, i, we, need, have, 've, got, want, to do, to, must, do, here are, here's"
    ),
    counted=r"(my |the |these |some |a few |{count} )(more |new |other )?{things}",
    things=phrases("things, tasks, to-?dos, to dos, jobs, chores, errands, reminders, items"),
    whole=phrases("things, tasks, jobs, chores, errands"),
)
COUNTED_HEAD = rule(
    r".*\b(two|three|four|five|six|{digit}) (more |other |new )?(things|tasks|jobs)\b.*",
    digit=r"\d",
)
# "Tomorrow's list" is the one list, and a date.
LIST_OF_DAY = rule(
    r"(?P<day>today|tonight|tomorrow|{weekday})'s (?P<list>({list_kind} )?list|to-?dos|tasks)$",
    weekday=phrases("monday, tuesday, wednesday, thursday, friday, saturday, sunday"),
)
# What is to be added stands before the request: "I need to do the dishes, put it on my list".
AFTERTHOUGHT = rules(
    r"""
    (?P<value>.+?)[,;:.–-]*{so} {add} ((it|that|this|them) )?(down )?{on_it}
    (?P<value>.+?)[,;:.–-]+{so} {add} (it|that|this|them)( down| in)?
    (?P<value>.+?)[,;.–-]*{so} remind me( of| about)?( it| that| this)?( to do (it|that|so))?
    """,
    add=ADD,
    so=r"( so| and| then| please| just| can you| could you)*",
)
NEW_ITEM = rule(
    r"({want} )?({make} )?(up |down )?(for me |me |us |myself )?(to have )?(a |an |the |my |some |these |this )?"
    r"(?P<kind>({kind} )*){reminder}{for_me}( (set|made|created)( up)?)?{for_me}( {in_list})?{called}{about}"
    r"(?P<value>( .+|))",
    want=r"(i|we)('d| would| also)? (need|want|like)",
    make=MAKE,
    kind=KIND,
    reminder=REMINDER,
    for_me=r"( for me| to myself| in there| on there)?",
    called=r"( to remind me| reminding me| called| named| titled| entitled| labell?ed| saying| that| {that_says})?",
    that_says=phrases("that says, which says, that reads, which is"),
    about=r"(\s?[:,–-]| to| for| about| of| on| that| regarding| with the title)?",
)
ADD_THIS = rule(
    r"{add_this}:? (?P<value>.+)",
    add_this=phrases(
        """
        add, note, (jot|note|write|put|mark|take)( this| that| it)? down, record, log, include, new,
        (slot|pencil|squeeze|fit|put|book me|put me) in( for)?, put me down( for)?
        """
    ),
)
# A title that runs to the end of the clause, whatever it contains.
REMIND = rules(
    r"""
    (remind|reminder|remember) (me|us)( again| later| please)*{link} (?P<value>(?!{channel}$).+)
    (please )?reminder( for| to|:| about)? (?P<value>.+)
    (?P<lead>.+?),? (please )?remind me (to|about|that|of) (?P<value>.+)
    (i|we)('d| would)? (need|want|like|have) to (be|get) {reminded} (to|about|of|that|for) (?P<value>.+)
    (notify|alert|ping|nudge|tell|text|message|warn) me (to|that i) (?P<value>.+)
    (notify|alert|ping|nudge|warn) me (about|of) (?P<value>.+)
    make (sure|certain) (that )?(i|we) (don't|do not|never|remember) {forget}(?P<value>.+)
    (do ?n[o']?t|never) (let me forget|forget)( to| about| that)? (?P<value>.+)
    (help me )?(remember|note)( for me)? (to|that) (?P<value>.+)
    (i|we)('d| would)? (need|want|like|have|must|should|got) (to )?(remember|be sure|make sure)
        ( to| that| about)? (?P<value>.+)
    ((i|we)('d| had| would)? )?{must}(can't|mustn't|shouldn't|not) forget( to| that| about)? (?P<value>.+)
    (make|help|let|have) me (to )?(remember|not forget)( to| that| about)? (?P<value>.+)
    (another|one more|next|also|new)( one| thing| item| todo| to-do| task)?\s?[:–-]\s?(?P<value>.+)
    (get|have) me to (?P<value>.+)
    remember (?P<value>the .+)
    (note|memo|reminder|todo|to-do|to do|task|new task|new todo)( to (self|myself))?\s?[:–-]\s?(?P<value>.+)
    (note|memo|reminder|message) to (self|myself),? (to )?(?P<value>.+)
    erinnere mich (bitte )?(daran,? |an )?(?P<value>.+)
    rappelle[- ]moi (de |d')?(?P<value>.+)
    recuérdame (que )?(?P<value>.+)
    (?P<value>.+?) (ki )?yaad (dilana|dila do|dilao|dila dena)
    """,
    channel=r"(by|via|through|with) (an? )?(text|sms|e-?mail|phone|call|notification|push|message|alarm)s?",
    link=r"(,? ?to|,? '?(a)?bout|,? of|,? that|,? for|:|,)?",
    forget=r"(forget )?(to |about |that )?",
    reminded=phrases("reminded, notified, alerted, told"),
    must=r"((better|best|must|should|can|need to|have to|really|want to|do) )*",
)
# "An hour before", "the day before the exam": no date by itself.
AHEAD = rule(
    r"\b({count} |an? |the |half an )(minute|min|hour|day|week|night)s? (before(hand)?|earlier|in advance|ahead)\b"
)
# A request for a todo that says nothing of what it is.
REMIND_ALONE = rule(
    r"(add|new|create|put|note)( (it|this|that|something|one|a new one|a thing|to (my|the) list))?|"
    r"(i|we)?('d| would)? ?{want}?(to )?(remind|be reminded|get reminded|{new_one})( me)?( (made|set|created)( up)?)?"
    r"{later}*",
    want=r"(need |want |like |love |how about |what about )",
    new_one=r"({make} )?(up )?(me )?(to have )?(a |an |another )?({kind} )*{reminder}",
    make=MAKE,
    kind=KIND,
    reminder=REMINDER,
    later=r"( later| again| to| for later| at a later time| please| for me)",
)
NEW_LIST = rule(
    r"{begin}( me)?( up)? ((a|an|another) (new |separate )?|new )([\w-]+ ){0,2}?lists?"
    r"( (?!.*\b(to|for) (buy|call|get)\b).*)?",
    begin=phrases("create, make, start, add, open, set up, build, new, give me, begin"),
)

# Around a title, inside the words that asked for it.
BEFORE_TITLE = one_of(
    r"""
    ^((the|a|an|my|this|these|following) )?(new )?{thing}( {named}\b|\s?[:–-])
    ^(remember|remind me) to |^that (?=i\b|we\b|my\b|the\b)
    ^(i|we) ((almost|nearly|totally|completely) )?(forgot|forget|keep forgetting)( to| about)? |^need (?!to )
    ^(i|we)('ve| have)? (need|have|got|should|must|ought|want)( to|) (a |an |my )?
    ^((for )?me to|to|about|of|is|that|for|called|named|titled) |^[:,.–-]+ ?
    """,
    thing=phrases("to-?dos?, to do, tasks?, items?, chores?, reminders?, errands?, things?, notes?"),
    named=phrases("of, to, for, about, called, named, titled, entitled, that says, saying"),
)
AFTER_TITLE = rule(
    r"(?P<kept>.+?)([,.;:!–-]+| {in_list}| by (adding|putting) it| {vaguely})",
    vaguely=phrases("for me, to me, to do, later( on)?, in a (bit|while), in awhile, soon, please"),
)
# A repeat that stands before the title: "daily standup at 9:15".
REPEATING = rule(r"((a|an|my|our) )?(?P<adverb>daily|nightly|weekly|monthly|yearly) (?!to\b)(?P<rest>.+)")
# "Weekly report due friday" and "monthly meeting on april 20" may be a single one.
SINGLE = rule(r"(due|by|until|before|on)\b")
WEEKEND_OF = rule(r"\bweekend (of|after|before) .*\d")
# "Gym mon wed fri" may be once or every week.
SEVERAL_DAYS = rule(
    r"\b{day}( \d{1,2}(st|nd|rd|th))?( |, ?| ?/ ?)(and |& |or )?{day}\b",
    day=r"(mon|tues?|wed|thu(rs)?|fri|sat|sun|(mon|tues|wednes|thurs|fri|satur|sun)day)",
)
PLEASE = rule(r"^(please|pls|thanks|thank you)\b")
ARTICLE = rule(r"^an? (?=\S+ \S|\S{3,}$)")
