"""C and C++: copies without a bound, format strings, commands, weak randomness."""

from __future__ import annotations

import re

from aiguardian.guards.security.code.rules.rule import Language, pattern, rule

LANGUAGE = Language(
    calls={"call_expression": ("function",)},
    assignments={
        "init_declarator": ("declarator", "value"),
        "assignment_expression": ("left", "right"),
    },
    sources=re.compile(
        r"\bargv\b|\b(?:getenv|fgets|gets|scanf|fscanf|recv|recvfrom|fread|getline|readline|getchar)\s*\("
    ),
    cleaners=re.compile(r"\b(?:atoi|strtol|strtoul|strlen|sizeof)\s*\("),
    rules=(
        rule("gets", r"gets|_getws", 0.9, "gets cannot know how long the buffer is"),
        rule(
            "buffer",
            r"strcpy|wcscpy|lstrcpyA?|_tcscpy|stpcpy|StrCpyA?",
            0.65,
            "the copy has no bound",
            "variable",
            1,
        ),
        rule(
            "buffer",
            r"strcat|wcscat|lstrcatA?|_tcscat|StrCatA?",
            0.65,
            "the copy has no bound",
            "variable",
            1,
        ),
        rule(
            "buffer",
            r"v?sprintf|wsprintfA?",
            0.6,
            "the text may be longer than the buffer",
            text=r"%\d*[.]?\d*l?s|,\s*\w+\s*[,)]",
        ),
        rule("buffer", r"f?scanf|sscanf", 0.6, "%s reads without a bound", text=r"%l?s|%\["),
        rule(
            "buffer",
            r"strncpy|strncat|memcpy|memmove",
            0.55,
            "the bound is the length of the source",
            text=r"strlen\s*\([^()]{1,80}\)\s*(?:\+\s*1\s*)?\)\s*\Z",
        ),
        rule("buffer", r"alloca|_alloca", 0.55, "the stack may run over", "variable", 0),
        rule(
            "unsafe_memory",
            r"memcpy|memmove|bcopy|CopyMemory",
            0.5,
            "the length is not checked here",
            "outside",
            2,
        ),
        rule("format", r"printf|vprintf", 0.75, "the format is a variable", "variable", 0),
        rule(
            "format",
            r"fprintf|syslog|sprintf|vfprintf|dprintf",
            0.7,
            "the format is a variable",
            "variable",
            1,
            unless=r"\A\w+\s*\([^,]{1,80},[^,]{0,80}\"",
        ),
        rule("format", r"snprintf", 0.7, "the format is a variable", "variable", 2, unless=r"\""),
        rule(
            "shell",
            r"system|popen|_popen|wsystem|_wsystem",
            0.7,
            "a variable reaches a shell",
            "variable",
            0,
        ),
        rule(
            "shell",
            r"execl[pe]?|execv[pe]?|ShellExecuteA?|WinExec|CreateProcessA?",
            0.6,
            "outside input chooses the program",
            "outside",
        ),
        rule(
            "overflow",
            r"malloc|xmalloc|g_malloc|alloca|kmalloc|realloc|valloc|new",
            0.5,
            "the product may overflow",
            text=r"\w\s*\*\s*(?:sizeof|\w)",
            unless=r"\*\s*\)|\(\s*(?:sizeof\s*\([^()]{1,60}\)|\d+)\s*\*\s*(?:\d+|sizeof\s*\([^()]{1,60}\))\s*\)",
        ),
        rule(
            "random",
            r"(?:std::)?(?:s?rand|random|s?random|rand_r|[dlm]rand48|srand48)",
            0.55,
            "the sequence can be predicted",
        ),
        rule(
            "temp",
            r"tmpnam|tempnam|mktemp|_mktemp|tmpnam_r|GetTempFileNameA?",
            0.75,
            "another process can take the name first",
        ),
        rule(
            "hash",
            r"MD[245](?:_Init|_Update|_Final)?|SHA1?(?:_Init|_Update|_Final)?|EVP_(?:md[245]|sha1?)|CC_MD5|CC_SHA1",
            0.6,
            "the hash no longer resists collisions",
        ),
        rule(
            "cipher",
            r"(?:DES|RC[24]|BF)_\w+|EVP_(?:des|rc[24]|bf)_\w+|EVP_\w+_ecb",
            0.7,
            "the cipher or its mode can be broken",
        ),
        rule(
            "permission",
            r"chmod|fchmod|open|mkdir|creat",
            0.6,
            "others may write",
            text=r"\b0?0?[0-7]{1,2}[2367]\s*\)\s*\Z|S_IWOTH|S_IRWXO",
            unless=r"\b0[0-7][0-7][0145]\s*\)\s*\Z",
        ),
        rule(
            "path",
            r"fopen|open|ifstream|remove|unlink",
            0.5,
            "outside input chooses the file",
            "outside",
            0,
            unless=r"argv",
        ),
        rule(
            "tls",
            r"SSL_(?:CTX_)?set_verify|curl_easy_setopt",
            0.75,
            "certificates are not verified",
            text=r"SSL_VERIFY_NONE|SSL_VERIFY(?:PEER|HOST)\s*,\s*0",
        ),
        rule("race", r"access|_access", 0.5, "the file may change before it is used"),
        rule(
            "sql",
            r"(?:sqlite3_exec|mysql_query|mysql_real_query|PQexec|SQLExecDirect)",
            0.6,
            "text put together reaches a query",
            "outside",
        ),
    ),
    patterns=(
        pattern(
            "credential",
            "init_declarator assignment_expression",
            r"(?i)(?:passw(?:or)?d|secret|api_?key|token)\w{0,20}(?:\[\w{0,10}\])?\s*=\s*\"[^\"\s%]{6,80}\"\Z",
            0.6,
            "a secret value stands in the code",
        ),
    ),
)
