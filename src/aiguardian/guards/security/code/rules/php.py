"""PHP: superglobals that reach queries, commands, includes and pages."""

from __future__ import annotations

import re

from aiguardian.guards.security.code.rules.rule import Language, pattern, rule

LANGUAGE = Language(
    calls={
        "function_call_expression": ("function",),
        "member_call_expression": ("object", "name"),
        "scoped_call_expression": ("scope", "name"),
        "object_creation_expression": (),
    },
    assignments={"assignment_expression": ("left", "right")},
    sources=re.compile(
        r"\$_(?:GET|POST|REQUEST|COOKIE|FILES)\b|\$_SERVER\s*\[\s*['\"](?:QUERY_STRING|REQUEST_URI|HTTP_|PHP_SELF)"
        r"|php://input|->(?:input|query|getParam|getQueryParams|getPost|getVar)\s*\(|\$argv\b"
    ),
    cleaners=re.compile(
        r"(?i)\b(?:htmlspecialchars|htmlentities|intval|floatval|escapeshellarg|escapeshellcmd|basename|strip_tags"
        r"|filter_(?:var|input)|\w*real_escape_string|esc_\w+|sanitize_\w+|absint|urlencode|rawurlencode"
        r"|password_hash|json_encode|addslashes|in_array|ctype_\w+|is_numeric)\s*\(|\(int\)|->quote\("
    ),
    rules=(
        rule(
            "sql",
            r"(?:mysqli?|pg|sqlite|mssql|odbc)_(?:query|exec|multi_query|unbuffered_query|real_query)",
            0.8,
            "text put together reaches a query",
            "built",
        ),
        rule(
            "sql",
            r".*(?:\.)(?:query|exec|prepare|get_results|get_row|get_var|multi_query|rawQuery|whereRaw|select)",
            0.75,
            "text put together reaches a query",
            "built",
            0,
            text=r"(?i)\b(?:select|insert|update|delete|drop|where)\b",
        ),
        rule(
            "sql",
            r".*(?:\.)(?:query|exec)",
            0.8,
            "a value from a request reaches a query",
            "outside",
            0,
        ),
        rule(
            "shell",
            r"(?:system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec)",
            0.7,
            "a variable reaches a shell",
            "variable",
            0,
            unless=r"escapeshell",
        ),
        rule(
            "code",
            r"eval|assert|create_function|call_user_func(?:_array)?|preg_replace_callback",
            0.8,
            "a value from a request is run as code",
            "outside",
        ),
        rule("code", r"eval|create_function", 0.6, "a variable is run as code", "variable"),
        rule(
            "code",
            r"preg_replace",
            0.7,
            "the e modifier runs the replacement",
            text=r"['\"]([/#~|@]).{0,200}\1\w{0,6}e\w{0,6}['\"]\s*,",
        ),
        rule(
            "pickle",
            r"unserialize",
            0.65,
            "data can make any object",
            "variable",
            unless=r"allowed_classes",
        ),
        rule(
            "path",
            r"(?:file_get_contents|fopen|readfile|file|unlink|file_put_contents|copy|rename|highlight_file|show_source|rmdir|mkdir)",
            0.75,
            "a value from a request chooses the file",
            "outside",
            0,
        ),
        rule(
            "url",
            r"curl_(?:init|setopt)|fsockopen|get_headers",
            0.7,
            "a value from a request chooses the address",
            "outside",
        ),
        rule(
            "upload",
            r"move_uploaded_file",
            0.6,
            "the sender chooses the file's name",
            text=r"\[\s*['\"]name['\"]\s*\]|\$\w*(?:target|file)\w*",
        ),
        rule(
            "redirect",
            r"header",
            0.75,
            "a value from a request chooses the address",
            "outside",
            text=r"(?i)location\s*:",
        ),
        rule(
            "redirect",
            r"wp_redirect|redirect",
            0.7,
            "a value from a request chooses the address",
            "outside",
        ),
        rule(
            "redirect",
            r"header",
            0.5,
            "a variable chooses the address",
            "variable",
            text=r"(?i)\(\s*['\"]location\s*:\s*(?:['\"]\s*\.\s*|\{?)\$(?!_SERVER\[['\"]PHP_SELF)",
        ),
        rule(
            "header",
            r"header|setcookie",
            0.55,
            "a value from a request becomes a header",
            "outside",
            unless=r"(?i)location\s*:",
        ),
        rule("hash", r"md5|sha1|md5_file|sha1_file", 0.6, "the hash no longer resists collisions"),
        rule(
            "hash",
            r"hash|hash_hmac",
            0.6,
            "the hash no longer resists collisions",
            text=r"(?i)\(\s*['\"](?:md[245]|sha1|crc32)['\"]",
        ),
        rule("cipher", r"mcrypt_\w+", 0.7, "mcrypt is unmaintained and its ciphers are weak"),
        rule(
            "cipher",
            r"openssl_(?:en|de)crypt",
            0.7,
            "the cipher or its mode can be broken",
            text=r"(?i)['\"](?:des|rc[24]|bf|[\w-]+-ecb)",
        ),
        rule("salt", r"crypt", 0.6, "the salt is missing or constant"),
        rule(
            "random",
            r"rand|mt_rand|uniqid|lcg_value|mt_srand|srand|str_shuffle|array_rand",
            0.55,
            "the sequence can be predicted",
        ),
        rule(
            "tls",
            r"curl_setopt",
            0.8,
            "certificates are not verified",
            text=r"CURLOPT_SSL_VERIFY(?:PEER|HOST)\s*,\s*(?:false|0|FALSE)",
        ),
        rule(
            "info",
            r"phpinfo|var_dump|print_r|debug_print_backtrace|debug_zval_refcount",
            0.5,
            "the answer shows the system's insides",
            unless=r",\s*true\s*\)",
        ),
        rule(
            "leak",
            r"(?:mysqli?_error|mysqli?_connect_error|pg_last_error)",
            0.5,
            "the answer may carry the database's error",
        ),
        rule("trust", r"extract|parse_str", 0.7, "a request can set any variable", "outside", 0),
        rule(
            "ldap",
            r"ldap_(?:search|list|read)",
            0.65,
            "text put together reaches a filter",
            "built",
        ),
        rule(
            "permission",
            r"chmod|mkdir|umask",
            0.65,
            "others may write",
            text=r"0?[0-7]?[0-7][0-7][2367]\b",
        ),
        rule(
            "xxe",
            r"libxml_disable_entity_loader",
            0.7,
            "external entities are switched on",
            text=r"false",
        ),
        rule(
            "xxe",
            r"simplexml_load_(?:string|file)|.*\.loadXML",
            0.6,
            "external entities are switched on",
            text=r"LIBXML_NOENT|LIBXML_DTDLOAD",
        ),
    ),
    patterns=(
        pattern(
            "html",
            "echo_statement print_intrinsic",
            r"\$",
            0.8,
            "a value from a request is sent unescaped",
            "outside",
        ),
        pattern(
            "path",
            "include_expression include_once_expression require_expression require_once_expression",
            r"\$",
            0.85,
            "a value from a request chooses the code that runs",
            "outside",
        ),
        pattern("shell", "shell_command_expression", r"\$", 0.7, "a variable reaches a shell"),
        pattern(
            "auth_bypass",
            "subscript_expression",
            r"\A\$_SERVER\s*\[\s*['\"](?:HTTP_X_FORWARDED_FOR|HTTP_CLIENT_IP|HTTP_X_REAL_IP|HTTP_REFERER|HTTP_HOST)",
            0.5,
            "the client writes this header itself",
        ),
        pattern(
            "credential",
            "assignment_expression const_element array_element_initializer",
            r"(?i)\A['\"$]?[\w>-]{0,30}(?:passw(?:or)?d|pwd|secret|api_?key|(?:access|auth)_?token)['\"]?\s*=>?\s*['\"][^'\"\s${}<>]{4,80}['\"]\Z",
            0.6,
            "a secret value stands in the code",
        ),
    ),
)
