//! Server-sent events: the same events at any chunking, with CR, LF or CRLF, and with a bound on every line.

/// One event; comments, ids and retry hints are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SseEvent {
    /// The `event` field, often empty.
    pub(super) name: String,
    /// The `data` lines joined by newlines.
    pub(super) data: String,
}

/// A line, or the data of one event, is longer than the cap.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// Turns bytes into events.
#[derive(Debug)]
pub(super) struct SseReader {
    line: Vec<u8>,
    name: String,
    data: Option<String>,
    after_cr: bool,
    at_start: bool,
    known: bool,
    cap: usize,
}

impl SseReader {
    /// `cap` bounds a line and the data of an event, in bytes.
    pub(super) fn new(cap: usize) -> Self {
        Self { line: Vec::new(), name: String::new(), data: None, after_cr: false, at_start: true, known: false, cap }
    }

    /// Takes the next bytes, gives the events that they complete.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<SseEvent>, TooLong> {
        let mut events = Vec::new();
        let mut rest = bytes;
        // A CR ended the line; the LF of the same CRLF may come in a later chunk.
        if self.after_cr && !rest.is_empty() {
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            self.after_cr = false;
        }
        while let Some(end) = rest.iter().position(|b| matches!(b, b'\n' | b'\r')) {
            let (line, tail) = rest.split_at(end);
            self.add(line)?;
            events.extend(self.end_line()?);
            rest = match tail {
                [b'\r'] => {
                    self.after_cr = true;
                    &[]
                }
                [b'\r', b'\n', tail @ ..] | [_, tail @ ..] => tail,
                [] => &[],
            };
        }
        self.add(rest)?;
        Ok(events)
    }

    /// The body ended: gives an event that lacks only its blank line, as some servers leave it out.
    pub(super) fn end(&mut self) -> Result<Option<SseEvent>, TooLong> {
        let last = self.end_line()?;
        Ok(last.or_else(|| self.dispatch()))
    }

    /// Any line so far was one of an event stream.
    pub(super) fn is_event_stream(&self) -> bool {
        self.known
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        if self.line.len() + bytes.len() > self.cap {
            return Err(TooLong);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self) -> Result<Option<SseEvent>, TooLong> {
        let bytes = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&bytes);
        let line = if std::mem::take(&mut self.at_start) { line.trim_start_matches('\u{feff}') } else { &line };
        if line.is_empty() {
            return Ok(self.dispatch());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        self.known |= matches!(field, "" | "event" | "data" | "id" | "retry");
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => self.add_data(value)?,
            _ => {}
        }
        Ok(None)
    }

    fn add_data(&mut self, value: &str) -> Result<(), TooLong> {
        let so_far = self.data.as_ref().map_or(0, |data| data.len() + 1);
        if so_far + value.len() > self.cap {
            return Err(TooLong);
        }
        match &mut self.data {
            Some(data) => {
                data.push('\n');
                data.push_str(value);
            }
            None => self.data = Some(value.to_owned()),
        }
        Ok(())
    }

    fn dispatch(&mut self) -> Option<SseEvent> {
        let name = std::mem::take(&mut self.name);
        self.data.take().map(|data| SseEvent { name, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(chunks: &[&[u8]]) -> Vec<SseEvent> {
        let mut reader = SseReader::new(1_000);
        let mut events: Vec<_> = chunks.iter().flat_map(|chunk| reader.push(chunk).unwrap()).collect();
        events.extend(reader.end().unwrap());
        events
    }

    fn event(name: &str, data: &str) -> SseEvent {
        SseEvent { name: name.into(), data: data.into() }
    }

    #[test]
    fn reads_fields_as_the_standard_says() {
        let text =
            "\u{feff}data: a\n\n: ping\n\nevent: x\ndata:b\ndata:  c\nid: 7\n\nevent: alone\n\ndata\n\ndata: last";
        let expected = [event("", "a"), event("x", "b\n c"), event("", ""), event("", "last")];
        assert_eq!(read(&[text.as_bytes()]), expected);
    }

    #[test]
    fn f090_a_line_and_an_events_data_have_a_cap() {
        assert_eq!(SseReader::new(10).push(b"data: 123456"), Err(TooLong));
        let mut reader = SseReader::new(10);
        assert_eq!(reader.push(b"data: 1234"), Ok(vec![]));
        assert_eq!(reader.push(b"5"), Err(TooLong));
        let mut reader = SseReader::new(10);
        assert_eq!(reader.push(b"data:12345\ndata:12345\n"), Err(TooLong));
    }

    proptest! {
        #[test]
        fn events_do_not_depend_on_chunks_or_line_ends(
            lines in prop::collection::vec("(data: ?|event: ?|: |id: |)[a-zé✓ ]{0,6}", 0..20),
            ends in prop::collection::vec(prop::sample::select(vec!["\n", "\r", "\r\n"]), 20),
            cuts in prop::collection::vec(0_usize..400, 0..12),
        ) {
            let plain = lines.join("\n") + "\n";
            // A lone CR before an empty LF-ended line would be one CRLF, so line ends are uniform.
            let end = ends[0];
            let mixed = lines.join(end) + end;
            let bytes = mixed.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|w| &bytes[w[0]..w[1]]).collect();
            prop_assert_eq!(read(&chunks), read(&[plain.as_bytes()]));
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0_usize..200) {
            let (a, b) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(read(&[a, b]), read(&[&bytes]));
        }
    }
}
