"""Tables of words: what the grammar knows about English, as plain lists that can grow without code."""

from language.marks import PRIORITY_MARKS


def words_in(text: str) -> frozenset[str]:
    return frozenset(text.split())


TODO_VERBS = words_in(
    """
    accept accompany achieve acknowledge acquire activate adapt add address adjust adopt advertise advise air
    align allocate analyse analyze announce answer apologise apologize appear apply appoint appraise approach
    approve argue arrange arrive ask assemble assess assign assist attach attend audit authorise authorize
    automate award babysit back backup bake balance ban bathe be been battle become begin bike bill bind block
    board boil bolt book boost borrow brainstorm break brew brief bring broil brush budget build burn bury buy
    calibrate call cancel care carpool carry cash catch celebrate certify change charge charter chase chat check
    cheer choose chop circulate claim clean cleanse clear climb clip close coach coat collect colour color comb
    come comfort comment compare compile complain compose compost conduct confer configure confirm congratulate
    connect consider consolidate construct consult contact contribute convert cook coordinate copy correct
    counsel count cover craft create critique crochet cultivate curate cut cycle dance darn deactivate deal
    debug decide declare declutter decorate defend defrost deliver demo deploy deposit descale design detail
    detangle develop diagnose dig digitise digitize discuss disinfect dispose dissolve distribute dive divide do
    document donate double-check download downsize draft drain draw dress drink drive drop dry dump dust dye
    earn eat edit email embroider empty encourage encrypt end engrave enjoy enrol enroll enter escort estimate
    evaluate examine exchange execute exercise expand expense explore export express extend fasten fax feed
    fertilise fertilize fetch figure file fill film filter finalise finalize finance find finish fire fish fit
    fix flip fold follow follow-up followup forward foster frame freeze fry fund furnish garden gather generate
    get give glue go grade grate graduate grease greet grill groom grow guide gym hang harvest haul have heal
    hear heat help hem hide hike hire hit hold host hug hunt hydrate hypothesise identify illustrate implement
    import improve inflate inform inquire insert inspect install insulate insure integrate interview inventory
    invest investigate invite invoice iron join jog journal jump keep knead knit knock label lace laminate land
    launch launder lay lead learn lease leave lend level lift light link listen load lock log look lubricate
    mail maintain make manage map march marinate mark measure mediate meditate meet memorise memorize mend
    mentor message migrate mine mix model modify monitor mop motivate mount move mow mulch nail name
    negotiate network nominate notarise notarize notify nurse observe obtain offer oil open operate optimise
    optimize order organise organize orient outline overhaul pack paint park participate paste patch pave pay
    peel perform phone photograph pick pickle picnic pin ping pitch plan plant plaster play plot plow plumb
    plunge point polish post pour practice practise pray prep prepare prepay present press price prime print
    prioritise process procure produce program promote proofread propose protect prove provide prune publish
    pull pump punch purchase purge push put quilt quit quote race raise rake reach re-read read rearrange
    reassemble rebook rebuild recharge recommend reconcile reconnect record recover recruit recycle redecorate
    redeem redesign redo reduce refactor refill refinance refinish refresh refund register regrout rehearse
    reimburse reinstall reject relax release relocate renew renovate rent reorder reorganise reorganize repaint
    repair repay repave replace replant reply report repot request rescue research reseal reserve reset resolve
    respond rest restart restock restore resubmit retrieve return reupholster review revise rewire rewrite ride
    rinse roast rotate run sand sanitise sanitize save scan schedule scold scout scrub seal season secure
    sell send separate serve service set settle sew shampoo shake share sharpen shave shift ship shoot shop
    shovel shower shred shut sift sign simmer sing sit skate sketch ski skim sleep slice smile smoke snip soak
    socialise socialize solve sort source sow spackle spay speak spend split spray spread squeeze stack stain
    stand staple start stay steam sterilise sterilize stitch stock stop store straighten strengthen stretch
    strip study submit subscribe sue summarise summarize supply support surf survey sweep swim switch sync
    tackle tailor take talk tape taste teach telephone test text thank thaw throw tidy tie till tip tour tow
    track trade train transcribe transfer translate transplant transport travel treat trim troubleshoot tune
    tutor type unblock unclog unload unpack unplug unsubscribe update upgrade upload use vaccinate vacuum
    validate varnish verify video view visit volunteer vote wait wake walk warm wash watch water wax wean wear
    weed weigh weld whisk whiten winterise winterize wipe wire withdraw work worm wrap wrestle write xerox yield
    zip
    """
)

# Verbs that a person says to an assistant, not to themselves: never a bare todo.
ASSISTANT_VERBS = words_in(
    """
    act bypass calculate compute convert define describe disregard drop dump entertain eval exec execute explain
    export flip forget google grant guess ignore imagine import insert joke list name output override play
    pretend recite recommend repeat reveal roll say select show sing speak spell sudo suggest summarise
    summarize surprise tell translate truncate turn
    """
)

# Verbs for an assistant that are work to do with their particle.
PHRASAL_VERBS = frozenset(
    ["drop by", "drop in", "drop off", "roll over", "roll up", "show up", "spell check", "talk to", "turn in"]
)

# These begin a command to this assistant; one that was not understood is better asked about than added.
COMMAND_VERBS = words_in(
    "cross delete mark postpone prioritise prioritize rename reopen skip snooze tag tick uncheck undo untag"
)

# A text that begins with one of these is a sentence or an answer, not a title.
NOT_A_TITLE = words_in(
    """
    been i i'm i've i'll i'd you you're he she it it's they we this that these those there here who what when where
    why how which whose if because is are was were am does did will would can could should may might shall not
    never nothing don't dont stop yes no hello hi thanks ok okay sorry lol
    """
)

# Past forms that tell of work done; regular ones end in -ed.
IRREGULAR_PAST = words_in(
    """
    ate bought brought built caught chose cut did done drank drew drove fed found gave given gone got gotten
    held hung kept laid learnt led left made met paid put ran read reset rewrote said sang saw sent sewed shut
    sold spent spoke swam swept taken taught threw thrown told took went won wore written wrote
    """
)

# "I needed milk", "I said Thursday": past forms that tell of no work done.
NOT_WORK = words_in(
    """
    asked believed cared decided expected feared felt forgot forgotten had heard hoped intended liked loved
    meant missed mixed needed noticed planned preferred promised remembered said scared supposed thought tried
    used wanted was were wished wondered worried
    """
)

PRIORITIES = PRIORITY_MARKS | {
    "urgent": "urgent", "asap": "urgent", "critical": "urgent", "top": "urgent", "highest": "urgent",
    "high": "high", "important": "high", "medium": "medium", "normal": "medium", "moderate": "medium",
    "low": "low", "lowest": "low", "minor": "low", "no": "none", "none": "none",
}  # fmt: skip

NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "both": 2, "couple": 2, "couple of": 2, "few": 3,
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "last": -1, "bottom": -1, "top": 1,
}  # fmt: skip

# Titles that name nothing: the person has not said yet what to add.
VAGUE_TITLES = words_in(
    """
    a an the new it this that them these those something anything someone stuff things thing one ones some more
    another later soon again do get done me myself reminder reminders task tasks todo todos item items note
    notes
    """
)
