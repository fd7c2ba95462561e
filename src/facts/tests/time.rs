//! Durations and counts as numbers.

use super::chain::Chain;
use crate::lang::{Kind, Node, Role};

/// What an expression says as a number: a plain number, or seconds where a unit is written.
pub fn amount(node: &Node) -> Option<f64> {
    if node.is(Kind::Number)
        && let Some(duration) = literal(&node.text)
    {
        return Some(duration);
    }
    if let Some(number) = node.number() {
        return Some(number);
    }
    match node.kind {
        Kind::Binary => {
            let (left, right) = (amount(node.child(Role::Left)?)?, amount(node.child(Role::Right)?)?);
            match &*node.text {
                "*" => Some(left * right),
                "+" => Some(left + right),
                "-" => Some(left - right),
                "/" if right != 0.0 => Some(left / right),
                _ => None,
            }
        }
        Kind::Null => Some(f64::INFINITY),
        Kind::Name if matches!(&*node.text, "Infinity" | "infinity" | "inf") => Some(f64::INFINITY),
        Kind::Text => written(&node.text),
        Kind::Await => amount(node.child(Role::Value)?),
        // `nanoseconds: 10`
        Kind::Keyword => Some(amount(node.child(Role::Value)?)? * unit(&node.text).unwrap_or(1.0)),
        Kind::Choice => {
            let (one, other) = (amount(node.child(Role::Then)?)?, amount(node.child(Role::Else)?)?);
            Some(one.max(other))
        }
        Kind::Name | Kind::Member | Kind::Call => path(node),
        _ => None,
    }
}

/// `Duration.ofSeconds(5)`, `5.seconds`, `time.Second`, `timedelta(seconds=5)`, `Duration(5, "ms")`.
fn path(node: &Node) -> Option<f64> {
    let chain = Chain::of(node);
    let last = chain.last()?;
    // A call of nothing, as in text cut short, is its own root.
    let root = chain.root.filter(|root| !std::ptr::eq(*root, node));
    let of_root = || match root.and_then(amount) {
        Some(number) => Some(number * unit(last.name)?),
        None => unit(last.name),
    };
    match last.arguments.as_deref() {
        None | Some([]) => of_root(),
        Some(arguments) if arguments.iter().all(|argument| argument.is(Kind::Keyword)) => {
            let parts = arguments.iter().map(|part| Some(amount(part.child(Role::Value)?)? * unit(&part.text)?));
            parts.sum()
        }
        Some([number, of, ..]) => Some(amount(number)? * unit_of(of).or_else(|| unit(last.name))?),
        Some([number]) => Some(amount(number)? * unit(last.name)?),
    }
}

/// The duration added to the present moment: `time.Now().Add(3 * time.Second)`, `Date.now() + 5000`.
pub fn from_now(node: &Node) -> Option<f64> {
    match node.kind {
        Kind::Binary if &*node.text == "+" => {
            let (left, right) = (node.child(Role::Left)?, node.child(Role::Right)?);
            if is_now(left) { amount(right) } else { amount(left).filter(|_| is_now(right)) }
        }
        Kind::Call => {
            let callee = node.child(Role::Callee)?;
            let adds = ["add", "plus"].iter().any(|verb| callee.text.to_ascii_lowercase().starts_with(verb));
            let given = node.children_in(Role::Argument).next()?;
            let number = amount(given).filter(|_| adds && callee.child(Role::Receiver).is_some_and(is_now))?;
            Some(number * unit(&callee.text).unwrap_or(1.0))
        }
        _ => None,
    }
}

/// The limit in a loop's condition: `while time.time() - start < 5`, `while start.elapsed() < limit`.
pub fn until(condition: &Node) -> Option<f64> {
    if !condition.is(Kind::Binary) {
        return None;
    }
    let (left, right) = (condition.child(Role::Left)?, condition.child(Role::Right)?);
    match &*condition.text {
        "&&" => until(left).or_else(|| until(right)),
        "<" | "<=" if is_now(left) => amount(right),
        ">" | ">=" if is_now(right) => amount(left),
        _ => None,
    }
}

/// Whether an expression asks a clock.
fn is_now(node: &Node) -> bool {
    let mut found = false;
    node.walk(&mut |n| {
        if matches!(n.kind, Kind::Name | Kind::Member) {
            let name = n.text.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
            found |= matches!(
                name.trim_end_matches('!'),
                "now"
                    | "utcnow"
                    | "time"
                    | "monotonic"
                    | "perf_counter"
                    | "elapsed"
                    | "elapsedmilliseconds"
                    | "elapsedmillis"
                    | "since"
                    | "currenttimemillis"
                    | "nanotime"
                    | "clock_gettime"
                    | "microtime"
                    | "hrtime"
                    | "monotonic_time"
                    | "system_time"
                    | "tickcount"
                    | "date"
            );
        }
    });
    found
}

