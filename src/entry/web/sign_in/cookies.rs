//! The two cookies of the web view (M42): of the session, and of a sign-in under way.

use axum::http::{HeaderMap, HeaderValue, header};
use secrecy::{ExposeSecret as _, SecretString};

use crate::adapters::crypto::is_visit_secret;

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::entry::web) enum Cookie {
    /// Somebody is signed in.
    Session,
    /// The browser that began a sign-in.
    SignIn,
}

/// How cookies are called and kept: under https they are bound to this very host.
#[derive(Debug, Clone, Copy)]
pub(in crate::entry::web) struct Jar {
    /// Whether people reach us by https.
    pub(in crate::entry::web) https: bool,
}

impl Jar {
    fn name(self, cookie: Cookie) -> &'static str {
        match (cookie, self.https) {
            (Cookie::Session, true) => "__Host-bakeoff-session",
            (Cookie::Session, false) => "bakeoff-session",
            (Cookie::SignIn, true) => "__Host-bakeoff-sign-in",
            (Cookie::SignIn, false) => "bakeoff-sign-in",
        }
    }

    /// What the browser holds. Two of one name are none: one of them was planted.
    pub(in crate::entry::web) fn get(self, headers: &HeaderMap, cookie: Cookie) -> Option<SecretString> {
        let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut ours = pairs.filter(|(name, _)| *name == self.name(cookie)).map(|(_, value)| value);
        let value = ours.next().filter(|value| is_visit_secret(value))?;
        ours.next().is_none().then(|| SecretString::from(value.to_owned()))
    }

    /// The header that hands it out; the session's ends with the browser, the other with the sign-in.
    pub(in crate::entry::web) fn set(self, cookie: Cookie, value: &SecretString) -> Option<HeaderValue> {
        let life = match cookie {
            Cookie::Session => String::new(),
            Cookie::SignIn => format!("; Max-Age={}", crate::domain::session::SIGN_IN.as_secs()),
        };
        let mut header = HeaderValue::from_str(&self.written(cookie, value.expose_secret(), &life)).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// The header that takes it away.
    pub(in crate::entry::web) fn clear(self, cookie: Cookie) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.written(cookie, "", "; Max-Age=0")).ok()
    }

    fn written(self, cookie: Cookie, value: &str, life: &str) -> String {
        let secure = if self.https { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{life}", self.name(cookie))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::crypto::visit_secret;

    #[test]
    fn m42_cookies_are_closed_to_script_and_bound_to_the_host_under_https() {
        let value = visit_secret();
        let text = value.expose_secret();
        let shown = |https, cookie| Jar { https }.set(cookie, &value).unwrap().to_str().unwrap().to_owned();
        assert_eq!(
            shown(true, Cookie::Session),
            format!("__Host-bakeoff-session={text}; Path=/; HttpOnly; SameSite=Lax; Secure")
        );
        assert_eq!(shown(false, Cookie::Session), format!("bakeoff-session={text}; Path=/; HttpOnly; SameSite=Lax"));
        assert!(shown(true, Cookie::SignIn).ends_with("; Secure; Max-Age=600"));
        assert!(!shown(true, Cookie::SignIn).contains("Domain"));
    }

    #[test]
    fn m42_a_cookie_that_was_planted_is_none() {
        let (one, two) = (visit_secret(), visit_secret());
        let jar = Jar { https: false };
        let held = |lines: &[String]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::COOKIE, line.parse().unwrap());
            }
            jar.get(&headers, Cookie::Session).map(|secret| secret.expose_secret().to_owned())
        };
        let ours = |secret: &SecretString| format!("bakeoff-session={}", secret.expose_secret());
        assert_eq!(held(&[format!("a=b; {}; c", ours(&one))]).as_deref(), Some(one.expose_secret()));
        assert_eq!(held(&[format!("{}; {}", ours(&one), ours(&two))]), None);
        assert_eq!(held(&[ours(&one), ours(&two)]), None);
        assert_eq!(held(&["bakeoff-session=short".into()]), None);
        assert_eq!(held(&[]), None);
    }
}
