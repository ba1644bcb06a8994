//! M33: no secret leaves, in any spelling, at any chunking.

use bakeoff::engine::render::redact::{REDACTED, RedactingStream, Secrets};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const SECRET: &str = "wh/sec+Zr3tK9=pLq8Xv";

fn secrets() -> Secrets {
    let secrets = Secrets::new();
    assert!(secrets.register(SECRET));
    secrets
}

/// `SECRET` as a leak could spell it.
fn spellings() -> Vec<String> {
    let mut all = vec![
        SECRET.to_owned(),
        SECRET.chars().rev().collect(),
        hex::encode(SECRET),
        hex::encode_upper(SECRET),
        percent_encoding::utf8_percent_encode(SECRET, percent_encoding::NON_ALPHANUMERIC).to_string(),
        "wh%2fsec%2bZr3tK9%3dpLq8Xv".into(),
        "wh/sec+Zr3\ntK9=pLq8Xv".into(),
        "wh/sec+Zr3 tK9=pLq8Xv".into(),
        "w-h-/-s-e-c-+-Z-r-3-t-K-9-=-p-L-q-8-X-v".into(),
        "wh/sec+Zr\u{200B}3tK9=pLq8Xv".into(),
        "wh\\/sec+Zr3tK9=pLq8Xv".into(),
        "\"wh/sec+Zr3\" + \"tK9=pLq8Xv\"".replace("\" + \"", "\"+\""),
    ];
    for lead in ["", "x", "xy"] {
        all.push(STANDARD.encode(format!("{lead}{SECRET} and more")));
        all.push(URL_SAFE_NO_PAD.encode(format!("{lead}{SECRET}{lead}")));
    }
    all
}

/// Whether any long part of the secret is left, whatever stands between its characters.
fn leaks(text: &str) -> bool {
    let letters = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let (text, secret) = (letters(text), letters(SECRET));
    let reversed: String = secret.chars().rev().collect();
    [secret, reversed, hex::encode(SECRET)].iter().any(|s| text.to_lowercase().contains(&s.to_lowercase()))
}

#[test]
fn m33_known_secrets_go_in_every_spelling() {
    let secrets = secrets();
    for spelling in spellings() {
        for text in [spelling.clone(), format!("key: {spelling}, next"), format!("日本{spelling}語")] {
            let redacted = secrets.redact(&text);
            assert!(redacted.contains(REDACTED) && !leaks(&redacted), "{text:?} → {redacted:?}");
            assert!(secrets.find(&text).is_some(), "{text:?}");
        }
    }
    assert_eq!(secrets.redact(&format!("a {SECRET} b")), format!("a {REDACTED} b"));
}

