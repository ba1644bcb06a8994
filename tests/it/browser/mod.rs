//! Every page in a real browser, on a desk and on a phone, by day and by night: whole, without a complaint of the
//! console or the content security policy, without a serious fault for people who cannot see or hold a mouse.
//! Pictures are left in `target/pictures`.

mod chrome;
mod load;
mod sign_in;

use std::path::PathBuf;
use std::time::Duration;

use chrome::{Chrome, Page, SCREENS, Screen};

use bakeoff::app::settings::WebAuth;

use crate::support::world::{MODEL_KEY, REPO, World, patient, replace, right};
use crate::web::setup::fresh;

/// What hostile people and models write. Each would leave its mark in `window.struck`.
const HOSTILE: &str = "</pre></code><script>struck=1</script><img src=x onerror=\"struck=1\"><svg onload=struck=1>\
                       {{7*7}}<a href=javascript:struck=1>x</a>'\"><style>*{display:none}</style>";

fn pictures() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/pictures");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// axe-core, where the test command brought it.
fn axe() -> Option<String> {
    std::env::var_os("BAKEOFF_TEST_AXE").map(|file| std::fs::read_to_string(file).unwrap())
}

/// A round with three candidates: one like another, one that is hostile.
async fn round(world: &World) -> String {
    let hostile = format!("    return \"Helo, \" + name  # {HOSTILE}");
    let evil = replace("greet.py", "    return \"Helo, \" + name", &hostile);
    world.models.script("gpt-model", vec![right()]);
    world.models.script("claude-model", vec![right()]);
    world.models.script("gemini-model", vec![evil]);
    let issue = world.hub.open_issue(REPO, "ada", &format!("Greet {HOSTILE}"), HOSTILE);
    world.say(issue, &format!("/bakeoff gpt claude gemini\n{HOSTILE}"));
    for letter in ["A", "B", "C"] {
        world.candidate(issue, letter).await;
    }
    newest_task(world).await
}

async fn newest_task(world: &World) -> String {
    let mut conn = world.store().read().await.unwrap();
    let newest = "SELECT id FROM tasks ORDER BY created_at DESC, id DESC LIMIT 1";
    sqlx::Row::get(&sqlx::query(newest).fetch_one(&mut *conn).await.unwrap(), "id")
}

