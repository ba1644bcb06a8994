//! The GitHub App made in the browser: who may, the way to GitHub and back, and work without a restart.

use std::collections::BTreeMap;

use bakeoff::adapters::crypto::{KeyRing, generate_key};
use bakeoff::adapters::store::audit;
use bakeoff::app::settings::{Settings, WebAuth};
use bakeoff::service::{keys, setup};
use bakeoff::sim::github::Fault;
use reqwest::{Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};

use crate::support::world::{ADA, ADMIN, REPO, World};

/// A program that nobody has set up, at an address it knows.
pub async fn fresh(auth: WebAuth, change: impl FnOnce(&mut Settings)) -> World {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let world = World::with(|settings| {
        settings.app = None;
        settings.webhook_secrets.clear();
        (settings.client_id, settings.client_secret) = (None, None);
        settings.listen = free.to_string();
        settings.public_url = Some(format!("http://{free}").parse().unwrap());
        settings.web_auth = auth;
        change(settings);
    })
    .await;
    world.hub.sign_in_as(ADA);
    world
}

/// A browser without script that follows no redirects.
pub struct Browser<'a> {
    world: &'a World,
    http: reqwest::Client,
    cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    pub fn new(world: &'a World) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { world, http, cookies: BTreeMap::new() }
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Response {
        let held: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if held.is_empty() { request } else { request.header("cookie", held.join("; ")) };
        let answer = request.header("accept", "text/html").send().await.unwrap();
        for set in answer.headers().get_all("set-cookie") {
            let text = set.to_str().unwrap();
            assert!(text.contains("; HttpOnly; SameSite=Lax") && text.contains("; Path=/;"), "M42: {text}");
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Response {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.world.base) };
        let request = self.http.get(url);
        self.send(request).await
    }

    pub async fn text(&mut self, path: &str) -> String {
        self.get(path).await.text().await.unwrap()
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Response {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.world.base) };
        let request = self.http.post(url).header("origin", &self.world.base);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        self.send(request).await
    }

    /// Enters with a key or the operator's token.
    async fn enter(&mut self, key: &str) -> StatusCode {
        let page = self.text("/setup").await;
        let token = attribute(&page, "name=\"token\" value");
        self.post("/setup/enter", &[("token", &token), ("key", key)]).await.status()
    }

    /// Signs in through GitHub, where the scene's person agrees.
    pub async fn sign_in(&mut self) {
        let away = to(&self.get("/login").await);
        let back = to(&self.get(&away).await);
        assert_eq!(self.get(&back).await.status(), 303, "{back}");
    }

    /// Presses the button here and the one on GitHub; where GitHub sends the browser then.
    async fn make(&mut self, page: &str, name: &str) -> Response {
        let (action, manifest) =
            (attribute(page, "method=\"post\" action"), attribute(page, "name=\"manifest\" value"));
        let github = self.post(&action, &[("manifest", &manifest)]).await;
        assert_eq!(github.status(), 200);
        let text = github.text().await.unwrap();
        let press = format!("{}{}", self.world.hub.url(), attribute(&text, "method=\"post\" action"));
        self.post(&press, &[("integration[name]", name)]).await
    }
}

/// The value of the first `name="…"` in a page.
pub fn attribute(page: &str, name: &str) -> String {
    let found = page.split(&format!("{name}=\"")).nth(1).unwrap_or_else(|| panic!("no {name} in {page}"));
    found.split('"').next().unwrap().replace("&#34;", "\"").replace("&#38;", "&").replace("&quot;", "\"")
}

fn to(answer: &Response) -> String {
    answer.headers()["location"].to_str().unwrap().to_owned()
}