#[test]
fn m33_shapes_of_tokens_go_without_being_known() {
    let secrets = Secrets::new();
    let long = "aB3".repeat(20);
    let pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----";
    for (token, what) in [
        (format!("ghs_{long}"), "a GitHub installation token"),
        (format!("ghs_{long}.{long}-{long}_x"), "a GitHub installation token"),
        (format!("ghp_{}", "a".repeat(36)), "a GitHub token"),
        (format!("github_pat_{long}"), "a GitHub token"),
        (format!("sk-ant-api03-{long}"), "an Anthropic key"),
        (format!("sk-proj-{long}"), "an OpenAI key"),
        (format!("sk-{long}"), "a model key"),
        (format!("AIza{}", "a".repeat(35)), "a Google key"),
        ("AKIAIOSFODNN7EXAMPLE".to_owned(), "an AWS key id"),
        (format!("bko_{long}"), "a token of this server"),
        (format!("eyJ{long}.eyJ{long}.{long}"), "a signed web token"),
        (pem.to_owned(), "a private key"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE and no end".to_owned(), "a private key"),
    ] {
        for text in [format!("see {token}"), format!("url=https://x:{token}@h/"), format!("\"{token}\"")] {
            let hit = secrets.find(&text);
            assert_eq!(hit.map(|hit| hit.what), Some(what), "{text}");
            assert!(!secrets.redact(&text).contains(&token), "{text}");
        }
    }
    for fine in [
        "task-force-of-many-people-who-work",
        "sk-fading-circle-of-many-dots",
        "ghs_short",
        "AKIA",
        "eyJustSomeWordThatIsLongEnoughToBe",
        "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
        "0123456789abcdef0123456789abcdef01234567",
    ] {
        assert_eq!(secrets.find(fine), None, "{fine}");
        assert_eq!(secrets.redact(fine), fine);
    }
}

#[test]
fn a_short_secret_is_not_taken_and_a_key_counts_line_by_line() {
    let secrets = Secrets::new();
    assert!(!secrets.register("abc") && !secrets.register("a-b-c-d-e"));
    let line = "MIIEpAIBAAKCAQEA7Zq1x9";
    assert!(secrets.register(&format!("-----BEGIN X-----\n{line}\nhLh3k2jjs8dj2jd9sk2\n-----END X-----\n")));
    assert!(secrets.find(&format!("only {line} leaked")).is_some());
    assert!(!format!("{secrets:?}").contains("MII"));
}

/// What this thread has had of a processor.
fn processor_seconds() -> i64 {
    rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime).tv_sec
}

#[test]
fn a_mebibyte_is_scanned_in_linear_time() {
    let secrets = secrets();
    for piece in
        ["sk-", "eyJ.", "eyJ", "ghp_", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "wh/sec+Z", "a", "ghs_", "sk-aB3 "]
    {
        let text = piece.repeat((1 << 20) / piece.len());
        let begun = processor_seconds();
        let _ = secrets.redact(&text);
        // In the square of the length it would take hours; a busy machine does not count.
        let taken = processor_seconds() - begun;
        assert!(taken < 60, "{piece:?} took {taken} s of a processor");
    }
}

#[test]
fn a_key_without_end_is_dropped_to_its_end() {
    let mut stream = RedactingStream::new(Secrets::new());
    let mut out = stream.push("before -----BEGIN PRIVATE KEY-----\n");
    for _ in 0..400 {
        out.push_str(&stream.push(&"MIIEpAIBAAKC\n".repeat(100)));
    }
    out.push_str(&stream.push("MIIE\n-----END PRIVATE KEY----- after"));
    out.push_str(&stream.finish());
    assert!(out.starts_with(&format!("before {REDACTED}")) && out.ends_with("after") && !out.contains("MII"), "{out}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(9), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn m33_no_secret_survives_any_chunking(
        pick in 0_usize..18,
        before in "[a-z ./-]{0,20}",
        after in "[ -~]{0,20}",
        cuts in proptest::collection::vec(0_usize..200, 0..12),
    ) {
        let all = spellings();
        let token = format!("sk-ant-{}", "aB3".repeat(12));
        let text = format!("{before}{} {token} {after}", all[pick % all.len()]);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|n| n % (text.len() + 1)).filter(|n| text.is_char_boundary(*n)).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        let mut stream = RedactingStream::new(secrets());
        let mut out = String::new();
        for pair in cuts.windows(2) {
            out.push_str(&stream.push(&text[pair[0]..pair[1]]));
        }
        out.push_str(&stream.finish());
        prop_assert!(!leaks(&out) && !out.contains(&token), "{} → {}", text, out);
        prop_assert_eq!(out, secrets().redact(&text).into_owned(), "{}", text);
    }

    #[test]
    fn text_without_a_secret_leaves_as_it_is(text in any::<String>(), cut in 0_usize..99) {
        let cut = (0..=cut.min(text.len())).rev().find(|n| text.is_char_boundary(*n)).unwrap_or(0);
        let mut stream = RedactingStream::new(secrets());
        let out = stream.push(&text[..cut]) + &stream.push(&text[cut..]) + &stream.finish();
        prop_assert_eq!(out, text);
    }
}
