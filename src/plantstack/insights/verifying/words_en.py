"""English: the sense of words that claim something, and words that claim nothing.

A word of several senses stands under both, with a blank between them. `_` joins the words of a phrase.
"""

SENSES = {
    "already": "already",
    "lost present": "is_losing are_losing",
    "made present": "is_making are_making is_producing are_producing",
    "plus present": "is_rising is_growing is_increasing is_climbing is_going_up",
    "minus present": "is_falling is_dropping is_decreasing is_declining is_going_down",
    "count": "how_many number_of how_much",
    "count piece": "number_of_pieces number_of_parts piece_count piece_counts part_count part_counts",
    "plus person": "more_people extra_people more_staff additional_people more_workers",
    "made": (
        "made produced produces produce make makes manufactured output making producing completed "
        "turned_out delivered delivers turning_out churned_out put_out finished_with ended_with yielded "
        "yields production manufactures manufacturing fabricated completing output_of production_of "
        "processed built assembled managed_to_make managed_to_produce managed_to_complete pieces_made "
        "put_through"
    ),
    "good": "good conforming",
    "piece": (
        "piece pieces part parts pcs units count counts unit items item quantity product products "
        "workpiece workpieces article articles"
    ),
    "plan": (
        "plan plans planned scheduled schedule planning planned_for production_plan production_plans "
        "planned_quantity planned_output planned_amount"
    ),
    "target": (
        "target targets goal goals objective objectives target_value target_figure aims_for aiming_for "
        "aims_at aiming_at is_supposed_to_reach should_reach is_meant_to_reach is_expected_to_reach aim"
    ),
    "met": (
        "met reached achieved hit hits hitting reaching achieving fulfilled fulfils meeting meets reaches "
        "achieves"
    ),
    "scrap": (
        "scrap scrapped scraps scrapping rejects rejected scrap_rate reject_rate rejection_rate "
        "scrap_share scrap_level discarded discards scrap_pieces scrap_parts as_scrap rejection rejections "
        "scrap_percentage scrap_ratio scrap_proportion scrap_quota"
    ),
    "stop": (
        "stop stops stopped stand stands standing stood standstill halted idle been_down is_down stoppage "
        "stoppages halts at_a_standstill idling stationary stopping out_of_action not_moving "
        "downtime_event standing_still out_of_operation out_of_service not_running not_in_operation "
        "inoperative not_operating has_not_run has_not_moved not_been_running no_longer_running "
        "stood_still stands_still has_stood have_stood has_been_stopped"
    ),
    "lost": (
        "lost loses lose loss losing losses downtime missed forfeited lost_time losing_time forfeiting "
        "loss_of losses_of hours_lost forgone wasted"
    ),
    "run": (
        "run runs running ran operates operating operated working in_operation in_progress underway "
        "under_way up_and_running functioning being_processed being_produced being_worked_on being_run "
        "in_process in_production"
    ),
    "pace": (
        "pace speed rate tempo rated_pace rated_speed running_speed up_to_pace up_to_speed cadence "
        "nominal_speed"
    ),
    "reason": "reason reasons explanation explanations justification",
    "not reason": "unexplained uncoded",
    "wait": (
        "wait waits waiting waited waiting_on waiting_for awaiting awaits waits_for waits_on wait_for "
        "held_up_waiting_for"
    ),
    "call": (
        "call_from request_from call calls called help request calling asked_for has_asked_for requested "
        "requests help_request"
    ),
    "hold": (
        "hold held blocked quarantined on_hold holds holding being_held quarantine in_quarantine withheld "
        "locked put_on_hold placed_on_hold set_aside"
    ),
    "safety": "safety safety_event safety_incident safety_report safety_issue safety_matter",
    "person": (
        "person people persons heads staff employees employee workers worker operators operator "
        "staff_members staff_member personnel team_member crew_member someone headcount colleague "
        "colleagues hands individual individuals manpower workforce helper helpers crew_members "
        "team_members cover replacement replacements staffing labour"
    ),
    "lack": (
        "missing lacking lacks lack short_of absent understaffed shortage shortage_of shorthanded "
        "undermanned lacked missing_from gap short-staffed under-staffed short_staffed"
    ),
    "need": "need needs needed required require requires requiring necessary",
    "material": "material materials",
    "staged": (
        "staged stage ready prepared prepare in_place made_ready staging readied preparing laid_out "
        "put_in_place brought"
    ),
    "order": "order orders job",
    "changeover": (
        "changeover changeovers setup setups change-overs change-over set-ups set-up changing_over "
        "retooling retoolings switchover switchovers change_over change_overs conversion conversions"
    ),
    "standard": "standard standards norm",
    "together": (
        "together total totals totalling totaling altogether combined summed in_all in_total overall "
        "adding_up_to adds_up_to add_up_to totaled totalled amounting_to sum total_of a_total_of in_sum "
        "cumulative cumulatively collectively aggregate all_told taken_together combining summing_up_to "
        "sums_up_to"
    ),
    "move": (
        "move moves transfer reassign send shift_one relocate reallocate redeploy transferred reassigned "
        "moved redirect lend relocating moving transferring reassigning loan assign reposition"
    ),
    "set": (
        "sets set dictates determines determine dictated dictate defines drives governs determined "
        "governed defined sets_the_speed controls"
    ),
    "due": "due deadline due_date due_time due_at deadlines",
    "end": (
        "end ends finish finishes finished finishing ending ended conclude concluded completion complete "
        "completes"
    ),
    "begin": (
        "begin begins start starts started beginning starting kicks_off kick_off gets_going commences "
        "begin_time start_time"
    ),
    "decide": (
        "decide decide_about decide_what_happens_with decision deciding decided decisions make_a_decision"
    ),
    "watch": (
        "watch monitor observe keep_an_eye_on keep_an_eye keep_watch eye_on watched monitored observed "
        "monitoring watching keep_track_of track keep_monitoring supervise follow keep_watching "
        "keep_observing"
    ),
    "answer": (
        "answer respond take accept respond_to responding answered attend_to attend handle pick_up "
        "answering reply see_to deal_with take_care_of react react_to"
    ),
    "open": "open pending outstanding unanswered opened unresolved unaddressed",
    "known": "known know knows",
    "not known": "unknown do_not_know does_not_know don't_know unavailable no_data no_information no_figures",
    "told": (
        "told reported recorded given entered logged registered noted assigned documented provided stated "
        "specified booked attached giving supplied entering recording indicated"
    ),
    "money": "money",
    "plus": (
        "too_many jumped raised "
        "more ahead above over rose rise rises increased increase increases higher up grew grows exceeded "
        "exceeds exceeding beat beats beating outperformed surpassed longer later greater beyond gained "
        "gain climbed surplus surplus_of surpassing surpasses outproduced climbing climb climbs growing "
        "gone_up went_up going_up goes_up extra additional excess overshot overshooting up_on expanded "
        "growth uptick upward outdid outpaced risen grown topped topping on_top overran overrunning "
        "overrun overproduced overachieved outstripped outstripping moved_up"
    ),
    "minus": (
        "too_few "
        "behind fewer less below under fell fall falls dropped drop drops decreased decrease lower down "
        "undershot shrank declined decline shorter earlier smaller shortfall shortfall_of deficit "
        "deficit_of undershooting trailing trails trail trailed lagging lags lagged went_down gone_down "
        "going_down dropping falling decreasing declining reduced lowered reduction slipped slid eased "
        "shrinking short_by down_on underperformed trailing_behind lagging_behind downward decreases "
        "fallen sunk sank dip dipped lessened down_by underproduced failed_to_meet failed_to_reach "
        "did_not_reach did_not_meet fell_short_of falling_short_of fell_short falling_short came_up_short "
        "moved_down came_down coming_down cut trimmed"
    ),
    "better": "better improved improves improvement recovered",
    "worse": "worse worsened worsens deteriorated poor poorly bad badly",
    "cause": (
        "cause caused causes due_to owing thanks therefore hence led leads triggered resulted results "
        "result consequently so_that why which_led"
    ),
    "not": (
        "not no without never nobody none nothing nor isn't wasn't hasn't doesn't didn't cannot can't "
        "neither hardly lacks_any none_of"
    ),
    "may": (
        "as_long_as may might could perhaps possibly probably likely seems appears maybe suggests can "
        "there_is_a_chance is_at_risk_of at_risk_of risks"
    ),
    "sure": (
        "for_no_reason to_hold certainly definitely clearly surely undoubtedly obviously always guaranteed "
        "proven proves"
    ),
    "super": (
        "most least longest shortest worst best biggest largest smallest highest lowest top greatest first "
        "second record main major foremost above_all"
    ),
    "all": "all every each entire whole everything everybody",
    "only": "only just merely solely exclusively",
    "some": "some some_of several few many various numerous",
    "part": "half third quarter majority minority partly mostly",
    "ratio": "double doubled twice triple tripled halved fold dozen hundreds thousands",
    "since": "since",
    "until": "until till by_the_end",
    "most": "up_to at_most as_much_as no_more_than a_maximum_of at_the_most maximum a_ceiling_of",
    "after": "after",
    "before": (
        "before previous preceding prior last_shift shift_before preceding_shift previous_shift "
        "prior_shift earlier_shift before_it one_before shift_earlier"
    ),
    "shift": "shift this_shift finished_the_shift ended_the_shift closed_the_shift",
    "or": "or",
    "though": "but although though however whereas",
    "when": "when",
    "still": "yet still so_far",
    "again": "again",
    "yesterday": "yesterday ago last recently lately",
    "today": "today tonight",
    "tomorrow": "tomorrow next soon upcoming",
    "week": "week weeks weekly month months monthly year",
    "hour": "hourly daily day morning afternoon evening night noon midnight",
    "now": "now currently at_present presently at_the_moment right_now",
    "often": "often usually repeatedly normally frequently constantly continuously",
    "from": "from",
    "by": "by",
    "to": "to over_to onto",
    "plus to": "is_up_to are_up_to",
    "minus to": "is_down_to are_down_to",
    "of": "of out_of 's",
    "restore": (
        "get gets bring back gave gives give return bring_back get_back restoring back_up_to back_on_track "
        "back_up"
    ),
    "cost": "cost costs costing price_tag cost_was",
    "find": "find look_for locate source get_hold_of arrange arrange_for organize finding found recruit",
    "will": "will would shall going_to is_set_to is_scheduled_to is_due_to",
    "ask": "did do does",
    "was": "was were had stood ran there_was there_were stood_at",
    "present": "makes make produces produce loses lose rises increases grows falls drops decreases",
    "approx": ("about around roughly approximately circa approx an_estimated in_the_region_of close_to"),
    "approx nearly": "nearly almost",
    "against": (
        "against versus compared compared_to compared_with than vs in_comparison_with in_comparison_to "
        "relative_to instead_of rather_than compared_against as_against"
    ),
    "plus from": "up_from",
    "minus from": "down_from",
    "restore run": "restart start_up get_going",
    "must": "must should needs_to need_to has_to have_to ought_to is_to are_to to_be",
    "because": "because since_it as_it since_they given_that seeing_that",
    "thus": "so thus hence",
    "exist": "existed exists exist in_place available",
    "between": "between",
    "plan again": "replan reschedule re-plan rescheduled replanned replanning plan_it_again re-planned",
    "scrap present": "is_scrapping",
    "set pace": "pace-setter pacesetter pace-setting pacesetting pacemaker",
    "aimed": "to_meet to_reach to_hit to_fulfil to_achieve",
    "concord": "any anyone anybody",
    "after due end": (
        "miss_its_due_date misses_its_due_date miss_its_deadline misses_its_deadline miss_the_deadline "
        "miss_the_due_date finish_late end_late finish_too_late run_late be_late overrun_its_due_date"
    ),
}
# What words may mean in another sentence.
OTHERS = {
    "light": "get put have let",
    "restore run": "start back_up",
    "plus need": "spare to_spare left_over",
    "reckoned": "running finished ended closed reached achieved recorded posted reported registered",
    "plus person need": "overstaffed",
    "minus": "short short_of shy shy_of missed",
    "minus gap": "missing lacking gap shortage lacks",
    "lack": "short short_of down misses shy",
    "stop": "down",
    "made reckoned": (
        "reached achieved hit managed finished recorded logged posted booked registered accumulated"
    ),
    "lack person": (
        "more_people extra_people more_staff additional_people more_workers understaffed short-staffed "
        "under-staffed shorthanded undermanned short_staffed"
    ),
    "move": "shift send take put pull bring get",
    "exist": "set in_place available existing",
    "not": "missing lacks lacking lack",
    "thus": "so_it_is",
    "find": "get organize",
    "end": "completed",
    "plan": "required",
    "reason": "cause causes",
    "staged": "provided available provide delivered supply supplied bring",
    "decide": "determine settle clarify",
    "lost taken": "cost took",
    "made": "did",
    "spent": "needed required took",
    "must wanted": "need needs needed required requires",
    "run": "producing going",
    "will": "about_to",
}
NEUTRAL = (
    "has_had have_had "
    "what went_through goes_through went_into a an the is are be been being has have it its there here this "
    "that these those which who and on in at for with into as also while one see come comes go "
    "going there's it's itself their they them amounts amounted equals namely worth came took taken takes "
    "stands_at lies went gone leaving left ended_up remains remain stays stay "
    "sits happened occurred spent accounting during so_there how totals_up amounting "
    "corresponds reports shows showed shown saw seen event incident lasting lasted long duration length "
    "equivalent equivalent_to equal equating translates translating corresponds_to corresponding "
    "representing represents represented accounts accounts_for accounted_for accounting_for machine machines "
    "what_to_do please level figure figures came_up comes_to coming_in came_in "
    "at_the_level_of which_means meaning while_making "
    "each_time what_happens the_following where whose equals_to in_production "
    "work sitting due_to_be accounted we us our i.e somewhere anywhere now_at overall in_other_words "
    "put_differently in_the_process came_to across upon totalling_to "
    "been_put has_stayed measured changed reading then some make_sure ensure "
    "make_sure_that ensure_that ensuring"
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
    "call_from:of request_from:of from:from to:to into:to of:of with:of at:at on:at in:at for:for by:by "
    "through:by because_of:by than:by waiting_on:for waiting_for:for awaiting:for waits_for:for "
    "waits_on:for wait_for:for over_to:to out_of:of respond_to:of attend_to:of down_from:from "
    "up_from:from within:at onto:to"
)
ARTICLES = "the a an its their that this"
JOINING = "and or that which who as also it there there_was there_were where when while already"
HAVING = "had has have holds saw sees records recorded registered showed shows reported reports posted"
BEING = "is are"
ASKING = "is are was were has have had did do does will would can could may might should"
ORDERS = (
    "decide_about decide_what_happens_with "
    "hold run begin start stop wait end finish make lose produce shift_one get bring find stage prepare "
    "move transfer send decide answer watch monitor observe record go see plan restart replan reschedule "
    "re-plan shift reassign relocate redeploy locate respond respond_to attend_to attend keep_an_eye_on "
    "keep_an_eye track make_a_decision look_for arrange arrange_for return bring_back get_back readied "
    "ready put set_up keep_watch pick_up handle keep_monitoring keep_track_of source get_hold_of start_up "
    "get_going take pull assign lend loan determine settle clarify supervise follow provide deal_with "
    "see_to take_care_of recruit plan_it_again"
)
LIGHT = "get make see keep take have put let"
RELATING = (
    "behind ahead below above over under beyond short_of than exceeding exceeded exceeds trails trailing"
)
PARTICLES = ""
DONE = ""
IS_FIRST = True  # what is to be done begins with its verb
WAITING = "a an the its their our of from by to at into onto since"
CONJUNCTIONS = "and than"
ADDRESSED = ""
ENDINGS = ""
