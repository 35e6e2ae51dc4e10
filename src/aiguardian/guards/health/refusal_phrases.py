# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one
"""How an assistant says that it won't: the sentence structures of refusals, by language.

Each structure joins three things in one sentence: the speaker, "can't" or "won't", and a verb
of helping or answering. English has more features, for it was measured on real answers; the
other languages are best effort, from the grammar, and were not read by native speakers.
"""

from __future__ import annotations

import re

HELP = (
    r"(?:help|assist|provide|give|share|write|generate|create|fulfil?l?|comply|support|answer|discuss|"
    r"engage|produce|offer|continue|complete|participate|disclose|reveal|describe|explain|tell|talk|"
    r"do (?:that|this|so|it)|recommend|execute|perform|access|process|respond|advise|supply|make|"
    r"facilitate|accommodate|proceed|teach|instruct|translate|draft|carry out|accept|grant|"
    r"honou?r|be of (?:help|assistance)|take part|go along|browse|send|show|predict|speculate|comment|"
    r"express|form|endorse|promote|encourage|condone|advocate|role-?play|pretend|impersonate|say|"
    r"output|display|list|repeat|print|assist you|satisfy|meet|agree|touch|handle|play)"
)
ADVERBS = r"(?:\s+(?:\w+ly|also|just|not|in good conscience|under any circumstances|at this time|ever|be able to))*"

ENGLISH = re.compile(
    r"\b(?:"
    r"I(?:\s+simply|\s+really|\s+just|\s+also|\s+still|\s+personally)?\s+(?:can(?:no|['’]?)t|can\s+not|won['’]?t|will\s+not|could\s*n['’]t|may\s+not|shall\s+not)"
    + ADVERBS
    + r"\s+"
    + HELP
    + r"\b(?!\s+(?:but|wondering|it\s+enough|this\s+enough|that\s+enough))"
    r"|I\s*(?:['’]m|\s+am)" + ADVERBS + r"\s+(?:unable|not\s+able|not\s+allowed|not\s+permitted|"
    r"not\s+going|not\s+in\s+a\s+position|not\s+capable\s+of|incapable\s+of|prohibited\s+from|not\s+authori[sz]ed|"
    r"not\s+(?:programmed|designed|equipped)|not\s+willing|unwilling|not\s+comfortable|uncomfortable)"
    r"(?:\s+to|\s+with)?" + ADVERBS + r"\s+(?:" + HELP + r"|\w+ing)\b"
    r"|I\s+(?:do\s+not|don['’]?t)\s+(?:feel\s+comfortable|have\s+the\s+(?:ability|capability|capacity|authority)\s+to)\s+\w+"
    r"|I\s+(?:must|have\s+to|need\s+to|will\s+have\s+to|(?:would|['’]d)\s+(?:have|like|prefer)\s+to|(?:would|['’]d)\s+rather)\s+"
    r"(?:respectfully\s+|politely\s+|regretfully\s+)?(?:decline|refuse|refrain|not)\b"
    r"|I\s+(?:respectfully\s+|politely\s+)?(?:decline|refuse)\s+to\b"
    r"|(?:it\s+is|it['’]s|it\s+would\s+be|that\s+would\s+be)\s+(?:not\s+(?:appropriate|ethical|possible|right)|inappropriate|unethical|against\s+\w+\s+\w+)\s+for\s+me\s+to\b"
    r"|I\s+(?:can(?:no|['’])t|won['’]t|will\s+not|refuse)\s*[.!]"
    r"|(?:that['’]s|this\s+is|that\s+is)\s+(?:not\s+)?something\s+(?:that\s+)?I\s*(?:['’]m|\s+am|\s+can(?:no|['’])t|\s+won['’]t|\s+can)\b"
    r"|(?:can(?:no|['’]?)t|unable\s+to)\s+(?:help|assist|comply)\s+(?:you\s+)?with\s+(?:that|this|your)"
    r"|this\s+is\s+where\s+I\s+draw\s+the\s+line"
    r")",
    re.IGNORECASE,
)
"""Nearest false positives: "I can't recommend it enough", "I can't help but", "I can't say it
was bad", told apart by `PRAISE`; "if I can't help you", told apart by `CONDITION`."""

