"""The forms of talk: sentences about no todo, by the topic of the answer."""

from .grammar import mention, one_of, phrases, rule, rules

AFTER = phrases(
    """
    please, thanks, thank you, now, then, it, that, this, mate, buddy, bot, assistant, there, again, a lot,
    you're (a star|a legend|a gem|great|the best|awesome|amazing|brilliant),
    so much, very much, everyone, you, for (that|your help|the help|everything|now|me)
    """
)
PLEASE = rf"(,? {AFTER})*"
GREETING = phrases(
    """
    hi+, hey+, hello+, yo, howdy, greetings, hiya, sup, what's up, whats up,
    good (morning|afternoon|evening|day), morning, evening, hallo, guten (tag|morgen), bonjour, salut, hola,
    moin, servus, namaste, ola, hej, ciao
    """
)
LAST = r"(the |my |that |your )?(very )?(last|previous|latest|most recent|recent)"
CHANGES = phrases(
    """
    changes?, commands?, things?, actions?, requests?, steps?, edits?, updates?, ones?, additions?,
    deletions?, operations?, thing i (said|did|asked), thing you did, messages?, instructions?
    """
)
TAKE_BACK = phrases(
    """
    undo, revert, reverse, roll back, rollback, take back, cancel, scratch, erase, nix, reset, retract
    """
)

UNDO = rules(
    r"""
    {take_back}( {last})?( {count})?( of)?( {last})?( (my|the|those|these))? {changes}
    (undo|revert|take (it|that) back|go back|ctrl[ +-]z|(wh)?oops(ie)?(,? undo)?|oh no){please}
    (put|bring|get) (it all|everything|them all|all of (it|them)) back
    (put|change|set|bring|turn|switch) (it|that|this|them|those|everything|things|all) back (to )?(again|{how_it_was})
    (undo|reverse|revert) (that|it|this|everything|all)( you( just)? did| i( just)? did| of (that|it))?{please}
    {take_back} (the )?{last} {count}
    go back to (how|what|the way) .*
    i (didn't|did not) (mean|want) to( (do|delete|complete|remove|change|add) .*)?
    (that was |it was )?(a mistake|my mistake|by (accident|mistake)|an accident|accidental)
    {take_back} what (i|you) just (said|did|asked|added|deleted|changed)( .*)?
    {take_back} (all (of )?(that|those)|(that|the|my) {changes}|your {last} .*)
    {take_back} (that|it|this) {last} {changes}
    {take_back} (that|it|this|everything),? (it|that|this) (was|is|were) (a mistake|wrong|not what .*|an accident)
    ({no}[,.!]* )+((undo|revert|reverse)( (that|it|this))?|take (that|it|this) back){please}
    """,
    no=phrases("never ?mind, no+, nope, wait, oops, whoops, sorry, oh no, argh, ugh, damn"),
    take_back=TAKE_BACK,
    last=LAST,
    changes=CHANGES,
    please=PLEASE,
    how_it_was=r"(as|how|what|where|the way|like) (it|they|things|everything|that) (was|were|had been)( before)?",
)

REDO = rules(
    r"""
    (redo|re-do)( (the |my |that |your )?{last})?( {changes})?{please}
    {take_back} (the|that|my|your|this)( {last})? (undo|undoing|reversal){please}
    (undo|un-undo) (undo|undoing){please}
    """,
    take_back=TAKE_BACK,
    last=LAST,
    changes=CHANGES,
    please=PLEASE,
)

