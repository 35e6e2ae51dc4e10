"""Words that turn a claim around when one stands for the other, and words that keep it as it is."""

from __future__ import annotations


def _pairs(lines: str) -> list[tuple[str, str]]:
    return [(pair.split("/")[0], pair.split("/")[1]) for pair in lines.split()]


def _listed(words: str) -> list[str]:
    return words.split()


OPPOSITES = {
    "antonym": _pairs(
        "increase/decrease increased/decreased increases/decreases increasing/decreasing "
        "rise/fall rose/fell rises/falls rising/falling higher/lower high/low highest/lowest "
        "more/less most/least large/small larger/smaller largest/smallest big/little "
        "bigger/smaller biggest/smallest long/short longer/shorter longest/shortest "
        "young/old younger/older youngest/oldest new/old early/late earlier/later "
        "earliest/latest good/bad better/worse best/worst strong/weak stronger/weaker "
        "positive/negative positively/negatively success/failure successful/unsuccessful "
        "succeeded/failed accept/reject accepted/rejected accepts/rejects agree/disagree "
        "agreed/refused agrees/disagrees approve/reject approved/rejected allow/forbid "
        "allowed/forbidden allows/prevents include/exclude included/excluded "
        "includes/excludes including/excluding with/without win/lose won/lost wins/loses "
        "winner/loser winning/losing open/closed opened/closed opens/closes opening/closing "
        "start/end started/ended starts/ends beginning/end began/ended enter/leave "
        "entered/left arrive/leave arrived/left arrives/leaves buy/sell bought/sold buys/sells "
        "borrow/lend give/take gave/took gives/takes push/pull improve/worsen "
        "improved/worsened improves/worsens improving/worsening expand/reduce "
        "expanded/reduced expands/reduces expensive/cheap easy/difficult easier/harder "
        "simple/complex possible/impossible likely/unlikely necessary/unnecessary "
        "common/rare commonly/rarely public/private internal/external domestic/foreign "
        "national/local major/minor primary/secondary active/inactive legal/illegal "
        "male/female man/woman men/women boy/girl king/queen father/mother son/daughter "
        "brother/sister husband/wife actor/actress he/she his/her north/south east/west "
        "northern/southern eastern/western left/right upper/lower inside/outside "
        "above/below over/under front/back top/bottom before/after prior/subsequent "
        "ancestor/descendant hot/cold warm/cool wet/dry dark/light fast/slow faster/slower "
        "quickly/slowly rich/poor richer/poorer happy/sad safe/dangerous healthy/sick "
        "alive/dead born/killed support/oppose supported/opposed supports/opposes "
        "love/hate loves/hates liked/disliked likes/dislikes friend/enemy "
        "ally/opponent attack/defend attacked/defended gain/loss gains/losses gained/lost "
        "profit/loss income/expense import/export imports/exports maximum/minimum "
        "majority/minority present/absent same/different similar/different identical/different "
        "together/apart single/married teacher/student employer/employee seller/buyer "
        "customer/supplier patient/doctor attacker/victim urban/rural day/night "
        "morning/evening summer/winter spring/autumn ancient/modern permanent/temporary "
        "remember/forget teach/learn teaches/learns caused/prevented causes/prevents "
        "cause/prevent promotes/inhibits promote/inhibit promoted/inhibited "
        "enhances/reduces enhanced/reduced activates/suppresses activated/suppressed "
        "gained/lost confirmed/denied confirms/denies confirm/deny proved/disproved "
        "hire/fire hired/fired joined/quit joins/leaves free/paid fresh/stale full/empty "
        "hidden/visible known/unknown aware/unaware able/unable complete/incomplete "
        "correct/incorrect dependent/independent direct/indirect effective/ineffective "
        "fair/unfair formal/informal regular/irregular sufficient/insufficient "
        "supervised/unsupervised labelled/unlabelled linear/nonlinear static/dynamic "
        "online/offline manual/automatic manually/automatically"
    ),
    "quantifier": _pairs(
        "all/some all/none every/no each/no both/neither many/few most/few several/no "
        "some/no any/no always/never often/rarely usually/rarely sometimes/always "
        "everyone/nobody everybody/nobody everything/nothing someone/nobody only/also "
        "entirely/partly completely/partially fully/partly exactly/roughly once/twice "
        "at_least/at_most more_than/less_than nearly/more_than almost/over half/all "
        "half/a_third first/last first/second second/third third/fourth"
    ),
    "modality": _pairs(
        "may/will might/will could/will may/cannot might/did can/cannot must/may "
        "should/must plans_to/refused_to intends_to/declined_to wants_to/refuses_to "
        "suggests/proves suggest/prove suggested/proved possibly/certainly "
        "probably/certainly perhaps/certainly reportedly/admittedly expected/guaranteed "
        "proposed/enacted considered/adopted considering/adopting hopes/knows "
        "believes/doubts believed/doubted thinks/doubts thought/doubted recommended/required"
    ),
    "time": _pairs(
        "before/after until/since yesterday/tomorrow today/yesterday last/next "
        "previous/next previously/subsequently former/current formerly/currently "
        "past/future still/no_longer already/not_yet daily/weekly weekly/monthly "
        "monthly/yearly annual/monthly annually/monthly hour/day hours/days day/week "
        "days/weeks week/month weeks/months month/year months/years year/decade "
        "years/decades decade/century minutes/hours seconds/minutes during/before"
    ),
}
"""By kind: pairs that go both ways; `_` stands for a space."""

