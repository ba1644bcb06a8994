//! The tool agent: a search over 100,000 files, and the tokens of a typical run.
//!
//! `cargo bench --bench agent -- search` makes a repository of 100,000 files and searches it; `-- tokens` lets a
//! stand-in model work on this repository's own last commit, once with tools and once without.
#![expect(clippy::unwrap_used, reason = "a program for measuring: it ends where something is wrong")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bakeoff::adapters::git::{GitSettings, Mirror, Mirrors, Remote, TreeView};
use bakeoff::adapters::llm::{Connector, LlmSettings, RetryPolicy, ToolCall};
use bakeoff::domain::clock::Timestamp;
use bakeoff::domain::ids::ModelId;
use bakeoff::domain::model::{KeyLimits, ModelProfile, ModelSource, Provider, ToolUse, Wire};
use bakeoff::domain::money::{Usage, UsdMicros};
use bakeoff::domain::repo::CommitSha;
use bakeoff::domain::tariff::Tariff;
use bakeoff::engine::agent::tools::{Catalog, Room, answer};
use bakeoff::engine::agent::{Agent, Asker, Assignment, Call, Desk, DeskError, Ending, LoopLimits, Seat};
use bakeoff::engine::context::{Library, Patience};
use bakeoff::engine::patch::Rules;
use bakeoff::sim::models::{FakeModels, Reply};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use url::Url;

const FILES: usize = 100_000;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    match std::env::args().nth(1).as_deref() {
        Some("search") => runtime.block_on(search()),
        Some("tokens") => runtime.block_on(tokens()),
        _ => println!("say what to measure: search, tokens"),
    }
}

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// 10 to 60 lines of something like code: 1 to 5 KB.
fn source(n: usize, dice: &mut Dice) -> String {
    let mut text = format!("// Module {n}: sums and filters entries.\n");
    for line in 0..10 + dice.below(50) {
        let (a, b) = (dice.below(5_000), dice.below(100));
        writeln!(text, "    let total_{a} = entries.iter().map(|e| e.amount_{b}).sum::<i64>(); // {line}").unwrap();
    }
    if n % 25_000 == 7 {
        text.push_str("fn needle_in_the_haystack() {}\n");
    }
    text
}

fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git").current_dir(folder).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn generate(folder: &Path) -> u64 {
    git(folder, &["init", "-q", "-b", "main"]);
    let mut import =
        Command::new("git").current_dir(folder).args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut to = std::io::BufWriter::new(import.stdin.take().unwrap());
    let (mut dice, mut bytes) = (Dice(7), 0);
    write!(to, "commit refs/heads/main\ncommitter A <a@example.com> 0 +0000\ndata 1\nx\n").unwrap();
    for n in 0..FILES {
        let text = source(n, &mut dice);
        bytes += text.len() as u64;
        let path = format!("src/area_{}/part_{}/module_{n}.rs", n % 50, n % 1_000);
        write!(to, "M 100644 inline {path}\ndata {}\n{text}\n", text.len()).unwrap();
    }
    drop(to.into_inner().unwrap());
    assert!(import.wait().unwrap().success());
    bytes
}

async fn mirrored(work: &Path, data: &Path) -> (Mirror, TreeView) {
    let commit = CommitSha::parse(&git(work, &["rev-parse", "HEAD"])).unwrap();
    let long = Duration::from_mins(10);
    let settings = GitSettings { allow_local: true, call_timeout: long, total_timeout: long, ..GitSettings::default() };
    let mirrors = Mirrors::new(data.to_owned(), settings).unwrap();
    let remote = Remote { url: Url::from_directory_path(work).unwrap(), token: None };
    let mirror = mirrors.fetch("mirrors/r.git", &remote, &commit).await.unwrap();
    let view = mirror.tree(&commit).await.unwrap();
    (mirror, view)
}

async fn search() {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path().join("work");
    std::fs::create_dir(&work).unwrap();
    let bytes = generate(&work);
    println!("{FILES} files, {} MB", bytes / 1_000_000);
    let (_mirror, view) = mirrored(&work, &folder.path().join("data")).await;
    let catalog = Catalog::new(view, Rules::default());
    for (what, arguments) in [
        ("list the root (the first call asks the matcher about every path)", json!({})),
        ("a rare word", json!({"pattern": "needle_in_the_haystack"})),
        ("the same again", json!({"pattern": "needle_in_the_haystack"})),
        ("a word that is nowhere", json!({"pattern": "nowhere_to_be_found"})),
        ("a rare word, any case", json!({"pattern": "NEEDLE_in_the", "ignore_case": true})),
        ("a regular expression with few matches", json!({"pattern": r"\bfn\s+needle_\w+\(\)"})),
        ("a regular expression without a literal", json!({"pattern": r"[a-z]+_\d{5}_[A-Z]+"})),
        ("a word that is everywhere", json!({"pattern": "total_42"})),
        ("one folder", json!({"pattern": "nowhere_to_be_found", "path": "src/area_7"})),
        ("files of a name", json!({"pattern": "nowhere_to_be_found", "files": "module_1*.rs"})),
    ] {
        let name = if arguments.get("pattern").is_some() { "search" } else { "list" };
        let call = ToolCall { id: "c".into(), name: name.into(), arguments: arguments.to_string() };
        let begun = Instant::now();
        let mut room = Room::new(&catalog, &[], begun + Duration::from_secs(60));
        let done = answer(&mut room, &[call]).pop().unwrap();
        let second = done.result.output.lines().nth(1).unwrap_or_default().to_owned();
        println!("{:>6} ms  {what}: {second}", begun.elapsed().as_millis());
    }
}

