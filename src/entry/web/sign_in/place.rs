//! Where a person goes after signing in: a page of ours and nothing else.

use url::Url;

/// Longer addresses are not kept, in bytes.
const MAX_LENGTH: usize = 2_000;
const HOME: &str = "/";

/// The page that was wanted, as path and query; the home page for everything that could lead elsewhere.
pub(super) fn safe(wanted: Option<&str>) -> String {
    wanted.and_then(own).unwrap_or_else(|| HOME.to_owned())
}

fn own(wanted: &str) -> Option<String> {
    let plain = wanted.len() <= MAX_LENGTH
        && wanted.starts_with('/')
        && !wanted.starts_with("//")
        && wanted.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if !plain {
        return None;
    }
    // Read as a browser reads it: whatever leads to another host there is none of ours.
    let here = Url::parse("https://here.invalid/").ok()?;
    let url = here.join(wanted).ok().filter(|url| url.origin() == here.origin())?;
    let path = url.path();
    let signs = ["/login", "/logout"].iter().any(|page| path == *page || path.starts_with(&format!("{page}/")));
    if signs || path.starts_with("//") {
        return None;
    }
    Some(url.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")))
}

/// The address of the sign-in that leads back to a page.
pub(in crate::entry::web) fn login_href(wanted: &str) -> String {
    let to = safe(Some(wanted));
    if to == HOME {
        return "/login".into();
    }
    format!("/login?{}", url::form_urlencoded::Serializer::new(String::new()).append_pair("to", &to).finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m40_nobody_is_sent_elsewhere_after_signing_in() {
        for own in ["/", "/tasks/1/compare?round=2&view=A,B", "/runs/x", "/settings?a=//b"] {
            assert_eq!(safe(Some(own)), own);
        }
        assert_eq!(safe(Some("/a/../tasks/1#x")), "/tasks/1");
        let long = format!("/{}", "a".repeat(3_000));
        for foreign in [
            "",
            "https://evil.example/",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " /x",
            "javascript:alert(1)",
            "/.//evil.example",
            "/..//evil.example",
            "/%0d%0a/\u{2028}",
            "tasks/1",
            "/login?to=/",
            "/login/callback?code=1",
            "/logout",
            &long,
        ] {
            assert_eq!(safe(Some(foreign)), "/", "{foreign:?}");
        }
        assert_eq!(safe(None), "/");
        assert_eq!(login_href("/tasks/1?a=b&c"), "/login?to=%2Ftasks%2F1%3Fa%3Db%26c");
        assert_eq!(login_href("//evil.example"), "/login");
    }
}
