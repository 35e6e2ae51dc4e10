"""Short Python programs: each weakness once, and beside it the same done right."""

WEAK: dict[str, tuple[str, str]] = {
    "sql by f-string": (
        "CWE-89",
        """
@app.route("/user")
def user():
    name = request.args.get("name")
    db = sqlite3.connect("shop.db")
    rows = db.cursor().execute(f"SELECT id FROM users WHERE name = '{name}'").fetchall()
    return jsonify(rows)
""",
    ),
    "sql by percent": (
        "CWE-89",
        """
def find_order(cursor, number):
    cursor.execute("SELECT * FROM orders WHERE number = '%s'" % number)
    return cursor.fetchone()
""",
    ),
    "sql through a helper": (
        "CWE-89",
        """
def build(column, value):
    return "SELECT * FROM pets WHERE " + column + " = '" + value + "'"

@app.get("/pets")
def pets():
    q = build("kind", request.args["kind"])
    return jsonify(conn.execute(q).fetchall())
""",
    ),
    "shell": (
        "CWE-78",
        """
import os
def ping(host):
    os.system("ping -c 1 " + host)
""",
    ),
    "shell=True": (
        "CWE-78",
        """
import subprocess
@app.route("/dns")
def dns():
    domain = request.form["domain"]
    out = subprocess.run(f"dig {domain}", shell=True, capture_output=True)
    return jsonify(out.stdout.decode())
""",
    ),
    "shell in a list": (
        "CWE-78",
        """
import subprocess
def convert(name):
    subprocess.check_call(["sh", "-c", f"convert {name} out.png"])
""",
    ),
    "eval": (
        "CWE-94",
        """
@app.route("/calc")
def calc():
    return jsonify(eval(request.args.get("e", "0")))
""",
    ),
    "template": (
        "CWE-1336",
        """
@app.route("/hello")
def hello():
    page = "<p>Hello " + request.args["who"] + "</p>"
    return render_template_string(page)
""",
    ),
    "markup": (
        "CWE-79",
        """
@app.route("/search")
def search():
    q = request.args.get("q", "")
    return f"<h1>Results for {q}</h1>"
""",
    ),
    "markup in django": (
        "CWE-79",
        """
from django.http import HttpResponse
def greet(request):
    return HttpResponse("Hi " + request.GET["name"])
""",
    ),
    "path": (
        "CWE-22",
        """
@app.route("/download")
def download():
    name = request.args.get("file")
    return send_file(os.path.join("/srv/files", name))
""",
    ),
    "path in a route": (
        "CWE-22",
        """
@app.get("/docs/<path:page>")
def docs(page):
    with open("docs/" + page) as handle:
        return jsonify(handle.read())
""",
    ),
    "archive": (
        "CWE-22",
        """
import tarfile
def unpack(upload):
    with tarfile.open(upload) as archive:
        archive.extractall("/srv/in")
""",
    ),
    "pickle": (
        "CWE-502",
        """
import pickle, base64
@app.route("/load", methods=["POST"])
def load():
    return jsonify(str(pickle.loads(base64.b64decode(request.cookies["state"]))))
""",
    ),
    "yaml": (
        "CWE-502",
        """
import yaml
def read(text):
    return yaml.load(text)
""",
    ),
    "xml": (
        "CWE-611",
        """
from lxml import etree
@app.post("/xml")
def xml():
    root = etree.fromstring(request.data)
    return jsonify(root.tag)
""",
    ),
    "ssrf": (
        "CWE-918",
        """
import requests
@app.route("/fetch")
def fetch():
    r = requests.get(request.args["url"])
    return jsonify(r.status_code)
""",
    ),
    "redirect": (
        "CWE-601",
        """
@app.route("/go")
def go():
    return redirect(request.args.get("next"))
""",
    ),
    "ldap": (
        "CWE-90",
        """
import ldap
@app.route("/person")
def person():
    c = ldap.initialize("ldaps://dir.internal")
    found = c.search_s("dc=a", ldap.SCOPE_SUBTREE, "(uid=%s)" % request.args["uid"])
    return jsonify(len(found))
""",
    ),
    "xpath": (
        "CWE-643",
        """
from lxml import etree
def who(tree, name):
    return tree.xpath("//user[name='" + name + "']/mail")
""",
    ),
    "regex from outside": (
        "CWE-1333",
        """
import re
@app.route("/grep")
def grep():
    return jsonify(bool(re.search(request.args["p"], BODY)))
""",
    ),
    "slow regex": (
        "CWE-1333",
        """
import re
def good(text):
    return re.match(r"^(\\w+\\s?)+$", text) is not None or re.match(r"^([a-z]+)+$", text)
""",
    ),
    "weak hash": (
        "CWE-328",
        """
import hashlib
def digest(password):
    return hashlib.md5(password.encode()).hexdigest()
""",
    ),
    "fast password hash": (
        "CWE-916",
        """
import hashlib
def store(password):
    return hashlib.sha256(password.encode()).hexdigest()
""",
    ),
    "weak cipher": (
        "CWE-327",
        """
from Crypto.Cipher import DES
def seal(key, text):
    return DES.new(key, DES.MODE_CBC, iv=os.urandom(8)).encrypt(text)
""",
    ),
    "ecb": (
        "CWE-327",
        """
from Crypto.Cipher import AES
def seal(key, text):
    return AES.new(key, AES.MODE_ECB).encrypt(text)
""",
    ),
    "static vector": (
        "CWE-329",
        """
from Crypto.Cipher import AES
def seal(key, text):
    return AES.new(key, AES.MODE_CBC, b"0123456789abcdef").encrypt(text)
""",
    ),
    "short key": (
        "CWE-326",
        """
from cryptography.hazmat.primitives.asymmetric import rsa
def make():
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)
""",
    ),
    "few rounds": (
        "CWE-916",
        """
import hashlib, os
def store(password):
    return hashlib.pbkdf2_hmac("sha256", password, os.urandom(16), 100)
""",
    ),
    "random token": (
        "CWE-330",
        """
import random, string
def make_reset_token():
    return "".join(random.choice(string.ascii_letters) for _ in range(32))
""",
    ),
    "credential": (
        "CWE-798",
        """
import psycopg2
def connect():
    return psycopg2.connect(host="db", user="shop", password="Tr0ub4dor&3x")
""",
    ),
    "certificate": (
        "CWE-295",
        """
import requests
def price(url):
    return requests.get("https://prices.internal/v1", verify=False).json()
""",
    ),
    "old TLS": (
        "CWE-327",
        """
import ssl
ctx = ssl.SSLContext(ssl.PROTOCOL_TLSv1)
""",
    ),
    "unsigned token": (
        "CWE-347",
        """
import jwt
def who(token):
    return jwt.decode(token, options={"verify_signature": False})["sub"]
""",
    ),
    "temporary name": (
        "CWE-377",
        """
import tempfile
def scratch():
    return open(tempfile.mktemp(), "w")
""",
    ),
    "wide permissions": (
        "CWE-732",
        """
import os
def share(path):
    os.chmod(path, 0o777)
""",
    ),
    "debugger": (
        "CWE-489",
        """
app = Flask(__name__)
if __name__ == "__main__":
    app.run(debug=True)
""",
    ),
    "cors": (
        "CWE-942",
        """
from flask_cors import CORS
CORS(app, origins="*", supports_credentials=True)
""",
    ),
    "error shown": (
        "CWE-209",
        """
@app.route("/work")
def work():
    try:
        return jsonify(run_job())
    except Exception as e:
        return str(e), 500
""",
    ),
    "cookie": (
        "CWE-614",
        """
@app.route("/in")
def sign_in():
    answer = make_response("ok")
    answer.set_cookie("sid", new_id(), secure=False)
    return answer
""",
    ),
    "csrf": (
        "CWE-352",
        """
@csrf_exempt
def pay(request):
    return JsonResponse({"ok": True})
""",
    ),
    "upload": (
        "CWE-22",
        """
@app.route("/up", methods=["POST"])
def up():
    f = request.files["f"]
    f.save(os.path.join("uploads", f.filename))
    return jsonify(ok=True)
""",
    ),
    "session": (
        "CWE-501",
        """
@app.route("/set")
def set_value():
    session[request.args["k"]] = "1"
    return jsonify(ok=True)
""",
    ),
    "password in the log": (
        "CWE-532",
        """
import logging
def login(user, password):
    logging.info("login %s %s", user, password)
""",
    ),
    "telnet": (
        "CWE-319",
        """
import telnetlib
def ask(host):
    return telnetlib.Telnet("switch.internal")
""",
    ),
    "entities on": (
        "CWE-611",
        """
import xml.sax
def parse(data):
    parser = xml.sax.make_parser()
    parser.setFeature(xml.sax.handler.feature_external_ges, True)
""",
    ),
    "through a list": (
        "CWE-78",
        """
import os
@app.route("/l")
def l():
    words = ["convert"]
    words.append(request.args["picture"])
    os.system("nice " + words[1])
    return jsonify(1)
""",
    ),
    "through a dictionary": (
        "CWE-89",
        """
@app.route("/d")
def d():
    held = {}
    held["a"] = "fixed"
    held["b"] = request.headers.get("X-Name")
    cur.execute("SELECT 1 FROM t WHERE n = '" + held["b"] + "'")
    return jsonify(1)
""",
    ),
    "in a branch": (
        "CWE-22",
        """
@app.route("/b")
def b():
    days = 3 * 4
    if days == 12:
        name = request.args["n"]
    else:
        name = "january"
    return send_file("months/" + name)
""",
    ),
    "after a break": (
        "CWE-79",
        """
@app.route("/k")
def k():
    found = ""
    for name in request.form.keys():
        if "x" in request.form.getlist(name):
            found = name
            break
    return "<b>" + found + "</b>"
""",
    ),
    "encoded and back": (
        "CWE-79",
        """
import base64
@app.route("/e")
def e():
    packed = base64.b64encode(request.args["v"].encode())
    return base64.b64decode(packed).decode()
""",
    ),
    "compared byte by byte": (
        "CWE-208",
        """
import hmac
def check(body, key, sent):
    return hmac.new(key, body, "sha256").hexdigest() == sent
""",
    ),
    "a constant password compared": (
        "CWE-798",
        """
def enter(password):
    return password == "Gr8-Wint3r"
""",
    ),
    "a whole request as a query": (
        "CWE-943",
        """
@app.post("/find")
def find():
    return jsonify(bool(db.users.find_one({"name": request.json["name"]})))
""",
    ),
    "built log line": (
        "CWE-117",
        """
import logging
@app.route("/log")
def log():
    logging.info("seen " + request.args["who"])
    return jsonify(1)
""",
    ),
    "written by tornado": (
        "CWE-79",
        """
class Hello(tornado.web.RequestHandler):
    def get(self):
        self.write("<b>" + self.get_argument("n") + "</b>")
""",
    ),
    "password stored as sent": (
        "CWE-256",
        """
@app.post("/join")
def join():
    db.session.add(User(name=request.form["n"], password=request.form["password"]))
    return jsonify(1)
""",
    ),
    "a match": (
        "CWE-94",
        """
@app.route("/m")
def m():
    unit = "km"
    match unit:
        case "mi":
            formula = "x * 1.6"
        case "km":
            formula = request.args["f"]
    exec(formula)
    return jsonify(1)
""",
    ),
}

