//! What a row of a vocabulary says: which kind of check, and how it reads its arguments.

use serde::Deserialize;
use serde::de::IntoDeserializer;

use crate::facts::tests::model::CheckKind;

/// A meaning that is a few words.
#[derive(Clone, Debug, Default)]
pub struct Words(pub Vec<String>);

impl Words {
    pub fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    pub fn has(&self, word: &str) -> bool {
        self.0.iter().any(|w| w == word)
    }

    /// The position or name that follows the first word.
    pub fn argument(&self) -> Option<&str> {
        self.0.get(1).map(String::as_str)
    }
}

/// How a check reads its arguments.
#[derive(Clone, Debug)]
pub struct Spec {
    pub form: Form,
    pub negative: bool,
    pub roles: Vec<ArgumentRole>,
    pub keywords: Vec<(String, ArgumentRole)>,
    /// An expectation that the name implies.
    pub constant: Option<String>,
    /// It asks for an answer of its own: `assertOk`, `assertSee` of one response.
    pub apart: bool,
    /// Its outcome is only known once awaited.
    pub asynchronous: bool,
    /// It is tried again until it holds.
    pub retried: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Check(CheckKind),
    Condition,
    Fluent,
    Postfix,
    /// The matcher's name is the first argument: `and("have.text", "x")`.
    Chainer,
    Matcher,
    /// The operator is a text among the arguments: `BeNumerically(">", 5)`.
    Operator,
    /// Subject, operator, expected: `assert_operator a, :>, b`.
    Compare,
    /// Subject and the name of a method that must answer true: `assert_predicate list, :empty?`.
    Predicate,
    Interaction,
    // In matchers
    Not,
    Noise,
    Project,
    /// The subject is a block that is run until its checks hold.
    Retried,
    /// Adds to what the segment before it demands, and may make another kind of it: `be_within(0.1).of(5)`.
    Amend(Option<CheckKind>),
    /// A stand-in is told how it will be called: `expects(once()).method("m")`, `receive(:m).once`.
    Expects,
    /// The matcher's name is a question to the subject: `be_valid`.
    Named,
    /// How far the number of the chain may be off.
    Tolerance,
    /// Another matcher is enough as well: `eq(1).or be_nil`.
    Alternative,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentRole {
    Subject,
    Expected,
    Rest,
    Tolerance,
    Digits,
    Type,
    Pattern,
    Block,
    Matcher,
    /// Ways of comparing that leave something out.
    Options,
    Ignored,
    /// A named part of what is expected: how often a stand-in is called, and with what.
    Part(&'static str),
    /// A message in front of the others, where there is one.
    MaybeMessage,
    /// A part of an exception's message.
    Mentions,
    /// Decimal places where it is a whole number, else a tolerance.
    Precision,
    /// A value, or a matcher in its place.
    Value,
}
pub(super) fn spec(meaning: &str) -> Option<Spec> {
    let (positional, keywords) = meaning.split_once('|').unwrap_or((meaning, ""));
    let mut words = positional.split_whitespace().peekable();
    let mut negative = false;
    if words.peek() == Some(&"not") {
        words.next();
        negative = true;
    }
    let form = match words.next().unwrap_or("") {
        "" if negative => Form::Not,
        "condition" => Form::Condition,
        "falsehood" => {
            negative = !negative;
            Form::Condition
        }
        "fluent" => Form::Fluent,
        "postfix" => Form::Postfix,
        "chainer" => Form::Chainer,
        "matcher" => Form::Matcher,
        "operator" => Form::Operator,
        "compare" => Form::Compare,
        "predicate" => Form::Predicate,
        "named" => Form::Named,
        "expects" => Form::Expects,
        "amend" => {
            let kind = words.peek().and_then(|word| kind(word));
            if kind.is_some() {
                words.next();
            }
            Form::Amend(kind)
        }
        "interaction" => Form::Interaction,
        "tolerance" => Form::Tolerance,
        "alternative" => Form::Alternative,
        "noise" => Form::Noise,
        "project" => Form::Project,
        "retried" => Form::Retried,
        word => Form::Check(kind(word)?),
    };
    let (mut constant, mut asynchronous, mut retried, mut apart) = (None, false, false, false);
    let mut roles = Vec::new();
    for word in words {
        if word == "apart" {
            apart = true;
        } else if word == "async" {
            asynchronous = true;
        } else if word == "retried" {
            retried = true;
        } else if let Some(value) = word.strip_prefix('=') {
            constant = Some(value.to_owned());
        } else {
            roles.push(role(word)?);
        }
    }
    let keywords = keywords
        .split_whitespace()
        .map(|word| word.split_once('=').and_then(|(name, value)| Some((name.to_owned(), role(value)?))))
        .collect::<Option<_>>()?;
    Some(Spec { form, negative, roles, keywords, constant, apart, asynchronous, retried })
}

fn kind(word: &str) -> Option<CheckKind> {
    let kind: Result<_, serde::de::value::Error> = CheckKind::deserialize(word.into_deserializer());
    kind.ok()
}

fn role(word: &str) -> Option<ArgumentRole> {
    Some(match word {
        "subject" => ArgumentRole::Subject,
        "expected" => ArgumentRole::Expected,
        "expected*" => ArgumentRole::Rest,
        "tolerance" => ArgumentRole::Tolerance,
        "digits" => ArgumentRole::Digits,
        "type" => ArgumentRole::Type,
        "pattern" => ArgumentRole::Pattern,
        "block" => ArgumentRole::Block,
        "matcher" => ArgumentRole::Matcher,
        "options*" => ArgumentRole::Options,
        "message" | "_" => ArgumentRole::Ignored,
        "times" => ArgumentRole::Part("times"),
        "least" | "at-least" => ArgumentRole::Part("at-least"),
        "most" | "at-most" => ArgumentRole::Part("at-most"),
        "with" => ArgumentRole::Part("with"),
        "method" => ArgumentRole::Part("method"),
        "code" => ArgumentRole::Part("code"),
        "check" => ArgumentRole::Part("check"),
        "message?" => ArgumentRole::MaybeMessage,
        "mentions" => ArgumentRole::Mentions,
        "value" => ArgumentRole::Value,
        "precision" => ArgumentRole::Precision,
        _ => return None,
    })
}
