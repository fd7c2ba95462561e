//! Signatures: ours read by `ssh-keygen`, its read by us, and the same answer to what is allowed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use agentgate::record::{AllowedSigners, Envelope, Signer, Trust, ledger};

/// 2026-01-01.
const AT: i64 = 1_767_225_600;

pub struct Keys(tempfile::TempDir);

impl Keys {
    /// `None` where there is no `ssh-keygen`.
    pub fn new() -> Option<Self> {
        let found = Command::new("ssh-keygen").arg("-?").stdin(Stdio::null()).output();
        if found.is_err() {
            println!("not run: there is no ssh-keygen here");
            return None;
        }
        Some(Self(tempfile::tempdir().expect("a folder")))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn ssh_keygen(&self, arguments: &[&str]) {
        let output =
            Command::new("ssh-keygen").args(arguments).current_dir(self.0.path()).stdin(Stdio::null()).output();
        let output = output.expect("it runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    pub fn make(&self, name: &str, kind: &[&str]) -> PathBuf {
        self.ssh_keygen(&[&["-q", "-N", "", "-C", "", "-f", name], kind].concat());
        self.path(name)
    }

    pub fn public(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(&format!("{name}.pub"))).expect("a public key").trim().to_owned()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), content).expect("it is written");
        self.path(name)
    }

    /// What `ssh-keygen -Y verify` says of an envelope's only signature.
    fn accepts(&self, envelope: &Envelope, allowed: &str, identity: &str) -> bool {
        let allowed = self.write("allowed", format!("{allowed}\n"));
        let signature = self.write("message.sig", armoured(&envelope.signatures[0].bytes().expect("base 64")));
        let message = self.write("message", envelope.signed_bytes().expect("base 64"));
        let output = Command::new("ssh-keygen")
            .args(["-Y", "verify", "-n", "agentgate", "-O", "verify-time=20260101000000Z", "-I", identity, "-f"])
            .arg(allowed)
            .arg("-s")
            .arg(signature)
            .stdin(std::fs::File::open(message).expect("it is there"))
            .output();
        output.expect("it runs").status.success()
    }

    /// An envelope that `ssh-keygen` has signed.
    fn signed(&self, key: &Path, namespace: &str) -> Envelope {
        let mut envelope = Envelope::new(b"{}");
        let message = self.write("to-sign", envelope.signed_bytes().expect("base 64"));
        let _ = std::fs::remove_file(self.path("to-sign.sig"));
        let (key, message) = (key.display().to_string(), message.display().to_string());
        self.ssh_keygen(&["-q", "-Y", "sign", "-n", namespace, "-f", &key, &message]);
        let armoured = std::fs::read_to_string(self.path("to-sign.sig")).expect("a signature");
        envelope.sign(String::new(), &binary(&armoured));
        envelope
    }
}

fn armoured(bytes: &[u8]) -> String {
    use base64ct::{Base64, Encoding};
    let text = Base64::encode_string(bytes);
    let lines: Vec<&str> = text.as_bytes().chunks(70).filter_map(|chunk| std::str::from_utf8(chunk).ok()).collect();
    format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", lines.join("\n"))
}

fn binary(armoured: &str) -> Vec<u8> {
    use base64ct::{Base64, Encoding};
    let text: String = armoured.lines().filter(|line| !line.starts_with("-----")).collect();
    Base64::decode_vec(&text).expect("base 64")
}

fn trust(envelope: &Envelope, allowed: &str) -> Trust {
    let signers = AllowedSigners::parse(allowed.as_bytes()).unwrap_or_else(|error| panic!("{allowed}: {error}"));
    ledger::trust(envelope, Some(&signers), AT).expect("an envelope")
}

const KINDS: [(&str, &[&str]); 5] = [
    ("ed25519", &["-t", "ed25519"]),
    ("p256", &["-t", "ecdsa", "-b", "256"]),
    ("p384", &["-t", "ecdsa", "-b", "384"]),
    ("p521", &["-t", "ecdsa", "-b", "521"]),
    ("rsa", &["-t", "rsa", "-b", "2048"]),
];

#[test]
fn ours_are_read_by_ssh_keygen_and_its_by_us() {
    let Some(keys) = Keys::new() else { return };
    for (name, kind) in KINDS {
        let key = keys.make(name, kind);
        let allowed = format!("ada@example.org {}", keys.public(name));
        let mut ours = Envelope::new(b"{\"a\":1}");
        Signer::with_key(&key).sign(&mut ours).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(keys.accepts(&ours, &allowed, "ada@example.org"), "{name}: ssh-keygen reads ours");
        assert_eq!(trust(&ours, &allowed), Trust::Signed("ada@example.org".into()), "{name}");
        assert!(ours.signatures[0].keyid.starts_with("SHA256:"), "{name}");
        let theirs = keys.signed(&key, "agentgate");
        assert_eq!(trust(&theirs, &allowed), Trust::Signed("ada@example.org".into()), "{name}: we read theirs");
    }
}

#[test]
fn a_key_with_a_passphrase_or_in_an_agent_is_left_to_ssh_keygen() {
    let Some(keys) = Keys::new() else { return };
    keys.ssh_keygen(&["-q", "-N", "a passphrase", "-C", "", "-f", "locked", "-t", "ed25519"]);
    let mut envelope = Envelope::new(b"{}");
    let error = Signer::with_key(&keys.path("locked")).sign(&mut envelope).expect_err("nobody knows the passphrase");
    assert!(!error.why.is_empty() && envelope.signatures.is_empty(), "{error}");
    let error = Signer::with_key(&keys.path("nowhere")).sign(&mut envelope).expect_err("there is no key");
    assert!(error.to_string().contains("nowhere"), "{error}");
}