/// A unit that is named beside a number: `TimeUnit.SECONDS`, `"ms"`.
pub fn unit_of(node: &Node) -> Option<f64> {
    match node.kind {
        Kind::Text => unit(&node.text).or_else(|| short_unit(&node.text)),
        Kind::Name | Kind::Member => unit(node.text.rsplit('.').next().unwrap_or_default()),
        _ => None,
    }
}

/// Seconds in a unit, by the end of its name.
fn unit(name: &str) -> Option<f64> {
    let name = name.to_ascii_lowercase();
    let units: [(&[&str], f64); 7] = [
        (&["nanos", "nanosecond", "nanoseconds", "ns"], 1e-9),
        (&["micros", "microsecond", "microseconds", "us"], 1e-6),
        (&["millis", "millisecond", "milliseconds", "ms"], 1e-3),
        (&["minute", "minutes", "mins"], 60.0),
        (&["hour", "hours"], 3600.0),
        (&["day", "days"], 86400.0),
        (&["second", "seconds", "secs", "sec", "secs_f64", "secs_f32"], 1.0),
    ];
    units
        .iter()
        .flat_map(|(names, factor)| names.iter().map(move |unit| (*unit, *factor)))
        .filter(|(unit, _)| name.ends_with(unit) && (unit.len() > 3 || name.len() == unit.len() || name.contains('_')))
        .max_by_key(|(unit, _)| unit.len())
        .map(|(_, factor)| factor)
}

/// `30s`, `500ms`, `1m30s` as text.
fn written(text: &str) -> Option<f64> {
    let mut rest = text.trim();
    let mut total = 0.0;
    loop {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        total += number * short_unit(&rest[..end]).or_else(|| unit(&rest[..end]))?;
        rest = rest[end..].trim_start();
        if rest.is_empty() {
            return Some(total);
        }
    }
}

/// `250ms`, a literal of C++.
fn literal(text: &str) -> Option<f64> {
    let end = text.find(|c: char| c.is_ascii_alphabetic())?;
    let factor = match &text[end..] {
        unit @ ("ms" | "us" | "ns" | "min" | "s" | "h") => short_unit(unit)?,
        _ => return None,
    };
    let digits: String = text[..end].chars().filter(|c| *c != '\'').collect();
    Some(digits.parse::<f64>().ok()? * factor)
}

fn short_unit(name: &str) -> Option<f64> {
    Some(match name {
        "ns" => 1e-9,
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "s" | "sec" => 1.0,
        "m" | "min" => 60.0,
        "h" | "hr" => 3600.0,
        "d" => 86400.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang;

    fn seconds(language: &str, source: &str) -> Option<f64> {
        let parsed = lang::by_name(language).expect("is built in").parse(source.as_bytes()).expect("parses");
        let mut found = None;
        parsed.root.walk(&mut |node| {
            if node.is(Kind::Assign) && found.is_none() {
                found = node.child(Role::Value).map(|value| amount(value).or_else(|| from_now(value)));
            }
        });
        found.flatten()
    }

    #[test]
    fn units_of_many_languages() {
        for (language, source, expected) in [
            ("python", "a = timedelta(minutes=1, seconds=5)", 65.0),
            ("python", "a = time.monotonic() + 5", 5.0),
            ("javascript", "const a = 10 * 1000", 10_000.0),
            ("javascript", "const a = Date.now() + 5000", 5000.0),
            ("go", "package a\nfunc f() { a := 10 * time.Millisecond }", 0.01),
            ("go", "package a\nfunc f() { a := time.Now().Add(3 * time.Second) }", 3.0),
            ("rust", "fn f() { let a = Duration::from_millis(250); }", 0.25),
            ("rust", "fn f() { let a = Instant::now() + Duration::from_secs(3); }", 3.0),
            ("java", "class A { void f() { var a = Duration.ofSeconds(5); } }", 5.0),
            ("java", "class A { void f() { var a = Instant.now().plusMillis(50); } }", 0.05),
            ("kotlin", "fun f() { val a = 5.seconds }", 5.0),
            ("csharp", "class A { void F() { var a = TimeSpan.FromSeconds(5); } }", 5.0),
            ("ruby", "a = 5.minutes", 300.0),
            ("scala", "object A { val a = Duration(5, \"ms\") }", 0.005),
            ("swift", "func f() { let a = Duration.seconds(5) }", 5.0),
            ("cpp", "void f() { auto a = 250ms; }", 0.25),
            ("cpp", "void f() { auto a = std::chrono::milliseconds(1'000); }", 1.0),
        ] {
            let found = seconds(language, source);
            assert!(found.is_some_and(|found| (found - expected).abs() < 1e-9), "{language}: {source}: {found:?}");
        }
    }

    #[test]
    fn a_call_of_nothing_is_no_duration() {
        let span = crate::lang::Span { start: 0, end: 0, line: 1, end_line: 1 };
        assert_eq!(amount(&Node::with(Kind::Call, span, Vec::new())), None);
    }

    #[test]
    fn other_values_are_no_durations() {
        for source in ["a = load()", "a = 'ms'", "a = total(5)", "a = start + 5"] {
            let found = seconds("python", source);
            assert_eq!(found, None, "{source}");
        }
    }
}
