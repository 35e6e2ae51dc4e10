"""Calls that are weak whatever their arguments come from: ciphers, hashes, TLS, permissions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from aiguardian.guards.security.code.python.names import PASSWORD_NAME, TOKEN_NAME, last
from aiguardian.guards.security.code.python.regexes import is_catastrophic
from aiguardian.guards.security.code.python.values import PARAMETER, Constant, Unset, Value

if TYPE_CHECKING:
    from aiguardian.guards.security.code.python.calls import Call, Calls

Told = tuple[str, float, str]
WEAK_HASHES = frozenset({"md5", "sha1", "md4", "md2", "sha", "ripemd160"})
WEAK_CIPHERS = frozenset(
    {
        "des",
        "des3",
        "arc4",
        "arc2",
        "rc4",
        "blowfish",
        "tripledes",
        "idea",
        "cast5",
        "cast",
        "seed",
        "xor",
    }
)
RANDOM_CALLS = frozenset(
    [
        "random",
        "randint",
        "choice",
        "choices",
        "randrange",
        "sample",
        "getrandbits",
        "uniform",
        "randbytes",
        "triangular",
        "normalvariate",
        "gauss",
        "betavariate",
        "expovariate",
        "lognormvariate",
        "shuffle",
        "vonmisesvariate",
    ]
)
OLD_TLS = frozenset(
    [
        "PROTOCOL_SSLv2",
        "PROTOCOL_SSLv3",
        "PROTOCOL_TLSv1",
        "PROTOCOL_TLSv1_1",
        "PROTOCOL_SSLv23",
        "SSLv3_METHOD",
        "SSLv2_METHOD",
        "TLSv1_METHOD",
        "TLSv1_1_METHOD",
        "SSLv23_METHOD",
    ]
)
FEW_ROUNDS = 50_000
"""Rounds of PBKDF2 below which an attacker's cost is trifling (OWASP asks for 210,000 and more)."""


def misuses(call: Call, run: Calls) -> Iterator[Told]:
    """All that is weak about one call."""
    for rule in RULES:
        yield from rule(call, run)


def _constant(value: Value | None) -> Constant | Unset:
    return None if value is None else value.constant


def _hashes(call: Call, _run: Calls) -> Iterator[Told]:
    name, method = call.name, call.method.lower()
    if _constant(call.keywords.get("usedforsecurity")) is False:
        return
    kind = ""
    if name.startswith("hashlib."):
        kind = method
        if method == "new":
            first = _constant(call.value(0, "name"))
            kind = first.lower() if isinstance(first, str) else ""
    elif name.startswith(("Crypto.Hash.", "Cryptodome.Hash.")) or (
        method == "new" and name.split(".")[0] in ("MD5", "MD4", "MD2", "SHA", "SHA1")
    ):
        kind = name.split(".")[-2].lower()
    elif name.split(".")[-2:-1] == ["hashes"] or name in ("md5.new", "sha.new"):
        kind = method if method != "new" else name.split(".")[0]
    given = [last(value.name) for value in call.keywords.values() if value.name[:8] == "hashlib."]
    given += [last(value.name) for value in call.arguments if value.name[:8] == "hashlib."]
    if kind == "" and any(name in WEAK_HASHES for name in given):
        yield "hash", 0.55, "the hash no longer resists collisions"
    if kind.replace("-", "").replace("_", "") in WEAK_HASHES:
        yield "hash", 0.6, f"{kind} no longer resists collisions"
    elif name.startswith("hashlib.sha") and call.nodes:
        yield from _fast_password_hash(call)


def _fast_password_hash(call: Call) -> Iterator[Told]:
    text = call.nodes[0].text[:200]
    if "salt" in text.lower() or "pepper" in text.lower():
        return
    names = [node.text for node in call.nodes[0].walk() if node.kind == "identifier"]
    if any(PASSWORD_NAME.search(name) for name in names):
        yield "password_hash", 0.6, "a fast hash without salt guards a password"


def _key_derivation(call: Call, _run: Calls) -> Iterator[Told]:
    method = call.method
    if method in ("pbkdf2_hmac", "PBKDF2HMAC", "PBKDF2", "pbkdf2"):
        position = 3 if method == "pbkdf2_hmac" else 9
        rounds = call.value(position, "iterations") or call.keywords.get("count")
        if isinstance(count := _constant(rounds), int) and count < FEW_ROUNDS:
            yield "password_hash", 0.65, "few rounds of key derivation"
        salt = call.value(2 if method == "pbkdf2_hmac" else 1, "salt")
        if isinstance(_constant(salt), str):
            yield "salt", 0.65, "the salt is constant"
    elif method == "gensalt":
        rounds = call.value(0, "rounds")
        if isinstance(count := _constant(rounds), int) and count < 10:
            yield "password_hash", 0.6, "few rounds of bcrypt"
    elif method in ("scrypt", "hashpw", "crypt"):
        salt = call.keywords.get("salt") or call.value(1)
        if isinstance(_constant(salt), str):
            yield "salt", 0.65, "the salt is constant"


