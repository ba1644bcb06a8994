//! The GitHub App's manifest, as the file in the repository says it, with this installation's address in its place.

use serde_json::Value as Json;
use url::Url;

use super::repofile::plain_json;

const FILE: &str = include_str!("../../app-manifest.yml");
/// The address that stands in the file.
const EXAMPLE: &str = "https://bakeoff.example.org";
/// GitHub's longest name of an App, in characters.
const MAX_NAME: usize = 34;

/// The manifest for an App that is reached at `public_url`.
pub fn manifest(public_url: &Url) -> Json {
    let base = public_url.as_str().trim_end_matches('/');
    let mut whole = plain();
    replace(&mut whole, base);
    if let Some(fields) = whole.as_object_mut() {
        fields.insert("name".into(), name(public_url).into());
    }
    whole
}

/// The webhooks that the App asks for.
pub fn events() -> Vec<String> {
    let whole = plain();
    let events = whole.get("default_events").and_then(Json::as_array);
    events.into_iter().flatten().filter_map(|event| event.as_str().map(str::to_owned)).collect()
}

fn plain() -> Json {
    // That the file can be read a test holds.
    plain_json(FILE).unwrap_or_default()
}

fn replace(value: &mut Json, base: &str) {
    match value {
        Json::String(text) => *text = text.replace(EXAMPLE, base),
        Json::Array(items) => items.iter_mut().for_each(|item| replace(item, base)),
        Json::Object(fields) => fields.iter_mut().for_each(|(_, field)| replace(field, base)),
        _ => {}
    }
}

/// Names of Apps are unique on all of GitHub, so that the host stands in it; on GitHub it can be changed.
fn name(public_url: &Url) -> String {
    let host = public_url.host_str().unwrap_or_default().to_ascii_lowercase();
    let word: String = host.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let own = word.trim_matches('-').trim_start_matches("bakeoff").trim_matches('-');
    let whole: String = format!("bakeoff-{own}").chars().take(MAX_NAME).collect();
    whole.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_becomes_a_manifest_with_our_address() {
        let made = manifest(&Url::parse("https://bakeoff.corp.test/tools/").unwrap());
        assert_eq!(made["name"], "bakeoff-corp-test");
        assert_eq!(made["url"], "https://bakeoff.corp.test/tools");
        assert_eq!(made["hook_attributes"]["url"], "https://bakeoff.corp.test/tools/webhooks/github");
        assert_eq!(made["hook_attributes"]["active"], true);
        assert_eq!(made["redirect_url"], "https://bakeoff.corp.test/tools/setup/callback");
        assert_eq!(made["callback_urls"][0], "https://bakeoff.corp.test/tools/login/callback");
        assert_eq!(made["public"], false);
        assert_eq!(made["default_permissions"]["contents"], "write");
        assert_eq!(events(), ["issue_comment", "issues", "pull_request"]);
        assert!(!made.to_string().contains("example.org"));
    }

    #[test]
    fn a_name_is_one_that_github_takes() {
        for (url, made) in [
            ("http://127.0.0.1:8000", "bakeoff-127-0-0-1"),
            ("https://bakeoff.example.com", "bakeoff-example-com"),
            ("https://bakeoff", "bakeoff"),
            ("https://a-very-long-name.of-a-department.example.com", "bakeoff-a-very-long-name-of-a-depa"),
            ("https://[::1]:9", "bakeoff-1"),
        ] {
            assert_eq!(name(&Url::parse(url).unwrap()), made, "{url}");
        }
    }
}
