"""Noun phrases of short questions, without a tagger: runs of words other than function words."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_](?:[\w'’.-]*\w)?(?:['’](?=\s|$|\?))?")

_FUNCTION_TEXT = (
    "a an the this that these those it its it's it’s they their them he his him she her hers i "
    "me my mine you your we us our who whom whose what what's what’s which when where why how "
    "is are was were be been being am do does did done has have had having can could may might "
    "must shall should will would not no nor and or but if than then so as at by for from in "
    "into of off on onto out over per to under up upon with within without about above across "
    "after against along among around before behind below beneath beside besides between beyond "
    "during except inside like near outside since through throughout toward towards until via "
    "versus vs also any some many much more most few little less least other others another "
    "each every all either neither one ones such same there here now today still ever never "
    "always often just only very too quite really even well please thanks ok okay yes tell "
    "describe explain discuss give show compare contrast list know known think say said mean "
    "means meant happen happened happens become became get gets got getting go goes going went "
    "make makes made take takes took use used uses using help helps work works worked need "
    "needs needed want wants come comes came find found see seen look looks start started begin "
    "began end ended keep kept let put cause causes caused affect affects affected change "
    "changed changes live lived lives eat eats grow grows grew cost costs differ differs relate "
    "related involve involved include exist exists survive survived win won lead led play "
    "played run spread create created developed develop invented discovered die died kill kills "
    "treat treated cure cured prevent built called considered given famous important "
    "interesting good bad best worst better worse popular common main key different similar new "
    "old long big large small high low typical typically generally usually exactly first last "
    "next recent early late possible available able safe dangerous harmful effective reliable "
    "legal illegal free hard easy because while although whether however instead rather yet "
    "serious influential negative positive natural short long-term evolve evolved weigh shift "
    "close closed open opened founded held happening traditional modern current suffering "
    "harder easier younger older bigger smaller largest biggest smallest oldest youngest "
    "highest longest fastest released published written received based located caught sold buy "
    "bought sell own making treating causing learn learned learning visit order try avoid both "
    "someone somebody anyone anybody everyone everybody people something anything nothing cook "
    "cooked smoke consume consumed choose chose stay stays remain worth drink drinks remember "
    "remind store save book reserve check search set add send cancel write translate summarise "
    "summarize recommend suggest pick read hello hi hey sure great wonderful sorry noted carry "
    "confirm schedule bring let's i'm i'd i've i'll don't wrote painted composed directed designed "
    "sang sings signed planning "
)
FUNCTION = frozenset(_FUNCTION_TEXT.split())

_GENERIC_TEXT = (
    "type types kind kinds sort sorts form forms difference differences similarity similarities "
    "cause causes symptom symptoms sign signs effect effects side impact impacts history origin "
    "origins role roles purpose purposes function functions example examples benefit benefits "
    "advantage advantages disadvantage disadvantages pros cons step steps part parts way ways "
    "price prices cost costs name names number numbers member members theme themes character "
    "characters feature features factor factors reason reasons result results finding findings "
    "characteristic characteristics application applications use uses alternative alternatives "
    "option options treatment treatments significance importance meaning definition background "
    "development invention creation influence influences evidence argument arguments "
    "controversy criticism criticisms risk risks problem problems issue issues challenge "
    "challenges solution solutions requirement requirements rule rules style styles size length "
    "time times age date place places area areas source sources method methods theory theories "
    "goal goals idea ideas information detail details fact facts thing things people person "
    "level levels rate rates amount quantity degree future past present status structure layers "
    "layer process processes implications implication competitors competitor success failure "
    "relationship connection experience cast plot ending author authors founder founders owner "
    "owners year years day days variety varieties version versions aspect aspects component "
    "components ingredient ingredients property properties side-effects pro con lot breed "
    "breeds species model models term terms word words disagreement test tests review reviews "
    "rating ratings award awards event events drawback drawbacks outcome outcomes consequence "
    "consequences relation relations "
)
GENERIC = frozenset(_GENERIC_TEXT.split())
"""Nouns that need to be told of what."""
TOLD_BY_A_WORD = frozenset(
    ("theory", "theories", "method", "methods", "model", "models", "process", "test", "tests")
)
"""But these are told by one word before them: the functionalist theory."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: half-open span in its text, with what stands before it."""

    text: str
    start: int
    end: int
    before: str
    """The word before it and its article, lower case; "" at the beginning."""
    article: str
    """The, a, an or nothing."""

    @property
    def head(self) -> str:
        """Its last word, lower case."""
        return self.text.split()[-1].lower()

    @property
    def is_generic(self) -> bool:
        """Whether it needs to be told of what."""
        return all(word.lower() in GENERIC for word in self.text.split())

    @property
    def is_name(self) -> bool:
        """Whether it is written with a capital."""
        return self.text[:1].isupper() and (self.start > 0 or len(self.text.split()) > 1)

    @property
    def is_plural(self) -> bool:
        """Whether it looks like more than one."""
        return self.head.endswith("s") and not self.head.endswith(("ss", "us", "is"))

    @property
    def is_relational(self) -> bool:
        """Whether its last word needs to be told of what: natural treatments, main parts."""
        is_told = len(self.text.split()) > 1 and self.head in TOLD_BY_A_WORD
        return self.head in GENERIC and not self.is_name and not is_told

    @property
    def is_person(self) -> bool:
        """Whether it looks like somebody's name: two words or three, all with capitals."""
        words = self.text.split()
        return not self.article and 2 <= len(words) <= 3 and all(w[:1].isupper() for w in words)

    def named(self, *, several: bool = False) -> str:
        """The phrase as it can stand elsewhere, with its article; in the plural if `several`."""
        if several and not self.is_plural and not self.is_name:
            return f"{self.text}s"
        if self.article == "the" or (self.article and not self.is_plural):
            return f"{self.article} {self.text}"
        return self.text


