use super::*;

fn sorts(line: &str) -> Vec<Sort> {
    let sort = |what: &What| match what {
        What::Character { sort, .. } => Some(*sort),
        What::Lookalike { .. } => None,
    };
    on_line(line, false).iter().filter_map(sort).collect()
}

#[test]
fn honest_text_hides_nothing() {
    let lines = [
        "👩‍👩‍👧‍👦 ❤️ 🏳️‍🌈 👍🏽 1️⃣ ☺︎ 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "می\u{200c}خواهم क्\u{200d}ष",
        "\u{2068}שלום\u{2069} said \u{200f}שלום\u{200e}",
        "葛\u{e0100}",
        "a\tb\u{c}",
        "café naïve Ångström Δx µs σ_max αβγ",
        "привет API-ключ Москва",
        "line\r",
    ];
    for line in lines {
        assert_eq!(on_line(line, false), [], "{line:?}");
    }
    assert_eq!(on_line("\u{feff}import a", true), []);
}

#[test]
fn what_hides_is_found() {
    assert_eq!(sorts("if access != \"user\u{202e} \u{2066}// admin\u{2069} \u{2066}\" {"), [Sort::Direction]);
    assert_eq!(sorts("\u{202e}שלום\u{202c}"), [Sort::Direction], "an override has no honest use");
    assert_eq!(sorts("\u{2066}שלום"), [Sort::Direction], "an isolate that is never closed");
    assert_eq!(sorts("a\u{200e}b"), [Sort::Direction], "a mark without right-to-left text");
    assert_eq!(sorts("a\u{200b}b\u{2062}"), [Sort::Invisible]);
    assert_eq!(sorts("pass\u{200d}word"), [Sort::Invisible]);
    assert_eq!(sorts("x\u{feff}"), [Sort::Invisible]);
    assert_eq!(sorts("hi\u{e0069}\u{e0067}\u{e006e}"), [Sort::Tag]);
    assert_eq!(sorts("a\u{fe0f}"), [Sort::Variation]);
    assert_eq!(sorts("😀\u{e0151}\u{e0162}"), [Sort::Variation], "bytes smuggled behind an emoji");
    assert_eq!(sorts("echo \u{1b}[8m hidden"), [Sort::Control]);
    assert_eq!(sorts("evil()\rgood()"), [Sort::Control]);
}

#[test]
fn lookalike_words_say_what_they_read_as() {
    let word = |line| match on_line(line, false).as_slice() {
        [What::Lookalike { word, reads_as }] => Some((word.clone(), reads_as.clone())),
        _ => None,
    };
    assert_eq!(word("if is_\u{430}dmin(user)"), Some(("\u{430}dmin".into(), "admin".into())));
    assert_eq!(word("p\u{430}yp\u{430}l.com"), Some(("p\u{430}yp\u{430}l".into(), "paypal".into())));
    assert_eq!(word("fu\u{ff4e}ction"), Some(("fu\u{ff4e}ction".into(), "function".into())));
}

#[test]
fn what_is_hidden_is_spelled_out() {
    assert_eq!(characters::spelled("  a\u{202e}b \u{430}c"), "a\\u{202e}b \\u{430}c");
}
