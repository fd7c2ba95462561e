//! The policies compiled in.

/// Name and text of every preset. A new one is a file in `policies/` and a line here.
pub(super) static ALL: &[(&str, &str)] = &[
    ("default", include_str!("../../policies/default.toml")),
    ("observe", include_str!("../../policies/observe.toml")),
    ("strict", include_str!("../../policies/strict.toml")),
    ("playbook/bug-fix", include_str!("../../policies/playbook/bug-fix.toml")),
    ("playbook/ci-repair", include_str!("../../policies/playbook/ci-repair.toml")),
    ("playbook/docs-update", include_str!("../../policies/playbook/docs-update.toml")),
    ("playbook/mechanical-refactor", include_str!("../../policies/playbook/mechanical-refactor.toml")),
    ("playbook/test-gap", include_str!("../../policies/playbook/test-gap.toml")),
];

pub(super) const DEFAULT: &str = "default";

pub(super) fn find(name: &str) -> Option<&'static str> {
    ALL.iter().find(|(preset, _)| *preset == name).map(|(_, text)| *text)
}

/// How a preset is called where a file's path would stand.
pub(super) fn path(name: &str) -> String {
    format!("preset:{name}")
}