TALK = {
    "help": one_of(
        r"""
        help( me)?( out)?|\?|commands?|options?|menu|instructions|examples?|usage|tutorial
        i need (some )?help|can you help( me)?( out)?|i'm (lost|stuck|confused|new( here)?)
        {new}?how (do|does|can|should) (this|it|you|i) (work|use (this|it)|start|begin)( here| exactly)?
        (show|list|tell|give)( me)? (an? |the |your |all |some |what )*{abilities}( you have)?
        (tell me |show me |explain |list |so )?(what|which){kinds}( {asked})? {can} (you|i|this|it)( able| capable)?
            ( to| of| even| actually)*( {help})*( {with})*
        (how|what) (do|does|can|should|would) (you|this|it|i) (work|use (this|you|it)|talk to you)( here| app| thing)?
        how (do|can|should) i (get started|begin|start)
        what (are you (capable of|able to do|for|good at|good for)|is this( for| app)?|do you do|can be done|topics .*)
        what (are|is) your (capabilities|features|functions|skills|abilities|purpose|function|job)
        how (can|could|might|do|will) (you|i) (help|assist|use you|use this).*
        """,
        new=r"((i'm|i am) (quite |completely )?new( here| to this)?[,.]? (so )?)",
        abilities=phrases("commands, features, options, capabilities, examples?, help, abilities, functions"),
        kinds=r"( kinds? of| sorts? of| types? of| all| else| exactly| other)*",
        asked=phrases("things, stuff, questions, commands, tasks, requests, help"),
        can=phrases("can, could, do, are, should, would, may, will, is, does, did") + "( all)?",
        help=phrases(
            """
            do, help, ask, say, answer, assist, offer, doing, helping, tell, handle, know, perform,
            accomplish, support, understand, good at, use, give, type, good for, help me, provide
            """
        ),
        **{"with": phrases("you, me, for me, with, about, here, out, us, to do, about todos, of you, in this app, do")},
    ),
    "who": one_of(
        r"""
        (are|r) (you|u) (a |an |the |just |really |some |even |my )*(\w+ )?{being}( or .*)?
        (who|what)('s| is| are| exactly are|'re) (you|u|your name|this assistant|this bot|this)( exactly| really)?
        (am i|is this|are we) (talking|speaking|chatting|writing)?( ?(to|with))? ?(a |an )?(real )?{being}( or .*)?
        (do you have|what's|what is|tell me|may i know) (a |your )(name|full name)
        (who|what company) (made|built|created|programmed|designed|owns|develops|developed|invented|wrote) (you|u)
        (what|which) (model|ai|llm|version|language model|kind of assistant|type of ai)( .*)?
        (where|how old|when) (are|were|do) you (from|born|made|live|created)?
        introduce yourself|tell me (more )?about yourself|identify yourself
        what should i call you|what do (i|people) call you
        """,
        being=phrases(
            r"""
            bot, robot, human, person, ai, a\.i\., machine, computer, real, real person, program, model,
            chatgpt, gpt, siri, alexa, assistant, alive, intelligent, smart, artificial intelligence, llm,
            sentient, people, conscious
            """
        ),
    ),
    "hello": one_of(
        r"""
        {greeting}(,? (there|you|bot|assistant|everyone|again|all|friend|todo chat))?{please}
        (hi |hey |hello )?(how (are|r) (you|u)( doing)?( today)?|how's it going|how do you do|how have you been)
        how are things|you there|are you there|nice to meet you|pleased to meet you
        """,
        greeting=GREETING,
        please=PLEASE,
    ),
    "thanks": one_of(
        r"""
        ((ok(ay)?|great|perfect|awesome|cool|no),? )?{thank_you}{please}
        {praise}
        ({thank_you},? )?that's (all|it|enough)( for (today|now|tonight))?
        that's (great|all|it|right|correct|perfect|good|fine)|that will be all|that'll be all
        """,
        thank_you=phrases(
            """
            thanks, thank you, thx, ty, cheers, thanks a (lot|million|bunch), many thanks, merci, danke,
            gracias, much appreciated, i appreciate (it|that|your help), appreciate it,
            you're (great|the best|awesome|amazing)
            """
        ),
        praise=phrases(
            """
            great, perfect, awesome, cool, nice, good, good job, well done, excellent, wonderful, nice work,
            super, good work, sweet, lovely, amazing, fantastic, brilliant, love it, sounds good, looks good,
            got it, i see, ok, okay, k, ok(ay)? (cool|good|great), alright, all right, fine, understood,
            right, wow, haha, lol, good bot
            """
        ),
        please=PLEASE,
    ),
    "bye": one_of(
        r"""
        {bye}( later| soon| tomorrow)?{please}
        have a (nice|good|great) (day|one|evening|night|weekend)|talk to you later|i'm off
        """,
        bye=phrases(
            """
            bye, goodbye, bye bye, see you, see ya, good ?night, later, cya, farewell, tschüss, au revoir,
            adi[oó]s
            """
        ),
        please=PLEASE,
    ),
    "yes": one_of(
        r"""
        {yes}{please}
        (yes|yeah|sure),? {go_on}{please}
        """,
        yes=phrases(
            """
            yes, yeah, yep, yup, ya, y, sure, sure thing, of course, please do, do it, go ahead, go for it,
            correct, right, absolutely, definitely, exactly, confirm, confirmed, affirmative, indeed, please,
            that's right, that one, add it, add that, ja, oui, si, sí, make it so, why not, i do, i am sure,
            i'm sure, uh huh, aye, approve, approved, proceed, continue
            """
        ),
        go_on=phrases(
            """
            please, do, that, do it, do that, go ahead, that one, add it, add that, sure, exactly, of course,
            i do, it is, correct, right, delete it, complete it, thanks, thank you
            """
        ),
        please=PLEASE,
    ),
    "no": one_of(
        r"""
        {no}{please}
        never ?mind( (it|that|this|then|now|i .*|the last .*))?
        (leave (it|that|them)|keep (it|them|that))( {as_it_is}.*)?
        (let's )?(leave|keep) (the|my) .+ (for now|for the moment|as (it|they) (is|are)|alone)
        hold off( on (it|that|this|them))?( for now| then| for a (bit|moment|second))?{please}
        forget (it|that|about it|i said anything)
        cancel (it|that|this|(my|the|that|this) request|everything i said|what i (just )?said|that please)
        {no_no},? (please )?((don't|do not|dont|never ?mind|stop).*|(leave it|keep (it|them|that))( {as_it_is}.*)?)
        {no_no},? (forget (it|that|about it)|cancel( that| it| this)?|thanks|thank you)
        {no_no},? (that's (ok|okay|fine|all|it)|i changed my mind|it's (ok|okay|fine))
        (no|nope|nah),? not (that|this|now|yet).*
        i changed my mind|i don't (care|mind)|no worries|that's ok|that's okay|it's fine
        """,
        as_it_is=phrases(
            "as, how, the way, alone, be, like, where, there, here, for now, then, open, that way, in, on the, on my"
        ),
        no_no=phrases("no, nope, nah, never ?mind, actually"),
        no=phrases(
            """
            no+, nope, nah, n, no (thanks|thank you|way|need|thx), don't, do not, dont, stop, stop (it|that),
            cancel, abort, quit, not now, not really, (don't|do not) do (that|it), hold on, wait, not yet,
            negative, skip( it| that)?, nein, non, let it be, drop it, don't worry about (it|that)
            """
        ),
        please=PLEASE,
    ),
    "not meant": one_of(
        r"""
        (no|nope|sorry|wrong)?,? ?(this|that|it)('s| is| was| isn't|s| are)? (not|n't|never)? ?(at all )?{the_one}[^,;]*
        (no|nope|sorry),? (i|you) (didn't|did not|don't|do not|meant something|want something|misunderstood|am not).*
        (that's|this is|it's|that is|you're|you are|you got it|you got that|you) ?(all |so )?{mistaken}
        i (didn't|did not) (mean|say|ask|want) (that|it|this|for that)|you (misunderstood|got it wrong).*
        wrong|incorrect|try again|something else|none( of (them|these|those|the above))?|neither
        not (right|correct|that( one)?|it|this( one)?|what i (meant|wanted|asked|said).*)
        """,
        the_one=phrases(
            """
            what, the one, how, right, correct, it, true, wrong, incorrect, good, helpful, useful,
            the (right|wrong) .*, a mistake, not
            """
        ),
        mistaken=phrases(
            """
            wrong, incorrect, mistaken, misunderstood.*, got (it|that|me) wrong, not (right|correct|what .*),
            false, stupid, useless, dumb
            """
        ),
    ),
}

