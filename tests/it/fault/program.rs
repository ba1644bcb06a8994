//! The built program between the stand-ins, which outlive it: it is killed at a named place or at any moment, and
//! started again on the same data.

use std::path::PathBuf;
use std::time::Duration;

use bakeoff::adapters::crypto::generate_key;
use bakeoff::adapters::store::page::Page;
use bakeoff::adapters::store::{Store, effects, runs, tasks};
use bakeoff::domain::model::{Provider, Wire};
use bakeoff::domain::run::Run;
use bakeoff::sim::github::{FakeGithub, Hub, SeenComment, SeenDelivery, SeenPull};
use bakeoff::sim::models::FakeModels;
use rustix::process::Signal;
use secrecy::ExposeSecret as _;
use tokio::task::block_in_place;

use crate::cli::binary::{Place, Ran, Serving};
use crate::support::databases::TestDb;
use crate::support::invariants::{self, Facts};
use crate::support::world::{ADA, ADMIN, GREET, MODEL_KEY, REPO, right};

/// The models of these stories: alias and provider; the first two answer `/bakeoff` alone.
const MODELS: [(&str, Provider); 4] = [
    ("gpt", Provider::OpenAi),
    ("claude", Provider::Anthropic),
    ("gemini", Provider::Google),
    ("local", Provider::OpenAiCompatible),
];

/// How long anything may take on a crowded machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program, its far ends and its database.
pub struct Program {
    pub hub: FakeGithub,
    pub models: FakeModels,
    pub store: Store,
    pub repos: Vec<String>,
    place: Place,
    address: String,
    serving: Option<Serving>,
    log: Vec<String>,
    secrets: Vec<String>,
}

/// A port below those that the system hands out, so that nobody takes it while the program is down.
pub fn free_port() -> u16 {
    let start = 20_000 + u16::try_from(uuid::Uuid::new_v4().as_u128() % 10_000).unwrap();
    let free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    (start..32_000).find(free).expect("a free port")
}

fn settings_file(models: &FakeModels) -> String {
    let profile = |(index, (alias, provider)): (usize, &(&str, Provider))| {
        format!(
            "[[models]]\nprovider = \"{}\"\nmodel_name = \"{alias}-model\"\nalias = \"{alias}\"\ndefault = {}\n\
             api_key_env = \"MODEL_KEY\"\nbase_url = \"{}\"\ntools = \"off\"\n\
             prices = {{ input = 1, output = 5, cached_input = 0.1 }}\n",
            provider.as_str(),
            index < 2,
            models.base_url(*provider, Wire::Responses)
        )
    };
    MODELS.iter().enumerate().map(profile).collect()
}

fn environment(place: &mut Place, hub: &FakeGithub, models: &FakeModels, database: &str, address: &str) -> Vec<String> {
    let key = generate_key().expose_secret().to_owned();
    let pem: PathBuf = place.write("app.pem", &hub.private_key_pem());
    for (name, value) in [
        ("BAKEOFF_LISTEN", address),
        ("BAKEOFF_DISK_FREE_PERCENT", "0"),
        ("BAKEOFF_DATABASE_URL", database),
        ("BAKEOFF_ENCRYPTION_KEYS", &key),
        ("BAKEOFF_GITHUB_URL", &hub.url()),
        ("BAKEOFF_GITHUB_API_URL", &hub.api_url()),
        ("BAKEOFF_GITHUB_APP_ID", &hub.app_id().to_string()),
        ("BAKEOFF_GITHUB_PRIVATE_KEY_FILE", pem.to_str().unwrap()),
        ("BAKEOFF_GITHUB_WEBHOOK_SECRETS", &hub.webhook_secret()),
        ("BAKEOFF_ADMIN_TOKEN", ADMIN),
        ("BAKEOFF_ALLOWED_MODEL_HOSTS", &models.host()),
        ("BAKEOFF_BUDGET_REPO_DAY_USD", "100000"),
        ("BAKEOFF_BUDGET_DAY_USD", "100000"),
        ("BAKEOFF_REACTION_POLL_FLOOR_SECONDS", "0.05"),
        ("BAKEOFF_PICK_GRACE_SECONDS", "0.05"),
        ("BAKEOFF_LEASE_SECONDS", "2"),
        ("MODEL_KEY", MODEL_KEY),
        ("HASTE", "50"),
    ] {
        place.set(name, value);
    }
    vec![key, hub.private_key_pem(), hub.webhook_secret(), ADMIN.into(), MODEL_KEY.into()]
}

