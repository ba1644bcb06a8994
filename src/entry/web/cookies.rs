//! The cookies of the web view (M42).

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use secrecy::{ExposeSecret as _, SecretString};

use crate::adapters::crypto::is_visit_secret;
use crate::domain::session;
use crate::service::setup::VISIT_LIFE;

/// What the page after a form says lives so many seconds.
const SAID_LIFE: u64 = 60;

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cookie {
    /// Somebody is signed in.
    Session,
    /// The browser that began a sign-in.
    SignIn,
    /// The browser that sets the App up.
    Setup,
    /// What the next page says once, sealed.
    Said,
}

impl Cookie {
    /// Whether a value has its form; what was sealed is judged when it is opened.
    fn fits(self, value: &str) -> bool {
        match self {
            Self::Session | Self::SignIn => is_visit_secret(value),
            Self::Setup => (20..=200).contains(&value.len()),
            Self::Said => !value.is_empty(),
        }
    }

    /// For how many seconds; `None`: until the browser ends.
    fn life(self) -> Option<u64> {
        match self {
            Self::Session => None,
            Self::SignIn => Some(session::SIGN_IN.as_secs()),
            Self::Setup => Some(VISIT_LIFE.as_secs()),
            Self::Said => Some(SAID_LIFE),
        }
    }
}

/// How cookies are called and kept: under https they are bound to this very host.
#[derive(Debug, Clone, Copy)]
pub(super) struct Jar {
    /// Whether people reach us by https.
    pub(super) https: bool,
}

impl Jar {
    fn name(self, cookie: Cookie) -> &'static str {
        match (cookie, self.https) {
            (Cookie::Session, true) => "__Host-bakeoff-session",
            (Cookie::Session, false) => "bakeoff-session",
            (Cookie::SignIn, true) => "__Host-bakeoff-sign-in",
            (Cookie::SignIn, false) => "bakeoff-sign-in",
            (Cookie::Setup, true) => "__Host-bakeoff_setup",
            (Cookie::Setup, false) => "bakeoff_setup",
            (Cookie::Said, true) => "__Host-bakeoff_said",
            (Cookie::Said, false) => "bakeoff_said",
        }
    }

    /// What the browser holds. Two of one name are none: one of them was planted.
    pub(super) fn get(self, headers: &HeaderMap, cookie: Cookie) -> Option<SecretString> {
        let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut ours = pairs.filter(|(name, _)| *name == self.name(cookie)).map(|(_, value)| value);
        let value = ours.next().filter(|value| cookie.fits(value))?;
        ours.next().is_none().then(|| SecretString::from(value.to_owned()))
    }

    /// Hands it out with an answer.
    pub(super) fn give(self, answer: &mut Response, cookie: Cookie, value: &SecretString) {
        let life = cookie.life().map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
        add(answer, &self.written(cookie, value.expose_secret(), &life));
    }

    /// Takes it away.
    pub(super) fn take(self, answer: &mut Response, cookie: Cookie) {
        add(answer, &self.written(cookie, "", "; Max-Age=0"));
    }

    fn written(self, cookie: Cookie, value: &str, life: &str) -> String {
        let secure = if self.https { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{life}", self.name(cookie))
    }
}

fn add(answer: &mut Response, text: &str) {
    if let Ok(mut value) = HeaderValue::from_str(text) {
        value.set_sensitive(true);
        answer.headers_mut().append(header::SET_COOKIE, value);
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
        let shown = |https, cookie| {
            let mut answer = Response::default();
            Jar { https }.give(&mut answer, cookie, &value);
            answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned()
        };
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

    #[test]
    fn a_cookie_is_found_among_others() {
        let given = |cookie: &str, https| {
            let headers = [(header::COOKIE, HeaderValue::from_str(cookie).unwrap())];
            Jar { https }.get(&headers.into_iter().collect(), Cookie::Setup)
        };
        let secret = "0123456789abcdef0123456789abcdef";
        for (cookie, found) in [
            (format!("bakeoff_setup={secret}"), true),
            (format!("a=b; bakeoff_setup={secret}; c=d"), true),
            (format!("bakeoff_setup={secret}; bakeoff_setup={secret}1"), false),
            (format!("__Host-bakeoff_setup={secret}"), false),
            (format!("xbakeoff_setup={secret}"), false),
            ("bakeoff_setup=short".into(), false),
            ("bakeoff_setup".into(), false),
        ] {
            assert_eq!(given(&cookie, false).is_some(), found, "{cookie}");
        }
        assert!(given(&format!("__Host-bakeoff_setup={secret}"), true).is_some());
        assert!(given(&format!("bakeoff_setup={secret}"), true).is_none(), "M42: another host may have planted it");
    }
}
