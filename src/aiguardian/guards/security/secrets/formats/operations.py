"""Monitoring, alerting, feature flags, identity and analytics: Sentry to PostHog."""

from __future__ import annotations

from aiguardian.guards.security.secrets.checksums import holds_base64_json, is_grafana_token
from aiguardian.guards.security.secrets.formats.format import (
    ALNUM,
    HEX,
    LOWER,
    UPPER,
    UUID,
    WORD,
    Format,
)

FORMATS = (
    Format("sentry_user_token", "Sentry", "sntryu_", HEX + "{64}", 0.98),
    Format("sentry_organization_token", "Sentry", "sntrys_", "[A-Za-z0-9+/=_-]{80,400}", 0.97),
    Format("sentry_integration_token", "Sentry", "sntryi_", HEX + "{64}", 0.98),
    # docs.newrelic.com "API keys": prefix by kind; licence keys end in NRAL.
    Format("new_relic_user_key", "New Relic", "NRAK-", UPPER + "{27}", 0.97),
    Format("new_relic_insights_key", "New Relic", "NRII-", WORD + "{25,32}", 0.95),
    Format("new_relic_insights_key", "New Relic", "NRIQ-", WORD + "{25,32}", 0.95),
    Format("new_relic_admin_key", "New Relic", "NRAA-", HEX + "{27}", 0.95),
    Format("new_relic_browser_key", "New Relic", "NRJS-", HEX + "{19}", 0.85),
    Format("new_relic_browser_key", "New Relic", "NRBR-", HEX + "{19}", 0.85),
    Format("new_relic_mobile_key", "New Relic", "-NRMA", "", 0.85, lead="[0-9a-zA-Z]", lead_max=42),
    Format("new_relic_license_key", "New Relic", "NRAL", "", 0.95, lead=LOWER, lead_max=40),
    Format("new_relic_pixie_key", "New Relic", "px-api-", UUID, 0.96),
    Format("new_relic_pixie_key", "New Relic", "px-dep-", UUID, 0.96),
    # github.com/grafana/grafana satokengen: random part, underscore, CRC-32 in hexadecimal.
    Format(
        "grafana_service_account_token",
        "Grafana",
        "glsa_",
        ALNUM + "{32}_" + HEX + "{8}",
        0.96,
        is_grafana_token,
    ),
    Format("grafana_cloud_token", "Grafana", "glc_", "[A-Za-z0-9+/=]{32,400}", 0.95),
    Format(
        "grafana_api_key",
        "Grafana",
        "eyJrIjoi",
        "[A-Za-z0-9+/]{60,400}={0,2}",
        0.93,
        holds_base64_json,
    ),
    Format(
        "dynatrace_token", "Dynatrace", "dt0", "[a-z][0-9]{2}\\.[A-Z0-9]{8,24}\\.[A-Z0-9]{64}", 0.98
    ),
    Format("datadog_client_token", "Datadog", "pub", "(?=[a-f]{0,31}[0-9])" + HEX + "{32}", 0.55),
    Format("honeycomb_key", "Honeycomb", "hcaik_", LOWER + "{58}", 0.97),
    Format("honeycomb_key", "Honeycomb", "hcalk_", LOWER + "{58}", 0.97),
    Format("axiom_token", "Axiom", "xaat-", UUID, 0.97),
    Format("axiom_token", "Axiom", "xapt-", UUID, 0.97),
    Format("logfire_token", "Pydantic", "pylf_v", "[0-9]_[a-z]{2}_[A-Za-z0-9]{40,50}", 0.97),
    Format("pagerduty_key", "PagerDuty", "pdus+", "_[0-9A-Z+]{4,10}_" + UUID, 0.95),
    Format("posthog_project_key", "PostHog", "phc_", ALNUM + "{40,64}", 0.7),
    *(
        Format("posthog_key", "PostHog", prefix, ALNUM + "{40,70}", 0.96)
        for prefix in ("phx_", "phs_", "pha_", "phr_")
    ),
    Format("statsig_secret", "Statsig", "secret-", ALNUM + "{40,50}", 0.85),
    Format("unleash_token", "Unleash", "*:", "[a-z-]{1,20}\\.[0-9a-f]{56}", 0.95),
    Format(
        "configcat_sdk_key", "ConfigCat", "configcat-sdk-1/", WORD + "{22}/" + WORD + "{22}", 0.95
    ),
    Format(
        "okta_token",
        "Okta",
        "",
        "00(?=[a-z0-9_-]{0,39}[A-Z])(?=[A-Z0-9_-]{0,39}[a-z])" + WORD + "{40}",
        0.7,
    ),
    Format("clerk_secret_key", "Clerk", "sk_live_", ALNUM + "{40,52}", 0.97),
    Format("stytch_secret", "Stytch", "secret-live-", "[A-Za-z0-9_=-]{36,52}", 0.97),
    Format("stytch_test_secret", "Stytch", "secret-test-", "[A-Za-z0-9_=-]{36,52}", 0.75),
    Format("adafruit_io_key", "Adafruit", "aio_", ALNUM + "{28}", 0.96),
    Format("blynk_client_id", "Blynk", "oa2-client-id_", WORD + "{32}", 0.6),
    Format(
        "akamai_credential", "Akamai", "akab-", LOWER + "{16}-" + LOWER + "{16}(?!\\.[a-z])", 0.9
    ),
    Format("ngrok_api_key", "ngrok", "ak_", "2[A-Za-z0-9]{26}", 0.9),
    Format("ngrok_credential", "ngrok", "cr_", "2[A-Za-z0-9]{26}", 0.9),
    Format(
        "localstack_token",
        "LocalStack",
        "ls-",
        "[A-Za-z]{8}-[0-9]{4}-[A-Za-z]{4}-[0-9]{4}-[A-Za-z0-9]{8,12}",
        0.93,
    ),
    Format(
        "dependency_track_key", "OWASP", "odt_", "(?:" + ALNUM + "{8}_)?" + ALNUM + "{32,40}", 0.95
    ),
    Format("wakatime_key", "WakaTime", "waka_", UUID, 0.97),
    Format("intra42_secret", "Intra 42", "s-s4t2", "(?:ud|af)-" + HEX + "{64}", 0.98),
    Format("zuplo_key", "Zuplo", "zpka_", HEX + "{32}_" + HEX + "{8}", 0.97),
    Format("wundergraph_token", "WunderGraph", "cosmo_", HEX + "{32}", 0.95),
    Format("deno_token", "Deno", "ddp_", ALNUM + "{36}", 0.96),
    Format("deno_organization_token", "Deno", "ddo_", ALNUM + "{36}", 0.96),
    *(
        Format("honeycomb_key", "Honeycomb", prefix, LOWER + "{58}", 0.97)
        for prefix in ("hcxik_", "hcxlk_", "hcxmk_", "hcamk_", "hcbik_")
    ),
    Format("datadog_key", "Datadog", "ddapp_", ALNUM + "{34}", 0.96),
    Format("datadog_key", "Datadog", "ddpat_", ALNUM + "{30,60}", 0.95),
    Format("checkly_key", "Checkly", "cu_", HEX + "{32}", 0.95),
    Format("uptimerobot_key", "UptimeRobot", "", "[um][0-9]{6,10}-" + HEX + "{24,32}", 0.85),
    Format("jumpcloud_key", "JumpCloud", "jca_", ALNUM + "{36}", 0.97),
    Format(
        "authress_key",
        "Authress",
        "authress_",
        "[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.acc[_-][a-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,120}",
        0.97,
    ),
    Format("hcaptcha_secret", "hCaptcha", "ES_", HEX + "{32}", 0.95),
    Format("vanta_token", "Vanta", "vcs_", "[A-Za-z0-9_]{30,60}", 0.85),
    Format("vanta_token", "Vanta", "vat_", "[A-Za-z0-9_]{30,60}", 0.85),
    Format(
        "thingsboard_token",
        "ThingsBoard",
        "thingsboard.cloud/api/v1/",
        "(?P<value>[A-Za-z0-9]{16,32})",
        0.9,
        lead="[a-z0-9:/.]",
        lead_max=20,
    ),
    Format("statsig_secret", "Statsig", "console-", ALNUM + "{40,50}", 0.9),
)
