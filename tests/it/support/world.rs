//! A small world to tell stories in: the stand-ins, one repository, three models, and the real program between them.

use std::path::Path;
use std::time::Duration;

use bakeoff::adapters::store::Store;
use bakeoff::app::settings::{AppCredentials, Pace, Settings, WebAuth};
use bakeoff::app::{Running, build, serve};
use bakeoff::domain::model::{KeyLimits, Provider, ToolUse, Wire};
use bakeoff::domain::money::{Prices, UsdMicros};
use bakeoff::service::Services;
use bakeoff::service::models::NewModel;
use bakeoff::sim::github::{FakeGithub, SeenComment, SeenPull};
use bakeoff::sim::models::{FakeModels, Reply};
use secrecy::SecretString;

use super::invariants;

/// The repository of most stories.
pub const REPO: &str = "octo/hello";
/// Who owns it.
pub const ADA: &str = "ada";
/// The REST token of the stories.
pub const ADMIN: &str = "bko_the-admin-token-of-the-stories-0123456789abc";
/// The key every model of the stories has.
pub const MODEL_KEY: &str = "sk-story-canary-0123456789abcdef0123456789";

/// The file most candidates change.
pub const GREET: &str =
    "def greet(name):\n    return \"Helo, \" + name\n\n\ndef part(name):\n    return \"Bye, \" + name\n";

/// An answer that changes one place of one file.
pub fn replace(path: &str, from: &str, to: &str) -> Reply {
    Reply::text(format!(
        "The greeting was misspelt; this corrects it.\n\n{path}\n<<<<<<< SEARCH\n{from}\n=======\n{to}\n>>>>>>> REPLACE\n"
    ))
}

/// The right answer.
pub fn right() -> Reply {
    replace("greet.py", "    return \"Helo, \" + name", "    return \"Hello, \" + name")
}

/// Times in milliseconds, so that stories take no longer than their work.
pub fn quick() -> Pace {
    let ms = Duration::from_millis;
    Pace {
        body_read: ms(2_000),
        api_body_read: ms(2_000),
        write_spacing: ms(0),
        status_spacing: ms(20),
        adopt_wait: ms(400),
        poll_floor: ms(40),
        pick_grace: ms(60),
        lease: ms(3_000),
        queue_poll: ms(50),
        job_pause: ms(50),
        job_pause_max: ms(200),
        reconcile: ms(60_000),
        looking: ms(50),
        app_look: ms(100),
        run_deadline: ms(8_000),
        model_retry_wait: ms(20),
        model_first_event: ms(1_500),
        model_idle: ms(1_000),
        github_request: ms(5_000),
        github_retry: ms(10),
        fresh_token_grace: ms(500),
        stop_grace: ms(5_000),
    }
}

/// Lets models take two minutes: for stories in which somebody else must end their work.
pub fn patient(settings: &mut Settings) {
    let two_minutes = Duration::from_mins(2);
    (settings.pace.run_deadline, settings.pace.model_first_event) = (two_minutes, two_minutes);
}

/// People sign in to the web view, at an address that is known before the start.
pub fn signing(settings: &mut Settings) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    settings.web_auth = WebAuth::Github;
    settings.listen = format!("127.0.0.1:{port}");
    settings.public_url = Some(format!("http://127.0.0.1:{port}").parse().unwrap());
    (settings.limits.sign_in, settings.limits.session) = (0, 0);
}

/// The world.
pub struct World {
    pub hub: FakeGithub,
    pub models: FakeModels,
    pub services: Services,
    pub base: String,
    pub http: reqwest::Client,
    settings: Settings,
    running: Option<Running>,
    dir: tempfile::TempDir,
}

