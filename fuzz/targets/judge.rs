//! One changed file under the strictest policy: `path`, a line break, the base's text, a zero byte, the head's.

#![no_main]

use agentgate::change::Memory;
use agentgate::evidence::Claims;
use agentgate::policy::Policy;
use agentgate::verdict::Subject;

libfuzzer_sys::fuzz_target!(|input: &str| {
    let Some((name, texts)) = input.split_once('\n') else { return };
    let (base, head) = texts.split_once('\0').unwrap_or(("", texts));
    let change = Memory::change_set([(name, Some(base), Some(head))]);
    let policy = Policy::preset("strict").expect("a preset");
    agentgate::judge(&change, Subject::default(), &policy, &Claims::default());
});