def _ciphers(call: Call, _run: Calls) -> Iterator[Told]:
    parts = call.name.lower().split(".")
    owner = parts[-2] if len(parts) > 1 else ""
    is_cipher = "cipher" in parts[:-1] or owner in ("algorithms", "ciphers") or call.method == "new"
    kind = owner if call.method == "new" else parts[-1]
    if is_cipher and kind in WEAK_CIPHERS:
        yield "cipher", 0.75, f"{kind.upper()} can be broken"
    if call.method == "ECB" and owner in ("modes", ""):
        yield "cipher", 0.7, "ECB shows equal blocks as equal"
    if call.method == "new" and owner in ("aes", "des", "des3", "blowfish"):
        mode = call.value(1, "mode")
        if mode is not None and (last(mode.name) == "MODE_ECB" or mode.constant == 1):
            yield "cipher", 0.75, "ECB shows equal blocks as equal"
        vector = call.keywords.get("iv") or call.keywords.get("IV") or call.value(2, "nonce")
        if vector is not None and isinstance(vector.constant, str) and vector.constant:
            yield "iv", 0.7, "the initialisation vector is constant"
        if isinstance(_constant(call.value(0, "key")), str):
            yield "credential", 0.7, "the key stands in the code"
    takes_vector = call.method in ("CBC", "CTR", "CFB", "OFB", "GCM") and owner == "modes"
    if takes_vector and isinstance(_constant(call.value(0)), str):
        yield "iv", 0.7, "the initialisation vector is constant"
    if call.method in ("Fernet", "AES") and isinstance(_constant(call.value(0, "key")), str):
        yield "credential", 0.7, "the key stands in the code"


def _key_sizes(call: Call, _run: Calls) -> Iterator[Told]:
    name, size = call.name, None
    if call.method == "generate" and name.split(".")[-2:-1] in (["RSA"], ["DSA"], ["ElGamal"]):
        size = _constant(call.value(0, "bits"))
    elif call.method == "generate_private_key" and ("rsa" in name or "dsa" in name.split(".")):
        size = _constant(call.keywords.get("key_size") or call.value(1 if "rsa" in name else 0))
    elif name == "rsa.newkeys":
        size = _constant(call.value(0))
    if isinstance(size, int) and 16 <= size < 2048:
        yield "key_size", 0.75, f"a key of {size} bits can be factored"
    if call.method in ("SECP192R1", "SECT163K1", "SECT163R2", "SECP160R1"):
        yield "key_size", 0.7, "the curve is too small"


def _randomness(call: Call, run: Calls) -> Iterator[Told]:
    is_random = call.name.startswith(("random.", "numpy.random.")) and call.method in RANDOM_CALLS
    if not is_random or call.name.startswith("random.SystemRandom"):
        return
    if TOKEN_NAME.search(run.target) or TOKEN_NAME.search(run.function):
        yield "random", 0.65, "a secret is drawn from a predictable generator"
    elif run.is_web:
        yield "random", 0.55, "a web handler draws from a predictable generator"


def _tls(call: Call, _run: Calls) -> Iterator[Told]:
    for name in ("verify", "verify_ssl", "ssl_verify", "validate_certs", "check_hostname"):
        is_jwt = call.method == "decode"
        if not is_jwt and _constant(call.keywords.get(name)) is False:
            yield "tls", 0.8, f"{name} is off"
    if _constant(call.keywords.get("ssl")) is False and "http" in call.name:
        yield "tls", 0.6, "TLS verification is off"
    if call.method in ("_create_unverified_context", "disable_warnings") and "ssl" in call.name:
        yield "tls", 0.8 if call.method[0] == "_" else 0.4, "certificates are not verified"
    if call.name == "ssl._create_stdlib_context":
        yield "tls", 0.7, "certificates are not verified"
    if call.name == "ssl.wrap_socket":
        yield "tls", 0.55, "ssl.wrap_socket verifies no host name"
    for value in (*call.arguments, *call.keywords.values()):
        if last(value.name) == "CERT_NONE" or value.constant == "CERT_NONE":
            yield "tls", 0.75, "certificates are not verified"
        if last(value.name) in OLD_TLS:
            yield "tls_version", 0.65, "the protocol version is broken"
        if last(value.name) in ("AutoAddPolicy", "WarningPolicy") or value.name.endswith(
            ("AutoAddPolicy()", "WarningPolicy()")
        ):
            yield "tls", 0.65, "unknown host keys are accepted"


