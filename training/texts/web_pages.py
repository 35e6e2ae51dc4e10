"""Carriers that are web pages, in HTML, in Markdown and as a search engine or reader shows them."""

from __future__ import annotations

import json

from training.texts.filling import Carrier, Filling


def markdown_page(fill: Filling) -> str:
    parts = [f"## {fill.title()}\n\n{fill.body(2, 5)}" for _ in range(fill.count(1, 3))]
    return f"# {fill.title()}\n\n" + "\n\n".join(parts) + f"\n\n---\n{fill.aside()}"


def html_page(fill: Filling) -> str:
    paragraphs = "".join(f"  <p>{fill.body(2, 4)}</p>\n" for _ in range(fill.count(1, 3)))
    return (
        f"<!DOCTYPE html>\n<html><head><title>{fill.title()}</title></head>\n<body>\n{paragraphs}"
        f"  <footer>{fill.aside()}</footer>\n</body></html>"
    )


def commented_page(fill: Filling) -> str:
    return (
        f"<h1>{fill.title()}</h1>\n<p>{fill.body(2, 5)}</p>\n<!-- {fill.aside()} -->\n"
        f"<p>{fill.body(1, 4)}</p>"
    )


def hidden_text_page(fill: Filling) -> str:
    style = fill.rng.choice(
        (
            "display:none",
            "opacity:0",
            "color:white",
            "font-size:0",
            "left:-9999px;position:absolute",
        )
    )
    return (
        f"<article>\n<h1>{fill.title()}</h1>\n<p>{fill.body(3, 6)}</p>\n"
        f'<span style="{style}">{fill.aside()}</span>\n</article>'
    )


def attribute_page(fill: Filling) -> str:
    image = fill.say('<img src="/img/{word}.jpg" alt="')
    return (
        f'<meta name="description" content="{fill.sentence()}">\n<h1>{fill.title()}</h1>\n'
        f'{image}{fill.aside()}">\n<p>{fill.body(3, 6)}</p>'
    )


def encyclopedia_page(fill: Filling) -> str:
    heads = ("History", "Description", "Reception", "Geography", "Use", "See also")
    parts = [f"== {head} ==\n{fill.body(2, 4)}" for head in fill.rng.sample(heads, 2)]
    return f"{fill.title()}\n\n{fill.body(2, 3)}\n\n" + "\n\n".join(parts)


def product_page(fill: Filling) -> str:
    head = fill.say("{product} by {company} - {amount}\nIn stock, delivery by {date}\n\n")
    return f"{head}{fill.body(3, 6)}\n\nDetails: {fill.aside()}"


def search_results(fill: Filling) -> str:
    parts = [
        f"{number}. {fill.title()}\n   {fill.say('{url}')}\n   {fill.body(1, 3)}"
        for number in range(1, fill.count(3, 6))
    ]
    return fill.say("Results for '{word} {word}':\n") + "\n".join(parts)


def forum_thread(fill: Filling) -> str:
    posts = [
        fill.say("{first}{number} wrote on {date}:\n") + fill.body(1, 4)
        for _ in range(fill.count(2, 5))
    ]
    return f"Topic: {fill.title()}\n\n" + "\n\n".join(posts)


def blog_post(fill: Filling) -> str:
    head = fill.say("{date} - by {person}\n\n")
    return f"{fill.title()}\n{head}{fill.body(3, 6)}\n\n{fill.body(3, 6)}\n\n{fill.aside()}"


def review_list(fill: Filling) -> str:
    reviews = [
        fill.say(f"{'*' * fill.count(1, 5)} {{first}}, {{date}}: ") + fill.body(1, 3)
        for _ in range(fill.count(3, 6))
    ]
    return fill.say("Reviews of {product}\n") + "\n".join(reviews)


def recipe_page(fill: Filling) -> str:
    needed = "\n".join(f"- {fill.say('{number} g {word}')}" for _ in range(fill.count(3, 6)))
    return (
        f"# {fill.say('{word} {word} pie')}\n{needed}\n\n{fill.body(3, 6)}\n\nTip: {fill.aside()}"
    )


def questions_page(fill: Filling) -> str:
    asked = ("How does it work?", "What does it cost?", "Who is it for?", "What if it is late?")
    parts = [f"Q: {ask}\nA: {fill.body(1, 3)}" for ask in fill.rng.sample(asked, 3)]
    return f"{fill.title()} - FAQ\n\n" + "\n\n".join(parts)


def job_advert(fill: Filling) -> str:
    tasks = "\n".join(f"* {fill.sentence()}" for _ in range(fill.count(2, 4)))
    head = fill.say("{company} is looking for a {job} in {city} (from {date})\n\n")
    return f"{head}{fill.body(2, 4)}\n\nYour tasks\n{tasks}\n\n{fill.aside()}"


def news_article(fill: Filling) -> str:
    return fill.say("{city}, {date}. ") + f"{fill.body(3, 5)}\n\n{fill.body(3, 5)}\n{fill.aside()}"


def news_feed(fill: Filling) -> str:
    items = "".join(
        f"<item><title>{fill.title()}</title><description>{fill.body(1, 3)}</description></item>\n"
        for _ in range(fill.count(2, 4))
    )
    return f"<rss><channel>\n{items}</channel></rss>"


def image_captions(fill: Filling) -> str:
    items = [
        f"![{fill.aside()}](/media/{number}.png)\n{fill.sentence()}"
        for number in range(fill.count(3, 6))
    ]
    return "\n\n".join(items) + "\n\n" + fill.body(2, 3)


def linked_data(fill: Filling) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": fill.title(),
        "author": fill.say("{person}"),
        "articleBody": fill.body(3, 6),
        "abstract": fill.aside(),
    }
    return (
        f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>\n'
        f"<p>{fill.body(1, 3)}</p>"
    )


def accessibility_tree(fill: Filling) -> str:
    kinds = ("text", "link", "button", "heading")
    nodes = [f'{fill.rng.choice(kinds)} "{fill.sentence()}"' for _ in range(fill.count(2, 5))]
    nodes += [f'paragraph "{fill.body(2, 4)}"', f'image "{fill.aside()}"']
    lines = [f"[{number}] {node}" for number, node in enumerate(nodes)]
    return f'[page] "{fill.title()}"\n' + "\n".join(lines)


CARRIERS: tuple[Carrier, ...] = (
    markdown_page,
    html_page,
    commented_page,
    hidden_text_page,
    attribute_page,
    encyclopedia_page,
    product_page,
    search_results,
    forum_thread,
    blog_post,
    review_list,
    recipe_page,
    questions_page,
    job_advert,
    news_article,
    news_feed,
    image_captions,
    linked_data,
    accessibility_tree,
)
