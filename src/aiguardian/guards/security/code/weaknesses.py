"""The weaknesses that are told: their CWE number and name, and what to do instead."""

from __future__ import annotations

from typing import NamedTuple


class Weakness(NamedTuple):
    """One weakness (MITRE CWE 4.x); `fix` is what the reader is told to do."""

    cwe: int
    name: str
    fix: str


WEAKNESSES = {
    "sql": Weakness(89, "SQL injection", "Pass the values as parameters of the query."),
    "shell": Weakness(
        78, "OS command injection", "Pass a list of arguments, without a shell; allow-list names."
    ),
    "code": Weakness(94, "code injection", "Do not run text as code; parse it (ast.literal_eval)."),
    "import": Weakness(
        470, "class or module chosen from outside", "Choose from a fixed table of names."
    ),
    "template": Weakness(
        1336, "template injection", "Keep the template fixed and pass values as its variables."
    ),
    "html": Weakness(79, "cross-site scripting", "Escape the value, or render it in a template."),
    "path": Weakness(
        22, "path traversal", "Take the file name only, resolve it, check it is below the folder."
    ),
    "archive": Weakness(
        22, "path traversal from an archive", "Check each member's path (tarfile: filter='data')."
    ),
    "pickle": Weakness(
        502, "unsafe deserialisation", "Read a data format such as JSON (yaml.safe_load)."
    ),
    "xxe": Weakness(611, "XML external entities", "Parse with defusedxml, entities switched off."),
    "url": Weakness(918, "server-side request forgery", "Allow-list the host before the request."),
    "redirect": Weakness(601, "open redirect", "Allow relative paths or hosts of a list only."),
    "ldap": Weakness(90, "LDAP injection", "Escape with ldap.filter.escape_filter_chars."),
    "xpath": Weakness(643, "XPath injection", "Pass the values as XPath variables."),
    "nosql": Weakness(943, "injection into a data query", "Cast the value to text, fix operators."),
    "log": Weakness(117, "log injection", "Take line breaks out before logging."),
    "header": Weakness(113, "header injection", "Take line breaks out of header values."),
    "regex": Weakness(1333, "slow or foreign regular expression", "Use re.escape, or bound it."),
    "hash": Weakness(328, "weak hash", "Use SHA-256, or a password hash where it is a password."),
    "cipher": Weakness(327, "broken cipher or mode", "Use AES-GCM or ChaCha20-Poly1305."),
    "iv": Weakness(329, "predictable initialisation vector", "Draw it anew: os.urandom(16)."),
    "key_size": Weakness(326, "key too short", "Use RSA of 2048 bits or more, or Curve25519."),
    "password_hash": Weakness(916, "password hash too cheap", "Use argon2, scrypt or bcrypt."),
    "salt": Weakness(760, "predictable salt", "Draw a salt for each password: os.urandom(16)."),
    "random": Weakness(330, "predictable random value", "Use the secrets module."),
    "credential": Weakness(
        798, "hard-coded credential", "Read it from the environment or a vault."
    ),
    "tls": Weakness(295, "certificate not verified", "Leave verification on."),
    "tls_version": Weakness(327, "outdated TLS version", "Use TLS 1.2 or newer."),
    "jwt": Weakness(347, "signature not verified", "Verify with a fixed list of algorithms."),
    "temp": Weakness(377, "insecure temporary file", "Use tempfile.NamedTemporaryFile or mkstemp."),
    "permission": Weakness(732, "permissions too wide", "Give the owner alone access: 0o600."),
    "bind": Weakness(605, "listens on all interfaces", "Bind to one address."),
    "debug": Weakness(489, "debug mode in use", "Turn debug off outside development."),
    "cors": Weakness(942, "any origin may call", "List the origins."),
    "leak": Weakness(209, "error details shown to users", "Log the error, answer in general."),
    "cookie": Weakness(614, "cookie without protection", "Set secure=True and httponly=True."),
    "csrf": Weakness(352, "no CSRF protection", "Leave the CSRF check on."),
    "upload": Weakness(434, "unrestricted upload", "Check the kind, choose the name yourself."),
    "plaintext": Weakness(256, "password kept as plain text", "Store a salted password hash."),
    "cleartext": Weakness(319, "secret sent in clear text", "Use the encrypted protocol."),
    "trust": Weakness(501, "outside data put into the session", "Check the value before it."),
    "timing": Weakness(208, "secret compared in varying time", "Use hmac.compare_digest."),
    "attribute": Weakness(915, "attribute chosen from outside", "Allow-list the names."),
    "connect": Weakness(99, "connection to a place chosen from outside", "Allow-list the place."),
    "mail": Weakness(93, "line breaks into mail headers", "Refuse line breaks."),
    "buffer": Weakness(120, "copy without a bound", "Bound the copy by the size of the target."),
    "gets": Weakness(242, "inherently dangerous function", "Use fgets with the buffer's size."),
    "format": Weakness(134, "format string from outside", 'Use a fixed format: printf("%s", x).'),
    "overflow": Weakness(190, "size may overflow", "Check the product, or use calloc."),
    "race": Weakness(367, "check and use apart", "Open the file and handle the error."),
    "hardcoded_temp": Weakness(377, "fixed name in a shared folder", "Use the tempfile module."),
    "download": Weakness(494, "download run unchecked", "Save it, check its hash, then run it."),
    "word_split": Weakness(78, "unquoted variable", 'Quote it: "$name", and put -- before it.'),
    "grant": Weakness(269, "all privileges granted", "Grant what is needed, to whom needs it."),
    "privilege": Weakness(250, "runs with needless privileges", "Drop the privilege."),
    "auth_bypass": Weakness(290, "trust in a name that a client sends", "Authenticate the client."),
    "origin": Weakness(345, "message of any origin accepted", "Check event.origin; name a target."),
    "prototype": Weakness(1321, "prototype pollution", "Refuse __proto__ and constructor keys."),
    "unsafe_memory": Weakness(119, "memory access without a bound", "Check length and offset."),
    "info": Weakness(200, "details of the system shown", "Do not print them."),
    "log_secret": Weakness(532, "secret in the log", "Leave it out of what is logged."),
}


def message(key: str, why: str) -> str:
    """One sentence with the name, the number and the reason; never the code itself."""
    weakness = WEAKNESSES[key]
    return f"{weakness.name[0].upper()}{weakness.name[1:]} (CWE-{weakness.cwe}): {why}."
