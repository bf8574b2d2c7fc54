"""The words of dates in five languages, each with what it can mean. Accents are optional in what people type."""

from __future__ import annotations

import unicodedata
from enum import StrEnum, auto
from typing import Any


class Kind(StrEnum):
    """What a word can be in a date; the comment says what its value is."""

    DAY = auto()  # days from today
    DAY_PART = auto()  # a part of today: "tonight"
    IN_PART = auto()  # the next such part of a day: "in the morning"
    PART = auto()  # a part of a day already named: "morning" in "tomorrow morning"
    WEEKDAY = auto()  # 0 is Monday
    SHORT_WEEKDAY = auto()  # 0 is Monday; also another word: "sat", "sun", "wed", "mon"
    WEEKDAYS = auto()  # every such day: "mondays"
    WORKDAY = auto()  # "one" or "many"; many repeat: "weekdays"
    DAYPARTS = auto()  # such a part of every day: "mornings"
    WEEKEND = auto()  # "one" or "many"
    MONTH = auto()  # 1 to 12
    FEAST = auto()  # its month and day, days from Easter, or the month, weekday and place of one that moves
    UNIT = auto()  # "minute" … "year"
    NUMBER = auto()
    ORDINAL = auto()  # -1 is the last
    NAMED_TIME = auto()  # the hour: 12 or 24
    MERIDIEM = auto()  # hours to add: 0 or 12
    OCLOCK = auto()  # 12 or 24, the hours of its clock
    HALF = auto()
    QUARTER = auto()
    PAST = auto()
    TO = auto()
    HALF_BEFORE = auto()  # German "halb neun" is 8:30
    NEXT = auto()
    THIS = auto()
    LAST = auto()
    IN = auto()
    FROM = auto()
    BETWEEN = auto()
    NOW = auto()
    LATER = auto()  # behind a distance: "3 days later"
    ON = auto()
    BY = auto()
    FOR = auto()
    AT = auto()
    THE = auto()
    OF = auto()
    AND = auto()
    THROUGH = auto()
    EVERY = auto()  # what it counts from: "due" or "completion"
    OTHER = auto()
    ADVERB = auto()  # a rule: "daily"
    ONCE = auto()
    END = auto()
    END_OF = auto()  # a unit: "eom"
    MIDDLE = auto()
    BEGIN = auto()
    AFTER = auto()
    FINISHED = auto()
    STARTING = auto()
    UNTIL = auto()
    # Written with digits
    ISO = auto()
    NUMERIC = auto()
    CLOCK = auto()
    LOOSE_CLOCK = auto()
    AMOUNT = auto()


Vocabulary = dict[Kind, dict[str, Any]]


def row(words: str, first: int = 0, **more: Any) -> dict[str, Any]:
    """Words in the order of their values; "/" parts spellings of one value, "_" stands for a space."""
    values: dict[str, Any] = {}
    for value, spellings in enumerate(words.split(), first):
        for spelling in spellings.split("/"):
            values[spelling.replace("_", " ")] = value
    return {**values, **more}


def each(words: str, value: Any = True) -> dict[str, Any]:
    """Words of one value; "_" stands for a space."""
    return {word.replace("_", " "): value for word in words.split()}


def units(*words: str) -> dict[str, Any]:
    """The words for minute, hour, day, week, month and year."""
    named = zip(("minute", "hour", "day", "week", "month", "year"), words, strict=True)
    return {word: unit for unit, forms in named for word in forms.split()}


def feasts(*days: tuple[int, int, str]) -> dict[str, Any]:
    """Holidays that are on one day of each year, as its month and day."""
    return {name: (month, day) for month, day, names in days for name in each(names)}


def parts(morning: str, afternoon: str, evening: str, night: str = "") -> dict[str, Any]:
    return each(morning, "morning") | each(afternoon, "afternoon") | each(evening, "evening") | each(night, "night")


ENGLISH_NUMBERS = row(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty"
) | {"a": 1, "an": 1, "a couple of": 2, "a couple": 2, "a few": 3, "thirty": 30, "forty": 40, "fifty": 50, "ninety": 90}
ENGLISH_NUMBERS |= {
    f"{tens}{gap}{ones}": value + step
    for tens, value in (("twenty", 20), ("thirty", 30), ("forty", 40), ("fifty", 50))
    for step, ones in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"), 1)
    for gap in "- "
}
ENGLISH_ORDINALS = row(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
    " sixteenth seventeenth eighteenth nineteenth twentieth twenty-first/twenty_first twenty-second/twenty_second"
    " twenty-third/twenty_third twenty-fourth/twenty_fourth twenty-fifth/twenty_fifth twenty-sixth/twenty_sixth"
    " twenty-seventh/twenty_seventh twenty-eighth/twenty_eighth twenty-ninth/twenty_ninth thirtieth"
    " thirty-first/thirty_first",
    1,
    last=-1,
)