impl Program {
    /// Starts it on this database; it kills itself at the place (`name` or `name:n`), if one is named.
    pub async fn start(db: &TestDb, crash_at: &str) -> Self {
        let hub = FakeGithub::start().await.unwrap();
        let models = FakeModels::start().await.unwrap();
        models.require_key(MODEL_KEY);
        for (alias, _) in MODELS {
            models.script(&format!("{alias}-model"), vec![right()]);
        }
        hub.create_user(ADA);
        let mut place = Place::new();
        let address = format!("127.0.0.1:{}", free_port());
        let secrets = environment(&mut place, &hub, &models, &db.url, &address);
        place.write("bakeoff.toml", &settings_file(&models));
        hub.set_webhook_url(&format!("http://{address}/webhooks/github"));
        let (repos, log, store) = (Vec::new(), Vec::new(), db.store.clone());
        let mut program = Self { hub, models, store, repos, place, address, serving: None, log, secrets };
        program.start_again(crash_at);
        program.repository(REPO);
        program
    }

    /// A repository of Ada's with the App installed.
    pub fn repository(&mut self, name: &str) {
        let files: &[(&str, u32, &[u8])] =
            &[("README.md", 0o100_644, b"# hello\n\nSays hello.\n"), ("greet.py", 0o100_644, GREET.as_bytes())];
        self.hub.create_repo(name, files);
        self.hub.set_permission(name, ADA, "admin");
        self.hub.install_app(name);
        self.repos.push(name.to_owned());
    }

    /// Starts it again; it kills itself at this place unless it is empty.
    pub fn start_again(&mut self, crash_at: &str) {
        if crash_at.is_empty() {
            self.place.unset("CRASH_AT")
        } else {
            self.place.set("CRASH_AT", crash_at)
        };
        let serving = block_in_place(|| self.place.serve(&[]));
        assert_eq!(serving.address, self.address);
        self.serving = Some(serving);
    }

    /// Starts it again without workers.
    pub fn start_receiving(&mut self) {
        self.place.unset("CRASH_AT");
        self.serving = Some(block_in_place(|| self.place.serve(&["--no-worker"])));
    }

    /// Waits until it has killed itself, and starts it again.
    pub fn dies_and_starts_again(&mut self) {
        self.died();
        self.start_again("");
    }

    /// Waits until it has killed itself.
    pub fn died(&mut self) {
        let serving = self.serving.take().expect("a running program");
        self.log.extend(block_in_place(|| serving.killed()));
    }

    /// kill -9, now.
    pub fn kill(&mut self) {
        let serving = self.serving.take().expect("a running program");
        let (code, log) = block_in_place(|| serving.stop(Signal::KILL));
        assert_eq!(code, None, "killed, not ended");
        self.log.extend(log);
    }

    /// Asks it to stop; it must end with 0.
    pub fn stop(&mut self) {
        let serving = self.serving.take().expect("a running program");
        let (code, log) = block_in_place(|| serving.stop(Signal::TERM));
        assert_eq!(code, Some(0), "{}", log.join("\n"));
        self.log.extend(log);
    }

    /// The Fernet keys it starts with next.
    pub fn set_encryption_keys(&mut self, keys: &str) {
        self.place.set("BAKEOFF_ENCRYPTION_KEYS", keys);
        self.secrets.extend(keys.split(',').map(str::to_owned));
    }

    /// The Fernet key it was first started with.
    pub fn encryption_keys(&self) -> String {
        self.secrets[0].clone()
    }

    /// Another command of the program, beside the one that serves.
    pub fn run(&self, args: &[&str]) -> Ran {
        block_in_place(|| self.place.run(args))
    }

    /// The same, which kills itself at this place.
    pub fn run_until(&mut self, crash_at: &str, args: &[&str]) -> Ran {
        self.place.set("CRASH_AT", crash_at);
        let ran = block_in_place(|| self.place.run(args));
        self.place.unset("CRASH_AT");
        ran
    }

