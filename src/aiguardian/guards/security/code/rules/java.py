"""Java: queries and commands put together, weak ciphers, readObject, XML."""

from __future__ import annotations

import re

from aiguardian.guards.security.code.rules.rule import Language, pattern, rule

LANGUAGE = Language(
    calls={
        "method_invocation": ("object", "name"),
        "object_creation_expression": ("type",),
    },
    assignments={
        "variable_declarator": ("name", "value"),
        "assignment_expression": ("left", "right"),
    },
    sources=re.compile(
        r"\.get(?:Parameter|Header|QueryString|Cookies|InputStream|Reader|ParameterValues|PathInfo"
        r"|RequestURI|ParameterMap)\s*\(|@RequestParam|@PathVariable|System\.getenv|\bargs\["
    ),
    cleaners=re.compile(
        r"(?i)\b(?:parseInt|parseLong|valueOf|escapeHtml\w*|encodeForHTML|encodeForSQL|UUID\.fromString"
        r"|FilenameUtils\.getName|htmlEscape|sanitize\w*|Encode\.for\w+)\s*\("
    ),
    rules=(
        rule(
            "sql",
            r"(?:.*\.)?(?:executeQuery|executeUpdate|execute|addBatch|prepareStatement|prepareCall|createQuery|createNativeQuery|queryForObject|queryForList|rawQuery|execSQL)",
            0.7,
            "text put together reaches a query",
            "built",
            0,
        ),
        rule(
            "shell",
            r"(?:.*\.)?exec",
            0.65,
            "a variable reaches a command",
            "variable",
            0,
            text=r"[Rr]untime|exec\(",
        ),
        rule(
            "shell",
            r"new ProcessBuilder|new Process",
            0.6,
            "a variable chooses the program",
            "variable",
        ),
        rule("code", r"(?:.*\.)?eval", 0.7, "a variable is run as code", "variable", 0),
        rule(
            "pickle",
            r"(?:.*\.)?(?:readObject|readUnshared|fromXML)",
            0.65,
            "any class on the path can be made",
        ),
        rule(
            "pickle",
            r"new (?:ObjectInputStream|XMLDecoder)",
            0.6,
            "any class on the path can be made",
        ),
        rule(
            "hash",
            r"(?:.*\.)?MessageDigest\.getInstance|MessageDigest\.getInstance|DigestUtils\.(?:md5|sha1?)\w*",
            0.65,
            "the hash no longer resists collisions",
            text=r"(?i)\"(?:md[245]|sha-?1?)\"|DigestUtils",
        ),
        rule(
            "cipher",
            r"(?:.*\.)?(?:Cipher|KeyGenerator|SecretKeyFactory)\.getInstance",
            0.7,
            "the cipher or its mode can be broken",
            text=r"(?i)\"(?:DES(?:ede)?|RC[24]|Blowfish|ARCFOUR)\b|\"AES\"|/ECB",
            unless=r"KeyGenerator\.getInstance\(\"AES",
        ),
        rule(
            "random",
            r"new (?:java\.util\.)?Random|Math\.random",
            0.55,
            "the sequence can be predicted",
        ),
        rule(
            "xxe",
            r"(?:.*\.)?(?:DocumentBuilderFactory|SAXParserFactory|XMLInputFactory|"
            r"TransformerFactory)\.new(?:Instance|Factory)|new SAXBuilder|new SAXReader|"
            r"XMLReaderFactory\.createXMLReader",
            0.5,
            "external entities are on unless switched off",
        ),
        rule(
            "path",
            r"new (?:File|FileInputStream|FileReader|FileOutputStream|FileWriter|"
            r"RandomAccessFile)|Paths\.get|Path\.of",
            0.7,
            "a value from a request chooses the file",
            "outside",
        ),
        rule(
            "url",
            r"(?:.*\.)?(?:openConnection|openStream)|new (?:URL|HttpGet|HttpPost)|"
            r"(?:.*\.)?getForObject",
            0.7,
            "a value from a request chooses the address",
            "outside",
        ),
        rule(
            "url",
            r"(?:.*\.)?(?:openConnection|openStream)",
            0.5,
            "the address is not checked here",
            text=r"\A\w+\.open|new URL\(\s*\w+\s*\)",
        ),
        rule(
            "redirect",
            r"(?:.*\.)?sendRedirect",
            0.75,
            "a value from a request chooses the address",
            "outside",
        ),
        rule(
            "html",
            r"(?:.*\.)?(?:getWriter\(\)|out|writer|pw)\.(?:print|println|write|append|printf|format)",
            0.75,
            "a value from a request is sent unescaped",
            "outside",
        ),
        rule(
            "ldap",
            r"(?:.*(?:ctx|context|dir)\w*\.)search",
            0.65,
            "text put together reaches a filter",
            "built",
        ),
        rule(
            "xpath",
            r"(?:.*xpath\w*\.)(?:evaluate|compile)",
            0.65,
            "text put together reaches an XPath",
            "built",
        ),
        rule(
            "tls",
            r"(?:.*\.)?(?:setHostnameVerifier|setDefaultHostnameVerifier)",
            0.65,
            "host names are not checked",
            text=r"true|ALLOW_ALL|NoopHostnameVerifier",
        ),
        rule(
            "tls_version",
            r"SSLContext\.getInstance",
            0.6,
            "the protocol version is broken",
            text=r"\"(?:SSL(?:v[23])?|TLSv1(?:\.1)?)\"",
        ),
        rule(
            "cookie",
            r"(?:.*\.)?(?:setSecure|setHttpOnly)",
            0.65,
            "the cookie is not protected",
            text=r"false",
        ),
        rule(
            "csrf",
            r"(?:.*\.)?csrf\(\)\.disable|(?:.*csrf.*\.)disable",
            0.6,
            "the check is switched off",
        ),
        rule(
            "permission",
            r"(?:.*\.)?set(?:Readable|Writable|Executable)",
            0.6,
            "everyone may use the file",
            text=r"true\s*,\s*false",
        ),
        rule(
            "iv",
            r"new IvParameterSpec",
            0.65,
            "the initialisation vector is constant",
            text=r"\"[^\"]*\"\.getBytes|new byte\[\]?\s*\{|new byte\[\d+\]",
        ),
        rule(
            "key_size",
            r"(?:.*\.)?initialize",
            0.6,
            "the key is too short",
            text=r"\(\s*(?:512|768|1024)\s*[,)]",
        ),
    ),
    patterns=(
        pattern(
            "credential",
            "variable_declarator assignment_expression",
            r"(?i)\A[\w.]{0,40}(?:passw(?:or)?d|secret|api_?key|token)\w{0,10}\s*=\s*\"[^\"\s%{}]{6,80}\"\Z",
            0.6,
            "a secret value stands in the code",
        ),
        pattern(
            "tls",
            "method_declaration",
            r"checkServerTrusted\s*\([^)]{0,200}\)[^{]{0,80}\{\s*(?://[^\n]{0,80}\s*)?(?:return;\s*)?\}",
            0.75,
            "every certificate is trusted",
        ),
    ),
)
