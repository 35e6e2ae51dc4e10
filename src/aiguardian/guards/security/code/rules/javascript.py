"""JavaScript and TypeScript: eval, markup, commands, queries, prototypes."""

from __future__ import annotations

import re

from aiguardian.guards.security.code.rules.rule import Language, pattern, rule

LANGUAGE = Language(
    calls={"call_expression": ("function",), "new_expression": ("constructor",)},
    assignments={
        "variable_declarator": ("name", "value"),
        "assignment_expression": ("left", "right"),
    },
    sources=re.compile(
        r"\b(?:req|request|ctx|context)\.(?:body|query|params|headers|cookies|url|param\b|files|request)"
        r"|\b(?:window\.|document\.)?location\.(?:hash|search|href)|document\.(?:URL|referrer|cookie)"
        r"|URLSearchParams|process\.argv|\bevent\.data\b|\be\.data\b|prompt\s*\("
    ),
    cleaners=re.compile(
        r"(?i)\b(?:parseInt|parseFloat|Number|encodeURIComponent|encodeURI|DOMPurify\.sanitize|sanitize\w*"
        r"|escape\w*|path\.basename|isNaN|validator\.\w+|xss)\s*\("
    ),
    rules=(
        rule(
            "code",
            r"(?:window\.|global\.|globalThis\.)?eval|new Function|Function|"
            r"(?:vm\.)runIn\w+|vm\.Script",
            0.7,
            "a variable is run as code",
            "variable",
        ),
        rule(
            "code",
            r"(?:window\.)?set(?:Timeout|Interval)",
            0.6,
            "text is run as code",
            text=r"set\w+\(\s*(?:['\"`]|\w+\s*\+\s*['\"])",
        ),
        rule(
            "shell",
            r"(?:child_process\.|cp\.|shell\.|shelljs\.)?(?:exec|execSync)",
            0.7,
            "text put together reaches a shell",
            "built",
            0,
        ),
        rule(
            "shell",
            r"(?:child_process\.|cp\.)(?:exec|execSync)",
            0.6,
            "a variable reaches a shell",
            "variable",
            0,
        ),
        rule(
            "shell",
            r"(?:child_process\.|cp\.)?(?:spawn|spawnSync|execFile)",
            0.6,
            "a variable reaches a shell",
            text=r"shell\s*:\s*true",
        ),
        rule(
            "sql",
            r"(?:.*\.)?(?:query|execute|raw|all|run)",
            0.75,
            "text put together reaches a query",
            "built",
            0,
            text=r"(?i)\b(?:select|insert|update|delete|drop|where)\b",
        ),
        rule("html", r"document\.write(?:ln)?", 0.65, "a variable becomes markup", "variable"),
        rule(
            "html", r"(?:.*\.)?insertAdjacentHTML", 0.6, "a variable becomes markup", "variable", 1
        ),
        rule(
            "html",
            r"\$\([^()]{0,80}\)\.(?:html|append|prepend|after|before)",
            0.55,
            "text put together becomes markup",
            "built",
        ),
        rule(
            "html",
            r"(?:res|response|reply)\.(?:send|write|end)",
            0.75,
            "a value from a request is sent unescaped",
            "outside",
            unless=r"\.json|JSON\.stringify",
        ),
        rule(
            "path",
            r"(?:fs|fsp|fs\.promises|fse)\.\w+|(?:res|response)\.(?:sendFile|download)|path\.(?:join|resolve)",
            0.75,
            "a value from a request chooses the file",
            "outside",
        ),
        rule(
            "path",
            r"(?:fs|fsPromises)\.(?:readFile|readFileSync|createReadStream|writeFile|writeFileSync|unlink)",
            0.5,
            "the file name is put together",
            "built",
            0,
        ),
        rule(
            "url",
            r"fetch|axios(?:\.\w+)?|request(?:\.\w+)?|got|https?\.(?:get|request)|needle\.\w+|superagent\.\w+",
            0.75,
            "a value from a request chooses the address",
            "outside",
            0,
        ),
        rule(
            "redirect",
            r"(?:res|response|ctx)\.redirect|(?:window\.)?location\.(?:assign|replace)",
            0.75,
            "a value from a request chooses the address",
            "outside",
        ),
        rule(
            "regex",
            r"new RegExp|RegExp",
            0.55,
            "a variable becomes a regular expression",
            "variable",
            0,
            unless=r"(?i)escape",
        ),
        rule("random", r"Math\.random", 0.55, "the sequence can be predicted"),
        rule("random", r"crypto\.pseudoRandomBytes", 0.6, "the sequence can be predicted"),
        rule(
            "hash",
            r"(?:crypto\.)?create(?:Hash|Hmac)",
            0.65,
            "the hash no longer resists collisions",
            text=r"(?i)['\"](?:md[245]|sha1?)['\"]",
        ),
        rule(
            "hash",
            r"CryptoJS\.(?:MD5|SHA1)|md5|sha1",
            0.6,
            "the hash no longer resists collisions",
            "variable",
        ),
        rule(
            "cipher",
            r"(?:crypto\.)?create(?:C|Dec)ipher",
            0.7,
            "the key is derived without salt, with MD5",
        ),
        rule(
            "cipher",
            r"(?:crypto\.)?create(?:C|Dec)ipheriv",
            0.7,
            "the cipher or its mode can be broken",
            text=r"(?i)['\"`](?:des|rc[24]|bf|[\w-]+-ecb)",
        ),
        rule("pickle", r"(?:.*\.)?unserialize", 0.75, "data is run when it is read", "variable"),
        rule("pickle", r"yaml\.load", 0.5, "data may name types", "outside"),
        rule(
            "nosql",
            r"(?:.*\.)(?:find|findOne|updateOne|deleteOne|findOneAndUpdate|deleteMany)",
            0.65,
            "a value from a request becomes an operator",
            "outside",
            0,
            unless=r"String\(|toString\(",
        ),
        rule(
            "jwt",
            r"(?:jwt|jsonwebtoken)\.(?:verify|sign)",
            0.8,
            "tokens without a signature are accepted",
            text=r"(?i)['\"]none['\"]",
        ),
        rule(
            "jwt",
            r"(?:jwt|jsonwebtoken)\.decode|jwt_decode",
            0.5,
            "decode does not verify",
            "outside",
        ),
        rule(
            "credential",
            r"(?:jwt|jsonwebtoken)\.(?:sign|verify)",
            0.65,
            "the signing key stands in the code",
            "literal",
            1,
        ),
        rule(
            "prototype",
            r"(?:_|lodash|\$|jQuery)\.(?:merge|defaultsDeep|extend|set)",
            0.6,
            "a request can name the prototype",
            "outside",
        ),
        rule(
            "origin",
            r"(?:.*\.)?postMessage",
            0.6,
            "any window may read it",
            text=r"['\"]\*['\"]\s*\)?",
        ),
        rule(
            "origin",
            r"(?:window\.|self\.)?addEventListener",
            0.55,
            "the sender is not checked",
            text=r"\(\s*['\"]message['\"]",
            unless=r"\.origin\b",
        ),
        rule(
            "cookie",
            r"(?:res|response)\.cookie",
            0.55,
            "the cookie is not protected",
            unless=r"secure\s*:\s*true",
        ),
        rule(
            "cors",
            r"cors",
            0.6,
            "any site may use the visitor's session",
            text=r"credentials\s*:\s*true",
            unless=r"origin\s*:\s*(?:\[|['\"]https?:)",
        ),
        rule(
            "template",
            r"(?:ejs|pug|handlebars|Handlebars|nunjucks|_)\.(?:render|compile|renderString|template)",
            0.75,
            "a value from a request becomes the template",
            "outside",
            0,
        ),
    ),
    patterns=(
        pattern(
            "html",
            "assignment_expression",
            r"\.(?:inner|outer)HTML\s*\+?=\s*(?!\s*['\"][^'\"]*['\"]\s*\Z)(?!\s*``)",
            0.55,
            "a variable becomes markup",
            "variable",
        ),
        pattern(
            "html", "jsx_attribute", r"dangerouslySetInnerHTML", 0.55, "a variable becomes markup"
        ),
        pattern(
            "tls",
            "pair",
            r"\ArejectUnauthorized['\"]?\s*:\s*false",
            0.8,
            "certificates are not verified",
        ),
        pattern(
            "tls",
            "assignment_expression",
            r"NODE_TLS_REJECT_UNAUTHORIZED[\]'\"]*\s*=\s*['\"]?0",
            0.8,
            "certificates are not verified",
        ),
        pattern(
            "redirect",
            "assignment_expression",
            r"\A(?:window\.|document\.)?location(?:\.href)?\s*=",
            0.65,
            "a value from the address chooses the next",
            "outside",
        ),
        pattern(
            "credential",
            "variable_declarator pair assignment_expression",
            r"(?i)\A['\"]?[\w.]{0,30}(?:passw(?:or)?d|secret(?:_?key)?|api_?key|(?:access|auth)_?token|private_?key)['\"]?\s*[=:]\s*['\"][^'\"\s${}<>]{8,80}['\"]\Z",
            0.6,
            "a secret value stands in the code",
        ),
        pattern(
            "timing",
            "binary_expression",
            r"(?i)\A[\w.]{0,60}(?:signature|hmac|digest|csrf_?token|secret|api_?key|passw(?:or)?d|hash|auth_?token)\w{0,10}\s*[=!]==?\s*[\w.]{1,80}\Z(?<!null)(?<!undefined)(?<!true)(?<!false)",
            0.55,
            "the comparison ends at the first difference",
        ),
    ),
)
