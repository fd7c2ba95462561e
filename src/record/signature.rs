//! SSH signatures over envelopes: made with a key file or by `ssh-keygen`, checked here.
//!
//! The format is OpenSSH's (`PROTOCOL.sshsig`). Checking needs no program and follows the rules of `ssh-keygen -Y verify`.

use ssh_key::public::KeyData;
use ssh_key::{Algorithm, HashAlg, PublicKey, SshSig};

use super::AllowedSigners;
use super::certificate::Certificate;
use super::wire::{Reader, key_of};

/// What our signatures are for: one made for git, or for mail, is none.
pub const NAMESPACE: &str = "agentgate";
/// What a signature's bytes begin with.
const MAGIC: &[u8] = b"SSHSIG";

/// What a signature turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// By someone whom the file of signers names, by these principals.
    Trusted(String),
    /// A good signature of a key that the file doesn't let sign this; the key's fingerprint.
    Stranger(String),
    /// Not over these bytes, not for this purpose, or no signature at all.
    Broken(&'static str),
}

/// What a signature of someone is over these bytes, made at a time.
pub fn verify(bytes: &[u8], signature: &[u8], signers: &AllowedSigners, at: i64) -> Standing {
    let Some(parts) = Parts::read(signature) else { return Standing::Broken("it is no SSH signature") };
    if parts.namespace != NAMESPACE {
        return Standing::Broken("it was made for another purpose");
    }
    let certificate = Certificate::read(parts.key);
    let Some(key) = certificate.as_ref().map(|certificate| certificate.key.clone()).or_else(|| key_of(parts.key))
    else {
        return Standing::Broken("its key is of an unknown kind");
    };
    if !parts.is_over(bytes, &key) {
        return Standing::Broken("it is not over this content");
    }
    let principals = match &certificate {
        Some(certificate) if certificate.is_valid(at) => signers.of_certificate(certificate, NAMESPACE, at),
        Some(_) => None,
        None => signers.of_key(&key, NAMESPACE, at).map(ToOwned::to_owned),
    };
    match principals {
        Some(principals) => Standing::Trusted(principals),
        None => Standing::Stranger(fingerprint(&key)),
    }
}

/// `SHA256:…`, as ssh-keygen shows keys.
pub fn fingerprint(key: &KeyData) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// The fingerprint of the key that a signature names.
pub fn signer(signature: &[u8]) -> Option<String> {
    let parts = Parts::read(signature)?;
    let certified = Certificate::read(parts.key).map(|certificate| certificate.key);
    Some(fingerprint(&certified.or_else(|| key_of(parts.key))?))
}

/// A signature taken apart. The library reads none that name a certificate.
struct Parts<'a> {
    key: &'a [u8],
    namespace: &'a str,
    hash: HashAlg,
    signature: ssh_key::Signature,
}

impl<'a> Parts<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?.strip_prefix(&1u32.to_be_bytes()[..])?;
        let mut reader = Reader(rest);
        let (key, namespace) = (reader.string()?, reader.string()?);
        // What nobody has given a meaning to yet is to be empty.
        let reserved = reader.string()?;
        let (hash, signature) = (reader.string()?, reader.string()?);
        let is_whole = reserved.is_empty() && reader.0.is_empty();
        let hash = match hash {
            b"sha256" => HashAlg::Sha256,
            b"sha512" => HashAlg::Sha512,
            _ => return None,
        };
        let signature = ssh_key::Signature::try_from(signature).ok()?;
        let namespace = std::str::from_utf8(namespace).ok().filter(|namespace| !namespace.is_empty())?;
        is_whole.then_some(Self { key, namespace, hash, signature })
    }

    fn is_over(&self, bytes: &[u8], key: &KeyData) -> bool {
        // SHA-1 is no proof of anything.
        let is_weak = self.signature.algorithm() == Algorithm::Rsa { hash: None };
        let whole = SshSig::new(key.clone(), self.namespace, self.hash, self.signature.clone());
        !is_weak && whole.is_ok_and(|whole| PublicKey::from(key.clone()).verify(self.namespace, bytes, &whole).is_ok())
    }
}
