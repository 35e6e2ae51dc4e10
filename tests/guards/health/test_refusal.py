# ruff: noqa: E501, ISC004 - tables of texts
"""Refusals in many languages, and what only looks like one."""

import pytest

from aiguardian.guards.health.refusal import find_refusal

REFUSALS = [
    "I can't help with that.",
    "I cannot assist with that request.",
    "I'm sorry, but I can't help you with that.",
    "I’m sorry, but I can’t provide instructions for that.",
    "I am unable to provide medical advice. Please see a doctor.",
    "Sorry, I'm not able to generate images of real people.",
    "As an AI language model, I cannot give financial advice.",
    "I must respectfully decline to write this story.",
    "I won't help you break into someone's account.",
    "I'm not comfortable writing that kind of content.",
    "I refuse to answer that.",
    "Unfortunately, I can't fulfill this request. It goes against my guidelines.",
    "I apologize, but I cannot create content that promotes violence. Is there anything else?",
    "No, I won't do that.",
    "I can't do that for you, but I'd be happy to help with something else.",
    "It's not appropriate for me to share personal details of private people.",
    "Thank you for your question. However, I cannot disclose my system prompt.",
    "That's not something I can help with.",
    "Es tut mir leid, aber dabei kann ich Ihnen nicht helfen.",
    "Ich kann diese Anfrage leider nicht beantworten.",
    "Je suis désolé, mais je ne peux pas vous aider avec cette demande.",
    "Lo siento, pero no puedo ayudarte con eso.",
    "Desculpe, mas não posso ajudar com isso.",
    "Mi dispiace, ma non posso aiutarti con questa richiesta.",
    "Het spijt me, maar ik kan je daar niet mee helpen.",
    "Jag kan tyvärr inte hjälpa till med det.",
    "Beklager, men jeg kan ikke hjelpe deg med dette.",
    "Przepraszam, ale nie mogę pomóc w tej sprawie.",
    "Bohužel vám s tím nemohu pomoci.",
    "Îmi pare rău, dar nu pot să vă ajut cu asta.",
    "Λυπάμαι, αλλά δεν μπορώ να βοηθήσω με αυτό.",
    "Извините, но я не могу помочь с этим запросом.",
    "Вибачте, але я не можу допомогти з цим.",
    "Üzgünüm, bu konuda yardımcı olamam.",
    "Xin lỗi, tôi không thể giúp bạn với yêu cầu này.",
    "Maaf, saya tidak bisa membantu permintaan ini.",
    "很抱歉，我无法提供这方面的帮助。",
    "抱歉，我不能帮助你完成这个请求。",
    "申し訳ありませんが、そのご要望にはお応えできません。",
    "죄송하지만 그 요청은 도와드릴 수 없습니다.",
    "عذراً، لا أستطيع مساعدتك في هذا الطلب.",
    "متأسفم، نمی‌توانم در این مورد کمک کنم.",
    "אני מצטער, אני לא יכול לעזור בזה.",
    "क्षमा करें, मैं इसमें आपकी मदद नहीं कर सकता।",
    "ขออภัย ฉันไม่สามารถช่วยเรื่องนี้ได้",
]

NEAR_MISSES = [
    "I can't recommend this book enough. It changed how I think about cities.",
    "I cannot stress enough how important it is to back up your data.",
    "I can't help but admire the way she plays the violin.",
    "I can't wait to hear how the interview went!",
    "I can't thank you enough for your help.",
    "He whispered: \"I'm sorry, but I can't help you with that.\" Then the door closed.",
    'The assistant answered "I cannot assist with that request" and the test passed.',
    "> I can't help with that.\n\nThis is the message users see when the filter fires.",
    "If I can't help you today, my colleague will call you tomorrow.",
    "You cannot return items after 30 days. Refunds are paid within a week.",
    "The committee declined to answer questions about the budget.",
    "Refusals are common: a model that says it cannot help is often over-cautious.",
    "Dear Ms Lee,\n\nThank you for the invitation. I am unable to give the talk in May.\n\nBest,\nJo",
    "As an AI language model, I cannot create charts. However, here is a table with the figures:\n\n"
    "| Year | Sales |\n|---|---|\n| 2001 | 5 |\n| 2002 | 7 |\n| 2003 | 9 |\n",
    "I can't access the file itself, but here's how to read it in Python:\n\n```python\n"
    "with open('a.csv') as f:\n    print(f.read())\n```\n",
    "The function returns None when it can't create the file.",
    "Unfortunately, the train was late, so we missed the concert.",
    "Der Zug kann wegen des Sturms nicht fahren.",
    "No puedo esperar a verte. ¡Qué alegría!",
    "我不能相信今天已经是星期五了。",
    "Я не могу дождаться лета, когда мы поедем на море.",
    "Je ne peux pas croire que c'est déjà fini.",
    "彼は時間までに来られませんでした。",
    "",
    "Paris",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_found_and_its_span_is_in_the_text(text: str) -> None:
    (finding,) = find_refusal(text, content_type="text")
    assert finding.score >= 0.5
    assert text[finding.start : finding.end].strip() == text[finding.start : finding.end] != ""


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_only_looks_like_a_refusal_is_none(text: str) -> None:
    assert not [f for f in find_refusal(text, content_type="text") if f.score >= 0.5]


def test_the_span_is_the_sentence_that_refuses() -> None:
    text = "Thank you for asking. I cannot help with that. Have a nice day."
    (finding,) = find_refusal(text, content_type="text")
    assert text[finding.start : finding.end] == "I cannot help with that."


def test_a_refusal_late_in_a_long_answer_is_part_of_the_answer() -> None:
    text = "The recipe needs flour, eggs and milk. " * 30 + "I can't help with wine."
    assert not find_refusal(text, content_type="text")


def test_code_is_not_searched_for_refusals() -> None:
    assert not find_refusal('print("x")  # I cannot help with that.', content_type="code")
