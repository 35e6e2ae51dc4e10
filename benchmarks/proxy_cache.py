"""Which questions does the semantic cache take for the same, and which near misses?

The pairs are our own. Counted at the shipped settings: how many of each find the other's answer, by
the words alone, by the encoder alone, and by both, which is what the cache asks for.
Usage: python -m benchmarks.proxy_cache
"""

from __future__ import annotations

from typing import Any

from aiguardian.ml.encoder import load_encoder
from aiguardian.proxy.cache.question import meaning
from aiguardian.settings.upstreams import Cache
from benchmarks import store

SAME = (
    ("How do I reset my password?", "How can I reset my password?"),
    ("What is the capital of France?", "What's the capital of France?"),
    ("Explain how photosynthesis works", "Can you explain how photosynthesis works?"),
    ("Give me a recipe for banana bread", "Please give me a banana bread recipe"),
    (
        "How many bones does an adult human have?",
        "What is the number of bones in the adult human body?",
    ),
    ("Summarize the plot of Hamlet", "Give a summary of the plot of Hamlet"),
    ("What causes inflation?", "Why does inflation happen?"),
    ("How do I sort a list in Python?", "How can I sort a Python list?"),
    ("Who wrote Pride and Prejudice?", "Who is the author of Pride and Prejudice?"),
    ("What are your opening hours?", "When are you open?"),
    ("How can I cancel my subscription?", "What do I do to cancel my subscription?"),
    ("Translate good morning into Spanish", "How do you say good morning in Spanish?"),
    ("What is the difference between TCP and UDP?", "TCP vs UDP: what is the difference?"),
    ("Write a haiku about autumn", "Please write a haiku about autumn"),
    ("How far is the moon from the earth?", "What is the distance between the earth and the moon?"),
    ("How do I install Docker on Ubuntu?", "How to install Docker on Ubuntu"),
    ("What is a black hole?", "Explain what a black hole is"),
    ("How long should I boil an egg?", "How long do I need to boil an egg?"),
)
OTHER = (
    ("What is the capital of France?", "What is the capital of Spain?"),
    ("How do I enable two-factor authentication?", "How do I disable two-factor authentication?"),
    ("Is it safe to take ibuprofen with alcohol?", "Is it safe to take paracetamol with alcohol?"),
    ("How long should I boil an egg?", "How long should I fry an egg?"),
    ("What are the benefits of remote work?", "What are the drawbacks of remote work?"),
    ("How do I sort a list ascending?", "How do I sort a list descending?"),
    ("Can dogs eat grapes?", "Can cats eat grapes?"),
    ("Can dogs eat grapes?", "Can dogs eat apples?"),
    ("How do I create a branch in git?", "How do I delete a branch in git?"),
    ("What is the boiling point of water?", "What is the freezing point of water?"),
    ("Convert 10 miles to kilometers", "Convert 12 miles to kilometers"),
    ("How do I buy shares?", "How do I sell shares?"),
    ("Who won the world cup in 2018?", "Who won the world cup in 2022?"),
    ("Is this mushroom edible?", "Is this mushroom poisonous?"),
    ("How do I say hello in French?", "How do I say hello in German?"),
    ("What is the tallest mountain in Europe?", "What is the tallest mountain in Asia?"),
    ("Why is my laptop hot?", "Why is my laptop slow?"),
    ("How do I deposit money?", "How do I withdraw money?"),
    ("What is the dose of aspirin for adults?", "What is the dose of aspirin for children?"),
    ("How do I lose weight?", "How do I gain weight?"),
    ("How do I encrypt a file?", "How do I decrypt a file?"),
    ("What is the symbol for sodium?", "What is the symbol for potassium?"),
    ("Should I accept the offer?", "Should I reject the offer?"),
    ("How do I lock my account?", "How do I unlock my account?"),
    ("Explain supervised learning", "Explain unsupervised learning"),
    ("What is a stack in programming?", "What is a queue in programming?"),
    ("Write a poem about winter", "Write a poem about summer"),
    ("Write a haiku about autumn", "Write a sonnet about autumn"),
    ("how do i grow tomatoes", "how do i grow potatoes"),
    ("How do I freeze my card?", "How do I unfreeze my card?"),
    ("is the red wire live", "is the blue wire live"),
    ("What do I do if the patient is conscious?", "What do I do if the patient is unconscious?"),
    ("List the advantages of solar power", "List the disadvantages of solar power"),
    ("translate good morning into spanish", "translate good morning into italian"),
    ("Convert euros to dollars", "Convert dollars to euros"),
    ("Is France bigger than Spain?", "Is Spain bigger than France?"),
    ("Can dogs eat cats?", "Can cats eat dogs?"),
    ("How do I get from Paris to Lyon?", "How do I get from Lyon to Paris?"),
    ("Translate English to German: gift", "Translate German to English: gift"),
    ("who does Anna love", "who loves Anna"),
    ("Should I do it?", "Should I not do it?"),
    ("Who can see my posts?", "Whose posts can I see?"),
    ("What is it used for", "What is it used by"),
    ("turn on the light", "turn off the light"),
    ("What did he do to her", "What did she do to him"),
    ("When do I have to pay?", "Where do I have to pay?"),
    ("How do I get on the bus?", "How do I get off the bus?"),
    ("Why should I vaccinate", "When should I vaccinate"),
    ("Can I return shoes with a receipt?", "Can I return shoes without a receipt?"),
)


def cosine(one: str, other: str) -> float:
    vectors = load_encoder().score([one, other]).embeddings
    return float(vectors[0] @ vectors[1])


def counted(pairs: tuple[tuple[str, str], ...], likeness: float) -> dict[str, Any]:
    """How many of the pairs pass each test, and the closest that does not pass both."""
    rows = [(cosine(one, other), meaning(one) == meaning(other)) for one, other in pairs]
    return {
        "pairs": len(rows),
        "by_words": sum(is_same for _, is_same in rows),
        "by_encoder": sum(value >= likeness for value, _ in rows),
        "by_both": sum(is_same and value >= likeness for value, is_same in rows),
        "highest_cosine": round(max(value for value, _ in rows), 3),
        "lowest_cosine": round(min(value for value, _ in rows), 3),
    }


def main() -> None:
    likeness = Cache().likeness
    found = {"same": counted(SAME, likeness), "other": counted(OTHER, likeness)}
    for name, row in found.items():
        print(name, row)
    path = store.save("proxy_cache", {"likeness": likeness, **found})
    print(f"stored in benchmarks/results/{path.name}")


if __name__ == "__main__":
    main()
