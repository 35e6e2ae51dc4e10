from __future__ import annotations

import pytest

from aiguardian.guards.security.code.find import code_hits
from aiguardian.guards.security.hits import Hit


def hits(language: str, code: str) -> list[Hit]:
    text = f"```{language}\n{code}\n```\n"
    return list(code_hits(text, is_code=False, check=lambda: None))


WEAK = [
    ("c", "CWE-242", "void f(void) { char b[8]; gets(b); }"),
    ("c", "CWE-120", "void f(char *name) { char b[8]; strcpy(b, name); }"),
    ("c", "CWE-120", 'void f(char *n) { char b[8]; sprintf(b, "%s!", n); }'),
    ("c", "CWE-120", 'void f(void) { char b[8]; scanf("%s", b); }'),
    ("c", "CWE-134", "void f(char *s) { printf(s); }"),
    ("c", "CWE-78", "void f(char *s) { system(s); }"),
    ("c", "CWE-190", "int *f(size_t n) { return malloc(n * sizeof(int)); }"),
    ("c", "CWE-377", "void f(void) { char *n = tmpnam(NULL); }"),
    ("c", "CWE-328", "void f(void) { MD5(data, size, out); }"),
    ("cpp", "CWE-120", "int main(int argc, char **argv) { char b[8]; strcat(b, argv[1]); }"),
    (
        "java",
        "CWE-89",
        'class A { void f(int n) { st.executeQuery("SELECT * FROM t WHERE n = " + n); } }',
    ),
    ("java", "CWE-78", "class A { void f(String c) { Runtime.getRuntime().exec(c); } }"),
    ("java", "CWE-502", "class A { Object f() { return in.readObject(); } }"),
    (
        "java",
        "CWE-327",
        'class A { void f() { Cipher c = Cipher.getInstance("DES/CBC/PKCS5Padding"); } }',
    ),
    ("java", "CWE-328", 'class A { void f() { MessageDigest.getInstance("MD5"); } }'),
    (
        "java",
        "CWE-22",
        'class A { void f() { String n = req.getParameter("n"); new File("/srv/" + n); } }',
    ),
    ("java", "CWE-601", 'class A { void f() { resp.sendRedirect(req.getParameter("to")); } }'),
    ("javascript", "CWE-94", "const out = eval(input);"),
    ("javascript", "CWE-79", "box.innerHTML = '<b>' + name + '</b>';"),
    ("javascript", "CWE-78", "exec(`ls ${dir}`, done);"),
    ("javascript", "CWE-89", 'db.query("SELECT * FROM t WHERE id = " + req.params.id);'),
    ("javascript", "CWE-22", "fs.readFile('./files/' + req.query.name, done);"),
    ("javascript", "CWE-601", "res.redirect(req.query.next);"),
    ("javascript", "CWE-918", "const u = req.body.url; axios.get(u);"),
    ("javascript", "CWE-295", "const agent = new https.Agent({ rejectUnauthorized: false });"),
    ("javascript", "CWE-347", "jwt.verify(token, key, { algorithms: ['none'] });"),
    ("typescript", "CWE-1333", "const r = new RegExp(pattern);"),
    ("go", "CWE-89", 'func f(id string) { db.Query("SELECT * FROM t WHERE id = " + id) }'),
    ("go", "CWE-78", 'func f(c string) { exec.Command("sh", "-c", c).Run() }'),
    ("go", "CWE-295", "var c = &tls.Config{InsecureSkipVerify: true}"),
    ("go", "CWE-328", "func f(b []byte) { md5.Sum(b) }"),
    ("go", "CWE-22", 'func f(r *http.Request) { n := r.FormValue("n"); os.Open("/srv/" + n) }'),
    ("php", "CWE-89", "$r = mysqli_query($db, \"SELECT * FROM t WHERE id = \" . $_GET['id']);"),
    ("php", "CWE-79", "<?php echo 'Hi ' . $_GET['n']; ?>"),
    ("php", "CWE-78", "<?php system('ping ' . $_POST['host']);"),
    ("php", "CWE-22", "<?php include $_GET['page'] . '.php';"),
    ("php", "CWE-502", "<?php $o = unserialize($_COOKIE['s']);"),
    ("php", "CWE-295", "<?php curl_setopt($c, CURLOPT_SSL_VERIFYPEER, false);"),
    ("bash", "CWE-494", "curl -s https://get.example.org/x.sh | sudo bash"),
    ("bash", "CWE-94", 'eval "$1"'),
    ("bash", "CWE-78", "rm -rf $DIR/cache"),
    ("bash", "CWE-732", "chmod 777 /srv/app -R"),
    ("bash", "CWE-295", "curl -k https://internal/x -o x"),
    ("sql", "CWE-89", "EXEC('SELECT * FROM t WHERE n = ' + @name)"),
    ("sql", "CWE-269", "GRANT ALL PRIVILEGES ON *.* TO 'app'@'localhost';"),
    ("sql", "CWE-798", "CREATE USER app IDENTIFIED BY 'Winter2031';"),
]
SAFE = [
    ("c", 'void f(char *s) { printf("%s", s); fgets(b, sizeof(b), stdin); }'),
    ("c", 'void f(char *s) { char b[8]; snprintf(b, sizeof(b), "%s", s); calloc(n, 4); }'),
    ("c", 'void f(void) { strcpy(b, "ok"); system("clear"); }'),
    (
        "java",
        'class A { void f() { p = c.prepareStatement("SELECT * FROM t WHERE n = ?"); } }',
    ),
    (
        "java",
        'class A { void f() { MessageDigest.getInstance("SHA-256"); new SecureRandom(); } }',
    ),
    ("javascript", "const n = parseInt(req.query.n); box.textContent = name; JSON.parse(text);"),
    (
        "javascript",
        'db.query("SELECT * FROM t WHERE id = ?", [req.params.id]); execFile("ls", ["-l", dir]);',
    ),
    (
        "javascript",
        "const key = process.env.API_KEY; crypto.randomBytes(16); crypto.createHash('sha256');",
    ),
    (
        "go",
        'func f(a string) { db.Query("SELECT * FROM t WHERE a = $1", a); exec.Command("ls") }',
    ),
    ("go", "func f(b []byte) { sha256.Sum256(b) }"),
    (
        "php",
        (
            "<?php echo htmlspecialchars($_GET['n']); $s = $db->prepare('SELECT * FROM t "
            "WHERE id = ?');"
        ),
    ),
    ("php", "<?php $id = intval($_GET['id']); include 'header.php'; random_bytes(16);"),
    (
        "bash",
        'set -e\nrm -rf -- "$DIR/cache"\nchmod 755 run.sh\ncurl -fsSL https://example.org/x -o x\n',
    ),
    ("sql", "SELECT name FROM users WHERE id = ?;\nGRANT SELECT ON t TO reader;"),
    ("", ""),
    ("text", "eval(input)"),
]


@pytest.mark.parametrize(("language", "cwe", "code"), WEAK)
def test_a_rule_finds_its_weakness(language: str, cwe: str, code: str) -> None:
    assert cwe in {hit.type for hit in hits(language, code)}


@pytest.mark.parametrize(("language", "code"), SAFE)
def test_the_same_done_right_is_no_finding(language: str, code: str) -> None:
    assert hits(language, code) == []


@pytest.mark.parametrize("language", ["c", "java", "javascript", "go", "php", "bash", "sql"])
@pytest.mark.parametrize(
    "text", ["(" * 5_000, "f(" * 5_000, "a + " * 5_000, "{" * 5_000, "é🙂" * 3_000]
)
def test_hostile_code_ends(language: str, text: str) -> None:
    assert isinstance(hits(language, text), list)


def test_a_finding_stands_at_its_place_in_the_whole_text() -> None:
    text = "Voilà 🙂:\n```js\nlet é = 1;\neval(x);\n```\n"
    (hit,) = code_hits(text, is_code=False, check=lambda: None)
    assert text[hit.start : hit.end] == "eval(x)"
    assert hit.detector == "code.javascript.code"
