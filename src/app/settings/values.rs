//! From the text of a setting to its value. A refusal says what was wanted and never repeats what was given,
//! because a secret may stand in the wrong place.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::adapters::crypto::unreadable;
use crate::domain::money::UsdMicros;

/// What a setting must be, as the end of the sentence "BAKEOFF_X …".
pub(super) type Read<T> = Result<T, String>;

/// A setting as it was written: one text, or the items of a list in the file.
#[derive(Debug, Clone)]
pub(super) enum Raw {
    One(SecretString),
    Many(Vec<SecretString>),
}

impl Raw {
    pub(super) fn new(text: &str) -> Self {
        Self::One(SecretString::from(text.trim().to_owned()))
    }

    /// The text; lists are joined again.
    pub(super) fn text(&self) -> String {
        match self {
            Self::One(text) => text.expose_secret().trim().to_owned(),
            Self::Many(items) => items.iter().map(ExposeSecret::expose_secret).collect::<Vec<_>>().join(","),
        }
    }

    pub(super) fn secret(&self) -> SecretString {
        SecretString::from(self.text())
    }

    /// The items of a list, or of a text with commas.
    pub(super) fn list(&self) -> Vec<String> {
        let trimmed = |item: &str| Some(item.trim()).filter(|item| !item.is_empty()).map(str::to_owned);
        match self {
            Self::One(text) => text.expose_secret().split(',').filter_map(trimmed).collect(),
            Self::Many(items) => items.iter().filter_map(|item| trimmed(item.expose_secret())).collect(),
        }
    }

    pub(super) fn secrets(&self) -> Vec<SecretString> {
        self.list().into_iter().map(SecretString::from).collect()
    }

    pub(super) fn path(&self) -> PathBuf {
        PathBuf::from(self.text())
    }

    /// A file that can be read now.
    pub(super) fn readable(&self) -> Read<PathBuf> {
        let path = self.path();
        let opened = std::fs::File::open(&path);
        opened.map_err(|error| format!("names the file {}, which {}", path.display(), unreadable(&error)))?;
        Ok(path)
    }

    pub(super) fn count(&self, range: RangeInclusive<usize>) -> Read<usize> {
        let wanted = || format!("must be a whole number from {} to {}", range.start(), range.end());
        self.text().parse().ok().filter(|count| range.contains(count)).ok_or_else(wanted)
    }

    /// A cap: a whole number that is not negative.
    pub(super) fn cap(&self) -> Read<i64> {
        let cap = self.text().parse().ok().filter(|cap| *cap >= 0);
        cap.ok_or_else(|| "must be a whole number, 0 or more".to_owned())
    }

    pub(super) fn id(&self) -> Read<u64> {
        let id = self.text().parse().ok().filter(|id| *id > 0);
        id.ok_or_else(|| "must be the App's number".to_owned())
    }

    pub(super) fn usd(&self) -> Read<UsdMicros> {
        UsdMicros::parse(&self.text()).ok_or_else(|| "must be an amount in USD such as 2.50".to_owned())
    }

    /// Whole or broken seconds, at least `least` and at most a day.
    pub(super) fn seconds(&self, least: f64) -> Read<Duration> {
        let seconds = self.text().parse::<f64>().ok().filter(|s| (least..=86_400.0).contains(s));
        let read = seconds.and_then(|s| Duration::try_from_secs_f64(s).ok());
        read.ok_or_else(|| format!("must be a number of seconds from {least} to 86400"))
    }

