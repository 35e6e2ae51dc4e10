"""Carriers that people write and keep: CVs, notes, contracts, exams, chats, source code."""

from __future__ import annotations

from training.texts.filling import Carrier, Filling


def curriculum_vitae(fill: Filling) -> str:
    posts = "\n".join(
        fill.say("{number} months, {company}, {city}: {job}\n  ") + fill.body(1, 2)
        for _ in range(fill.count(2, 3))
    )
    head = fill.say("{person}\n{mail} | {phone}\n\nProfile\n")
    return f"{head}{fill.body(2, 4)}\n\nExperience\n{posts}\n\n{fill.aside()}"


def covering_letter(fill: Filling) -> str:
    head = fill.say("{city}, {date}\n\nDear hiring team,\n\n")
    return f"{head}{fill.body(3, 6)}\n\n{fill.body(2, 4)}\n\nYours faithfully,\n" + fill.say(
        "{person}"
    )


def meeting_notes(fill: Filling) -> str:
    points = "\n".join(
        f"{number}. {fill.title()}: {fill.body(1, 3)}" for number in range(1, fill.count(3, 6))
    )
    head = fill.say("Minutes, {date}\nPresent: {person}, {person}, {person}\n\n")
    return f"{head}{points}\n\nMisc: {fill.aside()}"


def scanned_pages(fill: Filling) -> str:
    pages = [
        f"{fill.title().upper()}\n{fill.body(3, 6)}\n\n{fill.aside()}\n\f"
        for _ in range(fill.count(1, 2))
    ]
    return "".join(pages)


def contract(fill: Filling) -> str:
    clauses = "\n".join(f"§ {number} {fill.body(1, 3)}" for number in range(1, fill.count(4, 7)))
    return fill.say("AGREEMENT between {company} and {person}\n\n") + f"{clauses}\n{fill.aside()}"


def exam_paper(fill: Filling) -> str:
    questions = "\n".join(
        f"{number}) {fill.body(1, 2)} ({fill.count(2, 9)} points)"
        for number in range(1, fill.count(3, 6))
    )
    return fill.say("Exam, {date}. Time: {number} minutes.\n\n") + (
        f"Text\n{fill.body(2, 4)}\n\nQuestions\n{questions}\n{fill.aside()}"
    )


def abstract(fill: Filling) -> str:
    head = fill.say("{person}, {person} and {person}\n\nAbstract. ")
    return f"{fill.title()}\n{head}{fill.body(4, 8)}\n\nKeywords: {fill.aside()}"


def review_form(fill: Filling) -> str:
    head = fill.say("Submission {id}\nReviewer: {first}\n\nSummary: ")
    return f"{head}{fill.body(2, 4)}\nStrengths: {fill.body(1, 2)}\nRemarks: {fill.body(1, 3)}"


def interview(fill: Filling) -> str:
    lines = []
    for number in range(fill.count(4, 8)):
        speaker = "INTERVIEWER" if number % 2 == 0 else "GUEST"
        lines.append(fill.say("[{time}] ") + f"{speaker}: {fill.body(1, 2)}")
    return "\n".join(lines)


def subtitles(fill: Filling) -> str:
    cues = [
        f"00:{number:02}:00.000 --> 00:{number:02}:07.000\n{fill.body(1, 1)}"
        for number in range(fill.count(4, 9))
    ]
    return "WEBVTT\n\n" + "\n\n".join(cues)


def chat_log(fill: Filling) -> str:
    names = [fill.say("{first}") for _ in range(3)]
    lines = [
        fill.say("[{time}] ") + f"{fill.rng.choice(names)}: {fill.body(1, 2)}"
        for _ in range(fill.count(5, 10))
    ]
    return f"#{fill.say('{team}')}\n" + "\n".join(lines)


def assistant_chat(fill: Filling) -> str:
    asked = fill.say(
        "{Can you shorten this?|What is this about?|Please translate this.|Any dates in here?}"
    )
    return (
        f"User: {asked}\n\n{fill.body(3, 6)}\n\nAssistant: {fill.sentence()} {fill.sentence()}\n"
        f"User: Thanks! And this one?\n{fill.body(1, 3)}"
    )


def slides(fill: Filling) -> str:
    shown = [
        f"Slide {number}: {fill.title()}\n- {fill.body(2, 3, joint=chr(10) + '- ')}"
        for number in range(1, fill.count(3, 4))
    ]
    return "\n\n".join(shown) + f"\n\nSpeaker notes: {fill.aside()}"


