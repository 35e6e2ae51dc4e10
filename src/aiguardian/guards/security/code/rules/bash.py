"""Shell: eval, downloads that are run, wide permissions, unquoted variables."""

from __future__ import annotations

import re

from aiguardian.guards.security.code.rules.rule import Language, pattern, rule

_VARIABLE = r"(?<![\"\w])\$(?:\{?[A-Za-z_]\w{0,40}\}?|[1-9@*])"

LANGUAGE = Language(
    calls={"command": ("name",)},
    assignments={"variable_assignment": ("name", "value")},
    sources=re.compile(r"\$(?:[1-9@*]|\{[1-9]|REPLY|QUERY_STRING|HTTP_\w+)|\bread\b"),
    cleaners=re.compile(r"printf %q|\btr -cd\b|\$\{[^}]{1,60}@Q\}"),
    rules=(
        rule("code", r"eval", 0.7, "a variable is run as code", text=r"\$|`"),
        rule(
            "word_split",
            r"rm|sudo",
            0.6,
            "an empty or spaced value deletes something else",
            text=rf"\brm\b[^\n\"]{{0,200}}{_VARIABLE}",
        ),
        rule(
            "permission",
            r"chmod|sudo",
            0.7,
            "others may write",
            text=r"\bchmod\b[^\n]{0,80}\s(?:0?[0-7]?[0-7][0-7][2367]|[ao]?\+[rx]*w[rx]*)\s",
        ),
        rule(
            "tls",
            r"curl|wget|sudo",
            0.65,
            "certificates are not verified",
            text=r"\bcurl\b[^\n|]{0,300}\s(?:-\w{0,6}k\w{0,6}|--insecure)(?:\s|\Z)|--no-check-certificate",
        ),
        rule(
            "tls",
            r"ssh|scp|rsync|sftp",
            0.6,
            "unknown host keys are accepted",
            text=r"StrictHostKeyChecking[= ]no",
        ),
        rule(
            "tls",
            r"git|npm|pip3?",
            0.6,
            "certificates are not verified",
            text=r"sslVerify[= ]false|strict-ssl false|--trusted-host",
        ),
        rule(
            "code",
            r"(?:ba|z|da)?sh|su",
            0.6,
            "a variable is run as code",
            text=r"\s-c\s+(?:\"[^\"]{0,200}\$(?!\()|\$)",
        ),
        rule(
            "sql",
            r"mysql|psql|sqlite3",
            0.65,
            "a variable is put into the query",
            text=r"(?i)(?:select|insert|update|delete|drop)\b[^\n]{0,300}\$",
        ),
        rule(
            "credential",
            r"mysql|mysqldump|curl|sshpass|psql",
            0.65,
            "the password stands in the code",
            text=r"(?:\s-p|--password=)['\"]?(?!\$)[\w!@#%^&*.-]{4,60}\b|\s-u\s*['\"]?\w{1,40}:(?!\$)[^\s$'\"]{4,60}",
        ),
        rule("privilege", r"sudo|su", 0.5, "anyone may become root", text=r"NOPASSWD:\s*ALL"),
        rule(
            "cleartext", r"ftp|telnet|rsh|rlogin", 0.6, "passwords go over the network unencrypted"
        ),
        rule(
            "hardcoded_temp",
            r"touch|tee",
            0.5,
            "anyone may put a file or link there first",
            text=r"\s/tmp/[\w.-]{1,60}(?:\$\$)?\s*\Z",
        ),
    ),
    patterns=(
        pattern(
            "download",
            "pipeline",
            r"\b(?:curl|wget)\b[^|]{1,600}\|\s*(?:sudo\s+(?:-\w+\s+)?)?(?:/bin/)?(?:ba|z|da)?sh\b|\b(?:curl|wget)\b[^|]{1,600}\|\s*(?:sudo\s+)?(?:python3?|perl|ruby|node)\b",
            0.75,
            "what a server sends is run unread",
        ),
        pattern(
            "download",
            "command",
            r"(?:\b(?:ba|z)?sh|source|eval)\b[^\n]{0,40}(?:<|\$)\(\s*(?:curl|wget)\b",
            0.75,
            "what a server sends is run unread",
        ),
        pattern(
            "hardcoded_temp",
            "file_redirect",
            r"\A\d?>>?\s*['\"]?/tmp/[\w.-]{1,60}(?:\$\$)?['\"]?\Z",
            0.5,
            "anyone may put a file or link there first",
        ),
        pattern(
            "credential",
            "variable_assignment",
            r"(?i)\A\w{0,30}(?:passw(?:or)?d|secret|api_?key|token|access_key)=['\"]?(?![\"'$]|\Z)[^\s$'\"<>…]{6,80}['\"]?\Z",
            0.6,
            "a secret value stands in the code",
        ),
    ),
)
