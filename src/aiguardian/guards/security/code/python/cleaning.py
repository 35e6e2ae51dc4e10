"""Calls and conditions that make a value harmless, and for which use."""

from __future__ import annotations

import re

ALL: frozenset[str] = frozenset()
"""No family named: harmless for all uses."""
HTML = frozenset({"html"})
PATH = frozenset({"path", "archive"})
URL = frozenset({"url", "redirect", "connect"})
LINES = frozenset({"log", "header", "mail"})

CLEANERS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        [
            "int",
            "float",
            "bool",
            "len",
            "hash",
            "id",
            "ord",
            "abs",
            "round",
            "complex",
            "uuid.UUID",
            "decimal.Decimal",
            "type",
            "isinstance",
            "hasattr",
            "callable",
            "os.path.getsize",
            "os.path.exists",
            "os.path.isfile",
            "os.path.isdir",
            "os.path.getmtime",
            "ipaddress.ip_address",
            "ipaddress.ip_network",
            "hmac.compare_digest",
            "ast.literal_eval",
            "datetime.datetime.strptime",
            "datetime.date.fromisoformat",
            "any",
            "all",
            "sum",
            "datetime.datetime.fromisoformat",
            "hashlib.sha256",
            "hashlib.sha512",
            "hashlib.md5",
            "hashlib.sha1",
            "hashlib.sha384",
            "hashlib.sha3_256",
            "hashlib.blake2b",
            "hmac.new",
            "bcrypt.hashpw",
            "bcrypt.checkpw",
            "werkzeug.security.generate_password_hash",
            "werkzeug.security.check_password_hash",
            "generate_password_hash",
            "check_password_hash",
        ],
        ALL,
    ),
    "shlex.quote": frozenset({"shell"}),
    "pipes.quote": frozenset({"shell"}),
    "html.escape": HTML,
    "cgi.escape": HTML,
    "flask.escape": HTML,
    "markupsafe.escape": HTML,
    "django.utils.html.escape": HTML,
    "django.utils.html.strip_tags": HTML,
    "xml.sax.saxutils.escape": HTML | {"xpath"},
    "bleach.clean": HTML,
    "nh3.clean": HTML,
    "urllib.parse.quote": HTML | PATH | LINES | {"redirect"},
    "urllib.parse.quote_plus": HTML | PATH | LINES | {"redirect"},
    "urllib.parse.urlencode": HTML | LINES | {"url", "redirect"},
    "werkzeug.utils.secure_filename": PATH | HTML | LINES | {"shell", "url"},
    "os.path.basename": PATH,
    "ntpath.basename": PATH,
    "werkzeug.utils.safe_join": PATH,
    "flask.safe_join": PATH,
    "django.utils._os.safe_join": PATH,
    "re.escape": frozenset({"regex"}),
    "json.dumps": LINES,
    "flask.jsonify": HTML | {"leak"},
    "flask.json.dumps": HTML,
    "repr": LINES,
    "ascii": LINES,
    "base64.b64encode": frozenset({"html", "path", "sql", "shell", "log", "header", "xpath"}),
    "base64.urlsafe_b64encode": frozenset({"html", "path", "sql", "shell", "log", "header"}),
    "ldap.filter.escape_filter_chars": frozenset({"ldap"}),
    "ldap.dn.escape_dn_chars": frozenset({"ldap"}),
    "ldap3.utils.conv.escape_filter_chars": frozenset({"ldap"}),
    "escape_filter_chars": frozenset({"ldap"}),
    "escape_dn_chars": frozenset({"ldap"}),
    "flask.render_template": HTML,
    "render_template": HTML,
    "flask.render_template_string": HTML,
    "django.shortcuts.render": HTML,
    "flask.url_for": HTML | {"redirect", "url"},
    "url_for": HTML | {"redirect", "url"},
    "psycopg2.sql.Identifier": frozenset({"sql"}),
    "psycopg2.sql.Literal": frozenset({"sql"}),
    "sql.Identifier": frozenset({"sql"}),
    "sql.Literal": frozenset({"sql"}),
}
"""By the resolved name of the call."""

TEMPLATING = frozenset({"render", "render_template", "render_to_string", "TemplateResponse"})
"""Functions that fill a template which escapes."""
DECODERS = frozenset(
    {
        *("b64decode", "urlsafe_b64decode", "standard_b64decode", "b32decode", "b16decode"),
        *("a85decode", "decodebytes", "decodestring", "unquote", "unquote_plus", "unescape"),
        *("fromhex", "unhexlify"),
    }
)
"""Functions that bring back what encoding took out."""
CLEANING_METHODS: dict[str, frozenset[str]] = {
    "hexdigest": ALL,
    "digest": ALL,
    "count": ALL,
    "isdigit": ALL,
    "quote_name": frozenset({"sql"}),
    "quote_identifier": frozenset({"sql"}),
    "escape_string": frozenset({"sql"}),
    "mogrify": frozenset({"sql"}),
}
CLEANING_WORDS = re.compile(
    r"sanit|clean|whitelist|allow_?list|validat|_safe|safe_|^safe|purify|bleach|strip_tags|filter_xss",
    re.IGNORECASE,
)
"""Words in the name of a function of unknown body that say it makes values harmless."""
ESCAPING_WORDS = re.compile(r"escape|encode_for|quote", re.IGNORECASE)
ESCAPED = frozenset({"html", "sql", "ldap", "xpath", "shell", "regex"})
LOOKUP_WORDS = re.compile(
    r"(?:^|_)(?:query|find|fetch|select|lookup|load|first|one|all|objects|scalar|exists|count|hash"
    r"|encrypt|hashpw|verify|check|authenticate|save|insert|update|delete|create|filter_by|exec"
    r"|execute|run|send|log|info|print|get_object_or_404|fetchone|fetchall|commit|close)(?:_|$)",
    re.IGNORECASE,
)
"""Words in the name of a function that answers with something else than its argument."""
STORE_WORDS = re.compile(r"\.(?:query|objects|session|cursor)\b|^db\.|collection\b")
"""Parts of a name that lead to a database: the answer is what is stored there."""
CHECKING_WORDS = re.compile(
    r"valid|safe|allow|check|verif|permit|trust|whitelist|(?:^|_)is_|(?:^|_)has_|match|secure",
    re.IGNORECASE,
)
"""Words in the name of a function that tells whether a value will do."""
CHECKING_METHODS = frozenset(
    {"isdigit", "isalnum", "isalpha", "isnumeric", "isdecimal", "isidentifier"}
)
MATCHING = frozenset({"match", "fullmatch"})


def without(parts: str) -> frozenset[str]:
    """For which uses a value is harmless that has none of these characters."""
    if parts in ("..", "../", "/", "\\", "..\\"):
        return PATH
    if parts in ("'", '"', "''"):
        return frozenset({"sql", "xpath"})
    if parts in ("\n", "\\n", "\r", "\\r", "\\r\\n", "\r\n"):
        return LINES
    if parts in ("<", ">", "<script", "<script>"):
        return HTML if len(parts) == 1 else frozenset({"-"})
    if parts in (";", "|", "&"):
        return frozenset({"shell"})
    return frozenset({"-"})