def _web_tokens(call: Call, _run: Calls) -> Iterator[Told]:
    if "jwt" not in call.name.lower() and "jws" not in call.name.lower():
        return
    if call.method == "decode":
        options = call.keywords.get("options")
        inner = options.item("verify_signature") if options else None
        if _constant(call.keywords.get("verify")) is False or _constant(inner) is False:
            yield "jwt", 0.85, "the signature is not verified"
    algorithms = call.keywords.get("algorithms") or call.value(2, "algorithm")
    texts = [_constant(algorithms)] if algorithms else []
    texts += [value.constant for _, value in (algorithms.items or ())] if algorithms else []
    if any(isinstance(text, str) and text.lower() == "none" for text in texts):
        yield "jwt", 0.8, "tokens without a signature are accepted"
    if call.method in ("encode", "decode") and isinstance(_constant(call.value(1, "key")), str):
        yield "credential", 0.65, "the signing key stands in the code"
    if call.method == "process_jwt":
        yield "jwt", 0.7, "the signature is not verified"


def _deserialising(call: Call, _run: Calls) -> Iterator[Told]:
    if call.name in ("yaml.load", "yaml.load_all", "ruamel.yaml.load"):
        loader = call.value(1, "Loader")
        name = last(loader.name) if loader else ""
        if "Safe" not in name and "Base" not in name:
            worst = (
                max((mark.level for mark in call.arguments[0].marks), default=0)
                if call.arguments
                else 0
            )
            yield "pickle", 0.6 + worst * 0.1, "a YAML loader that makes any object"
    elif call.name in ("yaml.unsafe_load", "yaml.full_load", "yaml.unsafe_load_all"):
        yield "pickle", 0.7, "a YAML loader that makes any object"
    elif call.name == "numpy.load" and _constant(call.keywords.get("allow_pickle")) is True:
        yield "pickle", 0.6, "pickled arrays run code when they load"
    elif call.name == "torch.load" and _constant(call.keywords.get("weights_only")) is False:
        yield "pickle", 0.5, "pickled weights run code when they load"


def _xml(call: Call, _run: Calls) -> Iterator[Told]:
    if call.method == "setFeature" and len(call.arguments) == 2:
        name = call.arguments[0].name + str(call.arguments[0].constant)
        is_on = call.arguments[1].constant in (True, 1)
        if is_on and ("external_ges" in name or "external_pes" in name or "external-" in name):
            yield "xxe", 0.8, "external entities are switched on"
    if call.method == "XMLParser":
        options = {name: _constant(value) for name, value in call.keywords.items()}
        if options.get("resolve_entities") is True or options.get("no_network") is False:
            yield "xxe", 0.75, "external entities are switched on"
        elif options.get("load_dtd") is True or options.get("huge_tree") is True:
            yield "xxe", 0.6, "the parser loads what a document names"


def _permissions(call: Call, _run: Calls) -> Iterator[Told]:
    mode: Constant | Unset = None
    if call.name in ("os.chmod", "os.fchmod", "os.lchmod", "os.mkdir", "os.makedirs"):
        mode = _constant(call.value(1, "mode"))
        if any("S_IRWXO" in node.text or "S_IWOTH" in node.text for node in call.nodes[1:]):
            mode = 0o777
    elif call.method == "chmod" and call.receiver is not None:
        mode = _constant(call.value(0, "mode"))
    elif call.name == "os.umask" and _constant(call.value(0)) == 0:
        yield "permission", 0.65, "new files may be written by anyone"
    is_sticky = isinstance(mode, int) and mode & 0o1000  # as /tmp: only owners take files away
    if isinstance(mode, int) and mode & 0o022 and not is_sticky:
        yield "permission", 0.7, "others may write"


def _temporary(call: Call, _run: Calls) -> Iterator[Told]:
    if call.name in ("tempfile.mktemp", "os.tempnam", "os.tmpnam"):
        yield "temp", 0.8, "another process can take the name first"
    if call.name == "open":
        path, mode = call.value(0), _constant(call.value(1, "mode"))
        is_written = isinstance(mode, str) and any(sign in mode for sign in "wax+")
        if path is not None and path.prefix.startswith(("/tmp/", "/var/tmp/")) and is_written:  # noqa: S108 - the pattern looked for
            yield "hardcoded_temp", 0.55, "anyone may put a file or link there first"