/// Writes down what each call was planned with.
#[derive(Default)]
struct Ledger(Mutex<Vec<String>>);

impl Desk for Ledger {
    fn reserve(&self, _call: Call) -> BoxFuture<'_, Result<(), DeskError>> {
        async { Ok(()) }.boxed()
    }

    fn available(&self) -> BoxFuture<'_, Result<UsdMicros, DeskError>> {
        async { Ok(UsdMicros(100_000_000)) }.boxed()
    }

    fn settle(&self, _usage: Usage, _cost: UsdMicros) -> BoxFuture<'_, Result<(), DeskError>> {
        async { Ok(()) }.boxed()
    }

    fn log(&self, line: String) -> BoxFuture<'_, ()> {
        self.0.lock().unwrap().push(line);
        async {}.boxed()
    }
}

fn call(name: &str, arguments: Value) -> Reply {
    Reply::text("").thinking("I look at what the issue is about before I change it.").call(name, arguments)
}

/// What a model does about a small bug: looks around, reads two files, edits both, looks again, finishes.
fn script() -> Vec<Reply> {
    let path = "src/engine/agent/limits.rs";
    vec![
        call("search", json!({"pattern": "equal_failures"})).call("list", json!({"path": "src/engine/agent"})),
        call("read", json!({"path": path})).call("read", json!({"path": "src/engine/agent/turns.rs"})),
        call("search", json!({"pattern": "three_equal_failures", "path": "tests"})),
        call("edit", json!({"path": path, "old": "equal_failures: 3 }", "new": "equal_failures: 4 }"})),
        call("read", json!({"path": path, "from": 1, "to": 40})),
        call("finish", json!({"summary": "Four equal failures in a row end a run now, as the issue asks."})),
    ]
}

async fn tokens() {
    let folder = tempfile::tempdir().unwrap();
    let (mirror, view) = mirrored(Path::new(env!("CARGO_MANIFEST_DIR")), &folder.path().join("data")).await;
    println!("{} files", view.len());
    let fake = FakeModels::start().await.unwrap();
    let settings = LlmSettings { allowed_hosts: vec![fake.host()], ..LlmSettings::default() };
    let connector = Connector::new(settings).unwrap();
    for tools in [ToolUse::Auto, ToolUse::Off] {
        let plain = "Four now.\n\nsrc/engine/agent/limits.rs\n<<<<<<< SEARCH\n        Self { steps: 40, input_tokens: \
                     1_000_000, equal_failures: 3 }\n=======\n        Self { steps: 40, input_tokens: 1_000_000, \
                     equal_failures: 4 }\n>>>>>>> REPLACE\n";
        fake.script("m", if tools == ToolUse::Auto { script() } else { vec![Reply::text(plain)] });
        let library = Library::new(&folder.path().join("data"), Patience::default());
        let agent = agent(&fake, &connector, tools, (mirror.clone(), view.clone(), library));
        let ledger = Ledger::default();
        let task = Assignment {
            title: Some("Let four equal failures in a row end a run of the tool agent".into()),
            body: "`LoopLimits` in the agent stops after three equal failures; four would be better.".into(),
            ..Assignment::default()
        };
        let begun = Instant::now();
        let report = agent.run(&task, &ledger).await;
        assert!(matches!(&report.ending, Ending::Patch(applied) if applied.patch.files().len() == 1), "{report:?}");
        let log = ledger.0.into_inner().unwrap();
        let planned = |line: &String| line.strip_prefix("asking: about ")?.split(' ').next()?.parse::<i64>().ok();
        let calls: Vec<i64> = log.iter().filter_map(planned).collect();
        let all: i64 = calls.iter().sum();
        println!(
            "tools = {}: {all} input tokens in {} calls {calls:?}, {} ms",
            tools.as_str(),
            calls.len(),
            begun.elapsed().as_millis()
        );
    }
}

fn agent(fake: &FakeModels, connector: &Connector, tools: ToolUse, ground: (Mirror, TreeView, Arc<Library>)) -> Agent {
    let (mirror, view, library) = ground;
    let profile = ModelProfile {
        id: ModelId::new(),
        provider: Provider::Anthropic,
        model_name: "m".into(),
        display_name: None,
        alias: "m".into(),
        default: true,
        base_url: Some(fake.base_url(Provider::Anthropic, Wire::Responses)),
        wire: Wire::Responses,
        tools,
        prices: None,
        free: true,
        fallback: None,
        limits: KeyLimits::default(),
        source: ModelSource::Api,
        api_key_hint: "none".into(),
        created_at: Timestamp(0),
    };
    let deadline = tokio::time::Instant::now() + Duration::from_mins(5);
    let seat = Seat {
        model: connector.model(&profile, "key-of-the-bench".into()),
        tariff: Tariff::FREE,
        tools,
        provider: Provider::Anthropic,
        model_name: "m".into(),
        label: "m".into(),
    };
    Agent {
        asker: Asker::new(seat, None, 16_000, RetryPolicy::until(deadline)),
        tools,
        mirror,
        view,
        library,
        rules: Rules::default(),
        max_input_tokens: 120_000,
        loop_limits: LoopLimits::default(),
        deadline,
    }
}
