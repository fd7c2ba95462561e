//! What a note holds: one envelope a line, so that notes of two writers are merged by putting their lines together.

use std::collections::BTreeSet;

use super::signature::{self, Standing};
use super::statement::{Outcome, Run, Statement, TestResult};
use super::{AllowedSigners, Envelope};

/// A record, and how far it can be relied on.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    pub statement: Statement<TestResult>,
    pub trust: Trust,
    /// The line as it is stored.
    pub line: String,
}

/// Who stands for a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Nobody has signed it.
    Unsigned,
    /// Somebody whom the base names.
    Signed(String),
    /// A good signature of a key whom the base doesn't name; its fingerprint.
    Stranger(String),
    /// A signature that isn't over this record.
    Broken(&'static str),
}

impl Recorded {
    pub fn run(&self) -> &Run {
        &self.statement.predicate.agentgate
    }

    pub fn outcome(&self) -> Outcome {
        self.run().outcome()
    }
}

impl Trust {
    /// Whether the record counts where signatures are asked for, or not.
    pub fn suffices(&self, needs_signature: bool) -> bool {
        match self {
            Self::Signed(_) => true,
            Self::Unsigned | Self::Stranger(_) => !needs_signature,
            Self::Broken(_) => false,
        }
    }
}

/// The records of a note, oldest first; lines that are none are left out.
pub fn read(note: &[u8], signers: Option<&AllowedSigners>) -> Vec<Recorded> {
    let text = String::from_utf8_lossy(note);
    let mut records: Vec<Recorded> = text.lines().filter_map(|line| record(line, signers)).collect();
    records.sort_by(|a, b| (a.run().started(), &a.line).cmp(&(b.run().started(), &b.line)));
    records.dedup();
    records
}

fn record(line: &str, signers: Option<&AllowedSigners>) -> Option<Recorded> {
    let envelope = Envelope::from_line(line.trim())?;
    let statement = Statement::from_payload(&envelope.payload()?)?;
    let at = statement.predicate.agentgate.started().unwrap_or_default();
    let trust = trust(&envelope, signers, at)?;
    Some(Recorded { statement, trust, line: line.trim().to_owned() })
}

/// The best of an envelope's signatures; `None` where its payload can't be read.
pub fn trust(envelope: &Envelope, signers: Option<&AllowedSigners>, at: i64) -> Option<Trust> {
    let bytes = envelope.signed_bytes()?;
    let nobody = AllowedSigners::default();
    let standings = envelope.signatures.iter().map(|signature| match signature.bytes() {
        Some(signature) => signature::verify(&bytes, &signature, signers.unwrap_or(&nobody), at),
        None => Standing::Broken("it is not in base 64"),
    });
    let mut best = Trust::Unsigned;
    for standing in standings {
        best = match (best, standing) {
            (_, Standing::Trusted(who)) => return Some(Trust::Signed(who)),
            (Trust::Unsigned | Trust::Broken(_), Standing::Stranger(key)) => Trust::Stranger(key),
            (Trust::Unsigned, Standing::Broken(why)) => Trust::Broken(why),
            (best, _) => best,
        };
    }
    Some(best)
}

/// All lines of both, each once, in an order that doesn't depend on who came first: as git's `cat_sort_uniq` has them.
pub fn union(one: &[u8], other: &[u8]) -> Vec<u8> {
    let lines = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(<[u8]>::to_vec).collect()
    };
    let all: BTreeSet<Vec<u8>> = lines(one).into_iter().chain(lines(other)).collect();
    let mut bytes = Vec::with_capacity(one.len() + other.len() + 1);
    for line in all {
        bytes.extend_from_slice(&line);
        bytes.push(b'\n');
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_union_does_not_depend_on_who_came_first() {
        assert_eq!(union(b"b\na\n", b"c\na"), b"a\nb\nc\n");
        assert_eq!(union(b"c\na", b"b\na\n"), union(b"b\na\n", b"c\na"));
        assert_eq!(union(b"", b""), b"");
    }

    #[test]
    fn what_is_no_record_is_left_out() {
        let note = b"a note of somebody\n{}\n{\"payload\":\"e30=\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[]}\n\xff\n";
        assert_eq!(read(note, None), []);
    }
}
