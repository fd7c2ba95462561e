//! No token stands here whole: scanners of others read this file too.

use super::*;

/// Text that looks drawn by lot, of an alphabet, the same each time.
fn drawn(alphabet: &str, length: usize) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    let mut state: u64 = 0x9E37_79B9;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        letters[(state >> 33) as usize % letters.len()]
    };
    std::iter::repeat_with(&mut next).take(length).collect()
}

const ANY: &str = "ABDFHJLNPRTVXZbdfhjlnprtvxz024689";
const HEX: &str = "02468bdf9a";
const UPPER: &str = "ABDFHJLNPRTVXZ2467";

fn kinds(text: &str) -> Vec<String> {
    find(text, Care::Assignments).into_iter().map(|it| it.what).collect()
}

#[test]
fn every_row_compiles_and_has_a_place() {
    for row in 0..table::TABLE.len() {
        assert!(pattern(row).is_some(), "{}", table::TABLE[row].pattern);
    }
}

/// A template of `examples.toml` filled in.
fn filled(template: &str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((place, after)) = after.split_once('}').filter(|(place, _)| part(place).is_some()) else {
            text.push('{');
            rest = after;
            continue;
        };
        text.push_str(&part(place).unwrap_or_default());
        rest = after;
    }
    text + rest
}

fn part(place: &str) -> Option<String> {
    if place == "uuid" {
        return Some([8, 4, 4, 4, 12].map(|length| drawn(HEX, length)).join("-"));
    }
    let (kind, length) = place.split_at_checked(1)?;
    let alphabet = match kind {
        "a" => ANY,
        "h" => HEX,
        "w" => "bdfhjlnprtvxz024689",
        "u" => UPPER,
        "l" => "ABDFHJLNPRTVXZbdfhjlnprtvxz",
        "d" => "2468013",
        "b" => "ABDFHJLNPRTVXZbdfhjlnprtvxz024689+/",
        _ => return None,
    };
    Some(drawn(alphabet, length.parse().ok()?))
}

/// Every row finds what its issuer issues, and leaves alone what only resembles it.
#[test]
fn every_row_has_examples_that_hold() {
    #[derive(serde::Deserialize)]
    struct Examples {
        row: Vec<Row>,
    }
    #[derive(serde::Deserialize)]
    struct Row {
        what: String,
        found: Vec<String>,
        silent: Vec<String>,
    }
    let examples: Examples = ::toml::from_str(include_str!("examples.toml")).expect("the file of examples is TOML");
    let mut wrong = Vec::new();
    for row in table::TABLE {
        let own = examples
            .row
            .iter()
            .find(|it| it.what == row.what)
            .filter(|it| !it.found.is_empty() && !it.silent.is_empty());
        let Some(own) = own else {
            wrong.push(format!("{} has no examples", row.what));
            continue;
        };
        let finds = |text: &str| find(text, Care::Forms).iter().any(|it| it.what == row.what);
        wrong.extend(
            own.found
                .iter()
                .map(|it| filled(it))
                .filter(|it| !finds(it))
                .map(|it| format!("{}: missed {it}", row.what)),
        );
        wrong.extend(
            own.silent.iter().map(|it| filled(it)).filter(|it| finds(it)).map(|it| format!("{}: found {it}", row.what)),
        );
    }
    assert_eq!(examples.row.len(), table::TABLE.len(), "as many examples as rows");
    assert_eq!(wrong, [""; 0]);
}

