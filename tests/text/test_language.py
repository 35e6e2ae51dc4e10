"""Which language a text is in."""

import importlib.util
import subprocess
import sys
import threading
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from aiguardian.errors import NotAvailable
from aiguardian.text.language import (
    LANGUAGES,
    LONGEST_SAMPLE,
    _load,
    are_close,
    check_model,
    is_loaded,
    language_probabilities,
)

SENTENCES = {
    "en": "The weather is lovely today and we are going to the beach.",
    "de": "Das Wetter ist heute schön und wir fahren an den Strand.",
    "fr": "Il fait beau aujourd'hui et nous allons à la plage.",
    "es": "Hoy hace buen tiempo y vamos a la playa con los niños.",
    "pl": "Dzisiaj jest piękna pogoda i jedziemy na plażę.",
    "ru": "Сегодня прекрасная погода, и мы едем на пляж.",
    "el": "Ο καιρός είναι υπέροχος σήμερα και πάμε στην παραλία.",
    "ar": "الطقس جميل اليوم ونحن ذاهبون إلى الشاطئ.",
    "hi": "आज मौसम बहुत अच्छा है और हम समुद्र तट पर जा रहे हैं।",
    "th": "วันนี้อากาศดีมากและเรากำลังจะไปชายหาด",
    "ja": "今日は天気がいいので、海に行きます。",
    "ko": "오늘은 날씨가 좋아서 바다에 갑니다.",
}


@pytest.mark.parametrize(("code", "text"), SENTENCES.items())
def test_the_language_of_a_sentence_is_the_likeliest(code: str, text: str) -> None:
    assert next(iter(language_probabilities(text))) == code


def test_probabilities_sum_to_one_and_fall() -> None:
    probabilities = list(language_probabilities(SENTENCES["en"]).values())
    assert sum(probabilities) == pytest.approx(1.0, abs=1e-4)
    assert probabilities == sorted(probabilities, reverse=True)


def test_a_text_without_letters_has_no_likely_language() -> None:
    assert max(language_probabilities("").values()) < 0.1


@pytest.mark.parametrize("text", ["\ud800", "\x00" * 9, "a" * (LONGEST_SAMPLE * 3), "😀" * 50])
def test_any_text_gets_probabilities(text: str) -> None:
    assert language_probabilities(text)


def test_every_code_that_is_offered_is_known_to_the_model() -> None:
    assert set(_load().labels) >= LANGUAGES


def test_close_languages_are_symmetric() -> None:
    assert are_close("no", "da")
    assert are_close("da", "no")
    assert not are_close("de", "fr")
    assert are_close("de", "de")


def test_threads_share_one_model() -> None:
    models: list[object] = []
    threads = [threading.Thread(target=lambda: models.append(_load())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    language_probabilities("x")
    assert len(models) == 4


_ROOM = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
from aiguardian.text.language import language_probabilities
for text in sys.stdin.read().split("|"):
    print(*(f"{code}={share!r}" for code, share in list(language_probabilities(text).items())[:3]))
"""


def test_without_room_for_temporary_files_the_answers_are_the_same() -> None:
    room = 16 * 2**20  # the /tmp of our containers
    texts = list(SENTENCES.values())
    done = subprocess.run(
        [sys.executable, "-c", _ROOM, str(room)],
        input="|".join(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    expected = [
        " ".join(f"{code}={p!r}" for code, p in list(language_probabilities(text).items())[:3])
        for text in texts
    ]
    assert done.stdout.splitlines() == expected


def test_the_model_of_the_locked_package_is_the_one_expected() -> None:
    check_model()


@pytest.mark.parametrize("content", [None, b"", b"cut off"])
def test_a_model_that_is_missing_or_damaged_is_refused_before_a_text_needs_it(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "model.npz.xz").write_bytes(content)
    spec = ModuleSpec("py3langid", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)
    with pytest.raises(NotAvailable, match="Install the packages of the lock file again"):
        check_model()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(NotAvailable, match="checksum none"):
        check_model()


def test_it_is_known_whether_it_was_needed_yet() -> None:
    language_probabilities(SENTENCES["de"])
    assert is_loaded()
