//! Shapes of well-known tokens and keys, found without a table of secrets.

use super::Hit;

/// A token that begins with fixed letters.
struct Shape {
    prefix: &'static str,
    /// Characters behind the prefix besides letters and digits.
    also: &'static str,
    /// The fewest characters behind the prefix.
    least: usize,
    /// Whether it must hold a capital, a small letter and a digit: prefixes that ordinary words have too.
    mixed: bool,
    what: &'static str,
}

const fn shape(prefix: &'static str, also: &'static str, least: usize, mixed: bool, what: &'static str) -> Shape {
    Shape { prefix, also, least, mixed, what }
}

const SHAPES: [Shape; 19] = [
    shape("ghs_", "._-", 36, false, "a GitHub installation token"),
    shape("ghp_", "", 36, false, "a GitHub token"),
    shape("gho_", "", 36, false, "a GitHub token"),
    shape("ghu_", "", 36, false, "a GitHub token"),
    shape("ghr_", "", 36, false, "a GitHub token"),
    shape("github_pat_", "_", 22, false, "a GitHub token"),
    shape("bko_", "_-", 20, false, "a token of this server"),
    shape("sk-ant-", "_-", 20, false, "an Anthropic key"),
    shape("sk-proj-", "_-", 20, false, "an OpenAI key"),
    shape("sk-or-", "_-", 20, false, "an OpenRouter key"),
    shape("sk-", "_-", 20, true, "a model key"),
    shape("AIza", "_-", 35, false, "a Google key"),
    shape("AKIA", "", 16, false, "an AWS key id"),
    shape("ASIA", "", 16, false, "an AWS key id"),
    shape("glpat-", "_-", 20, false, "a GitLab token"),
    shape("xoxb-", "-", 20, false, "a Slack token"),
    shape("xoxp-", "-", 20, false, "a Slack token"),
    shape("hf_", "", 30, true, "a Hugging Face token"),
    shape("eyJ", "._-", 30, true, "a signed web token"),
];

/// How many bytes of a text's end may be the head of a private key that is not recognisable yet.
const WINDOW: usize = 64;

/// How many starts within one word are tried that turn out to be none: keeps the work linear.
const MAX_TRIES: usize = 64;

const PEM_HEAD: &str = "-----BEGIN ";
const PEM_END: &str = "-----END ";

/// Every shape in `text`, in order, not overlapping.
pub(super) fn shapes(text: &str) -> Vec<Hit> {
    let mut found = Vec::new();
    let (mut at, mut word_end, mut tries) = (0, 0, 0);
    while let Some(start) = next_start(text, at) {
        if start >= word_end {
            (word_end, tries) = (end_of_word(text, start), 0);
        }
        let hit =
            pem(text, start).or_else(|| token(text, start, word_end).filter(Token::is_right).map(|token| token.hit));
        at = hit.as_ref().map_or(start + 1, |hit| hit.range.end);
        tries += usize::from(hit.is_none() && prefix_at(text, start).is_some());
        if hit.is_none() && tries > MAX_TRIES {
            at = at.max(word_end);
        }
        found.extend(hit);
    }
    found
}

/// The first byte of `text` from which on it may be the unfinished start of a shape.
pub(super) fn unfinished(text: &str) -> usize {
    let mut word = text.len() - text.bytes().rev().take_while(|b| is_word(*b)).count();
    let goes_on = |at: usize| token(text, at, text.len()).is_some_and(|token| token.hit.range.end == text.len());
    while word < text.len() && !goes_on(word) {
        word += 1;
    }
    let key = text.rfind(PEM_HEAD).filter(|at| pem(text, *at).is_some_and(|hit| hit.range.end == text.len()));
    let tail = (text.len().saturating_sub(WINDOW)..text.len()).find(|at| text.get(*at..).is_some_and(is_beginning));
    [Some(word), key, tail].into_iter().flatten().min().unwrap_or(text.len())
}

/// Whether `tail` is the beginning of a prefix, or of a private key's first line.
fn is_beginning(tail: &str) -> bool {
    let head = tail.strip_prefix(PEM_HEAD).is_some_and(|label| label.trim_end_matches('-').bytes().all(|b| b != b'-'));
    head || PEM_HEAD.starts_with(tail) || SHAPES.iter().any(|shape| shape.prefix.starts_with(tail))
}

/// The next byte at which a shape may begin.
fn next_start(text: &str, at: usize) -> Option<usize> {
    let first = |b: u8| matches!(b, b'g' | b'b' | b's' | b'A' | b'x' | b'h' | b'e' | b'-');
    text.as_bytes().iter().skip(at).position(|b| first(*b)).map(|n| at + n)
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"._-".contains(&b)
}

fn end_of_word(text: &str, at: usize) -> usize {
    at + text.bytes().skip(at).take_while(|b| is_word(*b)).count()
}

fn prefix_at(text: &str, at: usize) -> Option<&'static Shape> {
    let rest = text.get(at..)?;
    SHAPES.iter().find(|shape| rest.starts_with(shape.prefix))
}

/// What begins like a token.
struct Token<'a> {
    hit: Hit,
    shape: &'static Shape,
    body: &'a str,
}

impl Token<'_> {
    /// Whether it is long and mixed enough to be one.
    fn is_right(&self) -> bool {
        let (body, shape) = (self.body, self.shape);
        let has = |what: fn(&u8) -> bool| body.as_bytes().iter().any(what);
        let mixed = || has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
        let signed = || shape.prefix != "eyJ" || body.split('.').filter(|part| part.len() >= 8).count() >= 3;
        body.len() >= shape.least && (!shape.mixed || mixed()) && signed()
    }
}

/// The text from `at` to the end of its word, if it begins like a token.
fn token(text: &str, at: usize, word_end: usize) -> Option<Token<'_>> {
    let shape = prefix_at(text, at)?;
    let before = at.checked_sub(1).and_then(|n| text.as_bytes().get(n));
    if shape.mixed && before.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_') {
        return None;
    }
    let start = at + shape.prefix.len();
    let body = text.get(start..word_end.max(start))?;
    let ends = |c: char| !c.is_ascii_alphanumeric() && !shape.also.contains(c);
    let body = body.get(..body.find(ends).unwrap_or(body.len()))?;
    Some(Token { hit: Hit { range: at..start + body.len(), what: shape.what }, shape, body })
}

/// A private key in PEM armour: to its end, or to the end of the text when that is missing.
fn pem(text: &str, at: usize) -> Option<Hit> {
    let rest = text.get(at..)?.strip_prefix(PEM_HEAD)?;
    let label = rest.get(..rest.find("-----")?)?;
    if label.len() > 40 || !label.ends_with("PRIVATE KEY") {
        return None;
    }
    let foot = rest.find(PEM_END).map(|n| n + PEM_END.len());
    let end = foot.and_then(|n| rest.get(n..)?.find("-----").map(|m| n + m + 5));
    Some(Hit { range: at..at + PEM_HEAD.len() + end.unwrap_or(rest.len()), what: "a private key" })
}
