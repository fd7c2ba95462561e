//! Object names.

use std::fmt;

/// A git object's name: 20 bytes in SHA-1 repositories, 32 in SHA-256 ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub(super) gix::ObjectId);

/// Which hash names this repository's objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectFormat {
    Sha1,
    Sha256,
}

impl ObjectId {
    /// Reads a full name in hexadecimal; abbreviations are for [`Repository::resolve`](super::Repository::resolve).
    pub fn from_hex(text: &str) -> Option<Self> {
        gix::ObjectId::from_hex(text.as_bytes()).ok().map(Self)
    }

    /// The name git would give to a file of these bytes.
    pub fn of_blob(bytes: &[u8], format: ObjectFormat) -> Self {
        let kind = match format {
            ObjectFormat::Sha1 => gix::hash::Kind::Sha1,
            ObjectFormat::Sha256 => gix::hash::Kind::Sha256,
        };
        // The hash fails only on inputs built to collide under SHA-1; such bytes get a name no real object has.
        Self(gix::objs::compute_hash(kind, gix::objs::Kind::Blob, bytes).unwrap_or_else(|_| kind.null()))
    }

    /// Whether it is the all-zero name that stands for "no object".
    pub fn is_zero(self) -> bool {
        self.0.is_null()
    }

    /// The first twelve digits, for people.
    pub fn short(self) -> String {
        self.0.to_hex_with_len(12).to_string()
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl From<gix::hash::Kind> for ObjectFormat {
    fn from(kind: gix::hash::Kind) -> Self {
        match kind {
            gix::hash::Kind::Sha256 => Self::Sha256,
            _ => Self::Sha1,
        }
    }
}