ENGLISH: Vocabulary = {
    Kind.DAY: each("today later_today end_of_today", 0)
    | each("tomorrow tomorrows tommorow tommorrow tomorow tomorrrow tmrw tmr tmw the_next_day", 1)
    | each("day_after_tomorrow the_day_after_tomorrow day_after_tommorow", 2)
    | each("yesterday", -1),
    Kind.DAY_PART: each("tonight tonite", "night") | parts("this_morning", "this_afternoon", "this_evening"),
    Kind.IN_PART: parts(
        "in_the_morning in_morning first_thing first_thing_in_the_morning",
        "in_the_afternoon in_afternoon",
        "in_the_evening in_evening at_evening",
        "in_the_night",
    ),
    Kind.PART: parts("morning", "afternoon", "evening", "night at_night"),
    Kind.WEEKDAY: row("monday tuesday/tues/tue wednesday/weds thursday/thurs/thur/thu friday/fri saturday sunday"),
    Kind.SHORT_WEEKDAY: {"mon": 0, "wed": 2, "sat": 5, "sun": 6},
    Kind.WEEKDAYS: row("mondays tuesdays wednesdays thursdays fridays saturdays sundays"),
    Kind.DAYPARTS: parts("mornings", "afternoons", "evenings", "nights"),
    Kind.WORKDAY: each("weekday workday working_day business_day", "one")
    | each("weekdays workdays working_days business_days", "many"),
    Kind.WEEKEND: each("weekend at_the_weekend", "one") | each("weekends", "many"),
    Kind.MONTH: row(
        "january/jan february/feb march/mar april/apr may june/jun july/jul august/aug september/sept/sep"
        " october/oct november/nov december/dec",
        1,
    ),
    Kind.UNIT: units(
        "minute minutes min mins",
        "hour hours hr hrs",
        "day days",
        "week weeks wk wks",
        "month months",
        "year years yr yrs",
    )
    | {"second": "second", "seconds": "second", "quarter": "quarter", "quarters": "quarter", "fortnight": "fortnight"}
    | {f"{unit}'s time": unit for unit in ("day", "week", "month", "year")},
    Kind.NUMBER: ENGLISH_NUMBERS,
    Kind.ORDINAL: ENGLISH_ORDINALS,
    Kind.NAMED_TIME: each("noon midday mid_day the_midday lunchtime", 12) | {"midnight": 24},
    Kind.MERIDIEM: each("am a.m a_m in_the_am", 0) | each("pm p.m p_m in_the_pm", 12),
    Kind.OCLOCK: each("o'clock oclock sharp", 12),
    Kind.FEAST: feasts(
        (1, 1, "new_year's_day new_years_day new_year's"),
        (2, 14, "valentine's_day valentines_day valentine's"),
        (3, 17, "st_patrick's_day st_patricks_day"),
        (7, 4, "independence_day"),
        (10, 31, "halloween"),
        (12, 24, "christmas_eve xmas_eve"),
        (12, 25, "christmas christmas_day xmas xmas_day"),
        (12, 26, "boxing_day"),
        (12, 31, "new_year's_eve new_years_eve nye"),
    )
    | each("good_friday", -2)
    | each("easter easter_sunday", 0)
    | each("easter_monday", 1)
    | each("thanksgiving thanksgiving_day", (11, 3, 4))
    | each("labor_day", (9, 0, 1)),
    Kind.HALF: each("half half_a half_an a_half"),
    Kind.QUARTER: each("quarter a_quarter"),
    Kind.AMOUNT: each("a_quarter_of_an_hour quarter_of_an_hour a_quarter_hour", (15, "minute"))
    | each("three_quarters_of_an_hour", (45, "minute")),
    Kind.PAST: each("past after"),
    Kind.TO: each("to till til"),
    Kind.NEXT: each("next coming this_coming the_coming"),
    Kind.THIS: each("this later_this current the_current"),
    Kind.LAST: each("last past"),
    Kind.IN: each("in within in_about in_around in_roughly in_less_than in_under in_just in_another"),
    Kind.FROM: each("from"),
    Kind.BETWEEN: each("between"),
    Kind.NOW: each("now"),
    Kind.LATER: each("later hence from_now from_today"),
    Kind.ON: each("on around sometime"),
    Kind.BY: each("by due before no_later_than"),
    Kind.UNTIL: each("until till til"),
    Kind.FOR: each("for"),
    Kind.AT: each(
        "at @ around at_about at_around at_approximately approximately at_roughly at_like for_around for_about"
    ),
    Kind.THE: each("the"),
    Kind.OF: each("of in"),
    Kind.AND: each("and & or"),
    Kind.THROUGH: each("to through thru -"),
    Kind.EVERY: each("every each ev every_single", "due") | each("every! ev!", "completion"),
    Kind.OTHER: each("other"),
    Kind.ADVERB: each("daily everyday", "FREQ=DAILY")
    | each("nightly", "FREQ=DAILY")
    | each("weekly", "FREQ=WEEKLY")
    | each("biweekly bi-weekly fortnightly", "FREQ=WEEKLY;INTERVAL=2")
    | each("monthly", "FREQ=MONTHLY")
    | each("quarterly", "FREQ=MONTHLY;INTERVAL=3")
    | each("yearly annually annual", "FREQ=YEARLY")
    | each("hourly", "FREQ=HOURLY"),
    Kind.ONCE: each("once_a once_every once_per once_each"),
    Kind.END: each("end the_end at_the_end"),
    Kind.END_OF: {"eod": "day", "eow": "week", "eom": "month", "eoy": "year", "close of business": "day", "cob": "day"},
    Kind.MIDDLE: each("mid middle the_middle"),
    Kind.BEGIN: each("beginning the_beginning start the_start"),
    Kind.AFTER: each("after when once_i once"),
    Kind.FINISHED: each(
        "i_finish i_finish_it i'm_done finish_it finishing_it finishing it's_done it_is_done done completion completing"
        " completing_it completed i_complete i_complete_it i've_done_it i've_finished i_do_it"
        " it's_finished it's_completed"
    ),
    Kind.STARTING: each("starting starting_on starting_from beginning beginning_on from"),
}