    pub(super) fn switch(&self) -> Read<bool> {
        match self.text().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err("must be true or false".into()),
        }
    }

    /// An http(s) address without user name, query or fragment.
    pub(super) fn url(&self) -> Read<Url> {
        let plain = |url: &Url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        };
        let wanted = "must be an address such as https://bakeoff.example.org, without user name, query or fragment";
        Url::parse(&self.text()).ok().filter(plain).ok_or_else(|| wanted.to_owned())
    }

    /// As [`Self::url`], and plain http only to this machine: a key or token would travel readably.
    pub(super) fn safe_url(&self) -> Read<Url> {
        let url = self.url()?;
        if url.scheme() == "https" || is_loopback_url(&url) {
            Ok(url)
        } else {
            Err("must start with https:// (plain http only for this machine)".into())
        }
    }

    /// `HOST:PORT`.
    pub(super) fn address(&self) -> Read<String> {
        let text = self.text();
        let fits = text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
        if fits { Ok(text) } else { Err("must be HOST:PORT such as 127.0.0.1:8000".into()) }
    }

    pub(super) fn database(&self) -> Read<SecretString> {
        let text = self.text();
        let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|start| text.starts_with(start));
        if known { Ok(text.into()) } else { Err("must start with sqlite:// or postgres://".into()) }
    }

    /// A private key; in the environment its line breaks are often written `\n`.
    pub(super) fn pem(&self) -> Read<SecretString> {
        let text = self.text();
        let text = if text.contains('\n') { text } else { text.replace("\\n", "\n") };
        let whole = text.starts_with("-----BEGIN") && text.contains("PRIVATE KEY-----") && text.lines().count() > 2;
        if whole { Ok(text.into()) } else { Err("must be a private key in PEM form (-----BEGIN … KEY-----)".into()) }
    }

    /// Hosts with or without a port.
    pub(super) fn hosts(&self) -> Read<Vec<String>> {
        let hosts = self.list();
        let plain = |host: &String| Url::parse(&format!("http://{host}/")).is_ok() && !host.contains(['/', '@', ' ']);
        let bare_v6 = |host: &String| host.parse::<std::net::Ipv6Addr>().is_ok();
        let wanted = "must be hosts separated by commas, such as 127.0.0.1:9000, ollama.internal";
        if hosts.iter().all(|host| plain(host) || bare_v6(host)) { Ok(hosts) } else { Err(wanted.into()) }
    }
}

/// Whether an address leads to this machine only.
pub fn is_loopback_url(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Whether `HOST:PORT` can be reached from this machine only.
pub(super) fn is_loopback_address(address: &str) -> bool {
    Url::parse(&format!("http://{address}/")).is_ok_and(|url| is_loopback_url(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_and_refused() {
        let raw = Raw::new;
        assert_eq!(raw(" a, b ,,c ").list(), ["a", "b", "c"]);
        assert_eq!(raw("0.5").usd(), Ok(UsdMicros(500_000)));
        assert_eq!(raw("1.5").seconds(1.0), Ok(Duration::from_millis(1_500)));
        assert_eq!((raw("yes").switch(), raw("OFF").switch()), (Ok(true), Ok(false)));
        assert!(raw("localhost:0").address().is_ok() && raw("[::1]:8000").address().is_ok());
        assert!(raw("127.0.0.1:9000, ollama.internal, ::1").hosts().is_ok());
        assert!(raw("http://127.0.0.1:1/api/v3").safe_url().is_ok());
        let refused = [
            raw("0").count(1..=4).is_err(),
            raw("many").count(1..=4).is_err(),
            raw("-1").usd().is_err(),
            raw("0.5").seconds(1.0).is_err(),
            raw("NaN").seconds(1.0).is_err(),
            raw("maybe").switch().is_err(),
            raw("127.0.0.1").address().is_err(),
            raw(":80").address().is_err(),
            raw("http://ghes.example").safe_url().is_err(),
            raw("https://user:pw@ghes.example").url().is_err(),
            raw("file:///etc").url().is_err(),
            raw("mysql://x").database().is_err(),
            raw("hunter2").pem().is_err(),
            raw("https://ollama.internal/").hosts().is_err(),
        ];
        assert_eq!(refused, [true; 14]);
    }

    #[test]
    fn a_key_with_written_line_breaks_is_a_key() {
        let key = Raw::new("-----BEGIN RSA PRIVATE KEY-----\\nabc\\n-----END RSA PRIVATE KEY-----").pem().unwrap();
        assert_eq!(key.expose_secret().lines().count(), 3);
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (address, expected) in [
            ("127.0.0.1:80", true),
            ("[::1]:80", true),
            ("localhost:0", true),
            ("0.0.0.0:80", false),
            ("[::]:80", false),
            ("10.0.0.1:80", false),
            ("localhost.example.org:80", false),
        ] {
            assert_eq!(is_loopback_address(address), expected, "{address}");
        }
    }
}
