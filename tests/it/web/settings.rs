//! The settings pages: models, tokens, budgets, preferences; forms that keep what was typed and never a key.

use bakeoff::app::settings::WebAuth;
use bakeoff::service::rest::preferences;
use bakeoff::sim::models::Reply;
use reqwest::StatusCode;

use super::setup::{Browser, attribute};
use crate::support::world::{MODEL_KEY, REPO, World};

/// What hostile people type.
const HOSTILE: &str = "\"><script>struck=1</script><img src=x onerror=struck=1>'";
const KEY: &str = "sk-typed-canary-0123456789abcdef";

async fn token(browser: &mut Browser<'_>, path: &str) -> String {
    attribute(&browser.text(path).await, "name=\"token\" value")
}

/// Sends a form of a page with its proof; status and what the browser sees then.
async fn send(browser: &mut Browser<'_>, page: &str, to: &str, form: &[(&str, &str)]) -> (StatusCode, String) {
    let token = token(browser, page).await;
    let all: Vec<_> = [("token", token.as_str())].into_iter().chain(form.iter().copied()).collect();
    let answer = browser.post(to, &all).await;
    let status = answer.status();
    if status != 303 {
        return (status, answer.text().await.unwrap());
    }
    let to = answer.headers()["location"].to_str().unwrap().to_owned();
    (status, browser.text(&to).await)
}