GERMAN: Vocabulary = {
    Kind.DAY: each("heute", 0) | each("morgen", 1) | each("übermorgen uebermorgen", 2) | each("gestern", -1),
    Kind.IN_PART: parts("am_morgen am_vormittag", "am_nachmittag", "am_abend"),
    Kind.PART: parts(
        "morgen früh frueh morgens vormittag vormittags", "nachmittag nachmittags", "abend abends", "nachts"
    ),
    Kind.WEEKDAY: row("montag dienstag mittwoch donnerstag freitag samstag/sonnabend sonntag"),
    Kind.WEEKDAYS: row("montags dienstags mittwochs donnerstags freitags samstags sonntags"),
    Kind.WORKDAY: each("werktag wochentag", "one") | each("werktags wochentags", "many"),
    Kind.WEEKEND: each("wochenende", "one"),
    Kind.MONTH: row(
        "januar/jänner februar märz/maerz april mai juni juli august september oktober/okt november dezember/dez", 1
    ),
    Kind.UNIT: units(
        "minute minuten",
        "stunde stunden",
        "tag tage tagen",
        "woche wochen",
        "monat monate monaten monats",
        "jahr jahre jahren jahres",
    ),
    Kind.NUMBER: row(
        "eins/ein/eine/einem/einer zwei drei vier fünf/fuenf sechs sieben acht neun zehn elf zwölf/zwoelf", 1
    ),
    Kind.ORDINAL: row(
        "ersten/erster/erste/erstem zweiten/zweiter/zweite dritten/dritter/dritte vierten/vierter/vierte", 1
    )
    | each("letzten letzter letzte letztem", -1),
    Kind.NAMED_TIME: each("mittag mittags am_mittag", 12) | each("mitternacht", 24),
    Kind.OCLOCK: each("uhr", 24),
    Kind.FEAST: feasts(
        (1, 1, "neujahr"),
        (5, 1, "tag_der_arbeit"),
        (10, 3, "tag_der_deutschen_einheit"),
        (12, 6, "nikolaus"),
        (12, 24, "heiligabend weihnachten"),
        (12, 31, "silvester"),
    )
    | each("karfreitag", -2)
    | each("ostern ostersonntag", 0)
    | each("ostermontag", 1)
    | each("pfingsten pfingstsonntag", 49)
    | each("pfingstmontag", 50),
    Kind.QUARTER: each("viertel"),
    Kind.PAST: each("nach"),
    Kind.TO: each("vor"),
    Kind.HALF_BEFORE: each("halb"),
    Kind.NEXT: each("nächsten nächste nächster nächstes naechsten naechste kommenden kommende"),
    Kind.THIS: each("diesen diese dieses dieser"),
    Kind.LAST: each("letzten letzte letztes"),
    Kind.IN: each("in"),
    Kind.ON: each("am"),
    Kind.BY: each("bis bis_zum vor vor_dem spätestens"),
    Kind.FOR: each("für fuer zum"),
    Kind.AT: each("um gegen"),
    Kind.THE: each("den der dem des"),
    Kind.OF: each("im vom von des"),
    Kind.AND: each("und"),
    Kind.EVERY: each("jeden jede jedes jeder alle", "due"),
    Kind.ADVERB: each("täglich taeglich", "FREQ=DAILY")
    | each("wöchentlich woechentlich", "FREQ=WEEKLY")
    | each("monatlich", "FREQ=MONTHLY")
    | each("jährlich jaehrlich", "FREQ=YEARLY"),
    Kind.END: each("ende"),
    Kind.MIDDLE: each("mitte"),
    Kind.BEGIN: each("anfang"),
    Kind.STARTING: each("ab"),
}

