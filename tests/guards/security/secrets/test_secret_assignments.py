from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from secret_fakes import ALNUM, github, letters

from aiguardian.guards.security.secrets.scan import find_secrets

VALUE = letters(random.Random(11), 32)
HEX = letters(random.Random(12), 40, "0123456789abcdef")
WEAK = "hunter" + "2!"

HOLDS_A_TOKEN = [
    'api_key = "{}"', "apiKey: '{}',", '"access_token": "{}",', "export SECRET_KEY={}",
    "client_secret={}&grant_type=x", "<secretKey>{}</secretKey>", "--token {}", "--api-key={}",
    'curl -H "Authorization: Bearer {}" https://x.test', "X-Api-Key: {}", 'apikey => "{}"',
    '- name: STRIPE_TOKEN\n  value: "{}"', '<add key="ApiKey" value="{}"/>', "token: {}\n",
    'setenv("API_TOKEN", "{}")', "AccountKey={};EndpointSuffix=x", "auth_token := `{}`",
    'const twilioAuthToken = "{}"', 'private static final String API_KEY = "{}";',
    "secret: '{}' # comment", '"mailchimp": "{}"', "//registry.test/:_authToken={}",
    "-Dsonar.token={}", 'password = b"{}"', "my api key is: {}", "令牌: {}",
    'client.setApiKey("{}")', "buildConfigField 'String' , 'API_KEY' , '\"{}\"'",
    "process.env.API_KEY || '{}'", 'os.getenv("SECRET_KEY") or "{}"', "${{API_TOKEN:-{}}}",
    'curl -u {}: https://x.test', 'token_for_upload = "{}"', "PUSHOVER={}",
    "Use the following password to proceed:\n\n{}\n",
]  # fmt: skip

HOLDS_A_PASSWORD = [
    'password = "{}"', "password={}", "DB_PASSWORD={}", "  password: {}", "passwd: {}",
    '"adminPassword": "{}"', "Server=x;User Id=sa;Password={};", "my password is {}",
    "пароль: {}", "密码: {}", "비밀번호: {}", "mot de passe\npwd: {}", "--password {}",
    "<password>{}</password>", 'if password == "{}":', "spring.datasource.password={}",
    "machine x.test login bob password {}", "CREATE USER bob IDENTIFIED BY '{}'",
    'curl -u "bob:{}" https://x.test', "sshpass -p {} ssh bob@x.test",
    'new NetworkCredential("bob", "{}")',
]  # fmt: skip

HOLDS_NONE = [
    "password: str", "password: string;", "password = os.environ['DB_PASSWORD']",
    "password=password", "password = getpass()", "password: ${DB_PASSWORD}", "password: {{ pw }}",
    "password = <your password>", "password = ********", 'password = "changeme"',
    'password = "your_password_here"', 'api_key = "xxxxxxxxxxxxxxxxxxxxxxxx"',
    'api_key = "YOUR_API_KEY"', "token = request.headers['X-Token']", "token = self.next_token()",
    "the password is incorrect", "Enter your password: ", '<input type="password" name="pass">',
    "password_file = '/run/secrets/db'", 'secret_name = "prod-database-credentials"',
    "max_tokens = 4096", "token_count: 12345678", "keyboard = 'qwertz-layout-german'",
    'primary_key = "customer_identifier_01"', "passengers: ['anna', 'bert']", "bypass = true",
    '"tokenizer": "cl100k_base"', 'public_key = "{hex}"', 'cache_key: "{hex}"',
    'csrf_token = "{value}"', "author = 'J. R. R. Tolkien'", "compass: north", "monkey = banana",
    "curl -u $USER:$PASSWORD https://x.test", 'curl -H "Authorization: Bearer $TOKEN"',
    "docker run --user 1000:1000 -p 8080:80 image", "mkdir -p src/long/path",
    "A module is identified by its name.", "password = config.database.password",
    'secretKeyRef: "database-credentials"', '"password": "Passwort"', "def f(password, token):",
    "auth: true", "API_VERSION=2024-10-01", '"passport": "^0.6.0"', "pass  # token = none",
    'edit_password: "sites/passwords#edit"', "'price_key': 'cache_audio_write_5m_mtok',",
    'logging("google", "text/x-google-sql-aux")', 'curl -u ":" https://localhost:9200',
    'api_key = "sk-0123456789abcdefghijklmnop"', "ssh://687fb701029421ae5549d998@host.test",
]  # fmt: skip


