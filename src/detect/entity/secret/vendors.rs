//! Keys with the prefix of a vendor.
//!
//! One line a form: the vendor, the prefix, the shape of what follows ([`super::shape`]). Prefixes and lengths are those that the
//! vendors publish or that GitHub secret scanning, gitleaks and TruffleHog look for. Where a vendor's lengths grew over the years, the
//! shape is the least specific. `#` before a shape: the prefix alone is not specific, so the rest must look random.

use std::sync::LazyLock;

use super::super::builders::exact;
use super::super::recognizer::Recognizer;
use super::forms::{Form, Ready, checked_key, closed_key, open_key, ready};

/// Longest key. Short-term keys of Bedrock hold a presigned address with a session token.
pub(super) const LONGEST: usize = 4096;
const LONGEST_CHECKED: usize = 320;

/// Writes a table and the pattern that leads to it. So a dot of a prefix is written `[.]`: any character would make a start of most
/// words.
macro_rules! vendors {
    ($forms:ident $pattern:ident $characters:literal $first_vendor:literal $first:literal $first_shape:literal; $($vendor:literal $prefix:literal $shape:literal;)*) => {
        pub(super) static $forms: &[Form] = &[
            Form { vendor: $first_vendor, prefix: $first, shape: $first_shape },
            $(Form { vendor: $vendor, prefix: $prefix, shape: $shape },)*
        ];
        const $pattern: &str = concat!(r"\b(?:", $first, $("|", $prefix,)* ")", $characters);
    };
}

pub(super) static RECOGNIZERS: &[Recognizer] = &[
    exact(OPEN, LONGEST, |c| open_key(c, &OPEN_READY)),
    exact(CHECKED, LONGEST_CHECKED, |c| checked_key(c, &CHECKED_READY)),
    exact(CLOSED, LONGEST, |c| closed_key(c, &CLOSED_READY)),
];

static OPEN_READY: LazyLock<Vec<Ready>> = LazyLock::new(|| ready(OPEN_FORMS));
static CHECKED_READY: LazyLock<Vec<Ready>> = LazyLock::new(|| ready(CHECKED_FORMS));
static CLOSED_READY: LazyLock<Vec<Ready>> = LazyLock::new(|| ready(CLOSED_FORMS));

// Keys that continue with any letter, digit, hyphen or underscore.
vendors! {
    OPEN_FORMS OPEN "[A-Za-z0-9_.=-]+"
    "Anthropic" "sk-ant-" "w40+";
    "Atlassian" "ATATT3" "t50+";
    "Atlassian" "ATCTT3" "t50+";
    "Atlassian" "BBDC-" "w20+";
    "Authress" "scauth_" "t60+";
    "Authress" "authress_" "t60+";
    "Canva" "cnvca" "w40+";
    "Docker" "dckr_oat_" "w27+";
    "Dropbox" "sl[.]" "#w130+";
    "Google" "ya29[.]" "t40+";
    "Google" "1//0" "#w40+";
    "HashiCorp Vault" "hvb[.]" "w100+";
    "HashiCorp Vault" "hvr[.]" "w80+";
    "HashiCorp Vault" "hvs[.]" "w24+";
    "Mapbox" "sk[.]eyJ" "t60+";
    "Mapbox" "pk[.]eyJ" "t60+";
    "Meta" "IGQV" "#w100+";
    "Onfido" "api_live[.]" "t20+";
    "OpenRouter" "sk-or-" "w50+";
    "PayPal" "A21AA" "w70+";
    "Pinecone" "pcsk_" "w50+";
    "PyPI" "pypi-AgEIcHlwaS5vcmc" "w50+";
    "PyPI" "pypi-AgENdGVzdC5weXBpLm9yZw" "w50+";
    "SendGrid" "SG[.]" "w16-32 '. w36+";
    "Slack" "xoxa-" "#w12+";
    "Slack" "xoxb-" "#w16+";
    "Slack" "xoxc-" "#w16+";
    "Slack" "xoxd-" "#t16+";
    "Slack" "xoxe-" "#w16+";
    "Slack" "xoxe[.]xoxb-" "w100+";
    "Slack" "xoxe[.]xoxp-" "w100+";
    "Slack" "xoxo-" "#w16+";
    "Slack" "xoxp-" "#w16+";
    "Slack" "xoxr-" "#w12+";
    "Slack" "xoxs-" "#w16+";
    "Snyk" "snyk_uat[.]" "t40+";
    "Tailscale" "tskey-" "w30+";
    "Tavily" "tvly-" "#w20+";
    "Temporal" "tmprl_" "t30+";
    "Weights & Biases" "wandb_v1_" "w40+";
    "Yandex" "y0_" "#w50+";
}

