"""Chat, mail, telephony and social networks: Slack to Twitter."""

from __future__ import annotations

from aiguardian.guards.security.secrets.checksums import is_discord_token
from aiguardian.guards.security.secrets.formats.format import (
    ALNUM,
    ANYHEX,
    HEX,
    LOWER,
    UPPER,
    UUID,
    WORD,
    Format,
)

_ANYUUID = UUID.replace(HEX, ANYHEX)

FORMATS = (
    # docs.slack.dev "Tokens": kind, then numeric ids and a random tail joined by hyphens.
    Format("slack_bot_token", "Slack", "xoxb-", "[0-9]{6,14}-[A-Za-z0-9-]{12,60}", 0.97),
    Format("slack_user_token", "Slack", "xoxp-", "[0-9]{1,14}-[A-Za-z0-9-]{12,400}", 0.97),
    *(
        Format("slack_token", "Slack", prefix, "(?:[0-9]-)?[A-Za-z0-9-]{12,400}", 0.93)
        for prefix in (
            "xoxa-",
            "xoxo-",
            "xoxr-",
            "xoxs-",
            "xoxe-",
            "xoxc-",
            "xoxd-",
        )
    ),
    *(
        Format("slack_token", "Slack", prefix, "(?:[0-9]-)?[A-Za-z0-9-]{12,400}", 0.98)
        for prefix in ("xoxe.xoxp-", "xoxe.xoxb-")
    ),
    Format("slack_app_token", "Slack", "xapp-", "[0-9]{1,14}-[A-Za-z0-9/+-]{16,160}", 0.97),
    Format("slack_workflow_token", "Slack", "xwfp-", "[A-Za-z0-9-]{20,120}", 0.95),
    Format(
        "slack_webhook",
        "Slack",
        "hooks.slack.com/",
        "(?:services|workflows|triggers)/[A-Za-z0-9]{8,14}/[A-Za-z0-9]{8,20}/[A-Za-z0-9/]{16,60}",
        0.96,
        lead="[a-z:/]",
        lead_max=8,
    ),
    # discord.com/developers: base64 of the account's number, a timestamp, a signature.
    Format(
        "discord_webhook",
        "Discord",
        "/api/webhooks/",
        "[0-9]{17,20}/[A-Za-z0-9_-]{60,70}",
        0.97,
        lead="[a-z:/.]",
        lead_max=27,
    ),
    Format(
        "discord_bot_token",
        "Discord",
        "",
        "[MNO]" + WORD + "{23,25}\\." + WORD + "{6}\\." + WORD + "{27,38}",
        0.85,
        is_discord_token,
    ),
    Format(
        "teams_webhook",
        "Microsoft",
        "/IncomingWebhook/",
        ANYHEX + "{32}/" + _ANYUUID + "(?:/[A-Za-z0-9_-]{20,60})?",
        0.95,
        lead="[A-Za-z0-9@:/.-]",
        lead_max=140,
    ),
    Format(
        "google_chat_webhook",
        "Google",
        "chat.googleapis.com/v1/spaces/",
        "[A-Za-z0-9_-]{8,14}/messages\\?key=[A-Za-z0-9_-]{30,45}&token=[A-Za-z0-9_%-]{30,60}",
        0.97,
        lead="[a-z:/]",
        lead_max=8,
    ),
    Format(
        "zapier_webhook",
        "Zapier",
        "hooks.zapier.com/hooks/catch/",
        "[0-9]{4,10}/[a-z0-9]{5,12}",
        0.9,
        lead="[a-z:/]",
        lead_max=8,
    ),
    Format(
        "ifttt_webhook",
        "IFTTT",
        "maker.ifttt.com/trigger/",
        "[A-Za-z0-9_{}-]{1,60}/(?:json/)?with/key/[A-Za-z0-9_-]{20,50}",
        0.95,
        lead="[a-z:/]",
        lead_max=8,
    ),
    # core.telegram.org: number of the bot, colon, 35 characters that begin AA.
    Format(
        "telegram_bot_token", "Telegram", ":AA", WORD + "{32,33}", 0.95, lead="[0-9]", lead_max=11
    ),
    # twilio.com/docs "Glossary: SID": two letters, 32 hexadecimal digits.
    Format("twilio_account_sid", "Twilio", "", "AC(?=[a-f]{0,31}[0-9])" + HEX + "{32}", 0.75),
    Format("twilio_api_key_sid", "Twilio", "", "SK(?=[A-Fa-f]{0,31}[0-9])" + ANYHEX + "{32}", 0.85),
    Format("sendgrid_key", "SendGrid", "SG.", WORD + "{20,24}\\." + WORD + "{39,50}", 0.98),
    Format("mailgun_key", "Mailgun", "key-", "[0-9a-z]{32}", 0.93),
    Format("mailgun_signing_key", "Mailgun", "pubkey-", HEX + "{32}", 0.6),
    Format("mailgun_key", "Mailgun", "", HEX + "{32}-" + HEX + "{8}-" + HEX + "{8}", 0.9),
    Format("mailchimp_key", "Mailchimp", "-us", "[0-9]{1,2}", 0.93, lead=ALNUM, lead_max=32),
    Format("mandrill_key", "Mailchimp", "md-", WORD + "{22}", 0.85),
    Format("brevo_key", "Brevo", "xkeysib-", HEX + "{64}-" + ALNUM + "{16}", 0.98),
    Format("brevo_smtp_key", "Brevo", "xsmtpsib-", HEX + "{64}-" + ALNUM + "{16}", 0.98),
    Format("resend_key", "Resend", "re_", "[A-Za-z0-9]{8}_[A-Za-z0-9]{24}", 0.96),
    Format("klaviyo_key", "Klaviyo", "pk_", "(?=[a-f]{0,33}[0-9])" + HEX + "{34}", 0.85),
    Format(
        "mapbox_secret_token", "Mapbox", "sk.eyJ", WORD + "{50,120}\\." + WORD + "{20,24}", 0.97
    ),
    # developers.facebook.com: app id, a bar and the secret; access tokens begin EAA.
    Format("facebook_app_token", "Meta", "", "[0-9]{15,17}\\|" + WORD + "{27}", 0.9),
    Format(
        "facebook_access_token", "Meta", "EAA", "(?=[A-Za-z]{0,50}[0-9])[A-Za-z0-9]{50,400}", 0.9
    ),
    Format("instagram_access_token", "Meta", "IGQV", WORD + "{100,250}", 0.95),
    Format("instagram_access_token", "Meta", "IGAA", WORD + "{100,250}", 0.93),
    # docs.x.com: app-only bearer tokens begin with twenty-odd A.
    Format(
        "twitter_bearer_token",
        "X",
        "AAAAAAAAAAAAAAAAAAAA",
        "A{0,4}(?!A)[A-Za-z0-9%+/=]{60,140}",
        0.9,
    ),
    Format(
        "linkedin_client_secret",
        "LinkedIn",
        "WPL_AP",
        "[01]\\.[A-Za-z0-9]{16}\\.[A-Za-z0-9+/]{6,10}={0,2}",
        0.97,
    ),
    Format("linkedin_access_token", "LinkedIn", "AQX", WORD + "{150,400}", 0.85),
    Format("twitch_irc_token", "Twitch", "oauth:", "[0-9a-z]{30}", 0.9),
    Format("messagebird_key", "MessageBird", "live_", ALNUM + "{25}", 0.75),
    Format("courier_token", "Courier", "pk_prod_", UPPER + "{28}", 0.93),
    Format("onesignal_key", "OneSignal", "os_v2_app_", LOWER + "{100,120}", 0.97),
    Format(
        "feishu_webhook",
        "Lark",
        "/open-apis/bot/v2/hook/",
        UUID,
        0.93,
        lead="[a-z:/.]",
        lead_max=28,
    ),
    Format(
        "dingtalk_webhook",
        "DingTalk",
        "oapi.dingtalk.com/robot/send?access_token=",
        "[0-9a-z]{64}",
        0.97,
        lead="[a-z:/]",
        lead_max=8,
    ),
    Format(
        "wecom_webhook",
        "WeCom",
        "qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
        UUID,
        0.95,
        lead="[a-z:/]",
        lead_max=8,
    ),
    Format("wechat_app_id", "WeChat", "", "wx(?=[a-f]{0,15}[0-9])" + HEX + "{16}", 0.75),
    Format(
        "power_automate_url",
        "Power Automate",
        "/triggers/manual/paths/invoke?",
        "[A-Za-z0-9%&=._-]{20,160}&sig=[A-Za-z0-9_-]{43}",
        0.95,
        lead="[a-z0-9A-Z:/.-]",
        lead_max=140,
    ),
    Format("webex_token", "Cisco", "", ALNUM + "{64}_[A-Z]{2}[0-9]{2}_" + _ANYUUID, 0.97),
    Format("pubnub_secret_key", "PubNub", "sec-c-", "[A-Za-z0-9+/]{46,48}={0,2}", 0.97),
    Format("pubnub_key", "PubNub", "pub-c-", UUID, 0.6),
    Format("pubnub_key", "PubNub", "sub-c-", UUID, 0.55),
    Format(
        "make_webhook", "Make", ".make.com/", LOWER + "{32}", 0.9, lead="[a-z0-9:/.]", lead_max=24
    ),
    Format(
        "rocket_chat_webhook",
        "Rocket.Chat",
        "/hooks/",
        ALNUM + "{17,24}/" + ALNUM + "{32,64}",
        0.93,
        lead="[A-Za-z0-9:/.-]",
        lead_max=100,
    ),
    Format(
        "mattermost_webhook",
        "Mattermost",
        "/hooks/",
        "(?=[a-z]{0,25}[0-9])" + LOWER + "{26}",
        0.85,
        lead="[A-Za-z0-9:/.-]",
        lead_max=100,
    ),
    Format("convertkit_key", "Kit", "kit_", HEX + "{32}", 0.95),
    Format("pinterest_token", "Pinterest", "pina_", "[A-Z0-9]{60,120}", 0.97),
    Format(
        "twitter_access_token", "X", "", "[0-9]{8,20}-(?=[a-z0-9]{0,39}[A-Z])[A-Za-z0-9]{40}", 0.85
    ),
    Format("tiktok_token", "TikTok", "act.", "[A-Za-z0-9!._-]{50,90}", 0.85),
    Format("tiktok_token", "TikTok", "clt.", "[A-Za-z0-9!._-]{40,90}", 0.85),
    Format("riot_games_key", "Riot Games", "RGAPI-", _ANYUUID, 0.97),
    Format(
        "roblox_cookie",
        "Roblox",
        "_|WARNING:-DO-NOT-SHARE-THIS.",
        "[^|\\s]{20,160}\\|_(?P<value>[A-F0-9]{100,1200})",
        0.98,
    ),
    Format(
        "mapbox_temporary_token", "Mapbox", "tk.eyJ", WORD + "{50,160}\\." + WORD + "{20,24}", 0.9
    ),
    Format(
        "slack_webhook",
        "Slack",
        "hooks.slack-gov.com/",
        "services/[A-Za-z0-9]{8,14}/[A-Za-z0-9]{8,20}/[A-Za-z0-9]{16,60}",
        0.96,
        lead="[a-z:/]",
        lead_max=8,
    ),
    Format("ghost_admin_key", "Ghost", "", HEX + "{24}:" + HEX + "{64}", 0.93),
    Format(
        "nabu_casa_webhook",
        "Nabu Casa",
        "hooks.nabu.casa/",
        "gAAAAA" + WORD + "{80,300}={0,2}",
        0.95,
        lead="[a-z:/]",
        lead_max=8,
    ),
)
