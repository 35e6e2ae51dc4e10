"""Clouds, platforms, databases and the keepers of other secrets: AWS to Vault."""

from __future__ import annotations

from aiguardian.guards.security.secrets.checksums import (
    holds_base64_json,
    is_age_key,
)
from aiguardian.guards.security.secrets.formats.format import (
    ALNUM,
    BASE64,
    HEX,
    LOWER,
    UPPER,
    UUID,
    WORD,
    Format,
)

_AWS_ID = "[A-Z2-7]{16}"
_LOOSE_AWS_ID = UPPER + "{16}"

FORMATS = (
    # docs.aws.amazon.com "IAM identifiers": prefix by kind, then base32 with the account in it.
    *(
        Format("aws_access_key_id", "AWS", prefix, shape, score)
        for prefix in ("AKIA", "ASIA", "ABIA", "ACCA")
        for shape, score in ((_AWS_ID, 0.95), (_LOOSE_AWS_ID, 0.75))
    ),
    Format("aws_access_key_id", "AWS", "A3T", UPPER + "{17}", 0.8),
    Format("aws_appsync_key", "AWS", "da2-", LOWER + "{26}", 0.93),
    Format(
        "aws_mws_token",
        "AWS",
        "amzn.mws.",
        LOWER + "{8}-(?:" + LOWER + "{4}-){3}" + LOWER + "{12}",
        0.98,
    ),
    Format("aws_bedrock_key", "AWS", "ABSK", BASE64 + "{109,269}={0,2}", 0.95),
    Format("aws_bedrock_short_key", "AWS", "bedrock-api-key-", "[A-Za-z0-9+/=]{30,4000}", 0.95),
    Format("amazon_oauth_client_secret", "Amazon", "amzn1.oa2-cs.v1.", HEX + "{64}", 0.98),
    Format("amazon_oauth_client_id", "Amazon", "amzn1.application-oa2-client.", HEX + "{32}", 0.6),
    # cloud.google.com "API keys": AIza and 35 characters.
    Format("google_api_key", "Google", "AIza", WORD + "{35}", 0.95),
    Format("google_oauth_client_secret", "Google", "GOCSPX-", WORD + "{28}", 0.98),
    Format("google_oauth_access_token", "Google", "ya29.", "[A-Za-z0-9_.-]{20,500}", 0.93),
    Format("google_oauth_refresh_token", "Google", "1//0", WORD + "{40,120}", 0.85),
    Format(
        "google_oauth_client_id",
        "Google",
        ".apps.googleusercontent.com",
        "",
        0.6,
        lead="[0-9a-z-]",
        lead_max=60,
    ),
    Format("google_hmac_key_id", "Google", "GOOG1", "[A-Z0-9]{19,60}", 0.9),
    # learn.microsoft.com: Entra client secrets hold "Q~" behind three characters and a digit.
    Format(
        "entra_client_secret",
        "Microsoft",
        "Q~",
        "[A-Za-z0-9_.~-]{31,34}",
        0.95,
        lead="[A-Za-z0-9_.~-]",
        lead_max=4,
    ),
    # github.com/microsoft/security-utilities "CASK": fixed signatures inside Azure keys.
    *(
        Format(
            "azure_key",
            "Microsoft",
            signature,
            BASE64 + "{1,12}={0,2}",
            0.96,
            lead=BASE64,
            lead_max=80,
        )
        for signature in (
            "+ASt",
            "+AMC",
            "+ARm",
            "+ABa",
            "+AIoT",
            "+ASb",
            "+AEh",
            "ACDb",
            "AzCa",
            "AzFu",
            "AzSe",
            "APIM",
            "JQQJ99",
        )
    ),
    Format(
        "azure_sas_signature",
        "Microsoft",
        "&sig=",
        "(?P<value>[A-Za-z0-9%+/]{40,60}(?:%3[dD]|=){0,2})",
        0.85,
    ),
    Format("alibaba_access_key_id", "Alibaba Cloud", "LTAI", ALNUM + "{12,20}", 0.85),
    Format("tencent_secret_id", "Tencent Cloud", "AKID", ALNUM + "{32}", 0.9),
    Format("ibm_cloud_api_key", "IBM", "ApiKey-", UUID, 0.9),
    Format("yandex_api_key", "Yandex", "AQVN", WORD + "{35,38}", 0.93),
    Format(
        "yandex_iam_token", "Yandex", "t1.", WORD + "{20,200}={0,2}\\." + WORD + "{86}={0,2}", 0.97
    ),
    Format("yandex_access_secret", "Yandex", "", "YC" + WORD + "{38}", 0.75),
    Format("digitalocean_token", "DigitalOcean", "dop_v1_", HEX + "{64}", 0.98),
    Format("digitalocean_oauth_token", "DigitalOcean", "doo_v1_", HEX + "{64}", 0.98),
    Format("digitalocean_refresh_token", "DigitalOcean", "dor_v1_", HEX + "{64}", 0.98),
    Format("heroku_key", "Heroku", "HRKU-", "(?:" + UUID + "|" + WORD + "{60})", 0.98),
    Format("fly_io_token", "Fly.io", "FlyV1 fm", "[12][ar]?_[A-Za-z0-9+/=,_-]{40,2000}", 0.97),
    Format("fly_io_token", "Fly.io", "fo1_", WORD + "{43}", 0.93),
    Format("cloudflare_token", "Cloudflare", "cfat_", ALNUM + "{40,60}", 0.96),
    Format("cloudflare_token", "Cloudflare", "cfut_", ALNUM + "{40,60}", 0.96),
    Format("cloudflare_key", "Cloudflare", "cfk_", ALNUM + "{40,60}", 0.96),
    Format("cloudflare_origin_ca_key", "Cloudflare", "v1.0-", HEX + "{24}-" + HEX + "{146}", 0.98),
    Format("render_key", "Render", "rnd_", ALNUM + "{28,40}", 0.9),
    Format("scaleway_access_key", "Scaleway", "SCW", UPPER + "{17}", 0.85),
    Format(
        "tailscale_key",
        "Tailscale",
        "tskey-",
        "(?:api|auth|client|scim|webhook)-" + ALNUM + "{8,20}-" + ALNUM + "{20,40}",
        0.98,
    ),
    Format("databricks_token", "Databricks", "dapi", HEX + "{32}(?:-[0-9])?", 0.95),
    Format(
        "snowflake_token",
        "Snowflake",
        "ver:1-hint:",
        "[0-9]{4,20}-ETMsDgAAA[A-Za-z0-9+/=]{40,500}",
        0.97,
    ),
    Format("planetscale_password", "PlanetScale", "pscale_pw_", "[A-Za-z0-9_.-]{32,64}", 0.98),
    Format("planetscale_token", "PlanetScale", "pscale_tkn_", "[A-Za-z0-9_.-]{32,64}", 0.98),
    Format(
        "planetscale_oauth_token", "PlanetScale", "pscale_oauth_", "[A-Za-z0-9_.-]{32,64}", 0.98
    ),
    Format("supabase_token", "Supabase", "sbp_", "(?:v0_)?" + HEX + "{40}", 0.98),
    Format("supabase_secret_key", "Supabase", "sb_secret_", WORD + "{22,40}", 0.97),
    Format("neon_api_key", "Neon", "napi_", LOWER + "{60,70}", 0.96),
    Format(
        "upstash_token",
        "Upstash",
        "UPSTASH_REDIS_REST_TOKEN=",
        "[\"']?(?P<value>" + BASE64 + "{40,120}={0,2})",
        0.95,
    ),
    Format("aiven_token", "Aiven", "AVNS_", WORD + "{19}", 0.97),
    Format("mongodb_atlas_service_account", "MongoDB", "mdb_sa_sk_", WORD + "{40}", 0.97),
    # developer.hashicorp.com "Vault tokens": hvs. service, hvb. batch, hvr. recovery.
    *(
        Format("vault_token", "HashiCorp", prefix, "[A-Za-z0-9_.-]{24,300}", 0.95)
        for prefix in ("hvs.", "hvb.", "hvr.")
    ),
    Format(
        "vault_token",
        "HashiCorp",
        "",
        "(?<=\\bs\\.)(?:CAES" + WORD + "{60,200}|(?=[a-zA-Z]{0,23}[0-9])(?=[A-Z0-9]{0,23}[a-z])"
        "(?=[a-z0-9]{0,23}[A-Z])" + ALNUM + "{24})",
        0.8,
    ),
    *(
        Format(
            "doppler_token", "Doppler", prefix, "(?:[a-z0-9_-]{2,35}\\.)?" + ALNUM + "{40,44}", 0.98
        )
        for prefix in ("dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit.")
    ),
    Format(
        "onepassword_service_account_token",
        "1Password",
        "ops_eyJ",
        BASE64 + "{250,2000}={0,3}",
        0.97,
        holds_base64_json,
    ),
    Format(
        "onepassword_secret_key",
        "1Password",
        "A3-",
        "[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}",
        0.96,
    ),
    Format(
        "infisical_token",
        "Infisical",
        "st.",
        HEX + "{24}\\." + HEX + "{32}\\." + HEX + "{32}",
        0.97,
    ),
    Format(
        "age_secret_key",
        "age",
        "AGE-SECRET-KEY-1",
        "[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
        0.97,
        is_age_key,
    ),
    Format("openshift_token", "Red Hat", "sha256~", WORD + "{43}", 0.96),
    Format("alicloud_sts_token", "Alibaba Cloud", "STS.", ALNUM + "{20,30}", 0.85),
    Format(
        "aws_session_token",
        "AWS",
        "IQoJb3JpZ2luX2Vj",
        "[A-Za-z0-9+/%]{80,2000}={0,2}",
        0.97,  # aiguardian: allow
    ),  # aiguardian: allow
    Format("aws_session_token", "AWS", "FwoGZXIvYXdz", "[A-Za-z0-9+/%]{80,2000}={0,2}", 0.97),
    Format("netbird_token", "NetBird", "nbp_", ALNUM + "{36}", 0.95),
    Format(
        "defined_networking_token",
        "Defined Networking",
        "dnkey-",
        WORD + "{26}-" + WORD + "{52}",
        0.97,
    ),
    Format("aws_presigned_url", "AWS", "X-Amz-Signature=", "(?P<value>" + HEX + "{64})", 0.6),
    Format(
        "azure_sas_signature",
        "Microsoft",
        "?sig=",
        "(?P<value>[A-Za-z0-9%+/]{40,60}(?:%3[dD]|=){0,2})",
        0.85,
    ),
    Format(
        "azure_key",
        "Microsoft",
        "+ACR",
        "[A-D]" + BASE64 + "{5,7}={0,2}",
        0.96,
        lead=BASE64,
        lead_max=48,
    ),
    Format(
        "azure_function_url",
        "Microsoft",
        ".azurewebsites.net/api/",
        "[A-Za-z0-9_/-]{1,80}\\?code=(?P<value>[A-Za-z0-9_/%=-]{40,90})",
        0.93,
        lead="[a-z0-9:/-]",
        lead_max=80,
    ),
    Format("digitalocean_spaces_key", "DigitalOcean", "DO00", UPPER + "{16}", 0.9),
    Format("digitalocean_spaces_key", "DigitalOcean", "DO801", UPPER + "{15}", 0.9),
    Format("exoscale_key", "Exoscale", "EXO", "(?=[a-f]{0,25}[0-9])" + HEX + "{26}", 0.93),
    Format("volcengine_access_key_id", "Volcengine", "AKLT", "[A-Za-z0-9]{40,60}={0,2}", 0.93),
    Format("baidu_access_key", "Baidu", "ALTAK", "-?" + ALNUM + "{21}", 0.9),
    Format("baidu_bearer_token", "Baidu", "bce-v3/ALTAK-", ALNUM + "{21}/" + HEX + "{40}", 0.98),
    Format("yandex_oauth_token", "Yandex", "y0_", "[A-Za-z0-9_-]{39,100}", 0.93),
    *(
        Format("fly_io_token", "Fly.io", prefix, "[A-Za-z0-9+/=_-]{80,2000}", 0.96)
        for prefix in ("fm1r_", "fm1a_", "fm2_")
    ),
    Format("cockroachdb_key", "Cockroach Labs", "CCDB1_", ALNUM + "{22}_" + ALNUM + "{40}", 0.98),
    Format("clickhouse_cloud_secret", "ClickHouse", "4b1d", ALNUM + "{38}", 0.93),
    Format("databricks_oauth_secret", "Databricks", "dose", HEX + "{32}", 0.95),
    Format("dbt_token", "dbt Labs", "dbtc_", WORD + "{30,60}", 0.96),
    Format("dbt_token", "dbt Labs", "dbtu_", WORD + "{30,60}", 0.96),
    Format("confluent_secret", "Confluent", "cflt", BASE64 + "{60}", 0.96),
    Format("elastic_cloud_key", "Elastic", "essu_", "[A-Za-z0-9+/=_-]{40,100}", 0.97),
    Format("xata_key", "Xata", "xau_", ALNUM + "{32,60}", 0.96),
    Format("materialize_password", "Materialize", "mzp_", HEX + "{64}", 0.97),
    Format("tinybird_token", "Tinybird", "p.eyJ", WORD + "{20,400}\\." + WORD + "{43}", 0.96),
    Format(
        "bitwarden_machine_token",
        "Bitwarden",
        "0.",
        UUID + "\\." + ALNUM + "{30}:" + BASE64 + "{22}==",
        0.98,
    ),
    *(
        Format("ory_token", "Ory", prefix, WORD + "{28,100}(?:\\." + WORD + "{20,60})?", 0.95)
        for prefix in ("ory_pat_", "ory_st_", "ory_at_", "ory_rt_", "ory_ac_", "ory_wak_")
    ),
    Format(
        "backblaze_application_key",
        "Backblaze",
        "K00",
        "[0-9](?=[a-z0-9+/]{0,26}[A-Z])(?=[A-Z0-9+/]{0,26}[a-z])" + BASE64 + "{27}",
        0.9,
    ),
    Format(
        "cloudflare_tunnel_token",
        "Cloudflare",
        "eyJhIjoi",
        "[A-Za-z0-9+/=]{100,400}",
        0.95,
        holds_base64_json,
    ),
    Format("cloudflare_turnstile_secret", "Cloudflare", "0x4AAAAAAA", WORD + "{22,28}", 0.75),
    Format(
        "kubernetes_bootstrap_token",
        "Kubernetes",
        "--token ",
        "(?P<value>[a-z0-9]{6}\\.[a-z0-9]{16})",
        0.93,
    ),
)