PRAISE = re.compile(
    r"\bI\s+can(?:no|['’]?)t\s+(?:\w+\s+){0,2}(?:recommend|stress|emphasi[sz]e|praise|thank|say|express|tell|explain|describe)\b[^.!?\n]{0,80}?"
    r"\b(?:enough|how\s+(?:much|happy|grateful|excited|good|important|impressed)|highly|strongly|was\s+(?:bad|easy))\b"
    r"|\bI\s+can(?:no|['’]?)t\s+help\s+(?:but|feel|think|notic|wonder|smil|laugh|it\b)|\bI\s+can(?:no|['’]?)t\s+(?:say|tell)\s+(?:that\s+)?(?:I|it|you)\b",
    re.IGNORECASE,
)
CONDITION = re.compile(
    r"\b(?:if|when|whether|unless|why|what|how|where|which|who|until|sometimes|thinks?|told|said|says|"
    r"saying|like|means?|even|once|so|where|things|because)\s*$",
    re.IGNORECASE,
)
APOLOGY = re.compile(
    r"^\W*(?:(?:oh|hmm|well|no|hi|hello)\W+)?(?:I(?:['’]m|\s+am)\s+(?:\w+\s+)?(?:sorry|afraid)|sorry|my\s+apologies|"
    r"(?:I\s+)?(?:sincerely\s+)?apologi[sz]e|unfortunately|regrettably|I\s+regret|thank\s+you\s+for|I\s+(?:understand|appreciate))\b",
    re.IGNORECASE,
)
SELF = re.compile(
    r"\b(?:as|being)\s+(?:an?|your)\s+(?:\w+[\s-]){0,3}?(?:AI|artificial intelligence|language model|LLM|assistant|chatbot|computer program)\b"
    r"|\bI(?:['’]m|\s+am)\s+(?:just\s+|only\s+)?an?\s+(?:\w+[\s-]){0,3}?(?:AI|language model|assistant|chatbot)\b",
    re.IGNORECASE,
)
POLICY = re.compile(
    r"\b(?:goes?|go|going|is|are|be|runs?)\s+against\s+(?:my|our|the|\w+['’]s)\s+(?:\w+\s+){0,3}(?:guidelines?|polic(?:y|ies)|programming|principles|values|terms|rules|guardrails)"
    r"|\bviolat(?:es?|ing|ion of)\s+(?:my|our|\w+['’]s)?\s*(?:\w+\s+){0,3}(?:guidelines?|polic(?:y|ies)|principles|terms)"
    r"|\bmy\s+(?:\w+\s+){0,2}(?:guidelines?|programming|purpose|polic(?:y|ies))\s+(?:\w+\s+){0,3}(?:prevents?|prohibits?|forbids?|do(?:es)?\s+not|don['’]t|is\s+to|are\s+to)",
    re.IGNORECASE,
)
LIMIT = re.compile(
    r"\bI\s+(?:do\s+not|don['’]?t)\s+(?:\w+\s+)?(?:have\s+(?:\w+\s+){0,2}(?:access|personal|opinions?|information|real[- ]time|feelings|preferences|beliefs|emotions|the\s+ability)|know\b|possess)",
    re.IGNORECASE,
)
"""A limit told: by itself a weak sign, for an answer often follows."""

HELPS_STILL = re.compile(
    r"\b(?:however|but|instead|that\s+said|nevertheless|nonetheless|still)\b[^.!?\n]{0,90}\b(?:here|below|following|"
    r"I\s+(?:can|could|will|would\s+be\s+happy\s+to)(?!not|\s+not|['’]t)\b)"
    r"|\bhere(?:['’]s|\s+is|\s+are)\b|\bbelow\s+is\b|\bfor\s+example\b|\bthe\s+following\b",
    re.IGNORECASE,
)

