//! What a loosening names as accepted is held against an evaluator of its own: the new check takes it, the old one not.

use agentgate::change::Memory;
use agentgate::compare::tests::{Change, Surroundings, Transition, compare};
use agentgate::facts::tests::Sides;

/// What a test of a number, a text or a list may demand, in Python and as a predicate.
#[derive(Clone, Debug, PartialEq)]
enum Demand {
    Equal(Value),
    Unequal(Value),
    Greater(f64),
    AtLeast(f64),
    Less(f64),
    AtMost(f64),
    OneOf(Vec<Value>),
    Near(f64, f64),
    Contains(Value),
    Length(usize),
    Truth,
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Number(f64),
    Text(String),
    List(Vec<f64>),
}

use Demand::{AtLeast, AtMost, Contains, Equal, Greater, Length, Less, Near, OneOf, Truth, Unequal};
use Value::{List, Number};

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

impl Value {
    fn python(&self) -> String {
        match self {
            Number(value) => value.to_string(),
            Value::Text(value) => format!("{value:?}"),
            List(values) => format!("{values:?}"),
        }
    }

    /// Reads what a finding names.
    fn read(written: &str) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_str(written).ok()?;
        Some(match value {
            serde_json::Value::Number(number) => Number(number.as_f64()?),
            serde_json::Value::String(text) => Self::Text(text),
            serde_json::Value::Array(items) => {
                List(items.iter().map(serde_json::Value::as_f64).collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }
}

impl Demand {
    fn python(&self) -> String {
        match self {
            Equal(value) => format!("value() == {}", value.python()),
            Unequal(value) => format!("value() != {}", value.python()),
            Greater(bound) => format!("value() > {bound}"),
            AtLeast(bound) => format!("value() >= {bound}"),
            Less(bound) => format!("value() < {bound}"),
            AtMost(bound) => format!("value() <= {bound}"),
            OneOf(values) => {
                let values: Vec<String> = values.iter().map(Value::python).collect();
                format!("value() in [{}]", values.join(", "))
            }
            Near(value, by) => format!("value() == pytest.approx({value}, abs={by})"),
            Contains(part) => format!("{} in value()", part.python()),
            Length(length) => format!("len(value()) == {length}"),
            Truth => "value()".to_owned(),
        }
    }

    /// `None` for a value of another type.
    fn accepts(&self, value: &Value) -> Option<bool> {
        Some(match (self, value) {
            (Equal(other) | Unequal(other), _) if std::mem::discriminant(other) != std::mem::discriminant(value) => {
                return None;
            }
            (Equal(expected), _) => value == expected,
            (Unequal(refused), _) => value != refused,
            (Greater(bound), Number(number)) => number > bound,
            (AtLeast(bound), Number(number)) => number >= bound,
            (Less(bound), Number(number)) => number < bound,
            (AtMost(bound), Number(number)) => number <= bound,
            (OneOf(values), Number(_) | Value::Text(_)) => values.contains(value),
            (Near(expected, by), Number(number)) => (number - expected).abs() <= *by,
            (Contains(Value::Text(part)), Value::Text(whole)) => whole.contains(part.as_str()),
            (Contains(Number(part)), List(values)) => values.contains(part),
            (Length(length), List(values)) => values.len() == *length,
            (Length(length), Value::Text(text)) => text.chars().count() == *length,
            (Truth, Number(number)) => *number != 0.0,
            (Truth, Value::Text(text)) => !text.is_empty(),
            (Truth, List(values)) => !values.is_empty(),
            _ => return None,
        })
    }
}

fn numbers() -> Vec<Demand> {
    let mut all = vec![Truth, Near(2.0, 0.5), Near(2.0, 1.5), OneOf(vec![Number(1.0), Number(2.0)])];
    all.push(OneOf([1.0, 2.0, 3.0].map(Number).to_vec()));
    for value in [-1.0, 0.0, 1.0, 2.0, 3.0, 7.5] {
        all.extend([Equal(Number(value)), Unequal(Number(value)), Greater(value), AtLeast(value)]);
        all.extend([Less(value), AtMost(value)]);
    }
    all
}

fn texts() -> Vec<Demand> {
    let mut all = vec![Truth, Length(1), Length(3), OneOf(vec![text("x"), text("abc")])];
    for value in ["x", "y", "abc", "ab"] {
        all.extend([Equal(text(value)), Unequal(text(value)), Contains(text(value))]);
    }
    all
}

fn lists() -> Vec<Demand> {
    let mut all = vec![Truth, Length(1), Length(2), Contains(Number(0.0)), Contains(Number(2.0))];
    for value in [vec![0.0], vec![1.0, 2.0], vec![0.0, 0.0]] {
        all.extend([Equal(List(value.clone())), Unequal(List(value))]);
    }
    all
}

#[test]
fn witnesses_pass_now_and_failed_before() {
    let (mut loosened, mut without) = (0, Vec::new());
    for demands in [numbers(), texts(), lists()] {
        let pairs: Vec<(&Demand, &Demand)> =
            demands.iter().flat_map(|old| demands.iter().map(move |new| (old, new))).collect();
        for transition in transitions(&pairs) {
            if transition.change != Change::Loosened {
                continue;
            }
            let at: usize = transition.test.trim_start_matches("test_").parse().expect("a test of this file");
            let (old, new) = pairs[at];
            let pair = format!("{} => {}", old.python(), new.python());
            loosened += 1;
            let Some(named) = &transition.witness else {
                let exists = some_values()
                    .iter()
                    .any(|value| new.accepts(value) == Some(true) && old.accepts(value) == Some(false));
                without.extend(exists.then_some(pair));
                continue;
            };
            let value = Value::read(named).unwrap_or_else(|| panic!("{pair}: {named} is no value"));
            assert_eq!(new.accepts(&value), Some(true), "{pair}: {named} is not accepted now");
            assert_eq!(old.accepts(&value), Some(false), "{pair}: {named} was accepted before");
        }
    }
    assert!(loosened > 100, "hardly anything was loosened: {loosened}");
    assert!(without.is_empty(), "{} of {loosened} have no witness:\n{}", without.len(), without.join("\n"));
}

/// Among which a witness is looked for where none is named.
fn some_values() -> Vec<Value> {
    let numbers = (-20..=20).map(|half| Number(f64::from(half) / 2.0));
    let texts = ["x", "y", "ab", "abc", "abcd", "xyz"].map(text);
    let lists = [vec![], vec![0.0], vec![1.0], vec![1.0, 2.0], vec![0.0, 0.0], vec![0.0, 1.0, 2.0]].map(List);
    numbers.chain(texts).chain(lists).collect()
}

/// One test for each pair, all in one file.
fn transitions(pairs: &[(&Demand, &Demand)]) -> Vec<Transition> {
    let file = |check: &dyn Fn(&(&Demand, &Demand)) -> String| {
        let test = |(at, pair): (usize, _)| format!("def test_{at}():\n    assert {}\n\n", check(pair));
        pairs.iter().enumerate().map(test).collect::<String>()
    };
    let (base, head) = (file(&|pair| pair.0.python()), file(&|pair| pair.1.python()));
    let change = Memory::change_set([("tests/test_value.py", Some(base.as_str()), Some(head.as_str()))]);
    let sides = Sides::of(&change);
    compare(&sides.base, &sides.head, &Surroundings::of(&change)).transitions
}
