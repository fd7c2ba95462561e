//! What people write to the gate: policy, waivers, work packet, pull request text, trailers.

#![no_main]

use agentgate::evidence::{Document, trailers};
use agentgate::packet::{Form, Packet, lint};
use agentgate::policy::Policy;
use agentgate::verdict::Waivers;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = Policy::from_text(text);
    let _ = Packet::parse("T-1.md", text.as_bytes());
    let _ = Packet::parse_leniently("T-1.md", text.as_bytes());
    for form in [Form::Packet, Form::Issue] {
        lint("T-1.md", text, form);
    }
    let _ = Waivers::parse("waivers.toml", text.as_bytes(), "2030-01-01".into());
    Document::parse(text).sections().count();
    trailers(text);
});
