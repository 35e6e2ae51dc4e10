"""What a variable's name says about its value."""

from __future__ import annotations

import re
from typing import Literal

from aiguardian.guards.security.secrets.word_sets import word_set

Kind = Literal["password", "secret", "key", "vendor", "mention", ""]

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
    """secret secrets token tokens apikey apikeys apitoken accesstoken authtoken authkey
    accesskey secretkey privatekey clientsecret appsecret credential credentials cred
    creds auth authorization authentication bearer jwt salt apisecret signingkey
    encryptionkey licensekey masterkey jwtsecret sharedsecret sharedaccesskey accountkey
    connectkey pat unseal 토큰 시크릿 токен 令牌 トークン"""
)
_STRONG_SECRETS = SECRET_WORDS - word_set("auth authentication cred creds salt jwt pat bearer")
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
    """abstractapi abuseipdb adafruit aftership ahrefs airbrake airship airtable aiven akamai
    alchemy algolia alibaba amplitude anthropic anypoint apiflash apify appcues appdynamics
    appsflyer appwrite artifactory asana assemblyai atlassian auth0 autodesk avalara
    aviationstack aws azure bamboohr baremetrics baseten bigcommerce binance bitbucket bitfinex
    bitly bitmex bittrex blynk braintree braintrust braze brevo browserbase browserstack bugherd
    bugsnag buildkite bunnycdn buttercms calendly cerebras chargebee chargify circleci clarifai
    clearbit clickhouse clicksend clickup cloudconvert cloudflare cloudinary cloudways
    cockroachdb codacy codeclimate codecov codemagic cohere coinapi coinbase coinlayer
    coinmarketcap commercetools confluent contentful convertapi convertkit couchbase coveo
    coveralls crowdin crowdstrike cryptocompare currencylayer customerio databricks datadog
    datagov deepai deepgram deepl deepseek dependabot detectify diffbot digitalocean discogs
    discord disqus dnsimple docparser docusign doppler drone droneci dropbox duffel dwolla
    dynatrace easypost easyship edamam elastic elasticemail elevenlabs etherscan etsy eventbrite
    exchangerate exotel facebook fastly fastspring fauna fibery figma finicity finnhub firecrawl
    fivetran fixerio flickr flutterwave foursquare frameio freshbooks freshdesk fullcontact
    fullstory gemini geoapify geocodify geocodio getresponse giphy gitbook gitea gitguardian
    github gitlab gitter gocardless godaddy google gorgias grafana graphcms groq gumroad
    happyscribe helpscout heremaps heroku hetzner honeycomb hotjar hubspot huggingface hunter
    hyperbolic ibmcloud imagekit imgix imgur infisical infura insightly instagram intercom ipapi
    ipdata ipgeolocation ipify ipinfo ipstack iterable jenkins jfrog jira jotform jumpcloud kagi
    keycdn keygen kickbox klaviyo kraken kucoin langchain langfuse langsmith launchdarkly
    lemonsqueezy linear linkedin linode livekit lob locationiq loggly logz lokalise looker
    mailboxlayer mailchimp mailerlite mailgun mailjet mailosaur mailslurp mandrill mapbox
    mapquest marketo marketstack mattermost maxmind mediastack meraki messagebird mistral
    mixpanel moengage mongodb moosend moralis neon netlify newrelic newsapi ngrok notion
    numverify nvidia nylas nytimes okta onelogin onesignal onfido openai opencage openrouter
    openweather openweathermap opsgenie optimizely ovhcloud paddle pagerduty pandadoc papertrail
    pastebin paypal paystack perplexity pinata pinecone pingdom pipedrive pivotaltracker plaid
    planetscale plivo poloniex polygonio positionstack posthog postmark powerbi printful
    privateai pubnub pulumi pushbullet pusher pushover qase qualaroo qualtrics quickbase
    quickbooks quicknode rapid7 rapidapi raygun razorpay rebrandly recaptcha recurly reddit
    replicate resend retool roboflow rollbar runpod runscope salesforce saucelabs scaleway
    scraperapi scrapfly scrapingbee seatgeek securitytrails segment sendbird sendgrid
    sentinelone sentry serpapi serper serpstack shippo shipstation shodan shopify sidekiq
    signalfx signalwire slack smartling smartsheet smtp2go snowflake snyk socrata sonar
    sonarcloud sonarqube sourcegraph sparkpost splunk spoonacular sportradar spotify square
    squarespace stability statuscake statuspage stormglass storyblok strava stripe sumo
    sumologic supabase surveymonkey tableau tailscale tavily teamcity telegram telnyx tenable
    ticketmaster tiktok tinybird tmdb todoist tomtom travis travisci trello tumblr twelvedata
    twilio twitch twitter typeform typesense ubidots unsplash upcloud uploadcare upstash
    uptimerobot urlscan userstack vercel vimeo virustotal vonage voyageai vultr wakatime wasabi
    weatherapi weatherbit weatherstack webex webflow wistia wolframalpha worldweather wrike
    xendit yandex yelp youtube zapier zendesk zenrows zenserp zeplin zerobounce zerotier zipapi
    zoho zoom zulip"""
)


def words_of(name: str) -> list[str]:
    """The words of an identifier in lower case, whatever the style: `dbPassword`, `DB-PASSWORD`."""
    return [word.lower() for word in _WORDS.findall(name[-_NAME:])]


def kind_of(words: list[str]) -> Kind:
    """What kind of credential a name of these words holds; empty when it holds none.

    The last word that is no mere qualifier decides: `password_file` and `token_count` hold none.
    A name that only mentions a secret (`token_for_upload`) is told apart from one that is one.
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
    if last in _NO_VALUE:
        return "vendor" if last == "id" and before in _ID_QUALIFIERS and _has_vendor(words) else ""
    if _has_vendor(words):
        return "vendor"
    return "mention" if not _TELLING.isdisjoint(words) and not _NEVER_TOKENS & {*words} else ""


_NO_VALUE = word_set(
    """id ids name names file path url uri host type version length size count limit format
    region zone bucket index table repo repository project org issue user username email domain
    port timeout enabled channel page number hash sha commit ref branch tag image digest checksum
    etag com org net io dev local"""
)


_ID_QUALIFIERS = word_set("client consumer app application oauth api access")
_TELLING = word_set("secret token password passwd apikey credential credentials")


def _has_vendor(words: list[str]) -> bool:
    return not VENDORS.isdisjoint(words)


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