OTHERS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "de": r"\b(?:ich\s+(?:kann|darf|werde|möchte|bin)|kann\s+ich|darf\s+ich|bin\s+ich)\b[^.!?\n]{0,70}\b(?:nicht|kein\w*)\b[^.!?\n]{0,70}?(?<!\w)(?:helfen|unterstützen|beantworten|bereitstellen|bereitzustellen|geben|erstellen|schreiben|weiterhelfen|behilflich|erfüllen|nachkommen|anbieten|liefern|beteiligen|der\s+Lage)",
        "fr": r"\bje\s+ne\s+(?:peux|puis|pourrai|saurais|vais|suis)\b[^.!?\n]{0,50}?\b(?:vous\s+aider|t['’]aider|aider|assister|fournir|répondre|donner|créer|écrire|générer|satisfaire|partager|accéder|mesure\s+de|autorisée?\s+à|participer|donner\s+suite)",
        "es": r"\bno\s+(?:puedo|podré|podría|me\s+es\s+posible|estoy\s+en\s+condiciones|soy\s+capaz|tengo\s+permitido|debo|voy\s+a)\b[^.!?\n]{0,30}?\b(?:ayudar\w*|asistir\w*|proporcionar\w*|cumplir|brindar\w*|ofrecer\w*|generar|crear|escribir|responder|compartir|dar(?:te|le)?|participar|facilitar)",
        "pt": r"\bnão\s+(?:posso|consigo|poderei|sou\s+capaz|me\s+é\s+possível|estou\s+autorizad|vou)\w*\b[^.!?\n]{0,30}?\b(?:ajud\w+|auxiliar|fornecer|cumprir|oferecer|gerar|criar|escrever|responder|compartilhar|partilhar|dar|atender|participar)",
        "it": r"\bnon\s+(?:posso|sono\s+in\s+grado|mi\s+è\s+possibile|potrò)\b[^.!?\n]{0,30}?(?<!\w)(?:aiutar\w*|assister\w*|fornir\w*|rispondere|creare|scrivere|generare|soddisfare|condividere|dar[et]\w*|offrir\w*|partecipare)",
        "nl": r"\b(?:ik\s+kan|kan\s+ik|ik\s+mag|ik\s+ben)\b[^.!?\n]{0,50}\b(?:niet|geen)\b[^.!?\n]{0,50}?(?<!\w)(?:helpen|bijstaan|geven|verstrekken|beantwoorden|schrijven|maken|voldoen|staat|bieden|delen)",
        "sv, no, da": r"\b(?:jag|jeg)\s+(?:kan|får|må)\s+(?:\w+\s+){0,2}(?:inte|ikke)\b[^.!?\n]{0,40}?(?<!\w)(?:hjälpa|hjelpe|hjælpe|ge|gi|give|svara|svare|skriva|skrive|skapa|bistå|tillhandahålla|uppfylla|dela|dele)",
        "pl": r"\bnie\s+(?:mogę|jestem\s+w\s+stanie|będę\s+mógł)\b[^.!?\n]{0,30}?(?<!\w)(?:pomóc|udzielić|dostarczyć|odpowiedzieć|napisać|stworzyć|spełnić|podać|udostępnić|wygenerować)",
        "cs": r"\b(?:nemohu|nemůžu|nejsem\s+schopen)\b[^.!?\n]{0,30}?(?<!\w)(?:pomoci|pomoct|poskytnout|odpovědět|napsat|vytvořit|splnit|vyhovět)",
        "ro": r"\bnu\s+(?:te\s+|vă\s+)?(?:pot|sunt\s+în\s+măsură|voi\s+putea)\b[^.!?\n]{0,30}?(?<!\w)(?:ajut\w*|ofer\w*|furniz\w*|răspund\w*|scri\w*|cre\w*|îndeplin\w*|împărtăș\w*)",
        "el": r"δεν\s+(?:μπορώ|είμαι\s+σε\s+θέση|δύναμαι)[^.!;\n]{0,30}?να\s+(?:\S+\s+)?(?<!\w)(?:βοηθήσω|παρέχω|παράσχω|απαντήσω|γράψω|δημιουργήσω|δώσω|ικανοποιήσω|εκπληρώσω|μοιραστώ)",
        "ru": r"(?:не\s+(?:могу|смогу|в\s+состоянии|имею\s+права|буду))\b[^.!?\n]{0,40}?(?<!\w)(?:помочь|помогать|предостав\w+|выполн\w+|ответить|отвечать|создать|создавать|написать|поделиться|дать|обсуждать|удовлетворить|сгенерировать)",
        "uk": r"(?:не\s+(?:можу|зможу))\b[^.!?\n]{0,40}?(?<!\w)(?:допомогти|надати|виконати|відповісти|створити|написати|поділитися)",
        "tr": r"(?:yardımcı\s+olama|yardım\s+edeme|destek\s+olama|sağlayama|vereme|oluşturama|yazama|cevaplayama|yanıtlayama|yerine\s+getireme|sunama|paylaşama)(?:m|yız|yacağım|ıyorum|iyorum)",
        "vi": r"\b(?:tôi|mình|em)\s+(?:\S+\s+)?(?:không\s+thể|không\s+được\s+phép)\s+(?:\S+\s+){0,2}(?:giúp|hỗ\s+trợ|cung\s+cấp|trả\s+lời|thực\s+hiện|viết|tạo|đáp\s+ứng|chia\s+sẻ)",
        "id, ms": r"\bsaya\s+(?:\w+\s+)?(?:tidak|tak)\s+(?:bisa|dapat|boleh|mampu)\s+(?:\w+\s+)?(?:membantu|memberikan|menyediakan|menjawab|menulis|membuat|memenuhi|berbagi|menghasilkan)",
        "zh": r"(?:我|抱歉|对不起|對不起|遗憾)[^。！？\n]{0,16}(?:不能|无法|無法|不可以|没办法|不会|不會)[^。！？\n]{0,8}(?:帮助|帮你|帮您|帮忙|幫|协助|協助|提供|回答|满足|滿足|完成|生成|撰写|写|给出|讨论|继续|执行|透露|支持|创作|参与)",
        "ja": r"(?:手伝い|お答え|提供|回答|協力|対応|お応え|支援|作成|応じる|教える|生成)[^。！？\n]{0,12}(?:できません|できかねます|いたしかねます|致しかねます|出来ません|できないのです|控え)",
        "ko": r"(?:도와|도움|제공|답변|작성|수행|응할|응답|생성|공유|말씀|지원)[^.!?\n]{0,14}?(?:수\s*없|못합니다|못해|어렵습니다|불가능|드리지\s*못)",
        "ar": r"(?:لا\s+(?:أستطيع|يمكنني|أقدر|يسعني)|لن\s+(?:أتمكن|أستطيع)|غير\s+قادر|ليس\s+بإمكاني|لست\s+قادر)[^.!؟\n]{0,24}?(?:مساعد|تقديم|توفير|الإجابة|إنشاء|كتابة|تلبية|أساعد|أقدم|مشاركة|تنفيذ)",
        "fa": r"(?:کمک|ارائه|پاسخ|انجام|تولید)[^.!؟\n]{0,24}?(?:نمی\u200c?\s?توانم|قادر\s+نیستم)|(?:نمی\u200c?\s?توانم|قادر\s+نیستم)[^.!؟\n]{0,30}?(?:کمک|ارائه|پاسخ|انجام)",
        "he": r"(?:(?:אני|אנוכי)\s+לא\s+(?:יכול|מסוגל)|(?:איני|אינני)\s+(?:יכול|מסוגל))\S*\s[^.!?\n]{0,20}?(?:לעזור|לסייע|לספק|לענות|לכתוב|ליצור|לתת)",
        "hi": r"(?:मदद|सहायता|प्रदान|उत्तर|जवाब|बना|लिख|पूरा|साझा|जानकारी)[^।!?\n]{0,24}?(?:नहीं\s+(?:कर|दे|बना|लिख|पा)?\s*(?:सकत|पाऊ)|असमर्थ|में\s+सक्षम\s+नहीं)",
        "th": r"(?:ไม่สามารถ|ไม่อาจ)[^\n]{0,24}?(?:ช่วย|ให้ข้อมูล|ตอบ|สร้าง|เขียน|ดำเนินการ|ให้คำแนะนำ|ทำตาม)",
    }.items()
}

SORRY = re.compile(
    r"es\s+tut\s+mir\s+leid|leider|entschuldig|désolée?|malheureusement|lo\s+siento|lamento|lamentablemente|"
    r"desculp|lamento|infelizmente|sinto\s+muito|mi\s+dispiace|spiacente|purtroppo|het\s+spijt|helaas|tyvärr|"
    r"beklager|desværre|dessverre|przepraszam|przykro|niestety|bohužel|omlouvám|îmi\s+pare\s+rău|din\s+păcate|"
    r"λυπάμαι|συγγνώμη|δυστυχώς|извин|к\s+сожалению|вибач|на\s+жаль|üzgünüm|maalesef|ne\s+yazık|xin\s+lỗi|"
    r"rất\s+tiếc|maaf|抱歉|对不起|對不起|遗憾|申し訳|すみません|残念|죄송|미안|유감|آسف|عذر|متأسف|معذرت|"
    r"מצטער|סליחה|क्षमा|माफ़|माफ|खेद|ขออภัย|ขอโทษ|เสียใจ",
    re.IGNORECASE,
)
