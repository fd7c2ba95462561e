//! The policies compiled in.

/// Name and text of every preset. A new one is a file in `policies/` and a line here.
pub(super) static ALL: &[(&str, &str)] = &[
    ("default", include_str!("../../policies/default.toml")),
    ("observe", include_str!("../../policies/observe.toml")),
    ("strict", include_str!("../../policies/strict.toml")),
];

pub(super) const DEFAULT: &str = "default";

pub(super) fn find(name: &str) -> Option<&'static str> {
    ALL.iter().find(|(preset, _)| *preset == name).map(|(_, text)| *text)
}

/// How a preset is called where a file's path would stand.
pub(super) fn path(name: &str) -> String {
    format!("preset:{name}")
}