// Keys with a long part before a checksum.
vendors! {
    CHECKED_FORMS CHECKED "[A-Za-z0-9_.-]+"
    "GitLab" "glpat-" "w27-300 '. n9";
    "GitLab" "glpat-" "w27-300 '. n2 '. n9";
    "GitLab" "glrt-" "w27-300 '. n9";
    "GitLab" "glrt-" "w27-300 '. n2 '. n9";
}

// All others: their last part has a length, or no hyphens.
vendors! {
    CLOSED_FORMS CLOSED "[A-Za-z0-9_.+/=-]+"
    "1Password" "A3-" "u6 '- u11 '- u5 '- u5 '- u5";
    "1Password" "A3-" "u6 '- u6 '- u5 '- u5 '- u5 '- u5";
    "1Password" "ops_ey" "b200+ =0-3";
    "Adobe" "p8e-" "a32";
    "age" "AGE-SECRET-KEY-1" "u58";
    "Airtable" "pat" "a14 '. h64";
    "Alibaba Cloud" "LTAI" "#a16-24";
    "Amazon Bedrock" "ABSK" "#b60+ =0-2";
    "Amazon Bedrock" "bedrock-api-key-" "b40+ =0-2";
    "Apify" "apify_api_" "a36-40";
    "Artifactory" "AKCp" "a69";
    "Artifactory" "cmVmd" "a59";
    "Atlassian" "ATBB" "#a28-40";
    "Atlassian" "ATTA" "H60-72";
    "Buildkite" "bkua_" "n40";
    "Cerebras" "csk-" "#n40+";
    "CircleCI" "CCIPAT_" "a22 '_ h40";
    "CircleCI" "CCIPRJ_" "a22 '_ h40";
    "ClickHouse" "4b1d" "#a38";
    "Clojars" "CLOJARS_" "H60";
    "Cloudflare" "v1[.]0-" "h24 '- h146";
    "Cloudflare" "cfat_" "a40-60";
    "Cloudflare" "cfk_" "a40-60";
    "Cloudflare" "cfut_" "a40-60";
    "Contentful" "CFPAT-" "w43";
    "Databricks" "dapi" "h32";
    "Databricks" "dapi" "h32 '- d1";
    "Databricks" "dose" "h32";
    "Defined Networking" "dnkey-" "t79";
    "Dependency-Track" "odt_" "a32+";
    "DigitalOcean" "doo_v1_" "h64";
    "DigitalOcean" "dop_v1_" "h64";
    "DigitalOcean" "dor_v1_" "h64";
    "Docker" "dckr_pat_" "w27";
    "Discord" "discord[.]com/api/webhooks/" "d17-20 '/ w60-80";
    "Discord" "discordapp[.]com/api/webhooks/" "d17-20 '/ w60-80";
    "Doppler" "dp[.]audit[.]" "a40-44";
    "Doppler" "dp[.]ct[.]" "a40-44";
    "Doppler" "dp[.]pt[.]" "a40-44";
    "Doppler" "dp[.]scim[.]" "a40-44";
    "Doppler" "dp[.]sa[.]" "a40-44";
    "Doppler" "dp[.]st[.]" "t40-80";
    "Duffel" "duffel_live_" "t43";
    "Duffel" "duffel_test_" "t43";
    "Dynatrace" "dt0c01[.]" "a24 '. a64";
    "Dynatrace" "dt0s01[.]" "a24 '. a64";
    "Dynatrace" "dt0s16[.]" "a24 '. a64";
    "E2B" "e2b_" "h40-80";
    "EasyPost" "EZAK" "a54";
    "EasyPost" "EZTK" "a54";
    "ElevenLabs" "sk_" "h48";
    "Facebook" "EAAC" "#a90+";
    "Facebook" "EAAM" "#a90+";
    "Facebook" "EAAG" "#a90+";
    "Figma" "figd_" "w40";
    "Figma" "figo_" "w40";
    "Figma" "figr_" "w40";
    "Firecrawl" "fc-" "h32";
    "Fireworks" "fw_" "#a22-24";
    "Flutterwave" "FLWSECK-" "n32 '-X";
    "Flutterwave" "FLWSECK_TEST-" "n32 '-X";
    "Flutterwave" "FLWSECK_TEST-" "n12";
    "Fly.io" "fm1a_" "b100+ =0-3";
    "Fly.io" "fm1r_" "b100+ =0-3";
    "Fly.io" "fm2_" "b100+ =0-3";
    "Fly.io" "fo1_" "w43";
    "Frame.io" "fio-u-" "t64";
    "GitHub" "ghp_" "a36";
    "GitHub" "gho_" "a36";
    "GitHub" "ghu_" "a36";
    "GitHub" "ghs_" "a36";
    "GitHub" "ghr_" "a36-76";
    "GitHub" "github_pat_" "w82";
    "GitHub" "github_pat_" "a22 '_ a59";
    "GitLab" "glagent-" "w50";
    "GitLab" "glcbt-" "a1-5 '_ w20";
    "GitLab" "gldt-" "w20";
    "GitLab" "glffct-" "w20";
    "GitLab" "glft-" "w20";
    "GitLab" "glimt-" "w25";
    "GitLab" "gloas-" "w64";
    "GitLab" "glpat-" "w20-22";
    "GitLab" "glptt-" "h40";
    "GitLab" "glrt-" "w20";
    "GitLab" "glsoat-" "w20";
    "GitLab" "GR1348941" "w20";
    "GoCardless" "live_" "#t40";
    "Google" "AIza" "w35";
    "Google" "GOCSPX-" "w28";
    "Grafana" "eyJrIjoi" "b60+ =0-3";
    "Grafana" "glc_" "b32+ =0-3";
    "Grafana" "glsa_" "a32 '_ H8";
    "Groq" "gsk_" "a52";
    "Groq" "gsk_" "#a36+";
    "Harness" "pat[.]" "w22 '. a24 '. a20";
    "Harness" "sat[.]" "w22 '. a24 '. a20";
    "HashiCorp Terraform" "atlasv1[.]" "t60-70";
    "HashiCorp Vault" "s[.]" "#a24";
    "Heroku" "HRKU-" "w36-64";
    "HubSpot" "pat-na1-" "h8 '- h4 '- h4 '- h4 '- h12";
    "HubSpot" "pat-na2-" "h8 '- h4 '- h4 '- h4 '- h12";
    "HubSpot" "pat-eu1-" "h8 '- h4 '- h4 '- h4 '- h12";
    "Hugging Face" "hf_" "a34-40";
    "Hugging Face" "api_org_" "l34";
    "Infracost" "ico-" "#a32";
    "Intra42" "s-s4t2ud-" "h64";
    "Intra42" "s-s4t2af-" "h64";
    "Ionic" "ion_" "#a42";
    "Jina" "jina_" "a48-64";
    "LangSmith" "lsv2_pt_" "h32 '_ h10";
    "LangSmith" "lsv2_sk_" "h32 '_ h10";
    "LaunchDarkly" "api-" "h8 '- h4 '- h4 '- h4 '- h12";
    "LaunchDarkly" "sdk-" "h8 '- h4 '- h4 '- h4 '- h12";
    "LaunchDarkly" "mob-" "h8 '- h4 '- h4 '- h4 '- h12";
    "Linear" "lin_api_" "a40";
    "Linear" "lin_oauth_" "a64";
    "Lob" "live_" "#h35";
    "Lob" "test_" "#h35";
    "MailerSend" "mlsn[.]" "h64";
    "Mailgun" "key-" "h32";
    "MongoDB Atlas" "mdb_sa_sk_" "w40";
    "Neon" "napi_" "n60-70";
    "Netlify" "nfp_" "a36";
    "New Relic" "NRAK-" "u27";
    "New Relic" "NRII-" "w32";
    "New Relic" "NRIQ-" "w32";
    "New Relic" "NRJS-" "h19";
    "New Relic" "NRRA-" "h42";
    "Notion" "ntn_" "d11 a35";
    "Notion" "secret_" "#a43";
    "npm" "npm_" "a36";
    "NuGet" "oy2" "#n43";
    "NVIDIA" "nvapi-" "w60-70";
    "Octopus Deploy" "API-" "#u25-32";
    "OpenAI" "sess-" "#a40";
    "OpenShift" "sha256~" "w43";
    "Paystack" "sk_live_" "h40";
    "Perplexity" "pplx-" "a48";
    "Perplexity" "pplx-" "h40-56";
    "Plaid" "access-development-" "h8 '- h4 '- h4 '- h4 '- h12";
    "Plaid" "access-production-" "h8 '- h4 '- h4 '- h4 '- h12";
    "Plaid" "access-sandbox-" "h8 '- h4 '- h4 '- h4 '- h12";
    "PlanetScale" "pscale_oauth_" "t32-64";
    "PlanetScale" "pscale_pw_" "t32-64";
    "PlanetScale" "pscale_tkn_" "t32-64";
    "PostHog" "phx_" "a40+";
    "PostHog" "phc_" "a40+";
    "Postman" "PMAK-" "H24 '- H34";
    "Prefect" "pnb_" "a36";
    "Prefect" "pnu_" "a36";
    "Pulumi" "pul-" "h40";
    "ReadMe" "rdme_" "n70";
    "Replicate" "r8_" "a37";
    "Resend" "re_" "#a8 '_ a24";
    "RubyGems" "rubygems_" "h48";
    "Scalingo" "tk-us-" "w48";
    "SendGrid" "SG[.]" "w22 '. w43";
    "Sendinblue" "xkeysib-" "h64 '- a16";
    "Sendinblue" "xsmtpsib-" "h64 '- a16";
    "Sentry" "sntrys_" "b60+ =0-2 '_ b43";
    "Sentry" "sntryu_" "h64";
    "Settlemint" "sm_aat_" "a16";
    "Settlemint" "sm_pat_" "a16";
    "Settlemint" "sm_sat_" "a16";
    "Shippo" "shippo_live_" "H40";
    "Shippo" "shippo_test_" "H40";
    "Shopify" "shpat_" "H32";
    "Shopify" "shpca_" "H32";
    "Shopify" "shppa_" "H32";
    "Shopify" "shpss_" "H32";
    "Slack" "hooks[.]slack[.]com/services/" "b40-60";
    "Slack" "hooks[.]slack[.]com/triggers/" "b40-80";
    "Slack" "hooks[.]slack[.]com/workflows/" "b40-80";
    "Slack" "xapp-" "d1 '- u8+ '- d8+ '- n32+";
    "Sourcegraph" "sgp_" "H40";
    "Sourcegraph" "sgp_" "H16 '_ H40";
    "Sourcegraph" "sgp_local_" "H40";
    "Square" "EAAA" "#w56-60";
    "Square" "sq0atp-" "w22";
    "Square" "sq0csp-" "w43";
    "Square" "sq0idp-" "w22";
    "Stripe" "whsec_" "#b32+ =0-2";
    "Supabase" "sb_secret_" "w22-40";
    "Supabase" "sbp_" "h40";
    "Together AI" "tgp_v1_" "w43";
    "Trigger.dev" "tr_prod_" "a20-24";
    "Twilio" "SK" "h32";
    "Twilio" "AC" "h32";
    "Typeform" "tfp_" "t40-70";
    "Vercel" "vck_" "a40+";
    "Vercel" "vcp_" "a24+";
    "Vercel" "vercel_blob_rw_" "a12-20 '_ a30-40";
    "Volcengine" "AKLT" "#b40+ =0-2";
    "Voyage AI" "pa-" "#w40-48";
    "WakaTime" "waka_" "h8 '- h4 '- h4 '- h4 '- h12";
    "xAI" "xai-" "a70-90";
    "Yandex" "AQVN" "w35-38";
    "Yandex" "YCA" "#w36-38";
    "Zuplo" "zpka_" "n32 '_ h8";
}
