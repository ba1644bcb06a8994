//! Tags as bytes, for the cache. Read back with care: what lies on a disk may be anything.

use super::{Definition, Kind, Tags};

/// The bytes of `tags`.
pub fn encode(tags: &Tags<'_>) -> Vec<u8> {
    let mut out = vec![u8::from(tags.cut)];
    put_count(&mut out, tags.definitions.len());
    for one in &tags.definitions {
        out.push(one.kind as u8);
        [one.line, one.first, one.last].iter().for_each(|line| put_number(&mut out, *line));
        put_name(&mut out, one.name);
    }
    put_count(&mut out, tags.references.len());
    for (name, count) in &tags.references {
        put_number(&mut out, *count);
        put_name(&mut out, name);
    }
    out
}

/// What [`encode`] wrote, or nothing.
pub fn decode(bytes: &[u8]) -> Option<Tags<'_>> {
    let mut rest = bytes;
    let cut = take_byte(&mut rest)? != 0;
    let mut definitions = Vec::new();
    for _ in 0..take_number(&mut rest)? {
        let kind = kind(take_byte(&mut rest)?)?;
        let (line, first, last) = (take_number(&mut rest)?, take_number(&mut rest)?, take_number(&mut rest)?);
        definitions.push(Definition { line, name: take_name(&mut rest)?, kind, first, last });
    }
    let mut references = Vec::new();
    for _ in 0..take_number(&mut rest)? {
        let count = take_number(&mut rest)?;
        references.push((take_name(&mut rest)?, count));
    }
    rest.is_empty().then_some(Tags { definitions, references, cut })
}

fn kind(byte: u8) -> Option<Kind> {
    [Kind::Function, Kind::Type, Kind::Constant, Kind::Module, Kind::Macro].into_iter().find(|k| *k as u8 == byte)
}

fn put_count(out: &mut Vec<u8>, count: usize) {
    put_number(out, u32::try_from(count).unwrap_or(u32::MAX));
}

/// Seven bits a byte, the lowest first.
fn put_number(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push((number & 0x7f) as u8);
}

fn put_name(out: &mut Vec<u8>, name: &str) {
    put_count(out, name.len());
    out.extend_from_slice(name.as_bytes());
}

fn take_byte(rest: &mut &[u8]) -> Option<u8> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    Some(*first)
}

fn take_number(rest: &mut &[u8]) -> Option<u32> {
    let mut number = 0u32;
    for shift in [0, 7, 14, 21, 28] {
        let byte = take_byte(rest)?;
        number |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn take_name<'b>(rest: &mut &'b [u8]) -> Option<&'b str> {
    let len = take_number(rest)? as usize;
    let (name, after) = rest.split_at_checked(len)?;
    *rest = after;
    std::str::from_utf8(name).ok()
}
