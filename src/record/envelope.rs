//! DSSE: a payload in an envelope with signatures over both its type and its bytes.
//!
//! <https://github.com/secure-systems-lab/dsse>. One envelope is one line of JSON, so that lines can be merged.

use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};

/// The type of every payload here.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// In base 64.
    pub payload: String,
    #[serde(rename = "payloadType")]
    pub payload_type: String,
    #[serde(default)]
    pub signatures: Vec<Signature>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The key's fingerprint: a hint, and nothing that is relied on.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub keyid: String,
    /// In base 64: an SSH signature as `ssh-keygen -Y sign` makes it, without its armour.
    pub sig: String,
}

impl Envelope {
    /// An envelope that nobody has signed yet.
    pub fn new(payload: &[u8]) -> Self {
        Self { payload: Base64::encode_string(payload), payload_type: PAYLOAD_TYPE.to_owned(), signatures: Vec::new() }
    }

    pub fn sign(&mut self, keyid: String, signature: &[u8]) {
        self.signatures.push(Signature { keyid, sig: Base64::encode_string(signature) });
    }

    /// An envelope from its line; `None` where it is none.
    pub fn from_line(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }

    pub fn to_line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The payload's bytes; `None` where it isn't base 64.
    pub fn payload(&self) -> Option<Vec<u8>> {
        decoded(&self.payload)
    }

    /// What the signatures are over; `None` where the payload isn't base 64.
    pub fn signed_bytes(&self) -> Option<Vec<u8>> {
        Some(pre_authentication(&self.payload_type, &self.payload()?))
    }
}

impl Signature {
    pub fn bytes(&self) -> Option<Vec<u8>> {
        decoded(&self.sig)
    }
}

/// `DSSEv1`, then type and body, each behind its length.
fn pre_authentication(payload_type: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Either alphabet is allowed.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let standard = Base64::decode_vec(text).or_else(|_| Base64Unpadded::decode_vec(text));
    standard.or_else(|_| Base64Url::decode_vec(text)).or_else(|_| Base64UrlUnpadded::decode_vec(text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the protocol's own description.
    #[test]
    fn type_and_body_are_behind_their_lengths() {
        let bytes = pre_authentication("http://example.com/HelloWorld", b"hello world");
        assert_eq!(bytes, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn an_envelope_is_one_line_and_comes_back() {
        let mut envelope = Envelope::new(b"{\"a\":\n\"\xff\"}");
        envelope.sign("SHA256:x".into(), b"\x00\xfb\xff");
        let line = envelope.to_line();
        assert!(!line.contains('\n'));
        let back = Envelope::from_line(&line).expect("an envelope");
        assert_eq!((back.payload().as_deref(), &back), (Some(&b"{\"a\":\n\"\xff\"}"[..]), &envelope));
        let url_safe = Envelope { payload: "-_8".into(), ..envelope };
        assert_eq!(url_safe.payload().as_deref(), Some(&b"\xfb\xff"[..]));
        assert_eq!(Envelope::from_line("{}"), None);
        assert_eq!(Envelope { payload: "%".into(), ..url_safe }.signed_bytes(), None);
    }
}