/// What must hold on every page.
async fn look(page: &mut Page<'_>, screen: Screen, name: &str, axe: Option<&str>) {
    let night = if screen.dark { "night" } else { "day" };
    page.picture(&pictures().join(format!("{name}-{}-{night}.png", screen.width))).await;
    let width = page.find("document.documentElement.scrollWidth").await;
    assert!(width.as_u64() <= Some(screen.width.into()), "{name} is {width} wide on {screen:?}");
    assert_eq!(page.find("typeof struck").await, "undefined", "{name}: a hostile text was run");
    assert_eq!(page.complaints(), Vec::<String>::new(), "{name} on {screen:?}");
    if let Some(axe) = axe {
        page.find(&format!("{axe};0")).await;
        let faults = page
            .find(
                "axe.run(document, { resultTypes: ['violations'] }).then((all) => all.violations\
                 .filter((one) => ['serious', 'critical'].includes(one.impact))\
                 .map((one) => one.id + ': ' + one.nodes.map((node) => node.html).join(' | ')))",
            )
            .await;
        assert_eq!(faults, serde_json::json!([]), "{name} on {screen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m41_every_page_is_whole_on_a_desk_and_on_a_phone() {
    let Some(mut chrome) = Chrome::start() else { return };
    let world = World::with(|settings| {
        for model in &mut settings.models {
            model.display_name = Some(format!("{} {HOSTILE}", model.alias.clone().unwrap_or_default()));
        }
    })
    .await;
    let axe = axe();
    let task = round(&world).await;
    let compare = format!("/tasks/{task}/compare");
    let run = {
        let all = world.http.get(format!("{}{compare}", world.base)).send().await.unwrap().text().await.unwrap();
        all.split("href=\"").find(|part| part.starts_with("/runs/")).unwrap().split('"').next().unwrap().to_owned()
    };
    let pages = [
        ("home", "/".to_owned()),
        ("task", format!("/tasks/{task}")),
        ("compare", compare.clone()),
        ("compare-one", format!("{compare}?view=C&space=hide")),
        ("compare-two", format!("{compare}?view=A,C")),
        ("run", run.clone()),
        ("pick", format!("/tasks/{task}/pick?run={}", run.trim_start_matches("/runs/"))),
        ("leaderboard", "/leaderboard".to_owned()),
        ("nothing", "/tasks/none".to_owned()),
    ];
    for screen in SCREENS {
        let mut page = chrome.page(screen).await;
        for (name, path) in &pages {
            page.goto(&format!("{}{path}", world.base)).await;
            if *name == "nothing" {
                page.complaints(); // a 404 is one by itself
            }
            look(&mut page, screen, name, axe.as_deref()).await;
        }
    }
    chrome.end().await;
    world.end().await;
}

/// Some rounds, each with its pick; one is merged and taken back.
async fn history(world: &World) {
    let cannot = bakeoff::sim::models::Reply::text("I cannot.");
    for (round, pick) in ["A", "A", "B", "A", "C"].into_iter().enumerate() {
        let last = if round % 2 == 0 { vec![right()] } else { vec![cannot.clone(), cannot.clone()] };
        for (alias, answers) in [("gpt", vec![right()]), ("claude", vec![right()]), ("gemini", last)] {
            world.models.script(&format!("{alias}-model"), answers);
        }
        let issue = world.issue();
        world.say(issue, "/bakeoff gpt claude gemini");
        let a = world.candidate(issue, "A").await;
        world.candidate(issue, "B").await;
        world.hub.react(REPO, a.id, "ada", if round == 2 { "-1" } else { "+1" });
        world.status_says(issue, if round % 2 == 0 { "3 patches" } else { "2 patches" }).await;
        world.say(issue, &format!("/bakeoff pick {pick}"));
        let opened = |hub: &bakeoff::sim::github::Hub| hub.pulls(REPO).into_iter().find(|pull| pull.open);
        let pull = world.hub.wait_for("the pull request", opened).await;
        world.hub.merge_pull(REPO, pull.number, "ada");
        world.status_says(issue, "erged").await;
        // The next round has the same to do.
        let again = [bakeoff::sim::github::Change::text("greet.py", crate::support::world::GREET)];
        if round == 0 {
            let branch = format!("revert-{}-x", pull.number);
            world.hub.push_commit(REPO, &branch, &again);
            let text = format!("Reverts {REPO}#{}", pull.number);
            let back = world.hub.open_pull(REPO, "ada", &branch, "Revert", &text);
            world.hub.merge_pull(REPO, back, "ada");
        } else {
            world.hub.push_commit(REPO, "main", &again);
        }
    }
    world.hub.settled().await;
    crate::support::invariants::settle(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_leaderboard_is_whole_on_a_desk_and_on_a_phone() {
    let Some(mut chrome) = Chrome::start() else { return };
    let world = World::new().await;
    history(&world).await;
    let axe = axe();
    for screen in SCREENS {
        let mut page = chrome.page(screen).await;
        page.goto(&format!("{}/leaderboard", world.base)).await;
        page.find("document.querySelector('.method').open = true").await;
        look(&mut page, screen, "leaderboard-full", axe.as_deref()).await;
        let bars = page.find("document.querySelectorAll('.board .interval').length").await;
        assert_eq!(bars, 3, "every model was chosen among others");
    }
    chrome.end().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_compares_unfolds_and_picks_on_a_desk_and_on_a_phone() {
    let Some(mut chrome) = Chrome::start() else { return };
    let world = World::new().await;
    for (nth, screen) in SCREENS.into_iter().filter(|screen| !screen.dark).enumerate() {
        let task = round(&world).await;
        let mut page = chrome.page(screen).await;
        page.goto(&format!("{}/tasks/{task}/compare", world.base)).await;
        assert_eq!(page.find("document.querySelectorAll('.cell').length").await, 3);
        let twin = page.find("document.querySelectorAll('.cell')[1].textContent").await;
        assert!(twin.as_str().unwrap().contains("The same change as A"), "{twin}");
        page.find("document.querySelector('a.fold').click()").await;
        page.until("document.querySelector('.cell .x').textContent.includes('def part(name)')").await;
        page.press("?").await;
        page.until("document.querySelector('dialog.help').open").await;
        page.press("Escape").await;
        page.find("document.querySelector('dialog.help').close()").await;
        page.follow("document.querySelector('[data-key=\"1\"]').click()").await;
        assert_eq!(page.find("document.querySelectorAll('.cell').length").await, 1);
        let pick = "[...document.querySelectorAll('.button')].find((b) => b.textContent.startsWith('Pick A')).click()";
        page.follow(pick).await;
        let hash = page.find("document.querySelector('.facts .hash').textContent").await;
        assert_eq!(hash.as_str().map(str::len), Some(64), "the page names the patch: {hash}");
        page.follow("document.querySelector('form button').click()").await;
        let pull = world.hub.wait_for("the pull request", |hub| hub.pulls(REPO).into_iter().nth(nth)).await;
        assert!(world.file(&pull.head_sha, "greet.py").contains("Hello"), "the picked patch is in it");
        page.until("true").await;
        assert_eq!(page.complaints(), Vec::<String>::new());
    }
    chrome.end().await;
    world.end().await;
}

/// The page is opened while the model works, and never loaded again.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_watches_a_round_as_it_goes_on() {
    let Some(mut chrome) = Chrome::start() else { return };
    let world = World::with(patient).await;
    for screen in SCREENS.into_iter().filter(|screen| !screen.dark) {
        world.models.script("claude-model", vec![right()]);
        world.models.script("gpt-model", vec![right().delay(Duration::from_secs(4))]);
        let issue = world.issue();
        world.say(issue, "/bakeoff gpt claude");
        world.candidate(issue, "B").await;
        let mut page = chrome.page(screen).await;
        page.goto(&format!("{}/tasks/{}", world.base, newest_task(&world).await)).await;
        page.find("(window.opened = 'once', 0)").await;
        let working = page.find("document.querySelectorAll('[data-live] progress').length").await;
        assert_eq!(working, 4, "spending and time against their limits, for each");
        look(&mut page, screen, "watched", axe().as_deref()).await;
        page.until("[...document.querySelectorAll('.runs .state')].filter((s) => s.textContent.includes('ready')).length === 2")
            .await;
        assert_eq!(page.complaints(), Vec::<String>::new());
    }
    chrome.end().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m41_the_app_is_made_with_one_button() {
    let Some(mut chrome) = Chrome::start() else { return };
    let world = fresh(WebAuth::Local, |_| {}).await;
    let axe = axe();
    for screen in SCREENS {
        let mut page = chrome.page(screen).await;
        page.goto(&format!("{}/setup?org=-wrong", world.base)).await;
        look(&mut page, screen, "setup", axe.as_deref()).await;
    }
    let mut page = chrome.page(SCREENS[0]).await;
    page.goto(&format!("{}/setup", world.base)).await;
    page.follow("document.querySelector('form button').click()").await;
    page.until("document.title === 'Create GitHub App'").await;
    page.follow("document.querySelector('form button').click()").await;
    page.until("location.pathname === '/setup' && document.querySelector('h1').textContent === 'The App is ready'")
        .await;
    let ours: Vec<_> = page.complaints().into_iter().filter(|said| !said.contains("favicon.ico")).collect();
    assert_eq!(ours, Vec::<String>::new(), "the policy lets the form go to GitHub, which has no icon");
    for screen in SCREENS {
        let mut page = chrome.page(screen).await;
        for (name, path) in [("setup-done", "/setup"), ("doctor", "/setup/doctor")] {
            page.goto(&format!("{}{path}", world.base)).await;
            look(&mut page, screen, name, axe.as_deref()).await;
        }
    }
    chrome.end().await;
    world.hub.install_app(REPO);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_read_how_to_get_in() {
    let Some(mut chrome) = Chrome::start() else { return };
    let world = fresh(WebAuth::Github, |_| {}).await;
    for screen in SCREENS {
        let mut page = chrome.page(screen).await;
        page.goto(&format!("{}/setup?key=setup-0123456789", world.base)).await;
        look(&mut page, screen, "setup-enter", axe().as_deref()).await;
    }
    chrome.end().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_added_and_every_settings_page_is_whole() {
    let Some(mut chrome) = Chrome::start() else { return };
    let world = World::with(|settings| settings.models.truncate(2)).await;
    world.models.script("typed-model", vec![bakeoff::sim::models::Reply::text("ok")]);
    let provider = bakeoff::domain::model::Provider::OpenAiCompatible;
    let base = world.models.base_url(provider, bakeoff::domain::model::Wire::Chat);
    let mut page = chrome.page(SCREENS[0]).await;
    page.goto(&format!("{}/settings", world.base)).await;
    let fill = format!(
        "(() => {{ const put = (name, value) => {{ document.querySelector(`aside [name=${{name}}]`).value = value; }}; \
         put('provider', 'openai_compatible'); put('model_name', 'typed-model'); put('base_url', '{base}'); \
         put('display_name', {}); put('input', '1'); put('output', '5'); put('api_key', '{MODEL_KEY}'); \
         document.querySelector('aside form button').click(); }})()",
        serde_json::json!(HOSTILE)
    );
    page.follow(&fill).await;
    page.until("document.querySelector('.banner.good').textContent.includes('is added')").await;
    page.follow("document.querySelector('form.act button').click()").await;
    page.until("document.querySelector('.banner.good').textContent.includes('The model answered in')").await;
    assert_eq!(page.find("typeof struck").await, "undefined");
    let one = page.find("location.pathname").await.as_str().unwrap().to_owned();
    page.goto(&format!("{}/settings/tokens", world.base)).await;
    page.follow(
        "(() => { document.querySelector('[name=token_name]').value = 'ci'; \
         document.querySelector('[value=read]').click(); document.querySelector('aside form button').click(); })()",
    )
    .await;
    page.until("document.querySelector('code.secret').textContent.startsWith('bko_')").await;
    assert_eq!(page.complaints(), Vec::<String>::new());
    let axe = axe();
    for screen in SCREENS {
        let mut page = chrome.page(screen).await;
        for (name, path) in [
            ("settings-models", "/settings"),
            ("settings-model", one.as_str()),
            ("settings-tokens", "/settings/tokens"),
            ("settings-budgets", "/settings/budgets"),
            ("settings-preferences", "/settings/preferences"),
            ("settings-checks", "/settings/checks"),
        ] {
            page.goto(&format!("{}{path}", world.base)).await;
            look(&mut page, screen, name, axe.as_deref()).await;
        }
    }
    chrome.end().await;
    world.end().await;
}
