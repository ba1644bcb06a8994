//! Debian's Chromium, driven by its own protocol over two pipes: no driver, no socket, no crate.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// How long Chromium may take for one answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// What makes it the same on every machine.
const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
];

/// A running Chromium.
pub struct Chrome {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    sent: u64,
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

/// How a page is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    pub width: u32,
    pub dark: bool,
}

/// A desk and a phone, by day and by night.
pub const SCREENS: [Screen; 4] = [
    Screen { width: 1280, dark: false },
    Screen { width: 1280, dark: true },
    Screen { width: 390, dark: false },
    Screen { width: 390, dark: true },
];

fn program() -> Option<PathBuf> {
    let named = std::env::var_os("BAKEOFF_TEST_CHROMIUM").map(PathBuf::from);
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    named.or_else(|| names.iter().flat_map(|n| folders.iter().map(move |f| f.join(n))).find(|path| path.is_file()))
}

impl Chrome {
    /// Starts it; `None` where there is none and it need not be there.
    pub fn start() -> Option<Self> {
        let Some(program) = program() else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "Chromium is missing, and CI skips nothing");
            eprintln!("note: no Chromium here; the pages were not looked at");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        // It speaks on descriptors 3 and 4.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 0</dev/null 1>&2"])
            .arg(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Some(Self { child, to, from, sent: 0, events: Vec::new(), _profile: profile })
    }

    /// Ends it.
    pub async fn end(mut self) {
        self.send(None, "Browser.close", json!({})).await;
        tokio::time::timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap();
    }

    /// A fresh page on this screen.
    pub async fn page(&mut self, screen: Screen) -> Page<'_> {
        let target = self.send(None, "Target.createTarget", json!({ "url": "about:blank" })).await;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = self.send(None, "Target.attachToTarget", attach).await["sessionId"].as_str().unwrap().to_owned();
        let mut page = Page { chrome: self, session };
        for domain in ["Page.enable", "Runtime.enable", "Log.enable", "Network.enable", "Audits.enable"] {
            page.send(domain, json!({})).await;
        }
        let phone = screen.width < 600;
        let metrics = json!({ "width": screen.width, "height": 900, "deviceScaleFactor": 1, "mobile": phone });
        page.send("Emulation.setDeviceMetricsOverride", metrics).await;
        let scheme = json!({ "name": "prefers-color-scheme", "value": if screen.dark { "dark" } else { "light" } });
        page.send("Emulation.setEmulatedMedia", json!({ "features": [scheme] })).await;
        page
    }

    async fn send(&mut self, session: Option<&str>, method: &str, params: Value) -> Value {
        self.sent += 1;
        let mut message = json!({ "id": self.sent, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let mut line = message.to_string().into_bytes();
        line.push(0);
        self.to.write_all(&line).await.unwrap();
        let id = self.sent;
        loop {
            let answer = self.receive().await;
            if answer["id"] == id {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    async fn receive(&mut self) -> Value {
        let mut line = Vec::new();
        let read = self.from.read_until(0, &mut line);
        let length = tokio::time::timeout(PATIENCE, read).await.expect("Chromium answers in time").unwrap();
        assert!(length > 0, "Chromium ended");
        serde_json::from_slice(&line[..length - 1]).unwrap()
    }
}

/// An open page.
pub struct Page<'a> {
    chrome: &'a mut Chrome,
    session: String,
}

impl Page<'_> {
    async fn send(&mut self, method: &str, params: Value) -> Value {
        let session = self.session.clone();
        self.chrome.send(Some(&session), method, params).await
    }

    /// Forgets what happened so far, does `what`, and waits until a page has loaded.
    async fn load(&mut self, method: &str, params: Value) {
        self.chrome.events.retain(|event| event["method"] != "Page.loadEventFired");
        self.send(method, params).await;
        while !self.chrome.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.chrome.receive().await;
            self.chrome.events.push(event);
        }
    }

    /// Goes to an address.
    pub async fn goto(&mut self, url: &str) {
        self.load("Page.navigate", json!({ "url": url })).await;
    }

    /// Does something that leads to another page.
    pub async fn follow(&mut self, script: &str) {
        self.load("Runtime.evaluate", json!({ "expression": script, "userGesture": true })).await;
    }

    /// What a script finds.
    pub async fn find(&mut self, script: &str) -> Value {
        let params = json!({ "expression": script, "awaitPromise": true, "returnByValue": true, "userGesture": true });
        let answer = self.send("Runtime.evaluate", params).await;
        assert!(answer["exceptionDetails"].is_null(), "{script}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Waits until a script finds something true, over as many pages as it takes.
    pub async fn until(&mut self, script: &str) {
        let look = format!("(() => {{ try {{ return Boolean({script}); }} catch {{ return false; }} }})()");
        let seek = async {
            while self.find(&look).await != true {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, seek).await.unwrap_or_else(|_| panic!("waited in vain for {script}"));
    }

    /// Presses a key.
    pub async fn press(&mut self, key: &str) {
        let mut down = json!({ "type": "keyDown", "key": key });
        if key.chars().count() == 1 {
            down["text"] = key.into();
        }
        self.send("Input.dispatchKeyEvent", down).await;
        self.send("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key })).await;
    }

    /// Everything the console, the script engine and the content security policy complained of.
    pub fn complaints(&mut self) -> Vec<String> {
        let kinds = ["Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Audits.issueAdded"];
        let (told, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.chrome.events)
            .into_iter()
            .partition(|event| kinds.iter().any(|kind| event["method"] == *kind));
        self.chrome.events = rest;
        told.iter().map(|event| event["params"].to_string()).collect()
    }

    /// A picture of the whole page.
    pub async fn picture(&mut self, file: &std::path::Path) {
        let size = self.find("[document.documentElement.clientWidth, document.documentElement.scrollHeight]").await;
        let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1 });
        let taken = self.send("Page.captureScreenshot", json!({ "captureBeyondViewport": true, "clip": clip })).await;
        let bytes = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, taken["data"].as_str().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
}