/// A token has one name, however many forms it resembles.
#[test]
fn a_token_is_found_once() {
    let examples: ::toml::Value =
        ::toml::from_str(include_str!("examples.toml")).expect("the file of examples is TOML");
    let mut wrong = Vec::new();
    for row in examples["row"].as_array().expect("rows") {
        for template in row["found"].as_array().expect("templates") {
            let text = filled(template.as_str().expect("a text"));
            let found: Vec<String> = find(&text, Care::Forms).into_iter().map(|it| it.what).collect();
            if found.len() != 1 {
                wrong.push(format!("{text}: {found:?}"));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn a_checksum_tells_an_issued_token_from_an_invented_one() {
    let random = drawn(ANY, 30);
    let digits: Vec<char> = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".chars().collect();
    let mut sum = crc32(random.as_bytes()) as usize;
    let mut checksum = Vec::new();
    for _ in 0..6 {
        checksum.insert(0, digits[sum % 62]);
        sum /= 62;
    }
    let issued = format!("ghp_{random}{}", checksum.iter().collect::<String>());
    let invented = format!("ghp_{}", drawn(ANY, 36));
    let proof = |token: &str| find(token, Care::Forms).first().map(|it| it.proof);
    assert_eq!(proof(&issued), Some(Proof::Checksum));
    assert_eq!(proof(&invented), Some(Proof::None));
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
}

#[test]
fn nothing_of_a_secret_is_shown_but_its_start() {
    let token = format!("sk_live_{}", drawn(ANY, 24));
    let found = find(&format!("key = \"{token}\""), Care::Forms);
    assert_eq!(found[0].shown, "key = \"sk_l…(32 characters)\"");
    assert!(!format!("{:?}", found[0]).contains(&token));
}

#[test]
fn private_keys_with_something_inside() {
    let begin = "-----BEGIN RSA PRIVATE KEY-----";
    assert_eq!(kinds(&format!("{begin}\n{}\n", drawn(ANY, 64))), ["private key"]);
    assert_eq!(kinds(&format!("key: \"{begin}\\n{}\\n\"", drawn(ANY, 64))), ["private key"]);
    assert!(kinds(&format!("if text.contains(\"{begin}\") {{\n    return Err(Error::PrivateKey);\n}}")).is_empty());
    assert!(kinds("-----BEGIN PUBLIC KEY-----\n").is_empty());
}

#[test]
fn passwords_in_addresses() {
    let password = drawn(ANY, 12);
    assert_eq!(kinds(&format!("postgres://app:{password}@db.company.io/x")), ["password in an address"]);
    for text in [
        "postgres://postgres:postgres@localhost:5432/x".to_owned(),
        "postgres://user:password@db.company.io/x".to_owned(),
        format!("postgres://app:{password}@db/x"),
        format!("https://user:{password}@example.com"),
        "https://user:${TOKEN}@github.com/x".to_owned(),
        "redis://:$REDIS_PASSWORD@cache.company.io".to_owned(),
    ] {
        assert!(kinds(&text).is_empty(), "{text}");
    }
}

#[test]
fn values_of_telling_names() {
    let value = drawn(ANY, 32);
    assert_eq!(kinds(&format!("API_KEY = \"{value}\"")), ["value of `API_KEY`"]);
    assert_eq!(kinds(&format!("client-secret: {value}")), ["value of `client-secret`"]);
    for text in [
        "api_key = os.environ[\"API_KEY_FOR_SERVICE_1\"]".to_owned(),
        "token: ${{ secrets.DEPLOY_TOKEN_2024 }}".to_owned(),
        "password = \"correct-horse-battery-staple-1\"".to_owned(),
        "token = generate_token_for(user1)".to_owned(),
        format!("token_url = \"{value}\""),
        "secret = \"your-secret-key-12345\"".to_owned(),
        "api_key = \"abcdefghijklmnopqrstuvwxyz123456\"".to_owned(),
        "const tokenType = parser.currentToken2.kind3".to_owned(),
        format!("integrity sha512-{value}"),
        "secretName: my-app-secret-v2-production".to_owned(),
    ] {
        assert!(kinds(&text).is_empty(), "{text}: {:?}", kinds(&text));
    }
}

#[test]
fn published_examples_are_no_secrets() {
    for text in [
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "sk_live_0123456789abcdef01234567",
        "AIzaSyXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
    ] {
        assert!(kinds(text).is_empty(), "{text}");
    }
}