@pytest.mark.parametrize("frame", HOLDS_A_TOKEN)
def test_a_random_value_under_a_key_like_name_is_found_at_its_place(frame: str) -> None:
    text = frame.format(VALUE)
    assert [text[one.start : one.end] for one in find_secrets(text)] == [VALUE]


@pytest.mark.parametrize("frame", HOLDS_A_PASSWORD)
def test_a_weak_password_is_found_where_something_sets_it(frame: str) -> None:
    text = frame.format(WEAK)
    assert [text[one.start : one.end] for one in find_secrets(text)] == [WEAK]


@pytest.mark.parametrize("frame", HOLDS_NONE)
def test_a_name_without_a_value_is_no_secret(frame: str) -> None:
    text = frame.replace("{value}", VALUE).replace("{hex}", HEX)
    assert not find_secrets(text)


@pytest.mark.parametrize(
    "scheme", ["postgres", "mysql", "mongodb+srv", "redis", "amqp", "https", "jdbc:postgresql"]
)
def test_the_password_in_a_url_is_found_and_its_place_holder_is_not(scheme: str) -> None:
    text = f"{scheme}://bob:{WEAK}@db.test:5432/app"
    assert [text[one.start : one.end] for one in find_secrets(text)] == [WEAK]
    for empty in ("${PASSWORD}", "<password>", "****", "{password}"):
        assert not find_secrets(f"{scheme}://bob:{empty}@db.test:5432/app")
    assert not find_secrets(f"{scheme}://db.test:5432/app?at=a@b")


BENIGN = [
    "Meeting at ten, bring the figures.", "for (const item of items) {", "SELECT * FROM t;",
    "Grüße aus Köln 🏔️", "これはテストです。", "GET /v1/items HTTP/1.1", "   ", "{\"a\": [1, 2]}",
    "see RFC 7519 for the format of tokens", "x = y + 1  # add",
]  # fmt: skip


@given(
    seed=st.integers(0, 10_000),
    before=st.sampled_from(BENIGN),
    after=st.sampled_from(BENIGN),
    frame=st.sampled_from(['"{}"', "'{}'", " {} ", "\n{}\n", "({})", "={} ", "`{}`"]),
)
def test_any_token_in_any_benign_line_is_found_at_its_place(
    seed: int, before: str, after: str, frame: str
) -> None:
    value = github(random.Random(seed))
    text = before + frame.format(value) + after
    start = text.index(value)
    assert [(one.start, one.end) for one in find_secrets(text) if one.validated] == [
        (start, start + len(value))
    ]


@given(seed=st.integers(0, 10_000), length=st.integers(20, 64))
def test_a_random_assignment_keeps_its_offsets_behind_any_script(seed: int, length: int) -> None:
    value = letters(random.Random(seed), length, ALNUM)
    text = f'Ключ №1 — 键 🔑 api_key = "{value}" …'
    assert [text[one.start : one.end] for one in find_secrets(text)] == [value]


@given(st.text(max_size=400))
def test_any_text_is_scanned_without_an_error_and_with_spans_inside_it(text: str) -> None:
    found = find_secrets(text, threshold=0.0)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


def test_nothing_in_nothing() -> None:
    assert find_secrets("") == []


def test_lone_surrogates_do_not_disturb_the_offsets() -> None:
    text = f'\ud800 пароль: "{WEAK}"'
    assert [text[one.start : one.end] for one in find_secrets(text)] == [WEAK]
