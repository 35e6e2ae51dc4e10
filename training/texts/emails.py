"""Carriers that are mail: single messages, threads, sources, invitations, newsletters."""

from __future__ import annotations

import json

from training.texts.filling import Carrier, Filling


def plain_mail(fill: Filling) -> str:
    return fill.say(
        f"From: {{person}} <{{mail}}>\nTo: {{mail}}\nSubject: {fill.title()}\n\nHi {{first}},\n\n"
    ) + _closed(fill, fill.body(3, 9))


def short_mail(fill: Filling) -> str:
    return f"Subject: {fill.title()}\n{fill.body(3, 5)}\n{fill.aside()}"


def reply_thread(fill: Filling) -> str:
    parts = [_closed(fill, fill.body(1, 4))]
    for _ in range(fill.count(1, 3)):
        head = fill.say("On {date} at {time} {person} <{mail}> wrote:")
        lines = fill.body(2, 4).splitlines()
        parts.append(head + "\n" + "\n".join(f"> {line}".rstrip() for line in lines))
    return "\n\n".join(parts)


def forwarded_mail(fill: Filling) -> str:
    head = fill.say(
        "---------- Forwarded message ---------\nFrom: {person} <{mail}>\nDate: {date}, {time}\n"
    )
    return f"{fill.body(1, 2)}\n\n{head}Subject: {fill.title()}\n\n{fill.body(3, 8)}"


def html_mail(fill: Filling) -> str:
    hidden = fill.rng.choice(("display:none", "font-size:1px;color:#fff", "color:#666"))
    rest = "".join(f"<p>{fill.body(1, 3)}</p>\n" for _ in range(fill.count(1, 3)))
    return (
        f"<html><body>\n<h2>{fill.title()}</h2>\n<p>{fill.say('Dear {first},')}</p>\n"
        f'{rest}<div style="{hidden}">{fill.aside()}</div>\n</body></html>'
    )


def newsletter(fill: Filling) -> str:
    parts = [f"*** {fill.title()} ***\n{fill.body(2, 4)}" for _ in range(fill.count(2, 3))]
    parts.append(fill.say("Read more: {url}\n\n") + fill.aside())
    return fill.say("{company} news, {month}\n\n") + "\n\n".join(parts)


def calendar_invite(fill: Filling) -> str:
    lines = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT",
        fill.say("UID:{id}@{domain}\nORGANIZER:mailto:{mail}\nLOCATION:{city}"),
        f"SUMMARY:{fill.title()}",
        f"DESCRIPTION:{fill.body(2, 5)}",
        f"COMMENT:{fill.aside()}",
        "END:VEVENT\nEND:VCALENDAR",
    )
    return "\n".join(lines)


def calendar_list(fill: Filling) -> str:
    items = [
        fill.say("{day} {time} - ") + f"{fill.title()} ({fill.body(1, 2)})"
        for _ in range(fill.count(3, 6))
    ]
    return fill.say("Week of {date}\n") + "\n".join(items)


def mailbox_list(fill: Filling) -> str:
    messages = [
        {
            "id": number,
            "from": fill.say("{mail}"),
            "subject": fill.title(),
            "body": fill.body(1, 4),
            "unread": fill.rng.random() < 0.5,
        }
        for number in range(fill.count(2, 5))
    ]
    return json.dumps({"messages": messages}, ensure_ascii=False, indent=fill.rng.choice((None, 2)))


def mail_source(fill: Filling) -> str:
    return (
        fill.say(
            "Received: from {domain} by mx.{domain}; {date} {time}\nMessage-ID: <{id}@{domain}>\n"
            "From: {person} <{mail}>\nContent-Type: text/plain; charset=utf-8\n"
        )
        + f"Subject: {fill.title()}\nX-Note: {fill.aside()}\n\n{fill.body(3, 8)}"
    )


def digest(fill: Filling) -> str:
    parts = [
        fill.say("Message: {number}\nFrom: {mail}\n")
        + f"Subject: {fill.title()}\n{fill.body(2, 4)}"
        for _ in range(fill.count(2, 4))
    ]
    return "Today's topics\n\n" + "\n------------------\n".join(parts)


def invoice_mail(fill: Filling) -> str:
    lines = "\n".join(fill.say("{number} x {product}    {amount}") for _ in range(fill.count(2, 5)))
    return fill.say("INVOICE {id}\n{company}, {city}\n\n") + (
        f"{lines}\n\n{fill.body(2, 5)}\n\nNotes: {fill.aside()}"
    )


def _closed(fill: Filling, body: str) -> str:
    ending = fill.rng.choice(("Best,", "Kind regards", "Thanks!", "Cheers", "Yours sincerely,"))
    return f"{body}\n\n{ending}\n{fill.say('{person}')}\n{fill.aside()}"


CARRIERS: tuple[Carrier, ...] = (
    plain_mail,
    short_mail,
    reply_thread,
    forwarded_mail,
    html_mail,
    newsletter,
    calendar_invite,
    calendar_list,
    mailbox_list,
    mail_source,
    digest,
    invoice_mail,
)
