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
        &[
            "glpat-", "gldt-", "glrt-", "glrtr-", "glptt-", "glcbt-", "glft-", "glffct-", "glsoat-", "glimt-",
            "glagent-", "gloas-",
        ],
        r"\b(gl(?:pat|dt|rtr?|ptt|cbt|ft|ffct|soat|imt|agent|oas)-[A-Za-z0-9_-]{20,}(?:\.[0-9a-z]{2}\.[0-9a-z]{7,9})?)",
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
    row("GitLab runner token", &["gr1348941"], r"\b(GR1348941[A-Za-z0-9_-]{20,})"),
    row("Bitbucket app password", &["atbb"], r"\b(ATBB[A-Za-z0-9]{32})\b"),
    row("Artifactory key", &["akcp", "cmvmdgtu"], r"\b(AKCp[A-Za-z0-9]{69}|cmVmdGtu[A-Za-z0-9]{56})\b"),
    row("Clojars token", &["clojars_"], r"\b(CLOJARS_[a-z0-9]{60})\b"),
    row("CircleCI token", &["ccipat_", "cciprj_"], r"\b(CCIP(?:AT|RJ)_[A-Za-z0-9]{22}_[a-f0-9]{40})\b"),
    row("Sourcegraph token", &["sgp_"], r"\b(sgp_(?:(?:local|[a-f0-9]{16})_)?[a-f0-9]{40})\b"),
    row("SonarQube token", &["sqp_", "squ_", "sqa_"], r"\b(sq[pua]_[a-f0-9]{40})\b"),
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
    row("AWS Bedrock key", &["absk"], r"\b(ABSK[A-Za-z0-9+/]{109,269}={0,2})"),
    row("Alibaba access key", &["ltai"], r"\b(LTAI[A-Za-z0-9]{20})\b"),
    row("Google refresh token", &["1//0"], r"(?:^|[^A-Za-z0-9_/-])(1//0[A-Za-z0-9_-]{60,})"),
    row("Firebase server key", &[":apa91b"], r"\b(AAAA[A-Za-z0-9_-]{7}:APA91b[A-Za-z0-9_-]{130,})"),
    row("Azure DevOps token", &["azdo"], r"\b([A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4})\b"),
    row("Cloudflare origin key", &["v1.0-"], r"\b(v1\.0-[a-f0-9]{24}-[a-f0-9]{146})\b"),
    row(
        "Fly.io token",
        &["fo1_", "fm1a_", "fm1r_", "fm2_"],
        r"\b(fo1_[A-Za-z0-9_-]{43}|fm(?:1[ar]|2)_[A-Za-z0-9+/]{100,}={0,3})",
    ),
    row("Pulumi token", &["pul-"], r"\b(pul-[a-f0-9]{40})\b"),
    row("Prefect token", &["pnu_"], r"\b(pnu_[a-z0-9]{36})\b"),
    row("Neon token", &["napi_"], r"\b(napi_[a-z0-9]{64})\b"),
    row("Deno Deploy token", &["ddp_"], r"\b(ddp_[A-Za-z0-9]{36})\b"),
    row("Scalingo token", &["tk-us-"], r"\b(tk-us-[A-Za-z0-9_-]{48})"),
    row("Yandex key", &["aqvn"], r"\b(AQVN[A-Za-z0-9_-]{35,38})(?:[^A-Za-z0-9_-]|$)"),
    row("1Password token", &["ops_eyj"], r"\b(ops_eyJ[A-Za-z0-9+/_-]{200,}={0,3})"),
    row("Defined Networking token", &["dnkey-"], r"\b(dnkey-[a-z0-9=_-]{26}-[a-z0-9=_-]{52})"),
    row("Harness token", &["pat.", "sat."], r"\b([ps]at\.[A-Za-z0-9_-]{22}\.[a-f0-9]{24}\.[A-Za-z0-9]{20})\b"),
    row("Infracost key", &["ico-"], r"\b(ico-[A-Za-z0-9]{32})\b"),
    row("DigitalOcean token", &["dop_v1_", "doo_v1_", "dor_v1_"], r"\b(do[opr]_v1_[a-f0-9]{64})\b"),
    row("Heroku key", &["hrku-"], r"\b(HRKU-[A-Za-z0-9_-]{58,})"),
    row("Databricks token", &["dapi"], r"\b(dapi[a-f0-9]{32}(?:-\d)?)\b"),
    row("Supabase token", &["sbp_", "sb_secret_"], r"\b(sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{31,})"),
    row("PlanetScale secret", &["pscale_"], r"\b(pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,})"),
    row("Netlify token", &["nfp_"], r"\b(nfp_[A-Za-z0-9]{36,40})\b"),
    row("Vault token", &["hvs.", "hvb.", "hvr."], r"\b(hv[sbr]\.[A-Za-z0-9_-]{90,})"),
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
    row("OpenRouter key", &["sk-or-v1-"], r"\b(sk-or-v1-[a-f0-9]{64})\b"),
    row("LangSmith key", &["lsv2_"], r"\b(lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10})\b"),
    row("Pinecone key", &["pcsk_"], r"\b(pcsk_[A-Za-z0-9_]{60,})\b"),
    row("Tavily key", &["tvly-"], r"\b(tvly-(?:dev-|prod-)?[A-Za-z0-9]{32})\b"),
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
    row("Stripe organisation key", &["sk_org_live_"], r"\b(sk_org_live_[A-Za-z0-9]{24,})\b"),
    row("Square access token", &["eaaa"], r"\b(EAAA[A-Za-z0-9_-]{60})(?:[^A-Za-z0-9_-]|$)"),
    row("Facebook token", &["eaam", "eaac"], r"\b(EAA[MC][A-Za-z0-9]{100,})\b"),
    row("Braintree token", &["access_token$production$"], r"(access_token\$production\$[a-z0-9]{16}\$[a-f0-9]{32})\b"),
    row("Plaid token", &["access-production-"], r"\b(access-production-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12})\b"),
    row("Shippo token", &["shippo_live_"], r"\b(shippo_live_[a-f0-9]{40})\b"),
    row("EasyPost key", &["ezak"], r"\b(EZAK[A-Za-z0-9]{54})\b"),
    row("Duffel token", &["duffel_live_"], r"\b(duffel_live_[A-Za-z0-9_=-]{43})"),
    row("Flutterwave key", &["flwseck-"], r"\b(FLWSECK-[a-f0-9]{32}-X)\b"),
    row("Brevo key", &["xkeysib-", "xsmtpsib-"], r"\b(x(?:key|smtp)sib-[a-f0-9]{64}-[A-Za-z0-9]{16})\b"),
    row("Resend key", &["re_"], r"\b(re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24})\b"),
    row("MailerSend token", &["mlsn."], r"\b(mlsn\.[a-f0-9]{64})\b"),
    row(
        "Teams webhook",
        &["webhook.office.com"],
        r"(webhook\.office\.com/webhookb2/[a-f0-9-]{36}@[a-f0-9-]{36}/IncomingWebhook/[a-f0-9]{32}/[a-f0-9-]{36})",
    ),
    row("Slack configuration token", &["xoxe"], r"\b(xoxe(?:\.xox[bp]-\d|-\d)-[A-Za-z0-9]{140,})\b"),
    // Work
    row("Atlassian token", &["atatt3"], r"\b(ATATT3[A-Za-z0-9_=-]{180,})"),
    row("Linear key", &["lin_api_", "lin_oauth_"], r"\b(lin_(?:api|oauth)_[A-Za-z0-9]{32,})\b"),
    row("Notion token", &["ntn_"], r"\b(ntn_[0-9]{9,}[A-Za-z0-9]{30,})\b"),
    row("Figma token", &["figd_"], r"\b(figd_[A-Za-z0-9_-]{38,})"),
    row("Postman key", &["pmak-"], r"\b(PMAK-[a-f0-9]{24}-[a-f0-9]{34})\b"),
    row("Grafana token", &["glsa_", "glc_"], r"\b(glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|glc_[A-Za-z0-9+/]{40,}={0,2})"),
    row("Sentry token", &["sntrys_", "sntryu_"], r"\b(sntrys_[A-Za-z0-9+/=_]{80,}|sntryu_[a-f0-9]{64})"),
    row("New Relic key", &["nrak-", "nraa-"], r"\b(NRAK-[A-Z0-9]{27}|NRAA-[a-f0-9]{27})\b"),
    row("Dynatrace token", &["dt0"], r"\b(dt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64})\b"),
    row("Buildkite token", &["bkua_"], r"\b(bkua_[a-f0-9]{40})\b"),
    row("Airtable token", &["pat"], r"\b(pat[A-Za-z0-9]{14}\.[a-f0-9]{64})\b"),
    row("HubSpot token", &["pat-na", "pat-eu"], r"\b(pat-(?:na|eu)\d-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12})\b"),
    row("Contentful token", &["cfpat-"], r"\b(CFPAT-[A-Za-z0-9_-]{43})"),
    row("PostHog key", &["phx_"], r"\b(phx_[A-Za-z0-9]{43,})\b"),
    row("ReadMe key", &["rdme_"], r"\b(rdme_[a-z0-9]{70})\b"),
    row("Typeform token", &["tfp_"], r"\b(tfp_[A-Za-z0-9_.=-]{59})"),
    row("MaxMind key", &["_mmk"], r"\b([A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk)\b"),
    row("Adafruit key", &["aio_"], r"\b(aio_[A-Za-z0-9]{28})\b"),
    row("Frame.io token", &["fio-u-"], r"\b(fio-u-[A-Za-z0-9_=-]{64})"),
    row(
        "JetBrains token",
        &["perm-", "perm:"],
        r"\b(perm[:-][A-Za-z0-9+/=]{8,}\.[A-Za-z0-9+/=]{4,}\.[A-Za-z0-9]{20,})",
    ),
    row("age private key", &["age-secret-key-1"], r"\b(AGE-SECRET-KEY-1[0-9A-Z]{58})\b"),
    // Of no issuer
    doubted("JSON web token", &["eyj"], r"\b(eyJ[A-Za-z0-9_-]{12,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{30,})"),
];