FRENCH: Vocabulary = {
    Kind.DAY: each("aujourd'hui", 0) | each("demain", 1) | each("après-demain après_demain", 2) | each("hier", -1),
    Kind.DAY_PART: parts("ce_matin", "cet_après-midi cet_aprem", "ce_soir"),
    Kind.PART: parts("matin du_matin au_matin", "après-midi de_l'après-midi", "soir du_soir"),
    Kind.WEEKDAY: row("lundi mardi mercredi jeudi vendredi samedi dimanche"),
    Kind.WEEKDAYS: row("lundis mardis mercredis jeudis vendredis samedis dimanches"),
    Kind.WEEKEND: each("week-end", "one") | each("week-ends", "many"),
    Kind.MONTH: row("janvier février mars avril mai juin juillet août septembre octobre novembre décembre", 1),
    Kind.UNIT: units("minutes", "heure heures", "jour jours", "semaine semaines", "mois", "an ans année années"),
    Kind.NUMBER: row("un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze", 1),
    Kind.ORDINAL: row("premier/première/premiers/1er deuxième/deuxièmes troisième/troisièmes quatrième", 1)
    | each("dernier dernière derniers dernières", -1),
    Kind.NAMED_TIME: each("midi", 12) | each("minuit", 24),
    Kind.OCLOCK: each("heure heures h", 24),
    Kind.FEAST: feasts(
        (1, 1, "jour_de_l'an nouvel_an"),
        (2, 14, "saint-valentin"),
        (7, 14, "14_juillet"),
        (11, 1, "toussaint"),
        (12, 24, "réveillon_de_noël"),
        (12, 25, "noël"),
        (12, 31, "saint-sylvestre"),
    )
    | each("pâques", 0)
    | each("lundi_de_pâques", 1),
    Kind.HALF: each("demie demi"),
    Kind.QUARTER: each("quart"),
    Kind.NEXT: each("prochain prochaine prochains prochaines"),
    Kind.THIS: each("ce cette cet"),
    Kind.LAST: each("dernier dernière"),
    Kind.IN: each("dans d'ici"),
    Kind.ON: each("le"),
    Kind.BY: each("avant avant_le d'ici d'ici_le jusqu'à"),
    Kind.FOR: each("pour pour_le"),
    Kind.AT: each("à vers"),
    Kind.THE: each("le la les"),
    Kind.OF: each("du de de_la"),
    Kind.AND: each("et"),
    Kind.EVERY: each("chaque tous_les toutes_les", "due"),
    Kind.END: each("fin la_fin"),
    Kind.MIDDLE: each("mi"),
    Kind.BEGIN: each("début"),
}