    /// An issue about the greeting.
    pub fn issue(&self) -> i64 {
        self.hub.open_issue(REPO, ADA, "The greeting is wrong", "`greet(\"Bo\")` in greet.py gives `Helo, Bo`.")
    }

    /// An issue about the greeting with one command of Ada's.
    pub fn asked(&self, command: &str) -> i64 {
        let issue = self.issue();
        self.hub.comment(REPO, issue, ADA, command);
        issue
    }

    /// Waits for the only comment of the bot that holds these words.
    pub async fn said(&self, issue: i64, words: &[&str]) -> SeenComment {
        let fits = |c: &SeenComment| words.iter().all(|word| c.body.contains(word));
        let look = |hub: &Hub| hub.bot_comments(REPO, issue).into_iter().find(|c| fits(c));
        self.waited(&format!("a bot comment with {words:?}"), look).await
    }

    /// Waits for a candidate's comment.
    pub async fn candidate(&self, issue: i64, letter: &str) -> SeenComment {
        self.said(issue, &["kind=candidate", &format!("### Candidate {letter} ")]).await
    }

    /// Waits for the pull request to be open and told.
    pub async fn told(&self, issue: i64) -> SeenPull {
        let pull = self.waited("a pull request", |hub| hub.pulls(REPO).into_iter().next()).await;
        self.said(issue, &["kind=status", &format!("[Pull request #{}]", pull.number)]).await;
        pull
    }

    /// Waits until a failed delivery of this event was asked for again and answered.
    pub async fn redelivered(&self, event: &str) -> SeenDelivery {
        let fits = |d: &SeenDelivery| d.redelivery && d.event == event && d.status != 0;
        self.waited("a redelivery", |hub| hub.deliveries().into_iter().find(fits)).await
    }

    /// Ends it in good order and starts it again; it then looks for failed deliveries.
    pub async fn asks_again(&mut self) {
        let looks = |hub: &Hub| hub.calls("GET", "/app/hook/deliveries*").len();
        self.stop();
        let before = looks(&self.hub);
        self.start_again("");
        self.waited("a look at the deliveries", |hub| (looks(hub) > before).then_some(())).await;
    }

    /// Twice as patient as the stand-in.
    async fn waited<T>(&self, what: &str, look: impl Fn(&Hub) -> Option<T>) -> T {
        let deadline = tokio::time::Instant::now() + PATIENCE / 2;
        while tokio::time::Instant::now() < deadline {
            if let Some(found) = look(&self.hub) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.hub.wait_for(what, look).await
    }

    /// Waits until this many model calls are being answered.
    pub async fn calls_under_way(&self, count: usize) {
        self.waited("model calls", |_| (self.models.running() == count).then_some(())).await;
    }

    /// Model calls so far for this alias.
    pub fn calls_of(&self, alias: &str) -> usize {
        self.models.requests().iter().filter(|r| r.model == format!("{alias}-model")).count()
    }

    /// A field of each line of the log with this message, of the runs of the program that are over.
    pub fn logged(&self, message: &str, field: &str) -> Vec<String> {
        let lines = self.log.iter().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let told = lines.filter(|line| line["fields"]["message"] == message);
        told.filter_map(|line| line["fields"][field].as_str().map(str::to_owned)).collect()
    }

    /// Every run of the story.
    pub async fn runs(&self) -> Vec<Run> {
        let mut conn = self.store.read().await.unwrap();
        let mut all = Vec::new();
        for task in tasks::list(&mut conn, None, &Page::ALL).await.unwrap() {
            all.extend(runs::list_task(&mut conn, task.id).await.unwrap());
        }
        all
    }

    /// Whether our record of the effect with this key's beginning names what stands on GitHub.
    pub async fn is_recorded(&self, comment: &SeenComment, key: &str) -> bool {
        let mut conn = self.store.read().await.unwrap();
        effects::by_external(&mut conn, key, comment.id).await.unwrap().is_some()
    }

    /// Ends the story: everything settles, the program stops in good order, the invariants hold.
    pub async fn end(mut self) {
        self.hub.settled().await;
        invariants::settled(&self.hub, &self.store, PATIENCE).await;
        self.stop();
        let facts = Facts {
            hub: &self.hub,
            models: &self.models,
            store: &self.store,
            repos: &self.repos,
            secrets: &self.secrets,
            log: &self.log,
        };
        invariants::check(&facts).await;
    }
}
