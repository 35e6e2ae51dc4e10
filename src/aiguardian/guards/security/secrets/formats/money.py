"""Payment, commerce, banking and wallets: Stripe to extended private keys."""

from __future__ import annotations

from aiguardian.guards.security.secrets.checksums import is_base58check
from aiguardian.guards.security.secrets.formats.format import (
    ALNUM,
    ANYHEX,
    HEX,
    LOWER,
    UUID,
    WORD,
    Format,
)

FORMATS = (
    # docs.stripe.com/keys: kind, mode, random tail. Test-mode keys reach no money: lower score.
    Format("stripe_secret_key", "Stripe", "sk_live_", ALNUM + "{20,247}", 0.98),
    Format("stripe_restricted_key", "Stripe", "rk_live_", ALNUM + "{20,247}", 0.98),
    Format("stripe_secret_key", "Stripe", "sk_prod_", ALNUM + "{20,247}", 0.95),
    Format("stripe_restricted_key", "Stripe", "rk_prod_", ALNUM + "{20,247}", 0.95),
    Format("stripe_test_key", "Stripe", "sk_test_", ALNUM + "{20,247}", 0.75),
    Format("stripe_test_key", "Stripe", "rk_test_", ALNUM + "{20,247}", 0.75),
    Format("stripe_webhook_secret", "Stripe", "whsec_", "[A-Za-z0-9+/=]{32,64}", 0.95),
    Format("stripe_ephemeral_key", "Stripe", "ek_live_", ALNUM + "{20,200}", 0.9),
    # Publishable keys are made to be public: below the shipped threshold.
    Format("stripe_publishable_key", "Stripe", "pk_live_", ALNUM + "{20,247}", 0.4),
    Format("square_access_token", "Square", "sq0atp-", WORD + "{22}", 0.97),
    Format("square_oauth_secret", "Square", "sq0csp-", WORD + "{43}", 0.97),
    Format("square_sandbox_token", "Square", "sq0atb-", WORD + "{22}", 0.8),
    Format("square_access_token", "Square", "EAAA", "[A-Za-z0-9_-]{60}", 0.9),
    Format(
        "braintree_access_token",
        "PayPal",
        "access_token$",
        "(?:production|sandbox)\\$[0-9a-z]{12,24}\\$[0-9a-f]{32}",
        0.98,
    ),
    Format("shopify_access_token", "Shopify", "shpat_", ANYHEX + "{32}", 0.98),
    Format("shopify_custom_app_token", "Shopify", "shpca_", ANYHEX + "{32}", 0.98),
    Format("shopify_private_app_password", "Shopify", "shppa_", ANYHEX + "{32}", 0.98),
    Format("shopify_shared_secret", "Shopify", "shpss_", ANYHEX + "{32}", 0.98),
    Format("shopify_partner_token", "Shopify", "shprt_", ANYHEX + "{32}", 0.98),
    Format(
        "plaid_access_token", "Plaid", "access-", "(?:production|development|sandbox)-" + UUID, 0.98
    ),
    Format("flutterwave_key", "Flutterwave", "FLWSECK", "(?:_TEST)?-" + ALNUM + "{32}-X", 0.97),
    Format("paystack_key", "Paystack", "sk_live_", HEX + "{40}", 0.98),
    Format("razorpay_key_id", "Razorpay", "rzp_live_", ALNUM + "{14}", 0.85),
    Format("razorpay_key_id", "Razorpay", "rzp_test_", ALNUM + "{14}", 0.6),
    Format("adyen_key", "Adyen", "AQE", "[A-Za-z0-9+/]{5,10}[A-Za-z0-9+/=-]{60,250}", 0.8),
    Format("mollie_key", "Mollie", "live_", ALNUM + "{30,35}", 0.85),
    Format("gocardless_token", "GoCardless", "live_", WORD + "{40}", 0.9),
    Format("easypost_key", "EasyPost", "EZAK", ALNUM + "{54}", 0.97),
    Format("easypost_test_key", "EasyPost", "EZTK", ALNUM + "{54}", 0.8),
    Format("shippo_token", "Shippo", "shippo_live_", HEX + "{40}", 0.98),
    Format("shippo_test_token", "Shippo", "shippo_test_", HEX + "{40}", 0.8),
    Format("lob_key", "Lob", "live_", "(?=[a-f]{0,34}[0-9])[0-9a-f]{35}", 0.95),
    Format("lob_test_key", "Lob", "test_", "(?=[a-f]{0,34}[0-9])[0-9a-f]{35}", 0.75),
    Format("duffel_token", "Duffel", "duffel_", "(?:live|test)_[A-Za-z0-9_=-]{43}", 0.97),
    Format(
        "paddle_key",
        "Paddle",
        "pdl_",
        "(?:live|sdbx)_apikey_[a-z0-9]{26}_" + ALNUM + "{22}_[A-Za-z0-9]{3}",
        0.98,
    ),
    Format("polar_token", "Polar", "polar_oat_", ALNUM + "{43}", 0.97),
    Format("coinbase_key", "Coinbase", "organizations/", UUID + "/apiKeys/" + UUID, 0.85),
    Format(
        "alchemy_url",
        "Alchemy",
        ".g.alchemy.com/v2/",
        WORD + "{32}",
        0.9,
        lead="[a-z0-9:/-]",
        lead_max=40,
    ),
    Format(
        "infura_url", "Infura", ".infura.io/v3/", HEX + "{32}", 0.9, lead="[a-z0-9:/-]", lead_max=40
    ),
    # BIP-32: base58 with four bytes of double SHA-256.
    Format(
        "wallet_extended_private_key",
        "",
        "xprv",
        "[1-9A-HJ-NP-Za-km-z]{107,108}",
        0.97,
        is_base58check,
    ),
    Format("telnyx_key", "Telnyx", "KEY01", "[A-F0-9]{30}_[A-Za-z0-9]{22}", 0.97),
    Format("frame_io_token", "Frame.io", "fio-u-", "[A-Za-z0-9_=-]{64}", 0.97),
    Format("mercury_token", "Mercury", "secret-token:mercury_", "[A-Za-z0-9_]{20,80}", 0.97),
    Format("brex_token", "Brex", "bxt_", ALNUM + "{36,50}", 0.95),
    Format("sumup_key", "SumUp", "sup_sk_", ALNUM + "{32,48}", 0.97),
    Format(
        "stripe_organization_key", "Stripe", "sk_org_", "(?:live|test)_" + ALNUM + "{20,247}", 0.97
    ),
    Format("stripe_client_secret", "Stripe", "pi_", ALNUM + "{24}_secret_" + ALNUM + "{25}", 0.75),
    Format(
        "stripe_client_secret", "Stripe", "seti_", ALNUM + "{24}_secret_" + ALNUM + "{30,36}", 0.75
    ),
    Format("square_access_token", "Square", "EAAl", "[A-Za-z0-9_-]{60}", 0.9),
    Format("mollie_test_key", "Mollie", "test_", "(?=[A-Za-z]{0,29}[0-9])" + ALNUM + "{30}", 0.7),
    Format(
        "paddle_webhook_secret", "Paddle", "pdl_ntfset_", LOWER + "{26}_[A-Za-z0-9+/]{32}", 0.98
    ),
    Format("checkout_com_key", "Checkout.com", "sk_sbox_", LOWER + "{26}[A-Za-z0-9*#$=!]?", 0.9),
    Format("xendit_key", "Xendit", "xnd_production_", "[A-Za-z0-9+/=_-]{40,90}", 0.97),
    Format("xendit_key", "Xendit", "xnd_development_", "[A-Za-z0-9+/=_-]{40,90}", 0.8),
    Format("midtrans_key", "Midtrans", "SB-Mid-server-", WORD + "{20,36}", 0.97),
    Format("midtrans_key", "Midtrans", "Mid-server-", WORD + "{20,36}", 0.96),
    Format("omise_key", "Omise", "skey_", "(?:test_)?[a-z0-9]{19}", 0.95),
    Format("ramp_secret", "Ramp", "ramp_sec_", ALNUM + "{40,60}", 0.97),
    Format("shopify_user_token", "Shopify", "shpua_", ANYHEX + "{32}", 0.98),
    Format("woocommerce_key", "WooCommerce", "ck_", HEX + "{40}", 0.95),
    Format("woocommerce_secret", "WooCommerce", "cs_", HEX + "{40}", 0.96),
    Format("ebay_certificate_id", "eBay", "PRD-", HEX + "{12}(?:-" + HEX + "{4}){4}", 0.96),
    Format("ebay_certificate_id", "eBay", "SBX-", HEX + "{12}(?:-" + HEX + "{4}){4}", 0.85),
    Format("amazon_refresh_token", "Amazon", "Atzr|", "[A-Za-z0-9_-]{60,1200}", 0.97),
    Format("amazon_access_token", "Amazon", "Atza|", "[A-Za-z0-9_-]{60,1200}", 0.95),
    Format(
        "quicknode_url",
        "QuickNode",
        ".quiknode.pro/",
        HEX + "{40}",
        0.93,
        lead="[a-z0-9:/.-]",
        lead_max=80,
    ),
    Format(
        "imagekit_key", "ImageKit", "private_", "(?=[A-Za-z+/]{0,27}[0-9])[A-Za-z0-9+/]{27}=", 0.95
    ),
    Format("clearbit_key", "Clearbit", "sk_", HEX + "{32}", 0.9),
)
