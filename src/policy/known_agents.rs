//! The agents that leave recognisable traces in commits. A new one is a row here.
//!
//! Such traces are claims, not proofs: whoever wants agents recognised for certain requires a branch prefix.

/// What one agent's commits look like.
pub(super) struct KnownAgent {
    pub name: &'static str,
    /// Addresses, compared as a whole and without case; also those of co-authors.
    pub emails: &'static [&'static str],
    /// Author or committer names, compared as a whole and without case; a leading `*` stands for anything.
    pub names: &'static [&'static str],
    /// Trailers that only this agent leaves, as `Key` or `Key: value`, `*` for anything.
    pub trailers: &'static [&'static str],
}

pub(super) static KNOWN_AGENTS: &[KnownAgent] = &[
    KnownAgent {
        name: "GitHub Copilot",
        emails: &[
            "198982749+copilot@users.noreply.github.com",
            "198982749+copilot-swe-agent[bot]@users.noreply.github.com",
            "223556219+copilot@users.noreply.github.com",
            "175728472+copilot@users.noreply.github.com",
        ],
        names: &["copilot-swe-agent[bot]"],
        trailers: &["Agent-Logs-Url"],
    },
    KnownAgent { name: "Codex", emails: &["noreply@openai.com"], names: &[], trailers: &[] },
    KnownAgent {
        name: "Claude",
        emails: &["noreply@anthropic.com", "209825114+claude[bot]@users.noreply.github.com"],
        names: &["claude[bot]"],
        trailers: &["Claude-Session"],
    },
    KnownAgent {
        name: "Cursor",
        emails: &["cursoragent@cursor.com"],
        names: &["cursor[bot]", "Cursor Agent"],
        trailers: &["Made-with: Cursor"],
    },
    KnownAgent {
        name: "Devin",
        emails: &["158243242+devin-ai-integration[bot]@users.noreply.github.com"],
        names: &["devin-ai-integration[bot]"],
        trailers: &[],
    },
    KnownAgent {
        name: "Jules",
        emails: &["161369871+google-labs-jules[bot]@users.noreply.github.com"],
        names: &["google-labs-jules[bot]"],
        trailers: &[],
    },
    KnownAgent {
        name: "Aider",
        emails: &["aider@aider.chat", "noreply@aider.chat"],
        names: &["*(aider)"],
        trailers: &[],
    },
    KnownAgent { name: "Sweep", emails: &[], names: &["sweep-ai[bot]"], trailers: &[] },
    KnownAgent { name: "OpenHands", emails: &["openhands@all-hands.dev"], names: &["openhands"], trailers: &[] },
    KnownAgent { name: "Gemini", emails: &[], names: &["gemini-code-assist[bot]"], trailers: &[] },
    KnownAgent { name: "Amp", emails: &["amp@ampcode.com"], names: &[], trailers: &["Amp-Thread-ID"] },
    KnownAgent { name: "opencode", emails: &["noreply@opencode.ai"], names: &["opencode-agent[bot]"], trailers: &[] },
    KnownAgent {
        name: "a coding agent",
        emails: &["crush@charm.land", "agent@warp.dev", "noreply@continue.dev"],
        names: &[
            "codegen-sh[bot]",
            "tembo[bot]",
            "ellipsis-dev[bot]",
            "coderabbitai[bot]",
            "gpt-engineer-app[bot]",
            "v0[bot]",
            "factory-droid[bot]",
        ],
        trailers: &[],
    },
];
