//! Who signs: the SSH key that git itself signs with, or one that is named.
//!
//! A key file that needs nobody's passphrase is used directly; for all else (an agent, a passphrase, a token) `ssh-keygen` is
//! asked, as git does.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ssh_key::{HashAlg, LineEnding, PrivateKey};

use super::Envelope;
use super::signature::{self, NAMESPACE};
use crate::git::Repository;

/// How to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// A private or public key's file, or `key::…` as git writes a key that an agent holds.
    key: String,
    /// `gpg.ssh.program`, else `ssh-keygen`.
    program: String,
}

/// Why nothing was signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing was signed with {key}: {why}")]
pub struct Unsigned {
    pub key: String,
    pub why: String,
}

impl Signer {
    /// The key that git signs with, where it signs with SSH; `agentgate.signingKey` before all.
    pub fn configured(repository: &Repository) -> Option<Self> {
        let own = repository.config("agentgate.signingKey");
        let git = || {
            let is_ssh = repository.config("gpg.format").is_some_and(|format| format == "ssh");
            repository.config("user.signingKey").filter(|_| is_ssh)
        };
        let program = repository.config("gpg.ssh.program").unwrap_or_else(|| "ssh-keygen".to_owned());
        own.or_else(git).filter(|key| !key.is_empty()).map(|key| Self { key: expanded(&key), program })
    }

    /// A key by its file.
    pub fn with_key(key: &Path) -> Self {
        Self { key: key.display().to_string(), program: "ssh-keygen".to_owned() }
    }

    /// Adds a signature to the envelope.
    ///
    /// # Errors
    /// When the key can't be used.
    pub fn sign(&self, envelope: &mut Envelope) -> Result<(), Unsigned> {
        let failed = |why: String| Unsigned { key: self.key.clone(), why };
        let bytes = envelope.signed_bytes().ok_or_else(|| failed("there is nothing to sign".into()))?;
        let signature = match self.with_file(&bytes) {
            Some(signature) => signature,
            None => self.with_program(&bytes).map_err(failed)?,
        };
        let keyid = signature::signer(&signature).ok_or_else(|| failed("what came back is no signature".into()))?;
        envelope.sign(keyid, &signature);
        Ok(())
    }

    /// `None` where the file is no private key, or is locked.
    fn with_file(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let key = PrivateKey::read_openssh_file(Path::new(&self.key)).ok().filter(|key| !key.is_encrypted())?;
        // A certificate beside the key is used by ssh-keygen, and says more than the key alone.
        if Path::new(&format!("{}-cert.pub", self.key)).exists() {
            return None;
        }
        let signature = key.sign(NAMESPACE, HashAlg::Sha512, bytes).ok()?;
        binary(&signature.to_pem(LineEnding::LF).ok()?)
    }

    fn with_program(&self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let file = match self.key.strip_prefix("key::").or(self.key.strip_prefix("ssh-").map(|_| self.key.as_str())) {
            Some(literal) => Some(KeyFile::of(literal).map_err(|error| error.to_string())?),
            None => None,
        };
        let path = file.as_ref().map_or(Path::new(&self.key), |file| &file.0);
        let mut command = Command::new(&self.program);
        command.args(["-Y", "sign", "-n", NAMESPACE, "-f"]).arg(path);
        if file.is_some() {
            command.arg("-U");
        }
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| format!("{} can't be run: {error}", self.program))?;
        if let Some(mut input) = child.stdin.take() {
            // Where it doesn't read, its exit code says why.
            let _ = input.write_all(bytes);
        }
        let output = child.wait_with_output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
        }
        binary(&String::from_utf8_lossy(&output.stdout)).ok_or_else(|| "what came back is no signature".to_owned())
    }
}

/// A public key as a file, for programs that take no other.
struct KeyFile(PathBuf);

impl KeyFile {
    fn of(key: &str) -> std::io::Result<Self> {
        let nanos = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.subsec_nanos());
        let path = std::env::temp_dir().join(format!("agentgate-key-{}-{nanos}.pub", std::process::id()));
        let mut file = std::fs::File::create_new(&path)?;
        let this = Self(path);
        writeln!(file, "{}", key.trim())?;
        Ok(this)
    }
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        // It holds nothing secret.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// What is inside the armour.
fn binary(armoured: &str) -> Option<Vec<u8>> {
    use base64ct::{Base64, Encoding};
    let inside = armoured.trim().strip_prefix("-----BEGIN SSH SIGNATURE-----")?;
    let inside = inside.strip_suffix("-----END SSH SIGNATURE-----")?;
    let text: String = inside.split_whitespace().collect();
    Base64::decode_vec(&text).ok()
}

fn expanded(key: &str) -> String {
    match (key.strip_prefix("~/"), std::env::var("HOME")) {
        (Some(rest), Ok(home)) => format!("{home}/{rest}"),
        _ => key.to_owned(),
    }
}