fn typed<'a>(base: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("provider", "openai_compatible"),
        ("model_name", "typed-model"),
        ("alias", "typed"),
        ("base_url", base),
        ("api_key", MODEL_KEY),
        ("input", "1"),
        ("output", "5"),
        ("tools", "off"),
    ];
    let kept = usual.into_iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    kept.chain(more.iter().copied()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_added_tested_changed_asked_and_deleted() {
    let world = World::new().await;
    world.models.script("typed-model", vec![Reply::text("ok")]);
    let base =
        world.models.base_url(bakeoff::domain::model::Provider::OpenAiCompatible, bakeoff::domain::model::Wire::Chat);
    let mut browser = Browser::new(&world);
    let list = browser.text("/settings").await;
    assert!(list.contains("gpt the model") && list.contains("settings file") && !list.contains(MODEL_KEY), "{list}");

    let (status, page) = send(&mut browser, "/settings", "/settings/models", &typed(&base, &[])).await;
    assert_eq!(status, 303, "{page}");
    assert!(page.contains("typed-model is added") && page.contains("…6789"), "{page}");
    let at = attribute(&page, "class=\"act\" method=\"post\" action");
    let path = at.trim_end_matches("/test").to_owned();
    let again = browser.text(&path).await;
    assert!(!again.contains("is added"), "it is said once: {again}");

    let (_, tested) = send(&mut browser, &path, &at, &[]).await;
    assert!(tested.contains("The model answered in"), "{tested}");
    world.models.script("typed-model", vec![Reply::status(401)]);
    let (_, tested) = send(&mut browser, &path, &at, &[]).await;
    assert!(tested.contains("rejected the API key (HTTP 401)"), "{tested}");

    let change = [("alias", "renamed"), ("display_name", HOSTILE), ("input", "2"), ("output", "4"), ("tools", "off")];
    let (status, page) = send(&mut browser, &path, &path, &change).await;
    assert_eq!(status, 303);
    assert!(
        page.contains("/bakeoff renamed") && page.contains("$2 in, $4 out") && !page.contains("<script>struck"),
        "{page}"
    );
    assert!(page.contains("…6789"), "the key stays");
    let (status, page) = send(&mut browser, &path, &path, &[("alias", "gpt")]).await;
    assert_eq!(status, 422);
    assert!(page.contains("Another model is called gpt."), "{page}");

    world.models.script("typed-model", vec![crate::support::world::right()]);
    let issue = world.issue();
    world.say(issue, "/bakeoff renamed");
    world.candidate(issue, "A").await;
    let (_, page) = send(&mut browser, &path, &format!("{path}/delete"), &[]).await;
    assert!(page.contains("The model is deleted") && !page.contains("renamed"), "{page}");
    assert_eq!(browser.get(&path).await.status(), 404);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_stands_beside_its_field_and_no_key_comes_back() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    for (more, said) in [
        (&[("model_name", "")][..], "Name the model as its provider does."),
        (&[("provider", "nonsense")], "Choose one of the list."),
        (&[("output", "")], "Input and output are priced together."),
        (&[("input", "much")], "an amount in dollars"),
        (&[("alias", "help")], "about-alias\"><span class=\"wrong\">"),
        (&[("alias", "gpt")], "Another model is called gpt."),
        (&[("base_url", "http://10.0.0.7/v1")], "about-base_url\"><span class=\"wrong\">"),
        (&[("base_url", "")], "needs its base_url"),
        (&[("fallback", "nobody")], "no model is called that"),
        (&[("max_concurrent", "0")], "a whole number of at least 1"),
    ] {
        let form = typed("https://models.example/v1", &[&[("api_key", KEY), ("display_name", HOSTILE)], more].concat());
        let (status, page) = send(&mut browser, "/settings", "/settings/models", &form).await;
        assert_eq!(status, 422, "{more:?}");
        assert!(page.contains(said), "{more:?}: {said} in {page}");
        assert!(!page.contains(KEY) && !page.contains("<script>struck"), "{more:?}: {page}");
        assert!(page.contains("&#60;script&#62;struck=1") || page.contains("&lt;script&gt;struck=1"), "kept: {page}");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn models_of_the_settings_file_stay_there_and_foreign_forms_do_nothing() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let page = browser.text("/settings").await;
    let id = page.split("/settings/models/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let path = format!("/settings/models/{id}");
    let shown = browser.text(&path).await;
    assert!(shown.contains("can only be changed there") && !shown.contains("Delete it"), "{shown}");
    assert_eq!(send(&mut browser, &path, &path, &[("alias", "mine")]).await.0, 409);
    assert_eq!(send(&mut browser, &path, &format!("{path}/delete"), &[]).await.0, 409);
    let posts = [
        "/settings/models",
        &path,
        &format!("{path}/test"),
        &format!("{path}/delete"),
        "/settings/tokens",
        "/settings/budgets",
        "/settings/preferences",
        "/settings/tokens/0198c0de-0000-7000-8000-000000000000/revoke",
    ]
    .map(str::to_owned);
    for to in posts {
        assert_eq!(browser.post(&to, &[("token", "0")]).await.status(), 403, "{to}");
    }
    for to in ["/settings/models/none", "/settings/models/0198c0de-0000-7000-8000-000000000000"] {
        assert_eq!(browser.get(to).await.status(), 404, "{to}");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once_works_and_is_revoked() {
    let world = World::new().await;
    let mut browser = Browser::new(&world);
    let form = [
        ("token_name", HOSTILE),
        ("scopes", "read"),
        ("scopes", "run"),
        ("repositories", REPO),
        ("expires_at", "2999-01-31"),
    ];
    let (status, page) = send(&mut browser, "/settings/tokens", "/settings/tokens", &form).await;
    assert_eq!(status, 303);
    let secret = page.split("<code class=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(secret.starts_with("bko_") && !page.contains("<script>struck") && page.contains("read, run"), "{page}");
    assert!(!browser.text("/settings/tokens").await.contains(&secret), "shown once");
    let ask =
        async || world.http.get(format!("{}/v1/tasks", world.base)).bearer_auth(&secret).send().await.unwrap().status();
    assert_eq!(ask().await, 200);
    let id = page.split("action=\"/settings/tokens/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let (_, page) = send(&mut browser, "/settings/tokens", &format!("/settings/tokens/{id}/revoke"), &[]).await;
    assert!(page.contains("revoked"), "{page}");
    assert_eq!(ask().await, 401);
    for (form, said) in [
        (&[("token_name", ""), ("scopes", "read")][..], "Say what it is for."),
        (&[("token_name", "x")], "Tick at least one."),
        (&[("token_name", "x"), ("scopes", "read"), ("repositories", "octo")], "owner/name"),
        (&[("token_name", "x"), ("scopes", "read"), ("github_login", "-ada")], "cannot be a GitHub login"),
        (&[("token_name", "x"), ("scopes", "read"), ("expires_at", "1999-01-01")], "in the future"),
        (&[("token_name", "x"), ("scopes", "read"), ("expires_at", "soon")], "2030-01-31"),
    ] {
        let (status, page) = send(&mut browser, "/settings/tokens", "/settings/tokens", form).await;
        assert!(status == 422 && page.contains(said), "{form:?}: {page}");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn budgets_and_preferences_act_at_once() {
    let world = World::with(|settings| {
        settings.budget_repo_day = bakeoff::domain::money::UsdMicros(20_000_000);
        settings.budget_ceilings.repo_day = Some(settings.budget_repo_day);
    })
    .await;
    let mut browser = Browser::new(&world);
    let (status, page) =
        send(&mut browser, "/settings/budgets", "/settings/budgets", &[("day_usd", "0.50"), ("run_usd", "$0.25")])
            .await;
    assert_eq!(status, 303);
    assert!(page.contains("Saved.") && page.contains("set here") && page.contains("value=\"0.25\""), "{page}");
    let (status, page) =
        send(&mut browser, "/settings/budgets", "/settings/budgets", &[("repo_day_usd", "21"), ("day_usd", HOSTILE)])
            .await;
    assert!(status == 422 && page.contains("an amount in dollars") && !page.contains("<script>struck"), "{page}");
    let (status, page) = send(&mut browser, "/settings/budgets", "/settings/budgets", &[("repo_day_usd", "21")]).await;
    assert!(status == 422 && page.contains("At most $20.00 (BAKEOFF_BUDGET_REPO_DAY_USD)"), "{page}");

    let form = [("default_repo_owner", "octo"), ("default_repo_name", "hello"), ("default_branch", "release/2")];
    let (status, page) = send(&mut browser, "/settings/preferences", "/settings/preferences", &form).await;
    assert!(status == 303 && page.contains("Saved.") && page.contains("value=\"release/2\""), "{page}");
    assert_eq!(preferences::get(&world.services).await.unwrap().default_branch.as_deref(), Some("release/2"));
    for form in
        [&[("default_repo_owner", "octo")][..], &[("default_branch", "a..b")], &[("default_branch_prefix", "/x")]]
    {
        let (status, page) = send(&mut browser, "/settings/preferences", "/settings/preferences", form).await;
        assert!(status == 422 && page.contains("class=\"wrong\""), "{form:?}: {page}");
    }
    let checks = browser.text("/settings/checks").await;
    assert!(checks.contains("does not run them yet"), "{checks}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m43_the_settings_exist_for_admins_alone() {
    let world = World::with(|settings| {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        settings.listen = free.to_string();
        settings.public_url = Some(format!("http://{free}").parse().unwrap());
        settings.web_auth = WebAuth::Github;
        settings.admins = vec!["Ada".into()];
    })
    .await;
    world.hub.set_callback_url(&format!("{}/login/callback", world.base));
    world.hub.create_user("eve");
    let (mut ada, mut eve) = (Browser::new(&world), Browser::new(&world));
    world.hub.sign_in_as("eve");
    eve.sign_in().await;
    world.hub.sign_in_as("ada");
    ada.sign_in().await;
    let pages = ["", "/tokens", "/budgets", "/preferences", "/checks"].map(|page| format!("/settings{page}"));
    for page in &pages {
        assert_eq!(
            (ada.get(page).await.status(), eve.get(page).await.status()),
            (200.try_into().unwrap(), 404.try_into().unwrap()),
            "{page}"
        );
    }
    let id = "0198c0de-0000-7000-8000-000000000000";
    let posts = [
        "/models",
        "/tokens",
        "/budgets",
        "/preferences",
        &format!("/models/{id}"),
        &format!("/models/{id}/test"),
        &format!("/models/{id}/delete"),
        &format!("/tokens/{id}/revoke"),
    ]
    .map(|to| format!("/settings{to}"));
    for to in posts {
        assert_eq!(eve.post(&to, &[]).await.status(), 404, "{to}");
    }
    assert!(!eve.text("/").await.contains("/settings") && ada.text("/").await.contains("/settings"));
    let stranger = Browser::new(&world).get("/settings").await;
    assert!(stranger.headers()["location"].to_str().unwrap().starts_with("/login"), "{stranger:?}");
    let (status, page) = send(&mut ada, "/settings/budgets", "/settings/budgets", &[("day_usd", "7")]).await;
    assert!(status == 303 && page.contains("$7.00"), "{page}");
    let mut conn = world.store().read().await.unwrap();
    let trail = bakeoff::adapters::store::audit::list(&mut conn, None, 100).await.unwrap();
    drop(conn);
    let changed = trail.iter().find(|entry| entry.action == "budgets.change").unwrap();
    assert!(changed.actor.ends_with(":ada"), "{changed:?}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_form_begins_with_what_is_preferred() {
    let world = World::new().await;
    world.hub.create_repo("octo/another", &[("a.txt", 0o100_644, b"a\n")]);
    world.hub.install_app("octo/another");
    for repo in [REPO, "octo/another"] {
        let url = format!("{}/{repo}", world.hub.url());
        let clone = world.http.post(format!("{}/v1/repos/clone", world.base)).bearer_auth(crate::support::world::ADMIN);
        assert_eq!(clone.json(&serde_json::json!({ "repo_url": url })).send().await.unwrap().status(), 201);
    }
    let mut browser = Browser::new(&world);
    for (owner, name, chosen) in [("Octo", "Hello", "octo/hello"), ("octo", "another", "octo/another")] {
        let form = [("default_repo_owner", owner), ("default_repo_name", name), ("default_branch", "main")];
        assert_eq!(send(&mut browser, "/settings/preferences", "/settings/preferences", &form).await.0, 303);
        let home = browser.text("/").await;
        let option = home.split("<option").find(|option| option.contains(" selected>")).unwrap();
        assert!(option.contains(&format!("selected>{chosen}<")), "{option}");
        assert!(home.contains("name=\"base_ref\" value=\"main\""), "{home}");
    }
    world.end().await;
}
