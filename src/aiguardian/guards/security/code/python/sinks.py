"""Calls that do harm when a value from outside reaches them."""

from __future__ import annotations

import re
from typing import NamedTuple


class Sink(NamedTuple):
    """Which argument of a call is dangerous, and in what way."""

    family: str
    position: int = 0
    keyword: str = ""
    every: bool = False
    """Whether any argument is dangerous."""


# Chosen so that .5 divides what a reader wants to see from what he would call noise: on the
# training half of security_code.jsonl.gz (functions of three maintained libraries are its
# negatives) and by reading, never on a suite that judges.
SCORES: dict[str, tuple[float, float, float, float]] = {
    "sql": (0.5, 0.6, 0.8, 0.93),
    "shell": (0.55, 0.65, 0.8, 0.94),
    "program": (0.2, 0.4, 0.6, 0.85),
    "code": (0.55, 0.65, 0.8, 0.95),
    "import": (0.1, 0.3, 0.5, 0.8),
    "template": (0.3, 0.55, 0.6, 0.93),
    "html": (0.0, 0.3, 0.3, 0.85),
    "path": (0.0, 0.3, 0.4, 0.85),
    "archive": (0.4, 0.6, 0.6, 0.85),
    "pickle": (0.55, 0.6, 0.65, 0.92),
    "xxe": (0.3, 0.55, 0.55, 0.85),
    "entities": (0.0, 0.4, 0.4, 0.6),
    "url": (0.0, 0.4, 0.4, 0.85),
    "connect": (0.0, 0.3, 0.3, 0.7),
    "redirect": (0.0, 0.45, 0.4, 0.88),
    "ldap": (0.3, 0.6, 0.7, 0.92),
    "xpath": (0.3, 0.6, 0.7, 0.92),
    "nosql": (0.0, 0.35, 0.5, 0.75),
    "log": (0.0, 0.2, 0.2, 0.5),
    "header": (0.0, 0.3, 0.3, 0.7),
    "regex": (0.0, 0.35, 0.4, 0.75),
    "attribute": (0.0, 0.3, 0.4, 0.7),
    "mail": (0.0, 0.3, 0.3, 0.6),
}
"""By family, for values of unknown origin, parameters, local input and requests."""


def _calls(names: str, sink: Sink) -> dict[str, Sink]:
    return dict.fromkeys(names.split(), sink)