/// The same question to both, line by line.
#[test]
fn what_is_allowed_is_what_ssh_keygen_allows() {
    let Some(keys) = Keys::new() else { return };
    let key = keys.make("ada", &["-t", "ed25519"]);
    keys.make("eve", &["-t", "ed25519"]);
    let envelope = keys.signed(&key, "agentgate");
    let (ada, eve) = (keys.public("ada"), keys.public("eve"));
    for (allowed, expected) in [
        (format!("ada {ada}"), true),
        (format!("ada {eve}"), false),
        (format!("# comment\n\nada {eve}\nada {ada} comment"), true),
        (format!("ada,eve {ada}"), true),
        (format!("a* {ada}"), true),
        (format!("ada namespaces=\"agentgate\" {ada}"), true),
        (format!("ada namespaces=\"git,agent*\" {ada}"), true),
        (format!("ada namespaces=\"git\" {ada}"), false),
        (format!("ada namespaces=\"*,!agentgate\" {ada}"), false),
        (format!("ada valid-after=\"20250101Z\" {ada}"), true),
        (format!("ada valid-after=\"20260102Z\" {ada}"), false),
        (format!("ada valid-before=\"20260102Z\" {ada}"), true),
        (format!("ada valid-before=\"202512310000Z\" {ada}"), false),
        (format!("ada valid-after=\"20251231235959Z\",valid-before=\"20260101000001Z\" {ada}"), true),
        (format!("ada valid-before=\"20251231Z\",namespaces=\"agentgate\" {ada}\nada {ada}"), true),
        (format!("ada cert-authority {ada}"), false),
    ] {
        let ours = matches!(trust(&envelope, &allowed), Trust::Signed(_));
        assert_eq!((ours, keys.accepts(&envelope, &allowed, "ada")), (expected, expected), "{allowed}");
    }
}

#[test]
fn what_was_not_signed_here_is_no_signature() {
    let Some(keys) = Keys::new() else { return };
    let key = keys.make("ada", &["-t", "ed25519"]);
    let allowed = format!("ada {}", keys.public("ada"));
    assert!(matches!(trust(&keys.signed(&key, "git"), &allowed), Trust::Broken(_)), "made for another purpose");
    let good = keys.signed(&key, "agentgate");
    let other = Envelope { payload: Envelope::new(b"{\"other\":1}").payload, ..good.clone() };
    assert!(matches!(trust(&other, &allowed), Trust::Broken(_)), "over other content");
    let other = Envelope { payload_type: "text/plain".into(), ..good.clone() };
    assert!(matches!(trust(&other, &allowed), Trust::Broken(_)), "over another type");
    let bytes = good.signatures[0].bytes().expect("base 64");
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x41;
        let mut envelope = Envelope { signatures: Vec::new(), ..good.clone() };
        envelope.sign(String::new(), &changed);
        let trust = trust(&envelope, &allowed);
        // What is reserved is signed too; nothing of it may change.
        assert!(!matches!(trust, Trust::Signed(_)), "byte {at}: {trust:?}");
        let mut cut = Envelope { signatures: Vec::new(), ..good.clone() };
        cut.sign(String::new(), &bytes[..at]);
        assert!(matches!(ledger::trust(&cut, None, AT), Some(Trust::Broken(_))), "cut at {at}");
    }
}

#[test]
fn a_certificate_counts_where_its_authority_does() {
    let Some(keys) = Keys::new() else { return };
    keys.make("ca", &["-t", "ed25519"]);
    keys.make("other", &["-t", "ed25519"]);
    let key = keys.make("ada", &["-t", "ed25519"]);
    let (ca, other) = (keys.public("ca"), keys.public("other"));
    for (validity, principals, allowed, expected) in [
        ("20250101:20270101", "ada@example.org", format!("*@example.org cert-authority {ca}"), true),
        ("20250101:20270101", "ada@example.org", format!("*@example.org cert-authority {other}"), false),
        ("20250101:20270101", "ada@example.org", format!("*@example.org {ca}"), false),
        ("20250101:20270101", "ada@elsewhere.org", format!("*@example.org cert-authority {ca}"), false),
        ("20240101:20250101", "ada@example.org", format!("*@example.org cert-authority {ca}"), false),
        ("always:forever", "ada@example.org", format!("*@example.org cert-authority {ca}"), true),
    ] {
        keys.ssh_keygen(&["-q", "-s", "ca", "-I", "id", "-n", principals, "-V", validity, "ada.pub"]);
        let envelope = keys.signed(&keys.path("ada-cert.pub"), "agentgate");
        let theirs = keys.accepts(&envelope, &allowed, "ada@example.org");
        let ours = matches!(trust(&envelope, &allowed), Trust::Signed(_));
        assert_eq!((ours, theirs), (expected, expected), "{validity} {principals} {allowed}");
        let mut own = Envelope::new(b"{}");
        Signer::with_key(&key).sign(&mut own).expect("the key is here");
        std::fs::remove_file(keys.path("ada-cert.pub")).expect("it is there");
    }
}
