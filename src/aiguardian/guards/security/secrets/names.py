"""What a variable's name says about its value."""

from __future__ import annotations

import re
from typing import Literal

from aiguardian.guards.security.secrets.word_sets import word_set

Kind = Literal["password", "secret", "key", "vendor", ""]

_NAME = 64
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+|[^\x00-\x7f]+")

PASSWORD_WORDS = word_set(
    """password passwords passwd passwort kennwort passphrase passcode pass pwd pw psw pswd passw
    userpass dbpass rootpass adminpass mypass mysqlpass dbpassword userpassword rootpassword
    adminpassword dbpwd userpwd mypassword mypw securestring senha contrasena wachtwoord haslo
    motdepasse 비밀번호 패스워드 비번 пароль 密码 密碼 パスワード
    contraseña hasło رمز passord lösenord
    heslo şifre sifre"""
)
SECRET_WORDS = word_set(
    """secret secrets token tokens apikey apikeys apitoken accesstoken authtoken authkey accesskey
    secretkey privatekey clientsecret appsecret credential credentials cred creds auth authorization
    bearer jwt salt apisecret signingkey encryptionkey licensekey masterkey jwtsecret sharedsecret
    sharedaccesskey accountkey connectkey pat unseal 토큰 시크릿 токен 令牌 トークン"""
)
_STRONG_SECRETS = SECRET_WORDS - {"auth", "cred", "creds", "salt", "jwt", "pat", "bearer"}
_KEY_WORDS = frozenset({"key", "keys"})
_PASSWORD_ENDINGS = ("password", "passwd", "passphrase")
_SECRET_ENDINGS = ("secret", "apikey", "token", "secretkey", "accesskey", "privatekey")
_KEY_QUALIFIERS = word_set(
    """api access secret private auth authentication authorization encryption encrypt encoding
    decryption signing sign signature master license licence account app application consumer
    subscription shared deploy deployment service admin root session hmac aes cipher crypto
    developer client server activation unseal recovery integration write read ingest webhook
    token jwt cookie security publish registration project org organization merchant payment live
    sandbox wallet validator seed storage database db vault function management connection cloud
    rest rpc sdk bot mail smtp sms maps map dev prod production staging
    site server side instrumentation provisioning enrollment bootstrap"""
)
_NEVER_KEYS = word_set(
    """public pub primary foreign cache sort partition object host hash idempotency translation row
    index search map lookup i18n message label registry group unique parent child range dict json
    hot arrow shortcut keyboard storage item entry config data field column file query
    publishable trusted ignored issue"""
)
_NEVER_TOKENS = word_set(
    """csrf xsrf next page prev continuation paging cursor cancellation cancel js design lex
    stop eos bos pad unk mask sep cls input output prompt completion total max num min"""
)
_QUALIFIERS = word_set(
    """value val string str text dev development prod production staging stage test live sandbox
    local raw plain new old current default base64 b64 hex encoded env primary secondary main base
    data here"""
)
VENDORS = word_set(
    """abuseipdb adafruit airtable airship algolia alibaba amplitude asana atlassian aws azure
    auth0 bitbucket bitly bittrex blynk braintree bugsnag buildkite calendly clearbit clickup
    cloudflare cloudinary codacy codeclimate codecov coinbase coinmarketcap confluent contentful
    coveralls crowdin databricks datadog deepgram deepl dependabot digitalocean discogs discord
    docusign doppler drone dropbox droneci dynatrace elastic etherscan etsy facebook fastly fauna
    figma finicity finnhub flickr flutterwave foursquare freshbooks freshdesk fullstory getresponse
    giphy gitea gitlab github gitter google grafana groq heroku honeycomb hubspot huggingface hunter
    infura intercom ipinfo ipstack jenkins jfrog jira kickbox klaviyo kraken kucoin launchdarkly
    linear linkedin linode lob loggly logz mailchimp mailgun mailjet mailjet mandrill mapbox maxmind
    meraki messagebird mixpanel mongodb mattermost netlify newrelic notion nylas nytimes okta
    onesignal openai opsgenie openweather openweathermap pagerduty papertrail paypal pinata pinecone
    pingdom plaid planetscale postmark privateai pusher quicknode rapidapi raygun recaptcha rollbar
    salesforce scrapingbee seatgeek segment sendbird sendgrid sentry shippo shodan shopify sidekiq
    signalfx slack snyk sonar sonarcloud sonarqube sourcegraph splunk spotify square squarespace
    stability stripe sumologic sumo supabase tavily telegram trello twilio twitch twitter typeform
    unsplash vercel virustotal vonage wakatime weatherapi webflow wistia yandex yelp youtube zendesk
    zenserp zeplin zoho zoom"""
)


def words_of(name: str) -> list[str]:
    """The words of an identifier in lower case, whatever the style: `dbPassword`, `DB-PASSWORD`."""
    return [word.lower() for word in _WORDS.findall(name[-_NAME:])]


def kind_of(words: list[str]) -> Kind:
    """What kind of credential a name of these words holds; empty when it holds none.

    The last word that is no mere qualifier decides: `password_file` and `token_count` hold none.
    """
    while words and (words[-1] in _QUALIFIERS or words[-1].isdigit()):
        words = words[:-1]
    if not words:
        return ""
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in PASSWORD_WORDS or last.endswith(_PASSWORD_ENDINGS):
        return "password"
    if last in SECRET_WORDS or last.endswith(_SECRET_ENDINGS):
        return "" if before in _NEVER_TOKENS or "public" in words else "secret"
    if last == "accessid" or (last == "id" and before == "access"):
        return "secret"  # half of a pair; the other half is mostly beside it
    if last in _KEY_WORDS:
        if before in _NEVER_KEYS:
            return ""
        qualified = before in _KEY_QUALIFIERS or before in VENDORS or before in PASSWORD_WORDS
        return "secret" if qualified or not VENDORS.isdisjoint(words) else "key"
    return "vendor" if not VENDORS.isdisjoint(words) and not _names_no_value(last) else ""


_NO_VALUE = word_set(
    """id ids name names file path url uri host type version length size count limit format
    region zone bucket index table repo repository project org issue user username email domain
    port timeout enabled channel page number hash sha commit ref branch tag image digest checksum
    etag com org net io dev local"""
)


def _names_no_value(word: str) -> bool:
    return word in _NO_VALUE


def is_strong(words: list[str]) -> bool:
    """The name can mean nothing but a credential, so that a digest or a UUID counts as one."""
    while words and (words[-1] in _QUALIFIERS or words[-1].isdigit()):
        words = words[:-1]
    if not words:
        return False
    return (
        words[-1] in PASSWORD_WORDS
        or words[-1] in _STRONG_SECRETS
        or words[-1].endswith(_SECRET_ENDINGS)
        or (words[-1] in VENDORS and len(words) == 1)
        or (words[-1] in _KEY_WORDS and len(words) > 1)
    )