fn model(models: &FakeModels, provider: Provider, alias: &str, default: bool) -> NewModel {
    NewModel {
        provider,
        model_name: format!("{alias}-model"),
        display_name: Some(format!("{alias} the model")),
        alias: Some(alias.into()),
        default,
        api_key: SecretString::from(MODEL_KEY),
        base_url: Some(models.base_url(provider, Wire::Responses)),
        wire: None,
        tools: ToolUse::Off,
        prices: Some(Prices {
            input: UsdMicros(1_000_000),
            output: UsdMicros(5_000_000),
            cached_input: UsdMicros(100_000),
        }),
        free: false,
        fallback: None,
        limits: KeyLimits::default(),
    }
}

fn settings(hub: &FakeGithub, models: &FakeModels, dir: &Path) -> Settings {
    let providers = [
        (Provider::OpenAi, "gpt", true),
        (Provider::Anthropic, "claude", true),
        (Provider::Google, "gemini", false),
        (Provider::OpenAiCompatible, "local", false),
    ];
    Settings {
        disk_free_percent: 0,
        listen: "127.0.0.1:0".into(),
        data_dir: dir.join("data"),
        github_url: hub.url().parse().unwrap(),
        github_api_url: hub.api_url().parse().unwrap(),
        client_id: Some(hub.client_id()),
        client_secret: Some(hub.client_secret().into()),
        app: Some(AppCredentials { app_id: hub.app_id(), private_key: hub.private_key_pem().into() }),
        webhook_secrets: vec![hub.webhook_secret().into()],
        admin_token: Some(SecretString::from(ADMIN)),
        web_auth: WebAuth::Local,
        allowed_model_hosts: vec![models.host()],
        models: providers.into_iter().map(|(p, alias, default)| model(models, p, alias, default)).collect(),
        pace: quick(),
        ..Settings::default()
    }
}

