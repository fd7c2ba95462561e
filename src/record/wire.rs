//! The wire format of SSH: strings behind their lengths, numbers, keys.

use ssh_key::PublicKey;
use ssh_key::public::KeyData;

/// What is not read yet.
pub(super) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub fn chunk<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (chunk, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(chunk)
    }

    pub fn number(&mut self) -> Option<u64> {
        self.chunk().map(|bytes| u64::from_be_bytes(*bytes))
    }

    pub fn string(&mut self) -> Option<&'a [u8]> {
        let length = u32::from_be_bytes(*self.chunk()?);
        let (string, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(string)
    }

    /// All strings to the end.
    pub fn strings(mut self) -> Option<Vec<String>> {
        let mut all = Vec::new();
        while !self.0.is_empty() {
            all.push(String::from_utf8(self.string()?.to_vec()).ok()?);
        }
        Some(all)
    }
}

/// The key of these bytes, and of no others: the library overlooks a wrong length.
pub(super) fn key_of(bytes: &[u8]) -> Option<KeyData> {
    let key = PublicKey::from_bytes(bytes).ok()?;
    let is_exact = key.to_bytes().is_ok_and(|written| written == bytes);
    is_exact.then(|| key.key_data().clone())
}
