//! I5: looks for secrets in texts, in whatever spelling, by rules of its own (not the product's scan).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Letters and digits alone, in lower case: what separators, escapes and case cannot hide.
fn bare(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The spellings of one secret: plain, backwards, hex (percent-encoding too, once bare), base64 at each offset.
fn spellings(secret: &str) -> Vec<String> {
    let hex = secret.bytes().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").unwrap();
        out
    });
    let base64 = (0..3).map(|offset| {
        let whole = STANDARD_NO_PAD.encode([&b"xxx"[..offset], secret.as_bytes()].concat());
        // The first and last characters also hold bits of the neighbours.
        bare(&whole[4..whole.len() - 3])
    });
    let plain = bare(secret);
    let backwards = plain.chars().rev().collect();
    [plain, backwards, hex].into_iter().chain(base64).collect()
}

/// Secrets to look for.
pub struct Canaries(Vec<(String, String)>);

impl Canaries {
    /// Of these secrets; long ones (keys of many lines) by three of their lines.
    pub fn new(secrets: &[String]) -> Self {
        let lines =
            secrets.iter().flat_map(|secret| secret.lines().filter(|l| l.len() >= 12 && !l.starts_with("--")).take(3));
        Self(lines.flat_map(|line| spellings(line).into_iter().map(|s| (line.to_owned(), s))).collect())
    }

    /// Fails when one stands in `text`.
    #[track_caller]
    pub fn check(&self, place: &str, text: &str) {
        let found = bare(text);
        for (secret, spelling) in &self.0 {
            assert!(!found.contains(spelling), "I5: {}… stands in {place} as {spelling}", &secret[..6]);
        }
        assert!(!text.contains("ghs_"), "I5: an installation token stands in {place}");
    }
}

#[test]
fn i5_a_secret_is_found_in_every_spelling() {
    let secret = "sk-canary/0123456789+abcdef";
    let canaries = Canaries::new(&[secret.to_owned()]);
    let hex: String = secret.bytes().map(|b| format!("{b:02X}")).collect();
    let percent: String = secret.bytes().map(|b| format!("%{b:02x}")).collect();
    let dashed: String = secret.chars().flat_map(|c| [c, '-']).collect();
    let backwards: String = secret.chars().rev().collect();
    let base64 = STANDARD_NO_PAD.encode(format!("user:{secret}@host"));
    for spelt in [secret.to_owned(), hex, percent, dashed, backwards, base64] {
        let found = std::panic::catch_unwind(|| canaries.check("a test", &format!("before {spelt} after")));
        assert!(found.is_err(), "{spelt} was not found");
    }
    canaries.check("a test", "sk-canary/01234567 +abcdef");
}