def _web_settings(call: Call, _run: Calls) -> Iterator[Told]:
    if call.method == "run" and _constant(call.keywords.get("debug")) is True:
        yield "debug", 0.65, "the debugger lets a visitor run code"
    if call.method == "set_cookie":
        yield from _cookie(call)
    if call.method in ("CORS", "CORSMiddleware", "add_middleware"):
        origins = call.keywords.get("origins") or call.keywords.get("allow_origins")
        texts = (
            [_constant(origins)] + [v.constant for _, v in (origins.items or ())] if origins else []
        )
        sends = call.keywords.get("supports_credentials") or call.keywords.get("allow_credentials")
        if "*" in texts and _constant(sends) is True:
            yield "cors", 0.65, "any site may use the visitor's session"
    if call.name.endswith("Environment") and "jinja2" in call.name.lower():
        escape = call.keywords.get("autoescape")
        if escape is None or escape.constant is False:
            yield "html", 0.6, "templates do not escape"
    if call.method == "bind" and call.arguments and call.arguments[0].items:
        host = call.arguments[0].items[0][1].constant
        if host in ("0.0.0.0", "", "::"):  # noqa: S104 - the value looked for
            yield "bind", 0.5, "every network can reach it"


def _cookie(call: Call) -> Iterator[Told]:
    secure, script = call.keywords.get("secure"), call.keywords.get("httponly")
    if _constant(secure) is False and secure is not None:
        yield "cookie", 0.75, "the cookie also goes over plain HTTP"
    elif secure is None and "**" not in call.node.text[:400]:
        yield "cookie", 0.55, "the cookie also goes over plain HTTP"
    elif script is not None and script.constant is False:
        yield "cookie", 0.6, "scripts can read the cookie"


def _clear_text(call: Call, _run: Calls) -> Iterator[Told]:
    if call.name in ("telnetlib.Telnet", "ftplib.FTP"):
        yield "cleartext", 0.6, "passwords go over the network unencrypted"


def _binds(call: Call, _run: Calls) -> Iterator[Told]:
    """LDAP without a password."""
    if (
        call.method in ("simple_bind", "simple_bind_s")
        and len(call.arguments) + len(call.keywords) < 2
    ):
        yield "cleartext", 0.55, "the directory is used without a password"


def _regexes(call: Call, _run: Calls) -> Iterator[Told]:
    if call.name.startswith("re.") and call.arguments:
        pattern = call.arguments[0].constant
        if isinstance(pattern, str) and is_catastrophic(pattern):
            yield "regex", 0.6, "its time grows exponentially with the text"


def _logging(call: Call, _run: Calls) -> Iterator[Told]:
    base = call.name.rpartition(".")[0].lower()
    if call.method not in ("debug", "info", "warning", "error", "critical") or "log" not in base:
        return
    for argument in call.nodes:
        for node in argument.walk():
            if node.kind == "identifier" and PASSWORD_NAME.search(node.text):
                yield "log_secret", 0.6, "a password is written to the log"
                return


def _plain_passwords(call: Call, run: Calls) -> Iterator[Told]:
    for name, value in call.keywords.items():
        is_sent = value.name.startswith("request") and PASSWORD_NAME.search(
            value.name.rstrip("]'\"")
        )
        is_model = call.method[:1].isupper() and not call.method.isupper()
        if run.is_web and PASSWORD_NAME.search(name) and is_sent and is_model:
            yield "plaintext", 0.6, "the password is stored as it was sent"
    if call.method == "execute" and len(call.arguments) > 1:
        query = call.arguments[0].constant
        values = call.arguments[1].items or ()
        is_insert = isinstance(query, str) and query.lstrip()[:6].lower() in ("insert", "update")
        if is_insert and any(_is_sent_password(value) for _, value in values):
            yield "plaintext", 0.6, "the password is stored as it was sent"


def _is_sent_password(value: Value) -> bool:
    sent = any(mark.level > PARAMETER for mark in value.marks)
    return sent and bool(PASSWORD_NAME.search(value.name.rstrip("]'\"")))


RULES: tuple[Callable[[Call, Calls], Iterator[Told]], ...] = (
    _hashes,
    _key_derivation,
    _ciphers,
    _key_sizes,
    _randomness,
    _tls,
    _web_tokens,
    _deserialising,
    _xml,
    _permissions,
    _temporary,
    _web_settings,
    _clear_text,
    _binds,
    _regexes,
    _logging,
    _plain_passwords,
)
