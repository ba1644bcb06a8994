//! What somebody typed into a form, and what is wrong with it: shown again beside the fields, but never a secret.

use url::form_urlencoded;

use crate::domain::money::UsdMicros;

/// The fields of a form.
#[derive(Debug, Default)]
pub(super) struct Typed {
    values: Vec<(String, String)>,
    wrong: Vec<(String, String)>,
}

impl Typed {
    /// What a browser sent.
    pub(super) fn read(body: &[u8]) -> Self {
        let values =
            form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        Self { values, wrong: Vec::new() }
    }

    /// What stands in a form before anybody typed.
    pub(super) fn of(values: &[(&str, String)]) -> Self {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Self { values, wrong: Vec::new() }
    }

    /// A field as it was typed, without the space around it; empty when it is missing.
    pub(super) fn text(&self, name: &str) -> &str {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim()).unwrap_or_default()
    }

    /// The same; `None` when it is empty.
    pub(super) fn given(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Whether a box is ticked.
    pub(super) fn on(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// Whether one of several boxes of a name is ticked.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.values.iter().any(|(known, given)| known == name && given == value)
    }

    /// Notes what is wrong with a field; the first word on it stays.
    pub(super) fn refuse(&mut self, name: &str, why: impl Into<String>) {
        if self.error(name).is_none() {
            self.wrong.push((name.to_owned(), why.into()));
        }
    }

    /// What is wrong with a field.
    pub(super) fn error(&self, name: &str) -> Option<&str> {
        self.wrong.iter().find(|(known, _)| known == name).map(|(_, why)| why.as_str())
    }

    /// Whether anything is wrong.
    pub(super) fn is_refused(&self) -> bool {
        !self.wrong.is_empty()
    }

    /// A text of at most so many characters; `None` when it is empty.
    pub(super) fn short(&mut self, name: &str, max: usize) -> Option<String> {
        let text = self.given(name)?;
        if text.chars().count() > max {
            self.refuse(name, format!("This is too long: at most {max} characters."));
        }
        if text.chars().any(char::is_control) {
            self.refuse(name, "This holds characters that cannot be printed.");
        }
        Some(text)
    }

    /// An amount in dollars; `None` when it is empty.
    pub(super) fn usd(&mut self, name: &str) -> Option<UsdMicros> {
        let text = self.given(name)?;
        let amount = UsdMicros::parse(text.trim_start_matches('$'));
        if amount.is_none() {
            self.refuse(name, "This must be an amount in dollars, such as 2.50.");
        }
        amount
    }

    /// A whole number of at least 1; `None` when it is empty.
    pub(super) fn count(&mut self, name: &str) -> Option<u32> {
        let text = self.given(name)?;
        let count = text.parse::<u32>().ok().filter(|count| *count > 0);
        if count.is_none() {
            self.refuse(name, "This must be a whole number of at least 1.");
        }
        count
    }

    /// One of the words of a list that may be left open.
    pub(super) fn word<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.given(name)?;
        let found = parse(&text);
        if found.is_none() {
            self.refuse(name, "Choose one of the list.");
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_kept_and_what_is_wrong_is_said_once() {
        let mut typed = Typed::read(b"alias=+gpt+&cap=%242.50&bad=-1&n=0&tick=on&s=read&s=pick&c=a%00b");
        assert_eq!((typed.text("alias"), typed.text("none"), typed.on("tick")), ("gpt", "", true));
        assert!(typed.has("s", "read") && typed.has("s", "pick") && !typed.has("s", "admin"));
        assert_eq!(typed.usd("cap"), UsdMicros::parse("2.5"));
        assert!(!typed.is_refused());
        assert_eq!((typed.usd("bad"), typed.count("n")), (None, None));
        typed.short("c", 9);
        typed.short("alias", 2);
        typed.refuse("alias", "something else");
        assert_eq!(typed.error("alias"), Some("This is too long: at most 2 characters."));
        assert!(["bad", "n", "c"].iter().all(|name| typed.error(name).is_some()));
    }
}