CALLS: dict[str, Sink] = {
    **_calls(
        "os.system os.popen os.popen2 os.popen3 os.popen4 commands.getoutput subprocess.getoutput "
        "subprocess.getstatusoutput commands.getstatusoutput popen2.popen2 popen2.popen3 "
        "asyncio.create_subprocess_shell pty.spawn platform.popen",
        Sink("shell"),
    ),
    **_calls(
        "os.execl os.execle os.execlp os.execlpe os.execv os.execve os.execvp os.execvpe "
        "os.startfile asyncio.create_subprocess_exec",
        Sink("program"),
    ),
    **_calls("os.spawnl os.spawnle os.spawnlp os.spawnv os.spawnve os.spawnvp", Sink("program", 1)),
    **_calls(
        "eval exec compile execfile builtins.eval builtins.exec code.InteractiveInterpreter "
        "timeit.timeit pandas.eval numexpr.evaluate",
        Sink("code"),
    ),
    **_calls("__import__ importlib.import_module imp.load_source", Sink("import")),
    **_calls(
        "flask.render_template_string jinja2.Template mako.template.Template "
        "django.template.Template "
        "tornado.template.Template Template jinja2.Environment().from_string "
        "string.Formatter().vformat",
        Sink("template"),
    ),
    **_calls(
        "markupsafe.Markup flask.Markup django.utils.safestring.mark_safe jinja2.Markup "
        "django.http.HttpResponse fastapi.responses.HTMLResponse starlette.responses.HTMLResponse "
        "HTMLResponse flask.make_response flask.Response Response aiohttp.web.Response",
        Sink("html", 0, "content|text|body|response"),
    ),
    **_calls(
        "open io.open codecs.open os.open os.remove os.unlink os.rmdir shutil.rmtree os.listdir "
        "os.makedirs os.mkdir os.rename flask.send_file shutil.copy shutil.copyfile "
        "shutil.move os.stat "
        "aiofiles.open django.http.FileResponse fastapi.responses.FileResponse "
        "FileResponse os.scandir "
        "zipfile.ZipFile tarfile.open linecache.getlines numpy.load pandas.read_csv PIL.Image.open "
        "os.chmod",
        Sink("path", 0, "path"),
    ),
    **_calls(
        "pickle.load pickle.loads pickle.Unpickler marshal.load marshal.loads dill.load dill.loads "
        "cloudpickle.load cloudpickle.loads jsonpickle.decode jsonpickle.loads "
        "shelve.open shelve.Shelf "
        "shelve.DbfilenameShelf pandas.read_pickle joblib.load",
        Sink("pickle"),
    ),
    **_calls(
        "lxml.etree.parse lxml.etree.fromstring lxml.etree.XML lxml.objectify.parse "
        "lxml.objectify.fromstring lxml.etree.iterparse",
        Sink("xxe"),
    ),
    **_calls(
        "xml.etree.ElementTree.parse xml.etree.ElementTree.fromstring xml.etree.ElementTree.XML "
        "xml.etree.ElementTree.iterparse xml.etree.cElementTree.fromstring xmltodict.parse "
        "xml.etree.cElementTree.parse",
        Sink("entities"),
    ),
    **_calls(
        "requests.get requests.post requests.put requests.delete requests.head requests.patch "
        "urllib.request.urlopen urllib2.urlopen urllib.urlopen "
        "urllib.request.urlretrieve httpx.get "
        "httpx.post urllib.request.Request httpx.stream urllib.urlretrieve "
        "http.client.HTTPConnection "
        "http.client.HTTPSConnection pycurl.Curl().setopt urllib3.PoolManager().request",
        Sink("url", 0, "url"),
    ),
    **_calls("requests.request httpx.request", Sink("url", 1, "url")),
    **_calls(
        "flask.redirect django.http.HttpResponseRedirect django.shortcuts.redirect "
        "werkzeug.utils.redirect "
        "fastapi.responses.RedirectResponse starlette.responses.RedirectResponse RedirectResponse "
        "aiohttp.web.HTTPFound web.seeother django.http.HttpResponsePermanentRedirect",
        Sink("redirect", 0, "url"),
    ),
    **_calls(
        "re.compile re.match re.search re.findall re.sub re.fullmatch re.split re.finditer "
        "regex.compile regex.match regex.search",
        Sink("regex"),
    ),
    **_calls("setattr getattr delattr", Sink("attribute", 1)),
    **_calls("django.db.models.expressions.RawSQL RawSQL sqlalchemy.text text", Sink("sql")),
    **_calls("pandas.read_sql pandas.read_sql_query", Sink("sql")),
    **_calls("elementpath.select", Sink("xpath", 1)),
    **_calls("socket.create_connection telnetlib.Telnet ftplib.FTP", Sink("connect")),
}
"""By the resolved name of the call."""

METHODS: dict[str, Sink] = {
    **_calls(
        "execute executemany executescript raw execute_sql mogrify exec_driver_sql", Sink("sql")
    ),
    **_calls("from_string render_template_string", Sink("template")),
    **_calls("search_s search_st search_ext search_ext_s", Sink("ldap", 2, "filterstr")),
    **_calls("xpath", Sink("xpath")),
    **_calls("send_from_directory", Sink("path", 1, "filename")),
    **_calls("extractall extract", Sink("archive")),
    **_calls("save", Sink("path")),
    **_calls("read_text read_bytes write_text write_bytes unlink", Sink("path")),
    **_calls("urlopen urlretrieve", Sink("url")),
    **_calls("exec_command invoke_shell", Sink("shell")),
    **_calls("find_one find delete_one delete_many update_one find_one_and_update", Sink("nosql")),
    **_calls("sendmail", Sink("mail", 1, every=True)),
    **_calls("set_header add_header", Sink("header", 1)),
    **_calls("write", Sink("html")),
    **_calls("connect bind", Sink("connect")),
}
"""By the name of the method, whatever it is called on; conditions stand in `calls.py`."""

SQL_TEXT = re.compile(
    r"\b(?:select\b.{0,400}?\bfrom|insert\s+(?:or\s+\w+\s+)?into|update\b.{0,200}?\bset|delete\s+from"
    r"|drop\s+(?:table|database|view|index)|create\s+(?:table|user|database|view|index)|alter\s+(?:table|user)"
    r"|where\s+\S{1,60}\s*(?:=|like|in\b)|grant\s+\w|exec\s+\w|truncate\s+table|replace\s+into|order\s+by"
    r"|union\s+select|set\s+\w+\s*=|show\s+|call\s+|use\s+|describe\s+)",
    re.IGNORECASE | re.DOTALL,
)
XPATH_TEXT = re.compile(r"//|\.//|/\w|\[")
