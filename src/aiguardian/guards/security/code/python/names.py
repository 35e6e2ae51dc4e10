"""What short names mean where a snippet leaves its imports out."""

from __future__ import annotations

import re

USUAL = {
    "request": "flask.request",
    "Popen": "subprocess.Popen",
    "check_output": "subprocess.check_output",
    "check_call": "subprocess.check_call",
    "getoutput": "subprocess.getoutput",
    "md5": "hashlib.md5",
    "sha1": "hashlib.sha1",
    "session": "flask.session",
    "render_template_string": "flask.render_template_string",
    "make_response": "flask.make_response",
    "redirect": "flask.redirect",
    "jsonify": "flask.jsonify",
    "send_file": "flask.send_file",
    "escape": "html.escape",
    "secure_filename": "werkzeug.utils.secure_filename",
    "urlopen": "urllib.request.urlopen",
    "urlparse": "urllib.parse.urlparse",
    "mark_safe": "django.utils.safestring.mark_safe",
    "Markup": "markupsafe.Markup",
    "HttpResponse": "django.http.HttpResponse",
    "HttpResponseRedirect": "django.http.HttpResponseRedirect",
    "etree": "lxml.etree",
    "ET": "xml.etree.ElementTree",
    "ElementTree": "xml.etree.ElementTree",
    "cPickle": "pickle",
    "_pickle": "pickle",
    "np": "numpy",
}
"""Names that snippets use without importing them, by what they mean nearly always."""

HANDLER_DECORATOR = re.compile(
    r"\.(?:route|websocket)$|\.(?:get|post|put|delete|patch|head|options)$|(?:^|\.)api_view$"
    r"|require_(?:http_methods|GET|POST)$|\.(?:expose|api_route)$|cherrypy\.expose$|view_config$"
)
HANDLER_BASE = re.compile(r"(?:View|ViewSet|Resource|Handler|Endpoint|Controller)(?:Mixin)?$")
HANDLER_METHODS = frozenset({"get", "post", "put", "delete", "patch", "do_GET", "do_POST"})
REQUEST_NAMES = frozenset({"request", "req", "http_request"})
REQUEST_TYPE = re.compile(r"(?:^|\.)(?:Request|HTTPConnection|(?:Http|WSGI|ASGI)Request)$")
"""What frameworks call the type of a request; a name of one's own is another thing."""
TRUSTED_ATTRIBUTES = frozenset(
    [
        "method",
        "user",
        "session",
        "remote_addr",
        "endpoint",
        "is_json",
        "is_secure",
        "blueprint",
        "app",
        "state",
        "META",
        "content_length",
        "content_type",
        "max_content_length",
        "scheme",
        "environ",
        "url_rule",
        "is_ajax",
    ]
)
"""Parts of a request that its sender cannot write freely."""
PLAIN_TYPES = frozenset(
    {"int", "float", "bool", "UUID", "uuid.UUID", "date", "datetime", "Decimal"}
)
SECRET_NAME = re.compile(
    r"(?:^|_|\b)(?:password|passwd|pwd|passphrase|passcode|secret|secret_?key|api_?key|apikey"
    r"|access_?key|auth_?token|access_?token|token|private_?key|encryption_?key|jwt_?secret"
    r"|signing_?key|db_?pass|credentials?|pass)\d?$",
    re.IGNORECASE,
)
PASSWORD_NAME = re.compile(r"pass(?:word|wd|phrase|code)?$|pwd$|(?:^|_)pin$", re.IGNORECASE)
TOKEN_NAME = re.compile(
    r"token|passw|secret|otp|session|nonce|salt|csrf|api_?key|(?:^|_)key|verif|reset|captcha"
    r"|credential|auth(?!or)|pin\b|(?:^|_)pin|code$|(?:^|_)iv$|cookie|invite|coupon|voucher|seed"
    r"|remember|uuid|guid|user_?id|rand",
    re.IGNORECASE,
)
"""Names of values that nobody may guess."""


def last(name: str) -> str:
    """The last part of a dotted name."""
    return name.rpartition(".")[2]
