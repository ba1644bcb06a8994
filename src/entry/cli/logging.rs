//! Logs to stderr, as text or JSON; `RUST_LOG` says how much. Every line passes the scan for secrets (M33).

use std::io::{self, IsTerminal as _, Write};

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::engine::render::redact::Secrets;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts logging; `usual` is the level without `RUST_LOG`, `secrets` what must not stand in a line.
pub fn start(format: LogFormat, usual: &str, secrets: &Secrets) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    let writer = Redacting { secrets: secrets.clone(), to: io::stderr };
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false);
    let started = match format {
        LogFormat::Text => logs.try_init(),
        LogFormat::Json => logs.json().try_init(),
    };
    // Somebody else's subscriber is as good.
    drop(started);
    log_panics();
}

/// A panic is a line of the log like any other.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(panic.place = place, panic.message = panic.payload_as_str(), "a bug: something panicked");
    }));
}

/// Makes writers that redact.
#[derive(Debug, Clone)]
struct Redacting<F> {
    secrets: Secrets,
    to: F,
}

/// One event's line. It is scanned whole, however many pieces it comes in, when it is complete.
struct LineWriter<W: Write> {
    secrets: Secrets,
    line: Vec<u8>,
    to: W,
}

impl<'a, W: Write + 'a, F: Fn() -> W> MakeWriter<'a> for Redacting<F> {
    type Writer = LineWriter<W>;

    fn make_writer(&'a self) -> Self::Writer {
        LineWriter { secrets: self.secrets.clone(), line: Vec::new(), to: (self.to)() }
    }
}

impl<W: Write> Write for LineWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        self.to.write_all(self.secrets.redact(&String::from_utf8_lossy(&line)).as_bytes())?;
        self.to.flush()
    }
}

impl<W: Write> Drop for LineWriter<W> {
    fn drop(&mut self) {
        // There is nowhere to tell that the log cannot be written.
        drop(self.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn m33_no_secret_in_any_log_line() {
        let (sink, secrets) = (Sink::default(), Secrets::new());
        let to = sink.clone();
        let writer = Redacting { secrets: secrets.clone(), to: move || to.clone() };
        let logs = tracing_subscriber::fmt().json().with_writer(writer).finish();
        tracing::subscriber::with_default(logs, || {
            // Made known after logging began, as the settings are.
            secrets.register("hunter2-canary-0123456789");
            tracing::info!(url = "postgres://x:hunter2-canary-0123456789@db", "connect");
            tracing::info!("token ghp_0123456789abcdefghijklmnopqrstuvwxyz");
        });
        let written = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        assert_eq!(written.lines().count(), 2, "{written}");
        assert!(!written.contains("hunter2") && !written.contains("ghp_0123"), "{written}");
        assert!(written.contains("connect") && written.contains("[redacted]"), "{written}");
    }

    #[test]
    fn m33_a_panic_tells_no_secret() {
        let (sink, secrets) = (Sink::default(), Secrets::new());
        let to = sink.clone();
        secrets.register("hunter2-canary-0123456789");
        let writer = Redacting { secrets, to: move || to.clone() };
        let logs = tracing_subscriber::fmt().json().with_writer(writer).finish();
        tracing::subscriber::with_default(logs, || {
            let usual = std::panic::take_hook();
            log_panics();
            let panicked = std::panic::catch_unwind(|| panic!("cannot open hunter2-canary-0123456789"));
            std::panic::set_hook(usual);
            assert!(panicked.is_err());
        });
        let written = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        assert!(written.contains("cannot open [redacted]") && !written.contains("hunter2"), "{written}");
    }
}
