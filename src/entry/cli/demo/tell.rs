//! How the story is told in the terminal: a line a step, with the time since the start.

use std::io::{IsTerminal as _, Write as _};
use std::time::Instant;

/// The narrator.
pub struct Teller {
    start: Instant,
    color: bool,
}

/// Who a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The stand-ins and the machine.
    Stage,
    /// A person.
    Person,
    /// The bot.
    Bot,
}

impl Who {
    fn name(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::Person => "maria",
            Self::Bot => "bakeoff",
        }
    }

    fn color(self) -> &'static str {
        match self {
            Self::Stage => "2",
            Self::Person => "36",
            Self::Bot => "32",
        }
    }
}

impl Teller {
    /// Starts the clock; colours only on a terminal that wants them.
    pub fn new() -> Self {
        let color = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { start: Instant::now(), color }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn line(line: &str) {
        // A reader who went away (a closed pipe) is no reason to fail.
        drop(writeln!(std::io::stdout(), "{line}"));
    }

    /// A heading.
    pub fn chapter(&self, text: &str) {
        Self::line(&format!("\n{}", self.paint("1", text)));
    }

    /// A step.
    pub fn step(&self, who: Who, text: &str) {
        let time = format!("{:>6.2} s", self.start.elapsed().as_secs_f32());
        let name = format!("{:<8}", who.name());
        Self::line(&format!("{}  {} {text}", self.paint("2", &time), self.paint(who.color(), &name)));
    }

    /// Something below a step: a link, a quotation, a row.
    #[expect(clippy::unused_self, reason = "a line of this narrator's story")]
    pub fn below(&self, text: &str) {
        for line in text.lines() {
            Self::line(&format!("                    {line}"));
        }
    }

    /// A link below a step.
    pub fn link(&self, url: &str) {
        self.below(&self.paint("4", url));
    }
}