# What is said to assistants of other trades.
OUTSIDE = one_of(
    r"""
    (set|start|create|make|stop|cancel|pause)( me)? (a |an |the |my )?([\w-]+ ){0,3}?timers?( .*)?
    {serve}( (?!thank\b)\w+)? (me|us|you)\b(?! (to|a reminder|my|the reminder|all)\b).*
    {entertain}\b.*
    (repeat|say) (after me|that|it|what you (just )?said).*
    .*\b(weather|forecast|temperature)\b(?! ?(strip|proof)).*
    (i|you|he|she|they|we|it) (love|hate|like|suck|stink|am|are|'m|feel|think|rock|is|was|were) .*
    (i'm|you're|he's|she's|it's|they're|we're|you|that's) .*
    (marry|kiss|date|love|kill|eat) (me|you|yourself)
    """,
    serve=phrases(
        """
        tell, sing, write, read, give, send, teach, make, cook, draw, find, get, bring, buy, order, play,
        help, show, wake, call, text, book, email, ask
        """
    ),
    entertain=phrases(
        r"""
        (start )?play(ing)?(?! .*\b(with|at|for|on)\b), sing, tell, translate, spell, calculate, compute, define,
        flip a, roll a, recommend,
        suggest, google, pretend, act as, act like, imagine, ignore, disregard, say, talk, speak, whisper,
        turn (on|off|up|down), change your, convert
        """
    ),
)
RESTORE = rules(
    r"""
    {bring} {what}( back)? (out of|from) (the |my )?(trash|bin)( again)?
    (undelete|un-delete|restore) {what}
    """,
    bring=phrases(
        "restore, undelete, un-delete, recover, get back, bring back, take, get, bring, put, pull, fetch, move"
    ),
)

# A reach for what is not the person's own: other people's todos, the program's inside.
HOSTILE = mention(
    r"""
    user (id )?#?\d+, user_?id,
    (other|another|different|all|every|each) (users?|person|people|accounts?|customers?)('s|s')?,
    (some|any|every)(one|body)( else)?('s)? (\w+ )?(\w+ )?(to-?dos?|tasks?|lists?|data|password|reminders),
    someone else('s)?, system prompt,
    (your|the|previous|prior|above|all) (\w+ )?(instructions|prompt|system message|guidelines),
    admin(istrator)?('s)? (todos?|tasks?|password|access|mode|rights|panel|account), api[ _-]?keys?,
    jailbreak, developer mode, drop table, select \* from, passwords? of, secret keys?, access tokens?,
    environment variables?, /etc/passwd, rm -rf
    """
)
OTHERS_LIST = rule(
    r"{look}\b.*?\b(?!{not_people}'s)([a-z]+'s|his|her|their) (to-?dos|tasks|reminders|chores|({list_kind}s? )?lists?)"
    r"\b",
    look=phrases(
        """
        show, list, read, tell, give, see, what, what's, delete, view, display, open, get, access, whose,
        which, clear, remove, do, does, is, are, how many
        """
    ),
    not_people=phrases(
        """
        today, tonight, tomorrow, yesterday, week, month, year, weekend, morning, monday, tuesday, wednesday,
        thursday, friday, saturday, sunday, it, what, that, let, here, there, who, where, when, how
        """
    ),
)