def phrases(text: str) -> tuple[Phrase, ...]:
    """The noun phrases of a text of at most a few hundred characters, in order."""
    words = [(match[0], match.start(), match.end()) for match in _WORD.finditer(text)]
    found: list[Phrase] = []
    index = 0
    while index < len(words):
        if _is_function(words, index):
            index += 1
            continue
        last = index
        while last + 1 < len(words) and _goes_on(text, words, last):
            last += 1
        while last > index and _is_function(words, last):
            last -= 1
        found.append(_phrase(text, words, index, last))
        index = last + 1
    return tuple(found)


def _is_function(words: list[tuple[str, int, int]], index: int) -> bool:
    word = words[index][0]
    lower = word.lower()
    if lower.endswith(("n't", "n’t")):
        return True
    if lower in GENERIC and index > 0 and words[index - 1][0].lower() in BEFORE_NOUNS:
        return False
    is_name = word[:1].isupper() and index > 0 and lower not in SHORT
    return lower in FUNCTION and not is_name


_BEFORE_NOUNS_TEXT = (
    "the a an its their his her any some other possible main key common important different "
    "similar new old natural negative positive good bad best most first health side long-term"
)
BEFORE_NOUNS = frozenset(_BEFORE_NOUNS_TEXT.split())
"""After these, "causes", "uses" and "changes" are nouns."""

_SHORT_TEXT = (
    "i a an the of in on for and or to with it its they their is are was do does did "
    "what who how why when where which can will"
)
SHORT = frozenset(_SHORT_TEXT.split())
"""Stay function words with a capital, too: in titles they stand between, not at the ends."""


def _goes_on(text: str, words: list[tuple[str, int, int]], last: int) -> bool:
    """Whether the phrase that has come to `last` goes on with the next word."""
    between = text[words[last][2] : words[last + 1][1]]
    if between.strip():
        return False
    if not _is_function(words, last + 1):
        return True
    joins = words[last + 1][0].lower() in ("of", "and")
    after = words[last + 2][0] if last + 2 < len(words) else ""
    is_title = words[last][0][:1].isupper() and after[:1].isupper() and last > 0
    return joins and is_title


_DO = frozenset(("do", "does", "did"))


def _last_of_name(words: list[tuple[str, int, int]], first: int, last: int) -> int:
    """Where a name ends that a question's verb follows: "did Dali choose"."""
    if not words[first][0][:1].isupper():
        return last
    end = first
    while end < last and words[end + 1][0][:1].isupper():
        end += 1
    return end


def _phrase(text: str, words: list[tuple[str, int, int]], first: int, last: int) -> Phrase:
    if {word.lower() for word, *_ in words[max(0, first - 2) : first]} & _DO:
        last = _last_of_name(words, first, last)
    before = words[first - 1][0].lower() if first else ""
    start, end = words[first][1], words[last][2]
    article = before if before in ("a", "an", "the") else ""
    ahead = words[first - 2][0].lower() if first > 1 and article else before
    return Phrase(text[start:end], start, end, ahead, article)