SPANISH: Vocabulary = {
    Kind.DAY: each("hoy", 0) | each("mañana", 1) | each("pasado_mañana", 2) | each("ayer", -1),
    Kind.DAY_PART: each("esta_noche", "night") | parts("esta_mañana", "esta_tarde", ""),
    Kind.IN_PART: parts("por_la_mañana", "por_la_tarde", "por_la_noche"),
    Kind.PART: parts("mañana de_la_mañana", "de_la_tarde tarde", "", "de_la_noche noche"),
    Kind.WEEKDAY: row("lunes martes miércoles jueves viernes sábado domingo"),
    Kind.WEEKDAYS: row(
        "los_lunes los_martes los_miércoles los_jueves los_viernes los_sábados/sábados los_domingos/domingos"
    ),
    Kind.WEEKEND: each("fin_de_semana", "one") | each("fines_de_semana", "many"),
    Kind.MONTH: row(
        "enero febrero marzo abril mayo junio julio agosto septiembre/setiembre octubre noviembre diciembre", 1
    ),
    Kind.UNIT: units("minuto minutos", "hora horas", "día días", "semana semanas", "mes meses", "año años"),
    Kind.NUMBER: row("uno/un/una dos tres cuatro cinco seis siete ocho nueve diez once doce", 1),
    Kind.ORDINAL: row("primer/primero/primera segundo/segunda tercer/tercero/tercera", 1) | each("último última", -1),
    Kind.FEAST: feasts(
        (1, 1, "año_nuevo"),
        (1, 6, "día_de_reyes reyes"),
        (2, 14, "san_valentín"),
        (12, 24, "nochebuena"),
        (12, 25, "navidad"),
        (12, 31, "nochevieja"),
    )
    | each("viernes_santo", -2)
    | each("domingo_de_pascua pascua", 0),
    Kind.NAMED_TIME: each("mediodía a_mediodía", 12) | each("medianoche a_medianoche", 24),
    Kind.HALF: each("media"),
    Kind.QUARTER: each("cuarto"),
    Kind.NEXT: each("próximo próxima que_viene"),
    Kind.THIS: each("este esta"),
    Kind.LAST: each("pasado pasada"),
    Kind.IN: each("en dentro_de"),
    Kind.ON: each("el"),
    Kind.BY: each("antes_del antes_de hasta"),
    Kind.FOR: each("para para_el"),
    Kind.AT: each("a_las a_la al sobre_las"),
    Kind.THE: each("el la los las"),
    Kind.OF: each("de del de_la"),
    Kind.AND: each("y e"),
    Kind.EVERY: each("cada todos_los todas_las", "due"),
    Kind.ADVERB: each("diariamente", "FREQ=DAILY")
    | each("semanalmente", "FREQ=WEEKLY")
    | each("mensualmente", "FREQ=MONTHLY")
    | each("anualmente", "FREQ=YEARLY"),
    Kind.END: each("fin final finales"),
}

HINDI: Vocabulary = {
    Kind.DAY: each("aaj", 0) | each("kal", 1) | each("parso parson", 2),
    Kind.PART: parts("subah", "dopahar", "shaam sham", "raat"),
    Kind.WEEKDAY: row(
        "somvar/somwar mangalvar/mangalwar budhvar/budhwar guruvar/guruwar shukravar/shukrawar shanivar ravivar"
    ),
    Kind.NEXT: each("agle agla"),
    Kind.OCLOCK: each("baje", 12),
    Kind.EVERY: each("har", "due"),
    Kind.UNIT: {"din": "day", "hafte": "week", "mahine": "month", "saal": "year"},
    Kind.ADVERB: each("roz", "FREQ=DAILY"),
}

# Names and sayings that contain a word of a date and are none.
NAMES = each(
    "black_friday freaky_friday casual_friday cyber_monday palm_sunday"
    " super_sunday ash_wednesday fat_tuesday taco_tuesday shrove_tuesday sunday_school sunday_roast sunday_times"
    " mardi_gras usa_today guten_morgen plácido_domingo santo_domingo 24/7 7/11 the_9/11 a_9/11 next_to on_top"
    " second_hand first_things_first martes_y_trece once_upon at_one_point one_day"
)


def plain(word: str) -> str:
    """The word in lower case, with straight apostrophes and without accents."""
    word = word.lower().replace("’", "'")
    if word.isascii():
        return word
    return "".join(mark for mark in unicodedata.normalize("NFKD", word) if not unicodedata.combining(mark))


def _lexicon() -> dict[str, dict[Kind, Any]]:
    lexicon: dict[str, dict[Kind, Any]] = {}
    for vocabulary in (HINDI, SPANISH, FRENCH, GERMAN, ENGLISH):
        for kind, phrases in vocabulary.items():
            for phrase, value in phrases.items():
                key = "à" if phrase == "à" else plain(phrase)  # without its accent it is the English article
                lexicon.setdefault(key, {})[kind] = value
    for name in NAMES:
        lexicon[plain(name)] = {}
    return lexicon


LEXICON = _lexicon()
# German writes a weekday and its part as one word: "Freitagabend".
COMPOUNDS = {
    f"{day}{part}": (day, part)
    for day in GERMAN[Kind.WEEKDAY]
    for part in ("morgen", "vormittag", "mittag", "nachmittag", "abend")
}


def _openings() -> dict[str, int]:
    """First words of the phrases of several words, with the number of words of the longest."""
    openings: dict[str, int] = {}
    for phrase in LEXICON:
        words = phrase.split(" ")
        if len(words) > 1:
            openings[words[0]] = max(openings.get(words[0], 0), len(words))
    return openings


OPENINGS = _openings()
