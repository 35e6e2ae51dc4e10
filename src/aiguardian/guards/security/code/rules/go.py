"""Go: queries, commands, TLS, weak hashes and randomness."""

from __future__ import annotations

import re

from aiguardian.guards.security.code.rules.rule import Language, pattern, rule

LANGUAGE = Language(
    calls={"call_expression": ("function",)},
    assignments={
        "short_var_declaration": ("left", "right"),
        "assignment_statement": ("left", "right"),
        "var_spec": ("name", "value"),
    },
    sources=re.compile(
        r"\.FormValue\(|\.PostFormValue\(|\.URL\.(?:Query|Path)|\.Query\(\)|\bc\.(?:Query|Param|PostForm)\("
        r"|mux\.Vars|r\.Header\.Get|r\.Body|os\.Args|r\.Cookie\(|chi\.URLParam"
    ),
    cleaners=re.compile(
        r"\b(?:strconv\.(?:Atoi|ParseInt|Quote)|filepath\.Base|html\.EscapeString|template\.HTMLEscapeString"
        r"|url\.(?:Query|Path)Escape|uuid\.Parse|path\.Base|regexp\.QuoteMeta)\("
    ),
    rules=(
        rule(
            "sql",
            r".*\.(?:Query|QueryRow|Exec|QueryContext|QueryRowContext|ExecContext|Prepare|Raw|Where|Order)",
            0.75,
            "text put together reaches a query",
            "built",
        ),
        rule(
            "sql",
            r".*\.(?:Query|QueryRow|Exec|QueryContext|ExecContext|Raw)",
            0.6,
            "text put together reaches a query",
            "variable",
            0,
            text=r"Sprintf",
        ),
        rule(
            "shell",
            r"exec\.Command(?:Context)?",
            0.75,
            "a variable reaches a shell",
            "variable",
            text=r"\"(?:/bin/)?(?:sh|bash|zsh)\"|\"cmd(?:\.exe)?\"",
        ),
        rule(
            "shell",
            r"exec\.Command(?:Context)?",
            0.7,
            "a value from a request chooses the program",
            "outside",
            0,
        ),
        rule(
            "shell",
            r"syscall\.Exec|os\.StartProcess",
            0.65,
            "a variable chooses the program",
            "variable",
            0,
        ),
        rule(
            "path",
            r"(?:os|ioutil)\.(?:Open|OpenFile|ReadFile|WriteFile|Create|Remove|RemoveAll)|http\.ServeFile|filepath\.Join",
            0.7,
            "a value from a request chooses the file",
            "outside",
        ),
        rule(
            "url",
            r"http\.(?:Get|Post|Head|PostForm|NewRequest)|.*[cC]lient\.(?:Get|Post)",
            0.75,
            "a value from a request chooses the address",
            "outside",
        ),
        rule(
            "redirect",
            r"http\.Redirect",
            0.75,
            "a value from a request chooses the address",
            "outside",
            2,
        ),
        rule(
            "html",
            r"template\.(?:HTML|JS|URL|HTMLAttr)",
            0.6,
            "a variable is taken as safe markup",
            "variable",
        ),
        rule(
            "html",
            r"fmt\.Fprint(?:f|ln)?|w\.Write|io\.WriteString",
            0.7,
            "a value from a request is sent unescaped",
            "outside",
            text=r"\A(?:fmt\.Fprint\w*\(\s*(?:w|rw|writer)\b|w\.|io\.WriteString\(\s*w\b)",
        ),
        rule(
            "hash", r"(?:md5|sha1|md4)\.(?:New|Sum)", 0.6, "the hash no longer resists collisions"
        ),
        rule(
            "cipher",
            r"(?:des|rc4)\.New\w*|cipher\.NewECB\w*|blowfish\.NewCipher",
            0.75,
            "the cipher or its mode can be broken",
        ),
        rule(
            "random",
            r"(?:mrand|rand)\.(?:Intn?|Int31n?|Int63n?|Float64|Seed|Perm|NewSource|Uint32)",
            0.5,
            "the sequence can be predicted",
            unless=r"rand\.Int\(\s*(?:c?rand|crypto)\.Reader",
        ),
        rule(
            "key_size",
            r"rsa\.GenerateKey",
            0.75,
            "the key is too short",
            text=r",\s*(?:512|768|1024)\s*\)",
        ),
        rule(
            "permission",
            r"os\.(?:Chmod|OpenFile|Mkdir|MkdirAll|WriteFile)|ioutil\.WriteFile",
            0.6,
            "others may write",
            text=r"0o?[0-7]?[0-7][0-7][2367]\s*\)\s*\Z",
        ),
        rule("tls", r"ssh\.InsecureIgnoreHostKey", 0.75, "unknown host keys are accepted"),
        rule(
            "pickle",
            r"gob\.NewDecoder|yaml\.Unmarshal",
            0.5,
            "outside data is decoded into objects",
            "outside",
        ),
        rule(
            "temp",
            r"ioutil\.WriteFile|os\.(?:Create|WriteFile)",
            0.55,
            "anyone may put a file or link there first",
            text=r"\(\s*\"/tmp/",
        ),
    ),
    patterns=(
        pattern(
            "tls",
            "keyed_element assignment_statement",
            r"InsecureSkipVerify\s*[:=]\s*true",
            0.85,
            "certificates are not verified",
        ),
        pattern(
            "tls_version",
            "keyed_element",
            r"MinVersion\s*:\s*tls\.(?:VersionSSL30|VersionTLS10|VersionTLS11)",
            0.65,
            "the protocol version is broken",
        ),
        pattern(
            "cookie",
            "keyed_element",
            r"\A(?:Secure|HttpOnly)\s*:\s*false",
            0.6,
            "the cookie is not protected",
        ),
        pattern(
            "credential",
            "short_var_declaration const_spec var_spec keyed_element",
            r"(?i)\A\"?\w{0,30}(?:passw(?:or)?d|secret(?:key)?|api_?key|(?:access|auth)_?token)\"?\s*(?:string\s*)?(?::?=|:)\s*(?:\[\]byte\()?[\"`][^\"`\s%{}]{6,80}[\"`]\)?\Z",
            0.6,
            "a secret value stands in the code",
        ),
    ),
)
