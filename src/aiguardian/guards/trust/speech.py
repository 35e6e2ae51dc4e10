"""Which sentences state nothing that a source could confirm, and why not.

Only forms that are sure: a sentence that also states something ("I think it opened in 1901")
stays a claim, for a wrong year is wrong also where somebody thinks it.
"""

from __future__ import annotations

import re

_FACT = re.compile(r"\d|(?<=[\w,;] )[A-Z\u00c0-\u00de]\w")
"""A number, or a name inside the sentence: then there is something to check."""

_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|greetings|good (?:morning|afternoon|evening|day|night)|welcome|thanks|"
    r"thank you|you(?:'|’)?re welcome|cheers|bye|goodbye|see you|take care|have a (?:nice|great|"
    r"good)|best regards|kind regards|sincerely|no problem|sure|certainly|of course|okay|ok|yes|"
    r"no|yeah|yep|nope|wow|great|cool|nice|awesome|haha|lol|oh|ah|absolutely|exactly|right|indeed|"
    r"got it|i see|me too|same here|happy to help|glad to help|sorry|my apologies|i apologi[sz]e)"
    r"(?=[\s,.!…:;-]|$)",
    re.IGNORECASE,
)
LONGEST_GREETING = 8
"""Words; "Yes, the bridge has four lanes" is a claim."""

_OPINION = re.compile(
    r"(?:(?:well|so|but|and|oh|yeah|yes|no|haha|honestly|personally)[,!]? )?(?:"
    r"i (?:really |just |also |do |actually )?(?:think|believe|feel|guess|suppose|hope|wish|love|"
    r"like|hate|prefer|enjoy|agree|disagree|wonder|bet|doubt|recommend|suggest|would|want|need)|"
    r"i(?:'|’)?(?:m|d|ve|ll) |in my (?:opinion|view)|imo\b|my favou?rite|"
    r"(?:that|this|it)(?: is|(?:'|’)s| was| sounds| looks| seems) (?:so |very |really |pretty |"
    r"quite |a |an |too )?(?:great|good|nice|cool|awesome|amazing|interesting|funny|fun|sad|bad|"
    r"terrible|wonderful|beautiful|lovely|boring|crazy|weird|strange|fantastic|incredible)\b)",
    re.IGNORECASE,
)
_ABOUT_ANSWER = re.compile(
    r"(?:here (?:is|are|'s|’s)|below (?:is|are)|the following|"
    r"in (?:summary|conclusion|short)[,:]?$|(?:i )?hope (?:this|that) helps|"
    r"let me (?:know|explain|summari[sz]e)|let(?:'|’)s |feel free|"
    r"please (?:let|note|feel|see|contact|check|refer|provide)|as an ai|as a language model|"
    r"i (?:cannot|can(?:'|’)t|can not|do not|don(?:'|’)t) (?:have|know|find|provide|answer|see|"
    r"help|determine)|(?:based on|according to) (?:the )?(?:provided |given |above )?"
    r"(?:sources?|context|documents?|text|information)[,:]?$|if you (?:have|need|want|would)|"
    r"is there anything|do you (?:have|want|need|know|like))",
    re.IGNORECASE,
)
_IMPERATIVE = re.compile(
    r"(?:(?:first|then|next|now|finally|please|also|always|never|do not|don(?:'|’)t|make sure to|"
    r"be sure to|try to)[, ] ?)*(?:open|click|press|select|choose|enter|type|install|run|add|mix|"
    r"stir|bake|cook|cut|wash|remove|replace|insert|turn|check|ensure|make sure|try|use|consider|"
    r"remember|contact|visit|call|send|write|read|download|follow|keep|put|place|take|avoid|start|"
    r"stop|wait|copy|paste|save|restart|delete|create|set|go to|see)\b "
    r"(?!(?:is|are|was|were|has)\b)",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W_]")
_WORD = re.compile(r"\w+")


def unstated(sentence: str, *, is_answer: bool = False) -> str:
    """Why a sentence states nothing to check, in a word or two; empty for one that does.

    An answer to a known question always states something, be it "yes".
    """
    opening = sentence[:300].strip(" \t\n\"'“”*_>")
    if not _LETTER.search(opening):
        return "no words"
    if sentence.rstrip(" \"'”’)*").endswith(("?", "？", "؟")):
        return "question"
    if is_answer:
        return ""
    if sentence.endswith(":") and not _FACT.search(opening):
        return "announcement"
    if _ABOUT_ANSWER.match(opening):
        return "about the answer itself"
    if _FACT.search(opening):
        return ""
    length = sum(1 for _ in _WORD.finditer(opening))
    if _GREETING.match(opening) and length <= LONGEST_GREETING:
        return "greeting or small talk"
    if _OPINION.match(opening):
        return "opinion"
    if _IMPERATIVE.match(opening):
        return "instruction"
    return ""
