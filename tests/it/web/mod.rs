//! Pages as a browser gets them.

mod rights;
mod rounds;
mod settings;
pub mod setup;
mod sign_in;
mod transport;
mod unfold;
mod visit;
mod votes;

use crate::support::world::{REPO, World};

async fn page(world: &World, path: &str) -> String {
    let url = format!("{}{path}", world.base);
    world.http.get(url).header("accept", "text/html").send().await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_comparison_says_which_candidate_was_chosen() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt claude");
    world.candidate(issue, "A").await;
    world.candidate(issue, "B").await;
    let home = page(&world, "/").await;
    let path =
        home.split("href=\"").find(|part| part.starts_with("/tasks/")).unwrap().split('"').next().unwrap().to_owned();
    let before = page(&world, &path).await;
    assert!(before.contains("Pick B") && !before.contains("chosen"), "{before}");
    world.say(issue, "/bakeoff pick B");
    let pull = world.pull().await;
    world.status_says(issue, &format!("#{}", pull.number)).await;
    let after = page(&world, &path).await;
    assert!(after.contains("from candidate B is open"), "{after}");
    assert!(
        after.contains("<tr class=\"chosen\"><th scope=\"row\"><a class=\"letter\"") && after.contains(">B</a>"),
        "{after}"
    );
    assert!(!after.contains("Pick A"), "one pull request at a time: {REPO}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m41_every_page_has_the_headers() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    let task = task(&world).await;
    let all = page(&world, &format!("/tasks/{task}/compare")).await;
    let run = all.split("href=\"/runs/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let pages = [
        "/".to_owned(),
        format!("/tasks/{task}"),
        format!("/tasks/{task}/compare?view=A"),
        format!("/tasks/{task}/pick?run={run}"),
        format!("/runs/{run}"),
        format!("/runs/{run}/patch"),
        format!("/tasks/{task}/live"),
        "/tasks/none".to_owned(),
        "/assets/view.js".to_owned(),
    ];
    for path in pages {
        let answer =
            world.http.get(format!("{}{path}", world.base)).header("accept", "text/html").send().await.unwrap();
        let header =
            |name: &str| answer.headers().get(name).unwrap_or_else(|| panic!("{path}: {name}")).to_str().unwrap();
        assert!(header("content-security-policy").starts_with("default-src 'none'; script-src 'self';"), "{path}");
        assert_eq!((header("x-content-type-options"), header("referrer-policy")), ("nosniff", "no-referrer"), "{path}");
    }
    world.end().await;
}

async fn task(world: &World) -> String {
    task_in(&page(world, "/").await)
}

/// The first task that a page leads to.
fn task_in(page: &str) -> String {
    page.split("href=\"/tasks/").nth(1).unwrap().split(['"', '/']).next().unwrap().to_owned()
}

/// The hidden fields of the form that holds `mark`.
fn fields(html: &str, mark: &str) -> Vec<(String, String)> {
    let form = html.split("<form").find(|form| form.contains(mark)).unwrap_or_else(|| panic!("no form with {mark}"));
    let form = form.split("</form>").next().unwrap();
    let part = |text: &str, name: &str| {
        text.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    form.split("<input type=\"hidden\"").skip(1).map(|input| (part(input, "name"), part(input, "value"))).collect()
}

async fn send(world: &World, path: &str, origin: &str, form: &[(String, String)]) -> reqwest::Response {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = client.post(format!("{}{path}", world.base)).header("origin", origin);
    request.header("content-type", "application/x-www-form-urlencoded").body(body).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn m42_foreign_forms_do_nothing() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    let task = task(&world).await;
    let path = format!("/tasks/{task}/act");
    let good = fields(&page(&world, &format!("/tasks/{task}")).await, "value=\"add\"");
    let mut forged = good.clone();
    forged.iter_mut().filter(|(name, _)| name == "token").for_each(|(_, value)| *value = "0".repeat(64));
    for (origin, form) in [("https://evil.example", &good), (world.base.as_str(), &forged)] {
        assert_eq!(send(&world, &path, origin, form).await.status(), 403);
    }
    for path in ["/start".to_owned(), format!("/tasks/{task}/pick")] {
        let form = [("token", "0"), ("run", ""), ("patch_sha256", ""), ("repo", "")]
            .map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(send(&world, &path, &world.base, &form).await.status(), 403, "{path}");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_is_grown_retried_revised_and_stopped_from_the_page() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    let task = task(&world).await;
    let act = format!("/tasks/{task}/act");
    // The last candidate is there a moment before the round counts as done.
    let shown = loop {
        let shown = page(&world, &format!("/tasks/{task}")).await;
        if shown.contains("value=\"revise\"") {
            break shown;
        }
        tokio::task::yield_now().await;
    };
    let model = shown.split("<option value=\"").map(|part| part.split("</option>").next().unwrap());
    let model = model.filter(|part| part.contains("claude the model")).find_map(|part| part.split('"').next()).unwrap();
    let with = |act: &str, more: &[(&str, &str)]| {
        let mut form = fields(&shown, &format!("value=\"{act}\""));
        form.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        form
    };
    let add = with("add", &[("model", model)]);
    for _ in 0..2 {
        let answer = send(&world, &act, &world.base, &add).await;
        assert_eq!(answer.status(), 303, "pressed twice, done once: {}", answer.text().await.unwrap());
    }
    world.candidate(issue, "B").await;
    let revise = with("revise", &[("letter", "A"), ("instruction", "Say it louder.")]);
    let second = loop {
        // While B is being settled the round still counts as running.
        let answer = send(&world, &act, &world.base, &revise).await;
        if answer.status() == 303 {
            break page(&world, &format!("/tasks/{task}")).await;
        }
        assert_eq!(answer.status(), 409);
        tokio::task::yield_now().await;
    };
    assert!(second.contains("Round 2") && second.contains("Say it louder."), "{second}");
    let first = page(&world, &format!("/tasks/{task}/compare?round=1")).await;
    assert!(first.contains("data-key=\"2\">B</a>") && !first.contains(">C</a>"), "one candidate was added: {first}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_followed_to_its_end() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    let candidate = world.candidate(issue, "A").await;
    assert!(candidate.body.contains("Candidate A"));
    let task = task(&world).await;
    let all = page(&world, &format!("/tasks/{task}/compare")).await;
    let run = all.split("href=\"/runs/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let news = world.http.get(format!("{}/runs/{run}/live", world.base)).send().await.unwrap();
    let news = tokio::time::timeout(std::time::Duration::from_secs(30), news.text()).await.unwrap().unwrap();
    let at = |word: &str| news.find(word).unwrap_or_else(|| panic!("no {word} in {news}"));
    assert!(at("event: log") < at("event: bars") && at("event: bars") < at("event: over"), "{news}");
    assert!(news.contains("asking: about"), "{news}");
    let patch = page(&world, &format!("/runs/{run}/patch")).await;
    assert!(patch.starts_with("diff --git a/greet.py b/greet.py\n"), "{patch}");
    world.end().await;
}
