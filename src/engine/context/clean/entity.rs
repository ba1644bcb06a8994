//! Character references: `&#64;`, `&#x40;` and the names that could spell markup or nothing.

/// Names whose characters are markup or cannot be seen; other names stay as they are written.
const NAMES: [(&str, &str); 34] = [
    ("lt", "<"),
    ("LT", "<"),
    ("gt", ">"),
    ("GT", ">"),
    ("amp", "&"),
    ("AMP", "&"),
    ("quot", "\""),
    ("QUOT", "\""),
    ("apos", "'"),
    ("excl", "!"),
    ("num", "#"),
    ("lpar", "("),
    ("rpar", ")"),
    ("lsqb", "["),
    ("lbrack", "["),
    ("rsqb", "]"),
    ("rbrack", "]"),
    ("commat", "@"),
    ("colon", ":"),
    ("sol", "/"),
    ("bsol", "\\"),
    ("grave", "`"),
    ("equals", "="),
    ("hyphen", "-"),
    ("dash", "-"),
    ("nbsp", " "),
    ("NonBreakingSpace", " "),
    ("Tab", "\t"),
    ("NewLine", "\n"),
    ("shy", "\u{AD}"),
    ("zwj", "\u{200D}"),
    ("zwnj", "\u{200C}"),
    ("lrm", "\u{200E}"),
    ("rlm", "\u{200F}"),
];

/// More names of characters without width.
const NOTHING: [&str; 10] = [
    "ZeroWidthSpace",
    "NegativeVeryThinSpace",
    "NegativeThinSpace",
    "NegativeMediumSpace",
    "NegativeThickSpace",
    "NoBreak",
    "InvisibleTimes",
    "InvisibleComma",
    "ApplyFunction",
    "af",
];

/// `text` with its character references replaced by what they stand for.
pub(super) fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        let (decoded, length) = reference(rest).unwrap_or_else(|| ("&".into(), 1));
        out.push_str(&decoded);
        rest = rest.get(length..).unwrap_or_default();
    }
    out + rest
}

/// The reference that `text` begins with, and its length; the `;` may be missing after digits, as browsers allow.
fn reference(text: &str) -> Option<(String, usize)> {
    let inside = text.get(1..)?;
    if let Some(number) = inside.strip_prefix('#') {
        return numeric(number).map(|(c, length)| (c.to_string(), 2 + length));
    }
    let length = inside.bytes().take(40).take_while(u8::is_ascii_alphanumeric).count();
    let name = inside.get(..length)?;
    let end = 1 + length + usize::from(inside.get(length..)?.starts_with(';'));
    let closed = end == length + 2;
    let known = NAMES.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
    let nothing = || NOTHING.contains(&name).then(|| "\u{200B}".to_owned());
    known.or_else(nothing).filter(|_| closed).map(|text| (text, end))
}

fn numeric(number: &str) -> Option<(char, usize)> {
    let hex = number.starts_with(['x', 'X']);
    let digits = number.get(usize::from(hex)..)?;
    let length = digits.bytes().take_while(|b| if hex { b.is_ascii_hexdigit() } else { b.is_ascii_digit() }).count();
    let significant = digits.get(..length).filter(|digits| !digits.is_empty())?.trim_start_matches('0');
    let value = u32::from_str_radix(if significant.is_empty() { "0" } else { significant }, if hex { 16 } else { 10 });
    let c = value.ok().and_then(char::from_u32).filter(|c| *c != '\0').unwrap_or('\u{FFFD}');
    let closed = usize::from(digits.get(length..)?.starts_with(';'));
    Some((c, usize::from(hex) + length + closed))
}
