"""Model providers and the services around them: OpenAI to Weights & Biases."""

from __future__ import annotations

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
    # platform.openai.com: "T3BlbkFJ" is base64 of "OpenAI", in the middle of every key.
    Format(
        "openai_key",
        "OpenAI",
        "sk-",
        "(?:(?:proj|svcacct|admin|service|None)-)?[A-Za-z0-9_-]{18,100}T3BlbkFJ"
        "[A-Za-z0-9_-]{18,100}",
        0.98,
    ),
    Format("openai_project_key", "OpenAI", "sk-proj-", WORD + "{40,200}", 0.95),
    Format("openai_service_key", "OpenAI", "sk-svcacct-", WORD + "{40,200}", 0.95),
    Format("openai_admin_key", "OpenAI", "sk-admin-", WORD + "{40,200}", 0.95),
    Format(
        "anthropic_key",
        "Anthropic",
        "sk-ant-",
        "(?:api|admin)[0-9]{2}-" + WORD + "{92,95}(?!" + WORD + ")",
        0.98,
    ),
    Format(
        "anthropic_token", "Anthropic", "sk-ant-", "(?:sid|oat|ort)[0-9]{2}-" + WORD + "{50,110}"
    ),
    Format("openrouter_key", "OpenRouter", "sk-or-", "v1-" + HEX + "{64}", 0.98),
    Format("langfuse_key", "Langfuse", "sk-lf-", UUID, 0.97),
    Format("sk_key", "", "sk-", "(?=[A-Za-z]{0,47}[0-9])" + ALNUM + "{32,51}", 0.85),
    Format("huggingface_token", "Hugging Face", "hf_", "[A-Za-z]{34}", 0.95),
    Format(
        "huggingface_token",
        "Hugging Face",
        "hf_",
        "(?=[A-Za-z]{0,33}[0-9])" + ALNUM + "{34,37}",
        0.9,
    ),
    Format("huggingface_organization_token", "Hugging Face", "api_org_", "[A-Za-z]{34}", 0.95),
    Format("groq_key", "Groq", "gsk_", ALNUM + "{52}", 0.97),
    Format("replicate_token", "Replicate", "r8_", WORD + "{37}", 0.97),
    Format("xai_key", "xAI", "xai-", ALNUM + "{80}", 0.98),
    Format("perplexity_key", "Perplexity", "pplx-", ALNUM + "{48,56}", 0.97),
    Format("fireworks_key", "Fireworks AI", "fw_", ALNUM + "{22,24}", 0.85),
    Format("cerebras_key", "Cerebras", "csk-", LOWER + "{48}", 0.96),
    Format("nvidia_key", "NVIDIA", "nvapi-", WORD + "{60,70}", 0.98),
    Format(
        "langsmith_key", "LangChain", "lsv2_", "(?:pt|sk)_" + HEX + "{32}_" + HEX + "{10}", 0.98
    ),
    Format("langsmith_legacy_key", "LangChain", "ls__", HEX + "{32}", 0.95),
    Format("pinecone_key", "Pinecone", "pcsk_", "[A-Za-z0-9_]{60,80}", 0.97),
    Format("voyage_key", "Voyage AI", "pa-", "(?=[A-Za-z_-]{0,42}[0-9])" + WORD + "{43}", 0.85),
    Format("jina_key", "Jina AI", "jina_", HEX + "{32}" + WORD + "{28}", 0.98),
    Format("tavily_key", "Tavily", "tvly-", "(?:(?:dev|prod)-)?" + WORD + "{30,40}", 0.96),
    Format("firecrawl_key", "Firecrawl", "fc-", HEX + "{32}", 0.95),
    Format("e2b_key", "E2B", "e2b_", HEX + "{40}", 0.97),
    Format("elevenlabs_key", "ElevenLabs", "sk_", HEX + "{48}", 0.93),
    Format("together_key", "Together AI", "tgp_v1_", WORD + "{43}", 0.97),
    Format("anyscale_key", "Anyscale", "esecret_", LOWER + "{26}", 0.96),
    Format("runpod_key", "RunPod", "rpa_", UPPER + "{40,46}[a-z0-9]{0,6}", 0.95),
    Format("modal_token_secret", "Modal", "as-", ALNUM + "{22}", 0.75),
    Format("mem0_key", "Mem0", "m0-", ALNUM + "{40}", 0.95),
    Format("friendli_token", "FriendliAI", "flp_", ALNUM + "{46,56}", 0.95),
    Format("wandb_key", "Weights & Biases", "wandb_v1_", WORD + "{60,90}", 0.97),
    Format("llama_cloud_key", "LlamaIndex", "llx-", ALNUM + "{48}", 0.97),
    Format("portkey_key", "Portkey", "pk-portkey-", ALNUM + "{20,40}", 0.95),
    Format("launchdarkly_sdk_key", "LaunchDarkly", "sdk-", UUID, 0.93),
    Format("launchdarkly_token", "LaunchDarkly", "api-", UUID, 0.9),
    Format("openai_session_key", "OpenAI", "sess-", ALNUM + "{40}", 0.93),
    # ai.google.dev: authorisation keys, which take the place of AIza keys since 2025.
    Format("google_auth_key", "Google", "AQ.Ab8", WORD + "{40,60}", 0.95),
    Format("huggingface_token", "Hugging Face", "hf_oauth_", WORD + "{30,200}", 0.9),
    Format("modal_token_id", "Modal", "ak-", ALNUM + "{22}", 0.7),
    Format("zhipu_key", "Zhipu AI", "", HEX + "{32}\\." + ALNUM + "{16}", 0.85),
    Format("ollama_key", "Ollama", "", HEX + "{32}\\." + WORD + "{24}", 0.85),
    Format("cartesia_key", "Cartesia", "sk_car_", WORD + "{20,50}", 0.96),
    Format(
        "helicone_key",
        "Helicone",
        "sk-helicone-",
        "(?:eu-)?" + LOWER + "{7}(?:-" + LOWER + "{7}){3}",
        0.97,
    ),
    Format("browserbase_key", "Browserbase", "bb_live_", WORD + "{20,50}", 0.96),
    Format("brave_search_key", "Brave", "BSA", "(?=[A-Za-z_-]{0,27}[0-9])" + WORD + "{28}", 0.75),
    Format("letta_key", "Letta", "sk-let-", "[A-Za-z0-9+/=]{40,160}", 0.95),
    Format("retell_key", "Retell AI", "key_", HEX + "{28}", 0.93),
    Format("cursor_key", "Cursor", "key_", HEX + "{64}", 0.95),
    Format("cursor_key", "Cursor", "crsr_", HEX + "{64}", 0.97),
    Format("dify_app_key", "Dify", "app-", "(?=[A-Za-z]{0,23}[0-9])" + ALNUM + "{24}", 0.75),
    Format("dify_dataset_key", "Dify", "dataset-", ALNUM + "{24}", 0.85),
    Format("coze_token", "Coze", "pat_", ALNUM + "{64}", 0.95),
    Format("coze_token", "Coze", "sat_", ALNUM + "{64}", 0.95),
    Format(
        "chutes_key", "Chutes", "cpk_", HEX + "{32}\\." + HEX + "{32}\\." + ALNUM + "{32}", 0.98
    ),
    Format(
        "lambda_cloud_key",
        "Lambda",
        "secret_",
        "[a-z0-9-]{1,40}_" + HEX + "{32}\\." + ALNUM + "{32}",
        0.97,
    ),
    Format("arize_key", "Arize", "ak-", UUID + "-" + WORD + "{20,40}", 0.95),
    Format("openai_project_key", "OpenAI", "sk-None-", WORD + "{40,200}", 0.93),
    Format(
        "inngest_key", "Inngest", "signkey-", "(?:prod|test|branch|staging)-" + HEX + "{64}", 0.97
    ),
    Format(
        "trigger_dev_key", "Trigger.dev", "tr_", "(?:prod|dev|stg|pat)_" + ALNUM + "{20,40}", 0.95
    ),
)
