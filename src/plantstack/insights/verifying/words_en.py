"""English: the sense of words that claim something, and words that claim nothing.

A word of several senses stands under both, with a blank between them. `_` joins the words of a phrase.
"""

SENSES = {
    "made": "made produced produces produce make makes manufactured output making producing completed"
    " turned_out",
    "good": "good",
    "piece": "piece pieces part parts pcs units",
    "plan": "plan plans planned scheduled",
    "target": "target targets",
    "met": "met reached achieved",
    "scrap": "scrap scrapped scraps scrapping rejects rejected",
    "stop": "stop stops stopped stand stands standing stood standstill halted idle been_down is_down",
    "lost": "lost loses lose loss losing losses downtime missed forfeited",
    "run": "run runs running ran operates operating operated working",
    "pace": "pace speed rate tempo",
    "reason": "reason reasons explanation explanations",
    "not reason": "unexplained uncoded",
    "wait": "wait waits waiting waited",
    "call": "call calls called help",
    "hold": "hold held blocked quarantined on_hold",
    "safety": "safety",
    "person": "person people persons heads staff",
    "lack": "missing lacking lacks lack short_of absent",
    "need": "need needs needed required",
    "material": "material materials",
    "staged": "staged stage ready prepared prepare",
    "order": "order orders job",
    "changeover": "changeover changeovers setup setups",
    "standard": "standard standards norm",
    "together": "together total totals totalling totaling altogether combined summed in_all in_total overall",
    "move": "move moves transfer reassign send shift_one relocate reallocate",
    "set": "set sets sets_the_pace dictates",
    "due": "due deadline",
    "end": "end ends finish finishes finished",
    "begin": "begin begins start starts started",
    "decide": "decide decision",
    "watch": "watch monitor observe",
    "answer": "answer respond take accept",
    "open": "open",
    "known": "known",
    "not known": "unknown",
    "told": "told reported recorded",
    "money": "money",
    "plus": "more ahead above over rose rise rises increased increase increases higher up grew grows"
    " exceeded exceeds exceeding beat beats beating outperformed surpassed longer later"
    " greater beyond gained gain climbed",
    "minus": "behind fewer less below under fell fall falls dropped drop drops decreased decrease"
    " lower down"
    " undershot shrank declined decline shorter earlier smaller",
    "better": "better improved improves improvement recovered",
    "worse": "worse worsened worsens deteriorated poor poorly bad badly",
    "cause": "because cause caused causes due_to owing thanks therefore hence led leads triggered resulted"
    " results result consequently since_it so_that why which_led",
    "not": "not no without never nobody none nothing nor isn't wasn't hasn't doesn't didn't cannot can't"
    " neither hardly lacks_any",
    "may": "may might could perhaps possibly probably likely seems appears maybe suggests",
    "sure": "certainly definitely clearly surely undoubtedly obviously always must guaranteed proven proves",
    "super": "most least longest shortest worst best biggest largest smallest highest lowest top greatest"
    " first second record main major",
    "all": "all every each entire whole everything everybody",
    "only": "only just merely solely exclusively",
    "some": "some several few many various numerous",
    "part": "half third quarter majority minority partly mostly",
    "ratio": "double doubled twice triple tripled halved fold dozen hundreds thousands",
    "since": "since",
    "until": "until till by_the_end",
    "most": "up_to at_most",
    "after": "after",
    "before": "before previous preceding prior last_shift shift_before",
    "shift": "shift",
    "still": "yet still so_far",
    "again": "again",
    "yesterday": "yesterday ago last",
    "today": "today tonight",
    "tomorrow": "tomorrow next soon upcoming",
    "week": "week weeks weekly month months monthly year",
    "hour": "hourly daily day morning afternoon evening night noon midnight",
    "now": "now currently recently lately",
    "often": "often usually repeatedly normally frequently constantly continuously",
    "from": "from",
    "by": "by",
    "to": "to",
    "plus to": "is_up_to are_up_to",
    "minus to": "is_down_to are_down_to",
    "of": "of",
    "restore": "get gets bring back gave gives give",
    "cost": "cost costs",
    "find": "find",
    "will": "will would shall going_to",
    "ask": "did do does",
    "was": "was were had stood ran",
    "present": "makes make produces produce loses lose rises increases grows falls drops decreases",
    "approx": "about around roughly approximately circa some_of nearly almost",
    "against": "against versus compared compared_to compared_with than vs",
}
NEUTRAL = (
    "a an the is are was were be been being has have had it its there here this that these those which who"
    " and or on in at for with into as also but while one once per each_of"
    " see come comes go going there's it's itself their they them"
    " amounts amounted equals namely worth came took taken takes stands_at counts counting lies"
    " i.e went gone leaving left ended_up made_up remains remain remaining stays stay"
    " due_at sits happened occurred there's spent accounting consisting including during"
    " so_there itself how"
    " totals_up amounting corresponds under_way reports shows showed shown saw seen"
    " needs_to were_at"
)
UNITS = {
    "time:1": "s sec secs second seconds",
    "time:60": "min mins minute minutes",
    "time:3600": "h hr hrs hour hours",
    "time:86400": "d day days",
    "share:0.01": "% percent pct",
    "times:1": "x × times",
}
NUMBERS = "two three four five six seven eight nine ten eleven twelve"

PREPOSITIONS = (
    "from:from to:to into:to of:of with:of at:at on:at in:at for:for by:by through:by because_of:by than:by"
)
ARTICLES = "the a an its their that this"
JOINING = "and or that which who as also it there"
HAVING = "had has have"
BEING = "is are"
ASKING = "is are was were has have had did do does will would can could may might should"
ORDERS = (
    "get bring find stage prepare move transfer send decide answer watch monitor observe record go see plan"
)
DONE = ""
IS_FIRST = True  # what is to be done begins with its verb
