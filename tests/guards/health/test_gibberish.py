# ruff: noqa: E501 - tables of texts
"""Noise, and what looks like noise to who can't read it."""

import hashlib

import pytest

from aiguardian.guards.health.gibberish import find_gibberish
from aiguardian.ml.gibberish import WEIGHTS, WEIGHTS_SHA256
from aiguardian.processor import Deadline, Finding

NOISE = [
    "asdkjfh aksjdhf kajshdf kjahsdf",
    "asdf jkl; qwer uiop zxcv bnm,. asdfg hjkl qwerty",
    "xqzv bnrtk wqpzx vbnmk jhgfd qwrtp lkjhg zxcvb",
    "wertz uiopü asdfg hjklö yxcvb nmqwe rtzui opasd",
    "sjkdfhgkjsdhfgkjhsdkfjghskdjfhgksjdhfgkjshdfgkjhsdfkjghsdkfjgh",
    "The answer is fjdksl ajfkdsl ajfkdl sajfkdl sajfkld sajfkdl sajfkldsa jfkdlsa jfkdlsa fjdksla",
    "} assistant_中的 ovéhertzлее ment []{ 的な ření 를 ಕ್ಕೆ ستان ]]] Segments",
    "Ã©tÃ© dâ€™aprÃ¨s lâ€™Ã©cole franÃ§aise",
    "������ ���� text ���",
    "\ue000\ue001\ue002\ue003\ue004\ue005\ue006\ue007\ue008",
]

LANGUAGE_AND_CODE = [
    "The capital of France is Paris. It lies on the Seine.",
    "Szczęście przyszło do nas w piękny, słoneczny poranek nad brzegiem Wisły.",
    "Hyvää huomenta, miten voit tänään? Aurinko paistaa ja linnut laulavat.",
    "Köszönöm szépen a segítséget, nagyon jól esett ma reggel.",
    "Mae'r tywydd yn braf heddiw ac rydw i'n hapus iawn i fod yma.",
    "Ninapenda kusoma vitabu kila siku asubuhi na jioni nyumbani.",
    "Kaixo, zer moduz zaude gaur? Eguraldi ederra dago Donostian.",
    "Ẹ káàárọ̀, ṣé dáadáa ni? Ọjọ́ òní dára púpọ̀.",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor",
    "'Twas brillig, and the slithy toves did gyre and gimble in the wabe",
    "kya haal hai bhai, aaj mausam bahut accha hai, chalo ghumne chalte hain",
    "xin chao cac ban hom nay troi dep qua minh di choi nhe",
    "Москва — столица России, город стоит на берегах одноимённой реки.",
    "Η Αθήνα είναι η πρωτεύουσα της Ελλάδας και η μεγαλύτερη πόλη της.",
    "باريس هي عاصمة فرنسا وأكبر مدنها من حيث عدد السكان.",
    "पेरिस फ्रांस की राजधानी है और सबसे बड़ा शहर भी है।",
    "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย มีประชากรประมาณสิบล้านคน",
    "巴黎是法国的首都。它位于塞纳河畔，人口约两百万。",
    "東京は日本の首都です。人口は約千四百万人です。",
    "서울은 대한민국의 수도이며 가장 큰 도시입니다.",
    "நன்றி, இன்று மிகவும் நல்ல நாள் என்று நினைக்கிறேன்.",
    "მადლობა დახმარებისთვის, ძალიან კარგი იყო დღეს.",
    "Grzegorz Brzęczyszczykiewicz, Chrząszczyżewoszyce, powiat Łękołody",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    "1. Alabama\n2. Alaska \n3. Arizona \n4. Arkansas \n5. California \n6. Colorado \n7. Connecticut",
    "NATO, UNESCO, WHO, IMF, OECD, NASA, ESA, CERN, FIFA, UEFA, IOC, OPEC, ASEAN, NAFTA",
    "tRNA, mRNA, ATP, NADH, FADH2, CoA, GTP, cAMP, DNA, RNA, siRNA, miRNA",
    "Acetylsalicylic acid, methylphenidate, hydrochlorothiazide, levothyroxine, atorvastatin",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "The digest is U29tZSBsb25nIGJhc2U2NCBlbmNvZGVkIHN0cmluZyB0aGF0IGlzIGhhcm1sZXNz, as expected.",
    "ACGTACGTTAGCCGATCGATCGGCTAAGCTTACGATCG",
    "for(int i=0;i<n;i++){a[i]=b[i]*c[i];} return a;",
    "SELECT a.id, b.name FROM t1 a JOIN t2 b ON a.id=b.id WHERE b.x IS NOT NULL",
    "1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 4. Ba4 Nf6 5. O-O Be7 6. Re1 b5 7. Bb3 d6 8. c3 O-O",
    "```\nasdkjfh aksjdhf kajshdf kjahsdf\n```\nThis block holds a random test string for the parser.",
    "In Latin-1, the two bytes of é look like Ã© on the screen, which is a well-known mistake.",
    "SÃO PAULO, CAMPEÃO, CORAÇÃO",
    "The byte could not be read: �",
    "🎉🎉🎉 ✨ 👍🏽",
    "3.14159 26535 89793 23846",
    "",
]


def findings(text: str, content_type: str = "text") -> list[Finding]:
    found = find_gibberish(text, content_type=content_type, deadline=Deadline(60))
    return [finding for finding in found if finding.score >= 0.5]


@pytest.mark.parametrize("text", NOISE)
def test_noise_is_found(text: str) -> None:
    assert findings(text)


@pytest.mark.parametrize("text", LANGUAGE_AND_CODE)
def test_language_and_code_are_not_noise(text: str) -> None:
    assert findings(text) == []


def test_the_span_of_wrong_decoding_covers_the_broken_letters() -> None:
    text = "Bon: Ã©tÃ©, Ã  lâ€™eau"
    (finding,) = findings(text)
    assert text[finding.start : finding.end].startswith("Ã©tÃ©")


def test_an_answer_that_collapses_at_its_end_is_noise_there() -> None:
    good = "The capital of France is Paris, and it lies on the Seine. " * 40
    text = good + "qkwjeh rqkwje hrqkwj ehrzx mncbv zmxnc bvqpw oeiru tyqpw ghfjd ksla " * 6
    (finding,) = findings(text)
    assert finding.start > len(good) - 200
    assert finding.end == len(text)


def test_code_is_only_searched_for_what_no_program_reads() -> None:
    assert findings("xq_zv bnrtk = wqpzx(vbnmk, jhgfd, qwrtp, lkjhg, zxcvb)", "code") == []
    assert findings("x = '����'", "code")


def test_the_weights_are_those_that_the_code_was_made_for() -> None:
    assert hashlib.sha256(WEIGHTS.read_bytes()).hexdigest() == WEIGHTS_SHA256
    assert WEIGHTS.stat().st_size < 200_000