KEEPERS = _pairs(
    "began/started begins/starts began_to/started_to large/big small/little many/numerous "
    "nearly/almost helped/assisted helps/assists show/demonstrate shows/demonstrates "
    "showed/demonstrated said/stated says/states found/discovered finds/discovers film/movie "
    "films/movies television/TV bought/purchased buy/purchase obtain/get obtained/got "
    "used/employed also/additionally because/since however/but several/a_number_of "
    "kids/children children/kids died/passed_away located_in/situated_in known_as/called "
    "was_born_in/is_from sick/ill fast/quick rapidly/quickly important/significant "
    "needs/requires needed/required ended/finished occurred/happened occurs/happens "
    "happened/took_place ask/request asked/requested answer/reply answered/replied "
    "built/constructed build/construct created/made created_by/made_by wrote/authored "
    "written_by/authored_by author/writer doctor/physician lawyer/attorney company/firm "
    "companies/firms nation/country city/town house/home job/position pay/salary price/cost "
    "picture/image pictures/images car/automobile stay/remain stayed/remained remains/stays "
    "choose/select chose/selected allow/permit allows/permits allowed/permitted end/finish "
    "try/attempt tried/attempted tries/attempts give/provide gives/provides gave/provided "
    "tell/inform told/informed talk/speak talked/spoke discuss/talk_about "
    "discussed/talked_about issues/problems option/choice options/choices goal/aim goals/aims "
    "method/approach methods/approaches result/outcome results/outcomes propose/present "
    "proposes/presents we_propose/the_authors_propose study/research studied/investigated "
    "examine/investigate improve/enhance improves/enhances reduce/lower reduces/lowers "
    "reduced/lowered is_not/isn't was_not/wasn't does_not/doesn't did_not/didn't "
    "are_not/aren't cannot/can't will_not/won't percent/% U.S./United_States "
    "UK/United_Kingdom"
)
"""The first may be said as the second, in most contexts."""

NUMBER_WORDS = _listed(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion"
)

MONTHS = _listed(
    "January February March April May June July August September October November December"
)

WEEKDAYS = _listed("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")

CLOSED = set(
    _listed(
        "the a an and or but if then than that this these those there here it its it's he she "
        "his her him they them their we us our you your i me my who whom whose which what when "
        "where why how is was are were be been being am do does did done have has had having "
        "will would can could may might must shall should not no nor so as at by for from in "
        "into of on onto off out over under to up down with without about after before between "
        "during through while because since until also just very too more most less least much "
        "many few some any all each every other another such same own only both either neither "
        "one two three first second last next new"
    )
)
"""Words whose change is a matter of grammar or of the lists above, not of the subject."""
