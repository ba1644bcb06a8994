//! What was found, a line for each part.

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// As it should be.
    Ok,
    /// Works, but not as well as it could.
    Warning,
    /// Does not work.
    Wrong,
}

impl Health {
    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Wrong => "wrong",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What.
    pub part: String,
    /// How it is.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub fix: Option<String>,
}

/// All findings.
#[derive(Debug, Clone, Default)]
pub struct Report(pub Vec<Finding>);

impl Report {
    fn add(&mut self, health: Health, part: &str, found: &str, fix: Option<&str>) {
        let fix = fix.map(str::to_owned);
        self.0.push(Finding { part: part.to_owned(), health, found: found.to_owned(), fix });
    }

    /// All is well.
    pub fn ok(&mut self, part: &str, found: &str) {
        self.add(Health::Ok, part, found, None);
    }

    /// It works, but could be better.
    pub fn warning(&mut self, part: &str, found: &str, fix: &str) {
        self.add(Health::Warning, part, found, Some(fix));
    }

    /// It does not work.
    pub fn wrong(&mut self, part: &str, found: &str, fix: &str) {
        self.add(Health::Wrong, part, found, Some(fix));
    }

    /// How many are so.
    pub fn count(&self, health: Health) -> usize {
        self.0.iter().filter(|finding| finding.health == health).count()
    }

    /// Whether anything is wrong.
    pub fn is_bad(&self) -> bool {
        self.0.iter().any(|finding| finding.health == Health::Wrong)
    }
}
