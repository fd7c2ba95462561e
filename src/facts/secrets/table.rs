//! Formats of secrets, from what their issuers publish about them. Data: one row a kind.
//!
//! `words` are what every match holds (compared without regard to case), so that a line without them costs nothing. The first
//! group of the pattern is the secret where it is less than the whole.

use super::Proof;

pub(super) struct Row {
    /// What it is, for the message.
    pub what: &'static str,
    pub words: &'static [&'static str],
    pub pattern: &'static str,
    pub proof: Proof,
}

const fn row(what: &'static str, words: &'static [&'static str], pattern: &'static str) -> Row {
    Row { what, words, pattern, proof: Proof::Form }
}

const fn checked(what: &'static str, words: &'static [&'static str], pattern: &'static str) -> Row {
    Row { what, words, pattern, proof: Proof::Checksum }
}

/// A form so common in tests and manuals that it is doubted.
const fn doubted(what: &'static str, words: &'static [&'static str], pattern: &'static str) -> Row {
    Row { what, words, pattern, proof: Proof::None }
}

pub(super) static TABLE: &[Row] = &[
    // Hosting and packages
    checked("GitHub token", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], r"\b(gh[pousr]_[A-Za-z0-9]{36})\b"),
    row("GitHub fine-grained token", &["github_pat_"], r"\b(github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b"),
    row(
        "GitLab token",
        &["glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glft-", "glsoat-", "glimt-", "glagent-", "gloas-"],
        r"\b(gl(?:pat|dt|rt|ptt|cbt|ft|soat|imt|agent|oas)-[A-Za-z0-9_-]{20,}(?:\.[0-9a-z]{2}\.[0-9a-z]{7,9})?)",
    ),
    checked("npm token", &["npm_"], r"\b(npm_[A-Za-z0-9]{36})\b"),
    row(
        "PyPI token",
        &["pypi-ageicHlwaS5vcmc", "pypi-agendgvzdc5wexbplm9yzw"],
        r"\b(pypi-Ag(?:EIcHlwaS5vcmc|ENdGVzdC5weXBpLm9yZw)[A-Za-z0-9_-]{50,})",
    ),
    row("RubyGems key", &["rubygems_"], r"\b(rubygems_[a-f0-9]{48})\b"),
    row("crates.io token", &["cio"], r"\b(cio[A-Za-z0-9]{32})\b"),
    row("NuGet key", &["oy2"], r"\b(oy2[a-z0-9]{43})\b"),
    row("Docker Hub token", &["dckr_pat_", "dckr_oat_"], r"\b(dckr_[po]at_[A-Za-z0-9_-]{27,})"),
    row(
        "npm registry password",
        &["_authtoken", "_password"],
        r#"_(?:authToken|password)\s*=\s*"?([A-Za-z0-9+/_-]{16,}={0,2})"#,
    ),
    // Clouds
    row("AWS access key", &["akia", "asia", "abia", "acca"], r"\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b"),
    row(
        "AWS secret key",
        &["aws_secret", "secret_access_key", "secretaccesskey", "secretkey"],
        r#"(?i)(?:aws_?)?secret_?(?:access_?)?key["']?\s*[:=]{1,2}\s*["']?([A-Za-z0-9/+]{40})(?:["'\s,;]|$)"#,
    ),
    row("Google API key", &["aiza"], r"\b(AIza[0-9A-Za-z_-]{35})(?:[^0-9A-Za-z_-]|$)"),
    row("Google OAuth secret", &["gocspx-"], r"\b(GOCSPX-[A-Za-z0-9_-]{28})"),
    row("Azure storage key", &["accountkey="], r"(?i)AccountKey=([A-Za-z0-9+/]{86}==)"),
    row(
        "Azure client secret",
        &["8q~"],
        r"(?:^|[^A-Za-z0-9_~.-])([A-Za-z0-9_~.]{3}8Q~[A-Za-z0-9_~.-]{31,34})(?:[^A-Za-z0-9_~.-]|$)",
    ),
    row("DigitalOcean token", &["dop_v1_", "doo_v1_", "dor_v1_"], r"\b(do[opr]_v1_[a-f0-9]{64})\b"),
    row("Heroku key", &["hrku-"], r"\b(HRKU-[A-Za-z0-9_-]{58,})"),
    row("Databricks token", &["dapi"], r"\b(dapi[a-f0-9]{32}(?:-\d)?)\b"),
    row("Supabase token", &["sbp_", "sb_secret_"], r"\b(sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{31,})"),
    row("PlanetScale secret", &["pscale_"], r"\b(pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,})"),
    row("Netlify token", &["nfp_"], r"\b(nfp_[A-Za-z0-9]{36,40})\b"),
    row("Vault token", &["hvs.", "hvb."], r"\b(hv[sb]\.[A-Za-z0-9_-]{90,})"),
    row("Terraform token", &["atlasv1."], r"\b([A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,})"),
    row(
        "Doppler token",
        &["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."],
        r"\b(dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44})\b",
    ),
    row("Tailscale key", &["tskey-"], r"\b(tskey-(?:auth|api|client|scim|webhook)-[A-Za-z0-9]+-[A-Za-z0-9]{20,})"),
    // Models
    row(
        "OpenAI key",
        &["t3blbkfj"],
        r"\b(sk-(?:(?:proj|svcacct|admin)-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,})",
    ),
    row("Anthropic key", &["sk-ant-"], r"\b(sk-ant-[a-z]+\d{2}-[A-Za-z0-9_-]{90,})"),
    row("Hugging Face token", &["hf_", "api_org_"], r"\b(hf_[A-Za-z]{34}|api_org_[A-Za-z]{34})\b"),
    row("Replicate token", &["r8_"], r"\b(r8_[A-Za-z0-9]{37})\b"),
    row("Groq key", &["gsk_"], r"\b(gsk_[A-Za-z0-9]{52})\b"),
    row("Perplexity key", &["pplx-"], r"\b(pplx-[A-Za-z0-9]{48})\b"),
    row("xAI key", &["xai-"], r"\b(xai-[A-Za-z0-9]{70,})\b"),
    // Payment, mail, messages
    row("Stripe key", &["sk_live_", "rk_live_"], r"\b([sr]k_live_[A-Za-z0-9]{24,})\b"),
    row("Stripe webhook secret", &["whsec_"], r"\b(whsec_[A-Za-z0-9+/]{32,})"),
    row("Shopify token", &["shpat_", "shpca_", "shppa_", "shpss_"], r"\b(shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32})\b"),
    row("Square token", &["sq0atp-", "sq0csp-", "sq0idp-"], r"\b(sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43})"),
    row("SendGrid key", &["sg."], r"\b(SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})"),
    row("Mailgun key", &["mailgun"], r"(?i)mailgun[^\n]{0,40}\b(key-[a-f0-9]{32})\b"),
    row("Mailchimp key", &["-us"], r"\b([a-f0-9]{32}-us\d{1,2})\b"),
    row("Twilio key", &["twilio"], r"(?i)twilio[^\n]{0,60}\b(SK[a-f0-9]{32})\b"),
    row("Slack token", &["xox"], r"\b(xox[abeprs]-(?:\d-)?[0-9]{8,14}-[A-Za-z0-9-]{20,})"),
    row("Slack app token", &["xapp-"], r"\b(xapp-\d-[A-Z0-9]+-\d+-[a-f0-9]{40,})"),
    row(
        "Slack webhook",
        &["hooks.slack.com"],
        r"(hooks\.slack\.com/(?:services|workflows)/T[A-Za-z0-9]{6,}/[AB][A-Za-z0-9]{6,}/[A-Za-z0-9]{18,})",
    ),
    row("Discord webhook", &["/api/webhooks/"], r"(discord(?:app)?\.com/api/webhooks/\d{15,}/[A-Za-z0-9_-]{60,})"),
    row(
        "Discord bot token",
        &["discord"],
        r"(?i)discord[^\n]{0,60}\b([MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40})",
    ),
    row("Telegram bot token", &[":aa"], r"\b([0-9]{8,10}:AA[A-Za-z0-9_-]{33})(?:[^A-Za-z0-9_-]|$)"),
    // Work
    row("Atlassian token", &["atatt3"], r"\b(ATATT3[A-Za-z0-9_=-]{180,})"),
    row("Linear key", &["lin_api_", "lin_oauth_"], r"\b(lin_(?:api|oauth)_[A-Za-z0-9]{32,})\b"),
    row("Notion token", &["ntn_"], r"\b(ntn_[0-9]{9,}[A-Za-z0-9]{30,})\b"),
    row("Figma token", &["figd_"], r"\b(figd_[A-Za-z0-9_-]{38,})"),
    row("Postman key", &["pmak-"], r"\b(PMAK-[a-f0-9]{24}-[a-f0-9]{34})\b"),
    row("Grafana token", &["glsa_", "glc_"], r"\b(glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|glc_[A-Za-z0-9+/]{40,}={0,2})"),
    row("Sentry token", &["sntrys_", "sntryu_"], r"\b(sntrys_[A-Za-z0-9+/=_]{80,}|sntryu_[a-f0-9]{64})"),
    row("New Relic key", &["nrak-"], r"\b(NRAK-[A-Z0-9]{27})\b"),
    row("Dynatrace token", &["dt0"], r"\b(dt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64})\b"),
    row("Buildkite token", &["bkua_"], r"\b(bkua_[a-f0-9]{40})\b"),
    row("age private key", &["age-secret-key-1"], r"\b(AGE-SECRET-KEY-1[0-9A-Z]{58})\b"),
    // Of no issuer
    doubted("JSON web token", &["eyj"], r"\b(eyJ[A-Za-z0-9_-]{12,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{30,})"),
];
