//! What every story of an agent needs.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bakeoff::adapters::git::{GitSettings, Mirror, Mirrors, Remote, TreeView};
use bakeoff::adapters::llm::{Connector, LlmSettings, RetryPolicy};
use bakeoff::domain::model::{ModelProfile, Provider, ToolUse, Wire};
use bakeoff::domain::money::{Prices, Usage, UsdMicros};
use bakeoff::domain::repo::CommitSha;
use bakeoff::domain::tariff::Tariff;
use bakeoff::engine::agent::{Agent, Asker, Assignment, Call, Desk, DeskError, Ending, LoopLimits, Report, Seat};
use bakeoff::engine::context::{Library, Patience};
use bakeoff::engine::patch::{Applied, Rules};
use bakeoff::sim::models::{FakeModels, Reply};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use crate::git::work::git;

/// Every way to speak to a provider.
pub const WIRES: [(Provider, Wire); 5] = [
    (Provider::OpenAi, Wire::Responses),
    (Provider::OpenAi, Wire::Chat),
    (Provider::OpenAiCompatible, Wire::Chat),
    (Provider::Anthropic, Wire::Responses),
    (Provider::Google, Wire::Responses),
];

/// The wire of tests that are not about wires.
pub const ANY: (Provider, Wire) = (Provider::Anthropic, Wire::Responses);

/// A small program with a misspelt greeting.
pub const FILES: &[(&str, &str)] = &[
    ("README.md", "# Greetings\n\nSays hello.\n"),
    (
        "src/greet.py",
        "def greet(name):\n    return \"Helo, \" + name\n\n\ndef part(name):\n    return \"Bye, \" + name\n",
    ),
    ("src/main.py", "from greet import greet\n\nprint(greet(\"you\"))\n"),
];

const PRICES: Prices =
    Prices { input: UsdMicros(1_000_000), output: UsdMicros(5_000_000), cached_input: UsdMicros(100_000) };

/// A desk with so much money; stops the run when `stop_after` calls were made.
pub struct TestDesk {
    left: AtomicI64,
    reserved: AtomicI64,
    calls: AtomicI64,
    stop_after: i64,
    pub log: Mutex<Vec<String>>,
}

impl TestDesk {
    pub fn with(micros: i64) -> Self {
        Self {
            left: AtomicI64::new(micros),
            reserved: AtomicI64::new(0),
            calls: AtomicI64::new(0),
            stop_after: i64::MAX,
            log: Mutex::default(),
        }
    }

    pub fn stopping_after(calls: i64) -> Self {
        Self { stop_after: calls, ..Self::with(1_000_000) }
    }

    pub fn left(&self) -> i64 {
        self.left.load(Ordering::SeqCst)
    }

    pub fn said(&self, words: &str) -> bool {
        self.log.lock().unwrap().iter().any(|line| line.contains(words))
    }
}

impl Desk for TestDesk {
    fn reserve(&self, Call { most, .. }: Call) -> BoxFuture<'_, Result<(), DeskError>> {
        let left = self.left.fetch_sub(most.0, Ordering::SeqCst) - most.0;
        assert!(left >= 0, "more was set aside than there is");
        assert_eq!(self.reserved.swap(most.0, Ordering::SeqCst), 0, "one call at a time");
        self.calls.fetch_add(1, Ordering::SeqCst);
        async { Ok(()) }.boxed()
    }

    fn available(&self) -> BoxFuture<'_, Result<UsdMicros, DeskError>> {
        let stopped = self.calls.load(Ordering::SeqCst) >= self.stop_after;
        async move { if stopped { Err(DeskError::Stopped) } else { Ok(UsdMicros(self.left())) } }.boxed()
    }

    fn settle(&self, _usage: Usage, cost: UsdMicros) -> BoxFuture<'_, Result<(), DeskError>> {
        let reserved = self.reserved.swap(0, Ordering::SeqCst);
        assert!(cost.0 <= reserved, "a call cost {cost:?}, more than was set aside for it");
        self.left.fetch_add(reserved - cost.0, Ordering::SeqCst);
        async { Ok(()) }.boxed()
    }

    fn log(&self, line: String) -> BoxFuture<'_, ()> {
        self.log.lock().unwrap().push(line);
        async {}.boxed()
    }
}