impl World {
    /// A world with the usual settings.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A world whose settings were changed before the start.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let hub = FakeGithub::start().await.unwrap();
        let models = FakeModels::start().await.unwrap();
        models.require_key(MODEL_KEY);
        for alias in ["gpt", "claude", "gemini", "local"] {
            models.script(&format!("{alias}-model"), vec![right()]);
        }
        let dir = tempfile::tempdir().unwrap();
        let mut settings = settings(&hub, &models, dir.path());
        change(&mut settings);
        if let Some(public) = &settings.public_url {
            hub.set_callback_url(&format!("{}/login/callback", public.as_str().trim_end_matches('/')));
        }
        hub.create_user(ADA);
        let files: &[(&str, u32, &[u8])] = &[
            ("README.md", 0o100_644, b"# hello\n\nSays hello.\n"),
            ("greet.py", 0o100_644, GREET.as_bytes()),
            ("run.sh", 0o100_755, b"#!/bin/sh\nexec python3 greet.py\n"),
        ];
        hub.create_repo(REPO, files);
        hub.set_permission(REPO, ADA, "admin");
        hub.install_app(REPO);
        let (services, running) = start(&settings).await;
        let base = format!("http://{}", running.address);
        hub.set_webhook_url(&format!("{base}/webhooks/github"));
        Self { hub, models, services, base, http: reqwest::Client::new(), settings, running: Some(running), dir }
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.services.store
    }

    /// The database once more, as another process has it.
    pub async fn second_store(&self) -> Store {
        bakeoff::app::parts::open_store(&self.settings).await.unwrap()
    }

    /// Where the program keeps its files.
    pub fn data_dir(&self) -> std::path::PathBuf {
        self.settings.data_dir.clone()
    }

    /// The use cases as another process on the same database has them.
    pub async fn other_process(&self) -> Services {
        build(self.settings.clone(), self.second_store().await).await.unwrap().services
    }

    /// An issue about the greeting.
    pub fn issue(&self) -> i64 {
        self.hub.open_issue(REPO, ADA, "The greeting is wrong", "`greet(\"Bo\")` in greet.py gives `Helo, Bo`.")
    }

    /// Ada says it under the issue.
    pub fn say(&self, issue: i64, text: &str) -> i64 {
        self.hub.comment(REPO, issue, ADA, text)
    }

    /// Waits for a comment of the bot that holds `text`.
    pub async fn bot_says(&self, issue: i64, text: &str) -> SeenComment {
        let look = |hub: &bakeoff::sim::github::Hub| {
            hub.bot_comments(REPO, issue).into_iter().find(|comment| comment.body.contains(text))
        };
        self.hub.wait_for(&format!("a bot comment with {text:?}"), look).await
    }

    /// Waits for the candidate comment of a letter.
    pub async fn candidate(&self, issue: i64, letter: &str) -> SeenComment {
        let mark = format!("### Candidate {letter} ");
        let look = |hub: &bakeoff::sim::github::Hub| {
            let found = hub.bot_comments(REPO, issue).into_iter().rev();
            found.into_iter().find(|c| c.body.contains("kind=candidate") && c.body.contains(&mark))
        };
        self.hub.wait_for(&format!("the comment of candidate {letter}"), look).await
    }

    /// Waits for the status comment to hold `text`.
    pub async fn status_says(&self, issue: i64, text: &str) -> SeenComment {
        let look = |hub: &bakeoff::sim::github::Hub| {
            let mut all = hub.bot_comments(REPO, issue).into_iter();
            all.find(|comment| comment.body.contains("kind=status") && comment.body.contains(text))
        };
        self.hub.wait_for(&format!("a status comment with {text:?}"), look).await
    }

    /// Waits for the first pull request.
    pub async fn pull(&self) -> SeenPull {
        self.hub.wait_for("a pull request", |hub| hub.pulls(REPO).into_iter().next()).await
    }

    /// Stops the program in good order and starts it again on the same data.
    pub async fn restart(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        let (services, running) = start(&self.settings).await;
        self.base = format!("http://{}", running.address);
        self.hub.set_webhook_url(&format!("{}/webhooks/github", self.base));
        self.services = services;
        self.running = Some(running);
    }

    /// Another process on the same database, which must be Postgres; its address.
    pub async fn second_serve(&self) -> (String, Running) {
        let (_, running) = start(&Settings { listen: "127.0.0.1:0".into(), ..self.settings.clone() }).await;
        (format!("http://{}", running.address), running)
    }

    /// Stops the program in the middle of a story.
    pub async fn leave(mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// The text of a file in the tree of a commit.
    pub fn file(&self, commit: &str, path: &str) -> String {
        let tree = self.hub.tree(REPO, commit);
        let file = tree.get(path).unwrap_or_else(|| panic!("no {path} in {commit}: {:?}", tree.keys()));
        String::from_utf8(file.1.clone()).unwrap()
    }

    /// Ends the story: everything settles, then the invariants are checked.
    pub async fn end(mut self) {
        invariants::settle(&self).await;
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        let (repos, secrets) = ([REPO.to_owned()], self.secrets());
        let facts = invariants::Facts {
            hub: &self.hub,
            models: &self.models,
            store: &self.services.store,
            repos: &repos,
            secrets: &secrets,
            log: &[],
        };
        invariants::check(&facts).await;
        drop(self.dir);
    }

    /// What must stand in no text.
    fn secrets(&self) -> Vec<String> {
        let key_file = std::fs::read_to_string(self.dir.path().join("data/encryption.key")).unwrap();
        let ours = [MODEL_KEY, ADMIN, key_file.trim()].map(str::to_owned);
        ours.into_iter()
            .chain([self.hub.webhook_secret(), self.hub.private_key_pem(), self.hub.client_secret()])
            .collect()
    }
}

async fn start(settings: &Settings) -> (Services, Running) {
    let store = bakeoff::app::parts::open_store(settings).await.unwrap();
    store.migrate().await.unwrap();
    let parts = build(settings.clone(), store).await.unwrap();
    let services = parts.services.clone();
    (services, serve(parts, true).await.unwrap())
}
