"""Password hashes, which can be guessed offline (scored lower), and private keys without armour."""

from __future__ import annotations

from aiguardian.guards.security.secrets.formats.format import HEX, Format

_CRYPT = "[./A-Za-z0-9]"

FORMATS = (
    # crypt(5) modular formats: $id$salt$hash.
    Format("password_hash", "", "$1$", _CRYPT + "{1,8}\\$" + _CRYPT + "{22}", 0.7),
    Format(
        "password_hash",
        "",
        "$5$",
        "(?:rounds=[0-9]{1,9}\\$)?[^\\s$]{1,16}\\$" + _CRYPT + "{43}",
        0.75,
    ),
    Format(
        "password_hash",
        "",
        "$6$",
        "(?:rounds=[0-9]{1,9}\\$)?[^\\s$]{1,16}\\$" + _CRYPT + "{86}",
        0.75,
    ),
    *(
        Format("password_hash", "", prefix, "[0-9]{2}\\$" + _CRYPT + "{53}", 0.75)
        for prefix in ("$2a$", "$2b$", "$2y$")
    ),
    Format(
        "password_hash",
        "",
        "$y$",
        "[./A-Za-z0-9]{1,6}\\$" + _CRYPT + "{1,86}\\$" + _CRYPT + "{43}",
        0.75,
    ),
    Format("password_hash", "", "$apr1$", _CRYPT + "{1,8}\\$" + _CRYPT + "{22}", 0.7),
    Format("password_hash", "Cisco", "$8$", _CRYPT + "{14}\\$" + _CRYPT + "{43}", 0.7),
    Format("password_hash", "Cisco", "$9$", _CRYPT + "{14}\\$" + _CRYPT + "{43}", 0.7),
    Format(
        "password_hash",
        "",
        "$argon2",
        "(?:id|i|d)\\$v=[0-9]{1,3}\\$m=[0-9]{1,8},t=[0-9]{1,4},"
        "p=[0-9]{1,3}\\$[A-Za-z0-9+/]{8,90}\\$[A-Za-z0-9+/]{16,120}",
        0.75,
    ),
    Format(
        "password_hash",
        "Django",
        "pbkdf2_sha256$",
        "[0-9]{1,8}\\$[A-Za-z0-9]{6,40}\\$[A-Za-z0-9+/]{43}=",
        0.75,
    ),
    Format(
        "password_hash",
        "",
        "$krb5asrep$",
        "[0-9]{1,2}\\$[^\\s$]{1,200}\\$" + HEX + "{32,4000}",
        0.85,
    ),
    Format(
        "password_hash", "", "$krb5tgs$", "[0-9]{1,2}\\$[^\\s]{1,200}\\$" + HEX + "{32,4000}", 0.85
    ),
    Format("password_hash", "", "{SSHA}", "[A-Za-z0-9+/]{30,80}={0,2}", 0.75),
    # RFC 5208 and RFC 8017 in DER: version 0, then the algorithm or the modulus.
    *(
        Format(
            "private_key_der",
            "",
            literal,
            "[A-Za-z0-9+/]{40,8000}={0,2}",
            0.93,
            lead="[A-Za-z0-9+/]",
            lead_max=6,
        )
        for literal in ("IBADANBgkqhkiG9w0BAQEFAASC", "AgEAMBMGByqGSM49AgEG", "IBAAKCAQ", "IBAAJBA")
    ),
    Format("private_key_der", "", "MC4CAQAwBQYDK2VwBCIE", "[A-Za-z0-9+/]{43}=?", 0.95),
    # MS-NLMP: "NTLMSSP\\0" type 3 in base64, the answer that can be cracked offline.
    Format("ntlm_authenticate", "Microsoft", "TlRMTVNTUAAD", "[A-Za-z0-9+/]{60,2000}={0,2}", 0.85),
    # passlib, Werkzeug, PostgreSQL (RFC 5803), phpass (WordPress, phpBB), Drupal, GRUB.
    Format(
        "password_hash",
        "",
        "$pbkdf2",
        "(?:-sha(?:1|256|512))?\\$[0-9]{1,8}\\$[A-Za-z0-9./+]{8,90}\\$[A-Za-z0-9./+]{20,90}",
        0.75,
    ),
    Format(
        "password_hash",
        "",
        "$scrypt$",
        "ln=[0-9]{1,2},r=[0-9]{1,3},p=[0-9]{1,3}\\$[A-Za-z0-9./+]{8,90}\\$[A-Za-z0-9./+]{20,90}",
        0.75,
    ),
    Format(
        "password_hash",
        "Werkzeug",
        "scrypt:",
        "[0-9]{1,7}:[0-9]{1,3}:[0-9]{1,3}\\$[A-Za-z0-9]{6,40}\\$" + HEX + "{128}",
        0.8,
    ),
    Format(
        "password_hash",
        "Werkzeug",
        "pbkdf2:sha",
        "(?:1|256|512)(?::[0-9]{1,8})?\\$[A-Za-z0-9]{6,40}\\$" + HEX + "{40,128}",
        0.8,
    ),
    Format(
        "password_hash",
        "PostgreSQL",
        "SCRAM-SHA-256$",
        "[0-9]{1,7}:[A-Za-z0-9+/=]{16,48}\\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=",
        0.8,
    ),
    Format("password_hash", "", "$P$", _CRYPT + "{31}", 0.75),
    Format("password_hash", "", "$H$", _CRYPT + "{31}", 0.75),
    Format("password_hash", "Drupal", "$S$", _CRYPT + "{52}", 0.75),
    Format(
        "password_hash",
        "",
        "grub.pbkdf2.sha512.",
        "[0-9]{1,7}\\.[A-F0-9]{64,256}\\.[A-F0-9]{128}",
        0.8,
    ),
    Format("password_hash", "", "{SSHA512}", "[A-Za-z0-9+/]{80,120}={0,2}", 0.75),
    Format("password_hash", "", "{SHA}", "[A-Za-z0-9+/]{27}=", 0.7),
)