def press_release(fill: Filling) -> str:
    return fill.say("PRESS RELEASE\n{city}, {date}\n\n") + (
        f"{fill.title()}\n\n{fill.body(3, 6)}\n\n{fill.say('Contact: {person}, {mail}')}\n"
        f"{fill.aside()}"
    )


def diary(fill: Filling) -> str:
    days = [fill.say("{day}. ") + fill.body(2, 4) for _ in range(fill.count(2, 4))]
    return "\n\n".join(days)


def python_file(fill: Filling) -> str:
    name = fill.say("{word}_{word}")
    return (
        f'"""{fill.body(2, 4)}"""\n\nimport json\n\n{fill.commented("#")}\n'
        f"def load_{name}(path):\n    # {fill.sentence()}\n    with open(path) as file:\n"
        f"        return json.load(file)\n\n\ndef save_{name}(path, rows):\n"
        f'    """{fill.body(1, 2)}"""\n    with open(path, "w") as file:\n'
        f"        json.dump(rows, file)\n"
    )


def javascript_file(fill: Filling) -> str:
    name = fill.say("{word}")
    return (
        f"/**\n * {fill.body(2, 3, joint=chr(10) + ' * ')}\n */\n"
        f"export function {name}(items) {{\n{fill.commented('  //')}\n"
        f"  return items.filter((item) => item.id > {fill.count(1, 99)});\n}}\n\n"
        f"// {fill.sentence()}\nconst limit = {fill.count(1, 999)};\n"
    )


def sql_file(fill: Filling) -> str:
    return (
        f"{fill.commented('--')}\nCREATE TABLE {fill.say('{word}')} (id INTEGER, note TEXT);\n"
        f"-- {fill.sentence()}\nINSERT INTO notes VALUES (1, '{fill.body(2, 4)}');\n"
    )


def settings_file(fill: Filling) -> str:
    return (
        f"{fill.commented('#')}\n[server]\n# {fill.sentence()}\n"
        + fill.say("host = {domain}\nport = {number}\n\n[about]\n")
        + f'text = "{fill.body(2, 5)}"\n'
    )


def readme(fill: Filling) -> str:
    name = fill.say("{word}-{word}")
    return (
        f"# {name}\n\n{fill.body(2, 4)}\n\n## Install\n\n```\npip install {name}\n```\n\n"
        f"## Use\n\n{fill.body(2, 4)}\n\n<!-- {fill.aside()} -->\n## Licence\nMIT"
    )


def agents_file(fill: Filling) -> str:
    rules = "\n".join(
        fill.say("- {Use|Prefer|Keep} {short functions|the standard library|UTC|small commits}.")
        for _ in range(fill.count(2, 4))
    )
    return f"# AGENTS.md\n\n{fill.body(2, 4)}\n\n## Rules\n{rules}\n\n## Notes\n{fill.body(1, 3)}"


def change_log(fill: Filling) -> str:
    parts = [
        fill.say("## {number}.{number}.0 - {date}\n- ") + fill.body(2, 4, joint="\n- ")
        for _ in range(fill.count(2, 3))
    ]
    return "# Changelog\n\n" + "\n\n".join(parts)


def commit_list(fill: Filling) -> str:
    commits = [
        fill.say("commit {id}\nAuthor: {person} <{mail}>\nDate: {date}\n\n    ") + fill.body(1, 3)
        for _ in range(fill.count(2, 4))
    ]
    return "\n\n".join(commits)


def filled_form(fill: Filling) -> str:
    head = fill.say("Form {id}\n[1] Name: {person}\n[2] Town: {city}\n[3] Date: {date}\n")
    return f"{head}[4] Reason: {fill.body(2, 5)}\n[5] Other remarks: {fill.aside()}"


def translation_file(fill: Filling) -> str:
    entries = [f'msgid "{fill.say("{word}.{word}")}"\nmsgstr "{fill.body(1, 2)}"' for _ in range(4)]
    return f"{fill.commented('#.')}\n" + "\n\n".join(entries)


CARRIERS: tuple[Carrier, ...] = (
    curriculum_vitae,
    covering_letter,
    meeting_notes,
    scanned_pages,
    contract,
    exam_paper,
    abstract,
    review_form,
    interview,
    subtitles,
    chat_log,
    assistant_chat,
    slides,
    press_release,
    diary,
    python_file,
    javascript_file,
    sql_file,
    settings_file,
    readme,
    agents_file,
    change_log,
    commit_list,
    filled_form,
    translation_file,
)
