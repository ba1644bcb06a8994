//! Pkt-lines, taken strictly: four hexadecimal digits of length, then the bytes.

use bytes::{Buf, Bytes, BytesMut};

use super::GitError;

/// Longest packet, its four digits included (git's `LARGE_PACKET_MAX`).
const MAX_PACKET: usize = 65_520;

/// One packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pkt {
    /// A line or a piece of a stream.
    Data(Bytes),
    /// `0000`: end of a message.
    Flush,
    /// `0001`: end of a section.
    Delim,
    /// `0002`: end of an answer.
    End,
}

impl Pkt {
    /// A data packet's text without its line end; `None` for the others and for what is not UTF-8.
    pub(super) fn line(&self) -> Option<&str> {
        let Self::Data(bytes) = self else { return None };
        let text = std::str::from_utf8(bytes).ok()?;
        Some(text.strip_suffix('\n').unwrap_or(text))
    }
}

/// Bytes as they arrive, packets as they are whole.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    buffer: BytesMut,
}

impl Decoder {
    /// Adds bytes that arrived.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether no half packet is left over.
    pub(super) fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// The next whole packet, when there is one.
    pub(super) fn next(&mut self) -> Result<Option<Pkt>, GitError> {
        let Some(digits) = self.buffer.first_chunk::<4>() else { return Ok(None) };
        let length = parse_length(*digits).ok_or(GitError::Protocol("a packet length is not a number"))?;
        match length {
            0..=2 => {
                self.buffer.advance(4);
                Ok(Some([Pkt::Flush, Pkt::Delim, Pkt::End].into_iter().nth(length).unwrap_or(Pkt::Flush)))
            }
            4..=MAX_PACKET if self.buffer.len() < length => Ok(None),
            4..=MAX_PACKET => {
                self.buffer.advance(4);
                Ok(Some(Pkt::Data(self.buffer.split_to(length - 4).freeze())))
            }
            _ => Err(GitError::Protocol("a packet length is out of range")),
        }
    }
}

fn parse_length(digits: [u8; 4]) -> Option<usize> {
    let mut length = 0;
    for digit in digits {
        length = length * 16 + char::from(digit).to_digit(16)? as usize;
    }
    Some(length)
}

/// A request under construction.
#[derive(Debug, Default)]
pub(super) struct Encoder(Vec<u8>);

impl Encoder {
    /// Adds one data packet; a line longer than a packet may be is cut, which no caller reaches.
    pub(super) fn data(&mut self, bytes: &[u8]) -> &mut Self {
        let bytes = bytes.get(..MAX_PACKET - 4).unwrap_or(bytes);
        self.0.extend_from_slice(format!("{:04x}", bytes.len() + 4).as_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    /// Adds one line with its line end.
    pub(super) fn line(&mut self, text: &str) -> &mut Self {
        self.data(format!("{text}\n").as_bytes())
    }

    /// Adds `0001`.
    pub(super) fn delim(&mut self) -> &mut Self {
        self.0.extend_from_slice(b"0001");
        self
    }

    /// Adds `0000` and gives what was built.
    pub(super) fn flush(&mut self) -> Vec<u8> {
        self.0.extend_from_slice(b"0000");
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(chunks: &[&[u8]]) -> Result<Vec<Pkt>, GitError> {
        let mut decoder = Decoder::default();
        let mut packets = Vec::new();
        for chunk in chunks {
            decoder.push(chunk);
            while let Some(packet) = decoder.next()? {
                packets.push(packet);
            }
        }
        assert!(decoder.is_empty(), "a half packet is left");
        Ok(packets)
    }

    #[test]
    fn lengths_are_taken_strictly() {
        assert_eq!(all(&[b"0009hello", b"00000001", b"0002", b"0004"]).unwrap().len(), 5);
        for bad in [&b"000zab"[..], b"0003", b"fff1", b"ffff", b"+004", b" 004", b"-001", b"0x04"] {
            assert!(matches!(all(&[bad]), Err(GitError::Protocol(_))), "{}", String::from_utf8_lossy(bad));
        }
        assert_eq!(parse_length(*b"FFF0"), Some(MAX_PACKET));
    }

    #[test]
    fn lines_lose_one_line_end() {
        assert_eq!(Pkt::Data(Bytes::from_static(b"ok\n")).line(), Some("ok"));
        assert_eq!(Pkt::Data(Bytes::from_static(b"ok")).line(), Some("ok"));
        assert_eq!(Pkt::Data(Bytes::from_static(b"\xff")).line(), None);
        assert_eq!(Pkt::Flush.line(), None);
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_packets(
            lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..12),
            size in 1usize..40,
        ) {
            let mut encoder = Encoder::default();
            for line in &lines {
                encoder.data(line);
            }
            let bytes = encoder.delim().flush();
            let chunks: Vec<&[u8]> = bytes.chunks(size).collect();
            let packets = all(&chunks).unwrap();
            let mut expected: Vec<Pkt> = lines.into_iter().map(|l| Pkt::Data(l.into())).collect();
            expected.extend([Pkt::Delim, Pkt::Flush]);
            prop_assert_eq!(packets, expected);
        }
    }
}
