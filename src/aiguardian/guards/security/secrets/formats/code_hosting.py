"""Source hosting, package registries, build and deployment: GitHub to crates.io."""

from __future__ import annotations

from aiguardian.guards.security.secrets.checksums import (
    is_github_token,
    is_gitlab_routable,
    is_pypi_macaroon,
)
from aiguardian.guards.security.secrets.formats.format import (
    ALNUM,
    ANYHEX,
    HEX,
    LOWER,
    UPPER,
    WORD,
    Format,
)

# Twenty characters (self-managed ones may be longer), or a routable payload with version, length
# and checksum behind it.
_GITLAB_TAIL = f"(?:{WORD}{{27,300}}\\.[0-9a-z]{{2}}\\.[0-9a-z]{{9}}|{WORD}{{20,50}}(?!{WORD}))"

FORMATS = (
    # docs.github.com "Token formats": prefix, 30 random base62 characters, 6 of CRC-32.
    Format("github_personal_access_token", "GitHub", "ghp_", ALNUM + "{36}", 0.95, is_github_token),
    Format("github_oauth_token", "GitHub", "gho_", ALNUM + "{36}", 0.95, is_github_token),
    Format("github_user_token", "GitHub", "ghu_", ALNUM + "{36}", 0.95, is_github_token),
    Format("github_server_token", "GitHub", "ghs_", ALNUM + "{36}", 0.95, is_github_token),
    Format("github_refresh_token", "GitHub", "ghr_", ALNUM + "{36,80}", 0.95, is_github_token),
    Format("github_fine_grained_token", "GitHub", "github_pat_", "[A-Za-z0-9_]{70,90}", 0.97),
    # docs.gitlab.com "Token overview": prefix per kind; routable tokens end in a CRC-32.
    Format(
        "gitlab_personal_access_token", "GitLab", "glpat-", _GITLAB_TAIL, 0.95, is_gitlab_routable
    ),
    Format("gitlab_deploy_token", "GitLab", "gldt-", _GITLAB_TAIL),
    Format(
        "gitlab_runner_token",
        "GitLab",
        "glrt-",
        "(?:t[0-9]_)?" + _GITLAB_TAIL,
        0.95,
        is_gitlab_routable,
    ),
    Format("gitlab_runner_registration_token", "GitLab", "glrtr-", _GITLAB_TAIL),
    Format("gitlab_runner_registration_token", "GitLab", "GR1348941", _GITLAB_TAIL),
    Format("gitlab_oauth_secret", "GitLab", "gloas-", WORD + "{64}"),
    Format("gitlab_pipeline_trigger_token", "GitLab", "glptt-", WORD + "{40}"),
    Format("gitlab_job_token", "GitLab", "glcbt-", "(?:[0-9A-Za-z]{1,5}_)?" + _GITLAB_TAIL),
    Format("gitlab_scim_token", "GitLab", "glsoat-", _GITLAB_TAIL),
    Format("gitlab_feed_token", "GitLab", "glft-", _GITLAB_TAIL),
    Format("gitlab_mail_token", "GitLab", "glimt-", WORD + "{25}"),
    Format("gitlab_agent_token", "GitLab", "glagent-", WORD + "{50,80}"),
    Format("gitlab_feature_flag_token", "GitLab", "glffct-", _GITLAB_TAIL),
    Format("gitlab_workspace_token", "GitLab", "glwt-", _GITLAB_TAIL),
    Format("gitlab_session_cookie", "GitLab", "_gitlab_session=", HEX + "{32}"),
    Format("bitbucket_app_password", "Bitbucket", "ATBB", ALNUM + "{24,40}" + ANYHEX + "{0,8}"),
    Format("bitbucket_access_token", "Bitbucket", "ATCTT3xFf", "[A-Za-z0-9_=-]{100,300}", 0.98),
    # learn.microsoft.com: newer Azure DevOps tokens carry the signature AZDO near their end.
    Format(
        "azure_devops_token", "Microsoft", "AZDO", ALNUM + "{4,6}", 0.95, lead=ALNUM, lead_max=80
    ),
    Format("npm_token", "npm", "npm_", ALNUM + "{36}", 0.95, is_github_token),
    Format("pypi_token", "PyPI", "pypi-AgE", WORD + "{120,400}", 0.95, is_pypi_macaroon),
    Format("rubygems_key", "RubyGems", "rubygems_", HEX + "{48}", 0.98),
    Format("nuget_key", "NuGet", "oy2", LOWER + "{43}", 0.9),
    Format("crates_io_token", "crates.io", "cio", ALNUM + "{32}", 0.9),
    Format("clojars_token", "Clojars", "CLOJARS_", HEX + "{60}", 0.98),
    Format("docker_hub_token", "Docker", "dckr_pat_", WORD + "{27}", 0.98),
    Format("docker_hub_organization_token", "Docker", "dckr_oat_", WORD + "{32}", 0.98),
    Format("docker_swarm_token", "Docker", "SWMTKN-1-", "[0-9a-z]{50}-[0-9a-z]{25}", 0.98),
    Format("docker_swarm_unlock_key", "Docker", "SWMKEY-1-", "[A-Za-z0-9+/]{40,48}", 0.98),
    # JFrog reference: API keys start AKC, encrypted passwords AP + hex digit.
    Format("artifactory_api_key", "JFrog", "AKC", "[pP]?" + ALNUM + "{10,76}", 0.7),
    Format(
        "artifactory_password",
        "JFrog",
        "",
        "AP[0-9A-F](?=[A-Za-z]{0,70}[0-9])" + ALNUM + "{12,76}",
        0.6,
    ),
    Format("artifactory_reference_token", "JFrog", "cmVmdGtu", ALNUM + "{56}", 0.97),
    Format("circleci_token", "CircleCI", "CCIPAT_", "[A-Za-z0-9]{20,24}_" + HEX + "{40}", 0.98),
    Format(
        "circleci_project_token", "CircleCI", "CCIPRJ_", "[A-Za-z0-9]{20,24}_" + HEX + "{40}", 0.98
    ),
    Format("buildkite_token", "Buildkite", "bkua_", HEX + "{40}", 0.98),
    Format("buildkite_agent_token", "Buildkite", "bkct_", WORD + "{30,60}", 0.95),
    Format(
        "terraform_cloud_token",
        "HashiCorp",
        ".atlasv1.",
        WORD + "{60,70}",
        0.97,
        lead=ALNUM,
        lead_max=14,
    ),
    Format("pulumi_token", "Pulumi", "pul-", HEX + "{40}", 0.97),
    Format("sonar_token", "Sonar", "sqp_", HEX + "{40}", 0.97),
    Format("sonar_token", "Sonar", "sqa_", HEX + "{40}", 0.97),
    Format("sonar_token", "Sonar", "squ_", HEX + "{40}", 0.97),
    Format("snyk_token", "Snyk", "snyk_uat.", WORD + "{8}\\." + WORD + "{40,400}", 0.95),
    Format(
        "sourcegraph_token",
        "Sourcegraph",
        "sgp_",
        "(?:(?:local|" + ANYHEX + "{16})_)?" + ANYHEX + "{40}",
        0.97,
    ),
    Format("segment_token", "Segment", "sgp_", ALNUM + "{64}", 0.95),
    Format("sourcegraph_cody_token", "Sourcegraph", "slk_", HEX + "{64}", 0.95),
    Format(
        "octopus_deploy_key",
        "Octopus Deploy",
        "API-",
        "(?=[A-Z]{0,27}[0-9])" + UPPER + "{25,28}",
        0.85,
    ),
    Format(
        "harness_token",
        "Harness",
        "pat.",
        WORD + "{22}\\." + HEX + "{24}\\." + ALNUM + "{20}",
        0.97,
    ),
    Format("postman_key", "Postman", "PMAK-", HEX + "{24}-" + HEX + "{34}", 0.98),
    Format("postman_collection_key", "Postman", "PMAT-", UPPER + "{26}", 0.97),
    Format("readme_key", "ReadMe", "rdme_", LOWER + "{70}", 0.97),
    Format("scalingo_token", "Scalingo", "tk-us-", WORD + "{48}", 0.95),
    Format("prefect_key", "Prefect", "pnu_", ALNUM + "{36}", 0.96),
    Format("infracost_key", "Infracost", "ico-", ALNUM + "{32}", 0.93),
    Format("stackhawk_key", "StackHawk", "hawk.", WORD + "{20}\\." + WORD + "{20}", 0.97),
    Format("netlify_token", "Netlify", "nfp_", ALNUM + "{36,40}", 0.97),
    Format("vercel_token", "Vercel", "vercel_blob_rw_", ALNUM + "{16}_" + ALNUM + "{30,40}", 0.98),
    Format("vercel_token", "Vercel", "vcp_", ALNUM + "{50,60}", 0.95),
    Format("github_app_token", "GitHub", "v1.", HEX + "{40}", 0.85),
    Format("bitbucket_data_center_token", "Bitbucket", "BBDC-", "[A-Za-z0-9+/@_-]{40,52}", 0.96),
    Format("honeybadger_token", "Honeybadger", "hbp_", ALNUM + "{36}", 0.96),
    Format("packagist_token", "Packagist", "packagist_", "[a-z]{3}_" + HEX + "{68}", 0.98),
    Format("jitpack_token", "JitPack", "jp_", LOWER + "{26}", 0.93),
    *(
        Format("vercel_token", "Vercel", prefix, ALNUM + "{24,60}", 0.93)
        for prefix in ("vci_", "vca_", "vcr_", "vck_")
    ),
    *(
        Format("netlify_token", "Netlify", prefix, ALNUM + "{36,40}", 0.96)
        for prefix in ("nfc_", "nfo_", "nfb_", "nfu_")
    ),
    Format("kong_token", "Kong", "kpat_", ALNUM + "{40,70}", 0.96),
    Format("kong_token", "Kong", "spat_", ALNUM + "{40,70}", 0.96),
    Format("flagsmith_key", "Flagsmith", "ser.", ALNUM + "{20,30}", 0.9),
    Format("devcycle_key", "DevCycle", "dvc_server_", "[A-Za-z0-9_]{30,60}", 0.97),
    Format("devcycle_key", "DevCycle", "dvc_mobile_", "[A-Za-z0-9_]{30,60}", 0.8),
    Format("growthbook_key", "GrowthBook", "secret_admin_", ALNUM + "{20,50}", 0.96),
    Format("growthbook_key", "GrowthBook", "secret_user_", ALNUM + "{20,50}", 0.96),
    Format(
        "jenkins_crumb",
        "Jenkins",
        "Jenkins-Crumb",
        "[\"']?[ ]?[:=,][ ]?[\"']?(?P<value>(?:" + HEX + "{64}|" + HEX + "{32}))",
        0.75,
    ),
    Format("jenkins_token", "Jenkins", "", "11(?=[0-9a-f]{0,31}[a-f])" + HEX + "{32}", 0.7),
    Format("socket_key", "Socket", "sktsec_", WORD + "{40,70}", 0.97),
    Format("endor_labs_key", "Endor Labs", "endr+", WORD + "{16}", 0.95),
    Format("canva_secret", "Canva", "cnvca", WORD + "{40,60}", 0.97),
    Format("depot_token", "Depot", "depot_", "(?:org|project|user)_" + HEX + "{64}", 0.97),
    Format("chromatic_token", "Chromatic", "chpt_", LOWER + "{12,20}", 0.93),
    Format("percy_token", "Percy", "web_", HEX + "{64}", 0.9),
    Format("percy_token", "Percy", "auto_", HEX + "{64}", 0.9),
)
