//! Certificates of SSH keys, as far as signatures need them.
//!
//! The library refuses those that never end, which are what ssh-keygen makes unless told otherwise. The format is OpenSSH's
//! (`PROTOCOL.certkeys`).

use signature::Verifier;
use ssh_key::public::KeyData;

use super::wire::{Reader, key_of};

/// What stands for a certificate of a key's kind.
const SUFFIX: &str = "-cert-v01@openssh.com";
/// A certificate for people; the other kind is for machines that are logged in to.
const USER: u32 = 1;

#[derive(Clone, Debug)]
pub(super) struct Certificate {
    /// The key that is certified.
    pub key: KeyData,
    /// Whom it speaks for.
    pub principals: Vec<String>,
    /// Who says so.
    pub authority: KeyData,
    kind: u32,
    valid_after: u64,
    valid_before: u64,
    has_conditions: bool,
}

impl Certificate {
    /// A certificate that its own authority has signed; `None` where it is none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let kind = std::str::from_utf8(reader.string()?).ok()?.strip_suffix(SUFFIX)?.to_owned();
        let _nonce = reader.string()?;
        let fields = match kind.as_str() {
            "ssh-ed25519" => 1,
            "ssh-rsa" | "sk-ssh-ed25519" => 2,
            "sk-ecdsa-sha2-nistp256" => 3,
            kind if kind.starts_with("ecdsa-sha2-") => 2,
            _ => return None,
        };
        // Keys of tokens have the suffix of their kind's maker in their own name too.
        let name = if kind.starts_with("sk-") { format!("{kind}@openssh.com") } else { kind };
        let mut plain = Vec::new();
        push(&mut plain, name.as_bytes());
        for _ in 0..fields {
            push(&mut plain, reader.string()?);
        }
        let key = key_of(&plain)?;
        let _serial = reader.number()?;
        let kind = u32::from_be_bytes(*reader.chunk()?);
        let _id = reader.string()?;
        let principals = Reader(reader.string()?).strings()?;
        let (valid_after, valid_before) = (reader.number()?, reader.number()?);
        let has_conditions = !reader.string()?.is_empty();
        let _extensions = reader.string()?;
        let _reserved = reader.string()?;
        let authority = key_of(reader.string()?)?;
        let signed = bytes.get(..bytes.len() - reader.0.len())?;
        let signature = ssh_key::Signature::try_from(reader.string()?).ok()?;
        let is_signed = reader.0.is_empty() && authority.verify(signed, &signature).is_ok();
        is_signed.then_some(Self { key, principals, authority, kind, valid_after, valid_before, has_conditions })
    }

    /// Whether it is for people, in force at a time, and free of conditions, none of which we know.
    pub fn is_valid(&self, at: i64) -> bool {
        let Ok(at) = u64::try_from(at) else { return false };
        self.kind == USER && !self.has_conditions && self.valid_after <= at && at < self.valid_before
    }
}

fn push(bytes: &mut Vec<u8>, value: &[u8]) {
    bytes.extend_from_slice(&u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend_from_slice(value);
}