fn policy(answer: &Response) -> String {
    answer.headers()["content-security-policy"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_nothing_to_a_pull_request_without_a_restart() {
    let mut world = fresh(WebAuth::Github, |_| {}).await;
    {
        let mut browser = Browser::new(&world);
        let stranger = browser.get("/setup").await;
        assert_eq!((stranger.status(), policy(&stranger).contains(&world.hub.url())), (StatusCode::OK, false));
        assert_eq!(stranger.headers()["cache-control"], "no-store");
        let text = stranger.text().await.unwrap();
        assert!(text.contains("Key from the log") && !text.contains("/settings/apps/new"), "{text}");

        let key = setup::make_key(world.store(), world.services.now()).await.unwrap();
        let key = key.expose_secret();
        assert_eq!(attribute(&browser.text(&format!("/setup?key={key}")).await, "name=\"key\" value"), key);
        assert_eq!(browser.enter("setup-guessed-0123456789").await, 403);
        assert_eq!(browser.enter(key).await, 303);
        assert_eq!(Browser::new(&world).enter(key).await, 403, "a key works once");

        let page = browser.get("/setup").await;
        let wider = format!("; form-action 'self' {};", world.hub.url());
        assert!(policy(&page).contains(&wider), "M41: {}", policy(&page));
        let page = page.text().await.unwrap();
        let back = browser.make(&page, "our bakeoff").await;
        assert_eq!(back.status(), 302);
        let back = to(&back);
        assert!(back.starts_with(&format!("{}/setup/callback?code=", world.base)), "{back}");
        assert_eq!(Browser::new(&world).get(&back).await.status(), 403, "another browser knows nothing of it");
        assert_eq!(to(&browser.get(&back).await), "/setup");
        let done = browser.text("/setup").await;
        assert!(done.contains(&format!("{}/apps/our-bakeoff/installations/new", world.hub.url())), "{done}");
        assert!(!done.contains("/setup/doctor"), "a key makes nobody an admin: {done}");
        assert!(!Browser::new(&world).text("/setup").await.contains("our-bakeoff"), "strangers learn nothing");

        let mut ada = Browser::new(&world);
        assert!(to(&ada.get("/").await).starts_with("/login"));
        ada.sign_in().await;
        let doctor = ada.text("/setup/doctor").await;
        assert!(doctor.contains("knows this App as our-bakeoff"), "who owns the App is an admin: {doctor}");
        let mut eve = Browser::new(&world);
        world.hub.create_user("eve");
        world.hub.sign_in_as("eve");
        eve.sign_in().await;
        for path in ["/setup/doctor", "/setup/doctor?x=1"] {
            assert_eq!(eve.get(path).await.status(), 404, "{path}");
        }
        assert!(!eve.text("/setup?org=octo").await.contains("our-bakeoff"));
    }
    assert_eq!(world.hub.app_slug(), "our-bakeoff");
    world.hub.install_app(REPO);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    let candidate = world.candidate(issue, "A").await;
    assert_eq!(candidate.author, "our-bakeoff[bot]");
    world.say(issue, "/bakeoff pick A");
    let pull = world.pull().await;
    assert!(world.file(&pull.head_sha, "greet.py").contains("Hello"));
    world.restart().await;
    world.say(issue, "/bakeoff help");
    world.bot_says(issue, "/bakeoff retry").await;
    let mut conn = world.store().read().await.unwrap();
    let trail = audit::list(&mut conn, None, 1000).await.unwrap();
    drop(conn);
    let noted: Vec<_> = trail.iter().map(|e| (e.actor.as_str(), e.action.as_str())).collect();
    assert!(noted.contains(&("setup key", "setup.enter")) && noted.contains(&("setup key", "app.create")), "{noted:?}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_token_opens_the_page_and_other_processes_hear_of_the_app() {
    let world = fresh(WebAuth::Github, |_| {}).await;
    let other = world.other_process().await;
    assert_eq!(other.app.number(), 0);
    let mut browser = Browser::new(&world);
    assert_eq!(browser.enter(ADMIN).await, 303);
    let page = browser.text("/setup").await;
    let back = to(&browser.make(&page, "bakeoff two").await);
    assert_eq!(to(&browser.get(&back).await), "/setup");
    setup::take_up(&other).await.unwrap();
    let number = i64::try_from(world.hub.app_id()).unwrap();
    assert_eq!((other.app.number(), world.services.app.number()), (number, number));
    let entered = setup::enter(&world.services, ADMIN, None).await.unwrap();
    assert!(entered.is_none(), "once there is an App only admins may");
    let stranger = Browser::new(&world).text("/setup").await;
    assert!(stranger.contains("is set up") && !stranger.contains("name=\"key\""), "{stranger}");
    world.hub.install_app(REPO);

    // `keys rotate` seals the credentials anew.
    let (now, new) = (world.services.now(), generate_key());
    let old = std::fs::read_to_string(world.data_dir().join("encryption.key")).unwrap();
    let both = KeyRing::parse(&SecretString::from(format!("{},{old}", new.expose_secret()))).unwrap();
    keys::rotate(world.store(), &both, "local", now).await.unwrap();
    let alone = KeyRing::parse(&new).unwrap();
    let third = bakeoff::service::Registration::new(
        world.services.app.template().clone(),
        bakeoff::service::registration::Given::default(),
        world.services.clock.clone(),
    )
    .unwrap();
    third.refresh(world.store(), &alone, &world.services.secrets).await.unwrap();
    assert_eq!(third.number(), number);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_began_here_and_now_is_taken() {
    let world = fresh(WebAuth::Local, |_| {}).await;
    let mut browser = Browser::new(&world);
    let page = browser.text("/setup").await;
    let taken = browser.make(&page, "bakeoff").await;
    assert_eq!(taken.status(), 422, "GitHub knows an App of this name");
    let page = browser.text("/setup").await;
    let back = to(&browser.make(&page, "bakeoff three").await);
    let (code, state) = {
        let url: url::Url = back.parse().unwrap();
        let get = |name: &str| url.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
        (get("code"), get("state"))
    };
    let callback = |code: &str, state: &str| format!("/setup/callback?code={code}&state={state}");
    for (wrong, why) in [
        (callback(&code, ""), "no state"),
        (callback(&code, &state.replace('.', "")), "a mangled state"),
        (callback(&code, &format!("9{state}")), "a state with another end"),
        (callback(&code, "%00.%00.%00"), "nonsense"),
    ] {
        assert_eq!(browser.get(&wrong).await.status(), 400, "{why}");
    }
    assert_eq!(Browser::new(&world).get(&callback(&code, &state)).await.status(), 400, "another browser");
    let unknown = browser.get(&callback("0123456789abcdef", &state)).await;
    assert_eq!(unknown.status(), 502);
    assert!(unknown.text().await.unwrap().contains("does not know this code"));
    assert_eq!(browser.get(&callback(&code, &state)).await.status(), 400, "a state is good once");
    assert_eq!(world.services.app.number(), 0, "nothing was taken");

    let fresh_state = |page: &str| attribute(page, "method=\"post\" action").split("state=").nth(1).unwrap().to_owned();
    let again = fresh_state(&browser.text("/setup").await);
    assert_eq!(browser.get(&callback("a%2Fb", &again)).await.status(), 400, "no code of GitHub's");
    let again = fresh_state(&browser.text("/setup").await);
    assert_eq!(to(&browser.get(&callback(&code, &again)).await), "/setup");
    let done = browser.text("/setup").await;
    assert!(done.contains("bakeoff-three") && done.contains("/setup/doctor"), "{done}");
    let doctor = browser.text("/setup/doctor").await;
    assert!(doctor.contains("knows this App as bakeoff-three") && doctor.contains("no damage found"), "{doctor}");
    world.hub.install_app(REPO);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_owns_the_app_and_hostile_names_do_nothing() {
    let world = fresh(WebAuth::Local, |_| {}).await;
    let mut browser = Browser::new(&world);
    for hostile in ["%22%3E%3Cscript%3Estruck=1%3C/script%3E", "..%2F..%2Fevil", "-octo", "https://evil.example"] {
        let page = browser.text(&format!("/setup?org={hostile}")).await;
        assert!(page.contains("No organisation can be called so") && !page.contains("<script>struck"), "{page}");
        let action = attribute(&page, "method=\"post\" action");
        assert!(action.starts_with(&format!("{}/settings/apps/new?state=", world.hub.url())), "{action}");
    }
    let page = browser.text("/setup?org=octo").await;
    let back = to(&browser.make(&page, "octo bakeoff").await);
    assert_eq!(to(&browser.get(&back).await), "/setup");
    assert!(browser.text("/setup").await.contains("belongs to octo"));
    let another = browser.text("/setup?org=octo").await;
    assert!(another.contains("Create the App"), "an admin may make another: {another}");
    let foreign = world.http.get(format!("{}/setup", world.base)).header("host", "evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), 403);
    world.hub.install_app(REPO);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_win_and_an_address_is_asked_for() {
    let world = World::with(|settings| settings.web_auth = WebAuth::Local).await;
    let mut browser = Browser::new(&world);
    let given = browser.text("/setup").await;
    assert!(given.contains("named by the settings"), "{given}");
    assert!(
        browser.text("/setup?org=octo").await.contains("BAKEOFF_PUBLIC_URL"),
        "without an address there is no button"
    );
    for path in ["/", "/setup", "/setup/doctor", "/setup/callback"] {
        let answer = browser.get(path).await;
        assert!(policy(&answer).contains("form-action 'self';"), "M41: {path}: {}", policy(&answer));
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m49_keys_cannot_be_tried_at_will() {
    let world = fresh(WebAuth::Github, |settings| settings.limits.sign_in = 4).await;
    let mut browser = Browser::new(&world);
    assert_eq!(browser.enter("setup-guess-one-0123456789").await, 403);
    assert_eq!(browser.enter("setup-guess-two-0123456789").await, 403);
    let answer = browser.get("/setup").await;
    assert!(answer.status() == 429 && answer.headers().contains_key("retry-after"), "{answer:?}");
    assert_eq!(browser.get("/health").await.status(), 200, "the rest goes on");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_github_that_is_away_takes_nothing_along() {
    let world = fresh(WebAuth::Local, |_| {}).await;
    let mut browser = Browser::new(&world);
    for fault in [Fault::on("POST", "/app-manifests/*").status(500), Fault::on("POST", "/app-manifests/*").html_200()] {
        world.hub.fault(fault.times(1));
        let page = browser.text("/setup").await;
        let back = to(&browser.make(&page, &format!("bakeoff {}", uuid::Uuid::new_v4().simple())[..30]).await);
        let answer = browser.get(&back).await;
        assert_eq!(answer.status(), 502);
        let text = answer.text().await.unwrap();
        assert!(text.contains("begin again on the setup page"), "{text}");
    }
    assert_eq!(world.services.app.number(), 0);
    assert!(browser.text("/setup").await.contains("Create the App"));
    world.end().await;
}