/// A repository, the stand-ins, and what is needed for an agent.
pub struct Bench {
    pub fake: FakeModels,
    pub view: TreeView,
    pub mirror: Mirror,
    pub folder: tempfile::TempDir,
    connector: Connector,
}

impl Bench {
    pub async fn start() -> Self {
        Self::of(FILES, |_| {}).await
    }

    /// A repository with these files; `more` may add to the working copy before the commit.
    pub async fn of(files: &[(&str, &str)], more: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let work = folder.path().join("work");
        std::fs::create_dir(&work).unwrap();
        git(&work, &["init", "-q", "-b", "main"]);
        for (path, text) in files {
            let file = work.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        more(&work);
        git(&work, &["add", "-A", "-f"]);
        git(&work, &["commit", "-q", "-m", "x"]);
        let commit = CommitSha::parse(&git(&work, &["rev-parse", "HEAD"])).unwrap();
        let settings = GitSettings { allow_local: true, ..GitSettings::default() };
        let mirrors = Mirrors::new(folder.path().join("data"), settings).unwrap();
        let remote = Remote { url: Url::from_directory_path(&work).unwrap(), token: None };
        let mirror = mirrors.fetch("mirrors/r.git", &remote, &commit).await.unwrap();
        let view = mirror.tree(&commit).await.unwrap();
        let fake = FakeModels::start().await.unwrap();
        let connector =
            Connector::new(LlmSettings { allowed_hosts: vec![fake.host()], ..LlmSettings::default() }).unwrap();
        Self { fake, view, mirror, folder, connector }
    }

    pub fn agent(&self, (provider, wire): (Provider, Wire), tools: ToolUse) -> Agent {
        let base_url = Some(self.fake.base_url(provider, wire));
        let profile = ModelProfile { tools, ..crate::llm::profile(provider, wire, base_url) };
        let deadline = Instant::now() + Duration::from_mins(1);
        let retry = RetryPolicy { first_wait: Duration::from_millis(1), ..RetryPolicy::until(deadline) };
        let seat = Seat {
            model: self.connector.model(&profile, "sk-agent-canary".into()),
            tariff: Tariff::flat(PRICES),
            tools,
            provider,
            model_name: "m".into(),
            label: "m".into(),
        };
        Agent {
            asker: Asker::new(seat, None, 8_000, retry),
            tools,
            mirror: self.mirror.clone(),
            view: self.view.clone(),
            library: Library::new(&self.folder.path().join("data"), Patience::default()),
            rules: Rules::default(),
            max_input_tokens: 100_000,
            loop_limits: LoopLimits::default(),
            deadline,
        }
    }

    /// One run of a model with tools that answers so.
    pub async fn run(&self, wire: (Provider, Wire), replies: Vec<Reply>) -> (Report, TestDesk) {
        self.run_as(wire, replies, |_| {}).await
    }

    /// The same with an agent that was changed before.
    pub async fn run_as(
        &self,
        wire: (Provider, Wire),
        replies: Vec<Reply>,
        change: impl FnOnce(&mut Agent),
    ) -> (Report, TestDesk) {
        self.fake.script("m", replies);
        let mut agent = self.agent(wire, ToolUse::Auto);
        change(&mut agent);
        let desk = TestDesk::with(1_000_000);
        (agent.run(&task(), &desk).await, desk)
    }

    /// The bodies of all requests, as one text each.
    pub fn sent(&self) -> Vec<String> {
        self.fake.requests().iter().map(|request| request.body.to_string()).collect()
    }
}

pub fn task() -> Assignment {
    Assignment { title: Some("greet says Helo".into()), body: "It should say Hello.".into(), ..Assignment::default() }
}

/// Says nothing and calls one tool.
pub fn call(name: &str, arguments: Value) -> Reply {
    Reply::text("").call(name, arguments)
}

pub fn patch(report: &Report) -> &Applied {
    match &report.ending {
        Ending::Patch(applied) => applied,
        other => panic!("no patch: {other:?}"),
    }
}

pub fn failed(report: &Report) -> &str {
    match &report.ending {
        Ending::Failed(_, why) => why,
        other => panic!("not failed: {other:?}"),
    }
}
