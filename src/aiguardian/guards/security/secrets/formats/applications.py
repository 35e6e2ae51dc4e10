"""Work and content applications: Atlassian to Typeform."""

from __future__ import annotations

from aiguardian.guards.security.secrets.checksums import is_aiguardian_key, is_numbered_base64
from aiguardian.guards.security.secrets.formats.format import (
    ALNUM,
    ANYHEX,
    HEX,
    UUID,
    WORD,
    Format,
)

FORMATS = (
    Format(
        "aiguardian_key",
        "AIGuardian",
        "agk_",
        ALNUM + "{11}_" + ALNUM + "{49}",
        0.97,
        is_aiguardian_key,
    ),
    Format("atlassian_api_token", "Atlassian", "ATATT3xFf", "[A-Za-z0-9_=%\\\\-]{100,260}", 0.98),
    Format("atlassian_oauth_secret", "Atlassian", "ATOA", "[A-Za-z0-9_=-]{60,200}", 0.9),
    # confluence.atlassian.com: Data Center tokens are base64 of a number, a colon and 20 bytes.
    Format(
        "atlassian_data_center_token",
        "Atlassian",
        "",
        "[MNO][A-Za-z0-9+/]{43}",
        0.95,
        is_numbered_base64,
        must_check=True,
    ),
    Format("trello_token", "Atlassian", "ATTA", HEX + "{64}" + ANYHEX + "{8}", 0.98),
    Format("airtable_token", "Airtable", "pat", ALNUM + "{14}\\." + HEX + "{64}", 0.98),
    Format("asana_token", "Asana", "", "[0-9]{15,18}:[0-9a-f]{32}", 0.9),
    Format("notion_token", "Notion", "ntn_", ALNUM + "{43,50}", 0.98),
    Format("notion_token", "Notion", "secret_", "(?=[A-Za-z]{0,42}[0-9])" + ALNUM + "{43}", 0.96),
    Format("linear_key", "Linear", "lin_api_", ALNUM + "{40}", 0.98),
    Format("linear_oauth_token", "Linear", "lin_oauth_", HEX + "{64}", 0.98),
    Format("figma_token", "Figma", "figd_", WORD + "{38,44}", 0.98),
    Format("figma_oauth_token", "Figma", "figo", "[urh]_" + WORD + "{38,44}", 0.97),
    Format("dropbox_short_token", "Dropbox", "sl.", WORD + "{130,200}", 0.95),
    Format("dropbox_short_token", "Dropbox", "sl.u.", "[A-Za-z0-9_-]{130,1400}", 0.96),
    Format(
        "dropbox_long_token", "Dropbox", "AAAAAAAAAA", WORD + "{43}", 0.9, lead=ALNUM, lead_max=11
    ),
    Format("contentful_management_token", "Contentful", "CFPAT-", WORD + "{43}", 0.98),
    Format("hubspot_token", "HubSpot", "pat-", "(?:na|eu|ap)[0-9]-" + UUID, 0.98),
    # developer.salesforce.com: organisation id, exclamation mark, session.
    Format(
        "salesforce_session", "Salesforce", "00D", "[A-Za-z0-9]{12,15}![A-Za-z0-9_.]{60,130}", 0.97
    ),
    Format("salesforce_consumer_key", "Salesforce", "3MVG", "[A-Za-z0-9._]{80,110}", 0.85),
    Format("salesforce_refresh_token", "Salesforce", "5Aep861", "[A-Za-z0-9._]{60,110}", 0.95),
    Format("adobe_client_secret", "Adobe", "p8e-", "[A-Za-z0-9_-]{32}", 0.96),
    Format("adobe_client_secret", "Adobe", "", "p8[a-z0-9]-[A-Za-z0-9_-]{32}", 0.85),
    # docs.djangoproject.com: startproject writes this prefix before fifty random characters.
    Format("django_secret_key", "Django", "django-insecure-", "[^\\s'\"]{30,80}", 0.9),
    Format("typeform_token", "Typeform", "tfp_", "[A-Za-z0-9_.=-]{40,59}", 0.96),
    Format("sanity_token", "Sanity", "", "sk(?=[A-Za-z]{0,170}[0-9])" + ALNUM + "{178,180}", 0.95),
    Format("clickup_token", "ClickUp", "pk_", "[0-9]{7,9}_[A-Z0-9]{32}", 0.98),
    Format("intercom_token", "Intercom", "dG9rOj", "[A-Za-z0-9+/]{48,60}={0,2}", 0.93),
    Format("retool_token", "Retool", "retool_", "01[a-z0-9]{24}", 0.95),
    Format("n8n_key", "n8n", "n8n_api_", "[A-Za-z0-9]{40,160}", 0.95),
    Format("apify_token", "Apify", "apify_api_", ALNUM + "{36}", 0.98),
    Format("apify_proxy_password", "Apify", "apify_proxy_", ALNUM + "{36}", 0.95),
    Format("scrapfly_key", "Scrapfly", "scp-live-", HEX + "{32}", 0.96),
    Format(
        "rapidapi_key",
        "RapidAPI",
        "msh",
        "[A-Za-z0-9]{15}jsn[A-Za-z0-9]{12}",
        0.95,
        lead=ALNUM,
        lead_max=35,
    ),
    Format("maxmind_license_key", "MaxMind", "_mmk", "", 0.97, lead="[A-Za-z0-9_]", lead_max=36),
    Format("gitbook_token", "GitBook", "gb_api_", ALNUM + "{36,40}", 0.96),
    Format(
        "truenas_key", "TrueNAS", "", "[0-9]{1,3}-(?=[A-Za-z]{0,63}[0-9])" + ALNUM + "{64}", 0.85
    ),
    Format("figma_legacy_token", "Figma", "", "[0-9]{3,7}-" + UUID, 0.75),
    Format("zoho_token", "Zoho", "1000.", HEX + "{32}\\." + HEX + "{32}", 0.97),
    Format("zoho_client_id", "Zoho", "1000.", "[A-Z0-9]{30}", 0.6),
    Format("locationiq_key", "LocationIQ", "pk.", HEX + "{32}", 0.9),
    Format("cal_com_key", "Cal.com", "cal_", "(?:live_|test_)?" + HEX + "{32}", 0.96),
    Format("deepl_key", "DeepL", "", UUID + ":fx", 0.97),
)