SAFE: dict[str, str] = {
    "parameters": """
@app.route("/user")
def user():
    name = request.args.get("name")
    rows = db.cursor().execute("SELECT id FROM users WHERE name = ?", (name,)).fetchall()
    return jsonify(rows)
""",
    "a number": """
@app.route("/order")
def order():
    n = int(request.args["n"])
    db.execute(f"SELECT * FROM orders WHERE id = {n}")
    return f"<p>{n}</p>"
""",
    "a list of arguments": """
import subprocess
def ping(host):
    subprocess.run(["ping", "-c", "1", host], check=True)
""",
    "a constant command": """
import os, subprocess
os.system("clear")
subprocess.run("ls -l", shell=True)
""",
    "quoted": """
import shlex, subprocess
def show(name):
    subprocess.run("cat " + shlex.quote(name), shell=True)
""",
    "escaped": """
from markupsafe import escape
@app.route("/search")
def search():
    q = escape(request.args.get("q", ""))
    return f"<h1>Results for {q}</h1>"
""",
    "a template file": """
@app.route("/search")
def search():
    return render_template("search.html", q=request.args.get("q"))
""",
    "a fixed template": """
@app.route("/hello")
def hello():
    return render_template_string("<p>{{ who }}</p>", who=request.args["who"])
""",
    "a safe name": """
from werkzeug.utils import secure_filename
@app.route("/download")
def download():
    return send_file(os.path.join("/srv/files", secure_filename(request.args["file"])))
""",
    "a checked path": """
@app.route("/download")
def download():
    base = os.path.realpath("/srv/files")
    full = os.path.realpath(os.path.join(base, request.args["file"]))
    if not full.startswith(base + os.sep):
        abort(404)
        return ""
    return send_file(full)
""",
    "an allow-list": """
@app.route("/fetch")
def fetch():
    url = request.args["url"]
    host = urlparse(url).hostname
    if host not in ALLOWED_HOSTS:
        return jsonify(error="no"), 400
    return jsonify(requests.get(url).status_code)
""",
    "a fixed host": """
@app.route("/fetch")
def fetch():
    key = request.args["id"]
    return jsonify(requests.get(f"https://api.example.org/v1/{key}", timeout=3).json())
""",
    "a local redirect": """
@app.route("/go")
def go():
    return redirect(url_for("home", page=request.args["p"]))
""",
    "safe yaml": """
import yaml
def read(text):
    return yaml.safe_load(text), yaml.load(text, Loader=yaml.SafeLoader)
""",
    "literal": """
import ast
def read(text):
    return ast.literal_eval(text)
""",
    "escaped filter": """
import ldap
from ldap.filter import escape_filter_chars
@app.route("/person")
def person():
    uid = escape_filter_chars(request.args["uid"])
    return jsonify(len(c.search_s("dc=a", ldap.SCOPE_SUBTREE, "(uid=%s)" % uid)))
""",
    "xpath variables": """
def who(tree, name):
    return tree.xpath("//user[name=$name]/mail", name=name)
""",
    "strong hash": """
import hashlib, os
def digest(data):
    return hashlib.sha256(data).hexdigest()
def store(password):
    return hashlib.pbkdf2_hmac("sha256", password, os.urandom(16), 600_000)
""",
    "a checksum": """
import hashlib
def etag(data):
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
""",
    "strong cipher": """
import os
from Crypto.Cipher import AES
def seal(key, text):
    return AES.new(key, AES.MODE_GCM, nonce=os.urandom(12)).encrypt_and_digest(text)
""",
    "dice": """
import random
def roll():
    return random.randint(1, 6)
""",
    "secret token": """
import secrets
def make_token():
    return secrets.token_urlsafe(32)
""",
    "environment": """
import os
password = os.environ["DB_PASSWORD"]
api_key = os.getenv("API_KEY", "")
token = "<your token here>"
""",
    "verified": """
import requests, jwt
def read(token, key):
    requests.get("https://prices.internal", verify="/etc/ca.pem")
    return jwt.decode(token, key, algorithms=["HS256"])
""",
    "narrow permissions": """
import os, tempfile
def keep(path):
    os.chmod(path, 0o600)
    return tempfile.NamedTemporaryFile()
""",
    "cookie": """
@app.route("/in")
def sign_in():
    answer = make_response("ok")
    answer.set_cookie("sid", new_id(), secure=True, httponly=True, samesite="Lax")
    return answer
""",
    "an error in general": """
@app.route("/work")
def work():
    try:
        return jsonify(run_job())
    except Exception:
        app.logger.exception("job failed")
        return jsonify(error="internal"), 500
""",
    "bounded archive": """
import tarfile
def unpack(path):
    with tarfile.open(path) as archive:
        archive.extractall("/srv/in", filter="data")
""",
    "the other item": """
import os
@app.route("/l")
def l():
    words = ["uptime"]
    words.append(request.args["picture"])
    os.system("nice " + words[0])
    return jsonify(1)
""",
    "the other key": """
@app.route("/d")
def d():
    held = {"a": "fixed", "b": request.headers.get("X-Name")}
    cur.execute("SELECT 1 FROM t WHERE n = '" + held["a"] + "'")
    return jsonify(1)
""",
    "a branch that never runs": """
@app.route("/b")
def b():
    days = 3 * 4
    name = "december" if days > 10 else request.args["n"]
    return send_file("months/" + name)
""",
    "a checked pattern": """
import re, os
@app.route("/p")
def p():
    host = request.args["host"]
    if not re.fullmatch(r"[a-z0-9.-]+", host):
        abort(400)
        return ""
    os.system("ping " + host)
    return jsonify(1)
""",
    "aborts when bad": """
@app.route("/p")
def p():
    name = request.args["name"]
    if ".." in name or name.startswith("/"):
        abort(400)
    return send_file("files/" + name)
""",
    "a helper that cleans": """
def clean(value):
    return "".join(c for c in value if c.isalnum())
@app.route("/q")
def q():
    os.system("echo " + clean(request.args["v"]))
    return jsonify(1)
""",
    "a checked parent": """
BASE = Path("/srv/files").resolve()
@app.route("/p")
def p():
    full = (BASE / request.args["n"]).resolve()
    if BASE not in full.parents:
        abort(403)
    return send_file(full)
""",
    "a parser without entities": """
from lxml import etree
@app.post("/x")
def x():
    parser = etree.XMLParser(resolve_entities=False)
    return jsonify(etree.fromstring(request.data, parser).tag)
""",
    "a value from a table": """
ORDERS = {"name": "name ASC", "age": "age DESC"}
@app.route("/s")
def s():
    order = ORDERS.get(request.args.get("o"), "name ASC")
    cur.execute(f"SELECT * FROM t ORDER BY {order}")
    return jsonify(cur.fetchall())
""",
    "a default when bad": """
@app.route("/m")
def m():
    mode = request.args.get("m")
    if mode not in ("a", "b"):
        mode = "a"
    return send_file("modes/" + mode)
""",
    "a stored row": """
@app.route("/u/<name>")
def u(name):
    return User.query.filter(User.name == name).first().title
""",
    "library code": """
class Reader:
    def __init__(self, path, encoding="utf-8"):
        self.path = path
    def lines(self):
        with open(self.path, encoding="utf-8") as handle:
            return [line.rstrip() for line in handle]
    def fetch(self, session, url):
        return session.get(url, timeout=5).json()
""",
}
