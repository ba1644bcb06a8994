//! Runs the built program in a folder of its own with an environment of its own.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use bakeoff::adapters::store::{Store, StoreOptions};
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};

/// A folder to run the program in.
pub struct Place {
    dir: tempfile::TempDir,
    env: BTreeMap<String, String>,
}

/// A run that has ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The result, of a run that must have succeeded.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }

    /// The sentence of a run that must have failed; it is one line.
    #[track_caller]
    pub fn refused(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{self:?}");
        let said: Vec<_> = self.err.lines().filter(|line| line.starts_with("error: ")).collect();
        assert_eq!(said.len(), 1, "one sentence: {self:?}");
        said[0].to_owned()
    }
}

impl Place {
    /// An empty folder; the program listens on a free port and logs nothing but errors unless told to.
    pub fn new() -> Self {
        let env = BTreeMap::from([("BAKEOFF_LISTEN".to_owned(), "127.0.0.1:0".to_owned())]);
        Self { dir: tempfile::tempdir().unwrap(), env }
    }

    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.env.insert(name.into(), value.into());
        self
    }

    pub fn unset(&mut self, name: &str) -> &mut Self {
        self.env.remove(name);
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file that only its owner can read.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        set_mode(&path, 0o600);
        path
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bakeoff"));
        command.args(args).current_dir(self.dir.path()).env_clear().envs(&self.env).stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        let output = self.command(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Runs the program for a reader that hangs up after a few bytes, like `head`.
    pub fn run_for_head(&self, args: &[&str]) -> Ran {
        let mut child = self.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = [0; 64];
        child.stdout.take().unwrap().read_exact(&mut out).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Ran { code: output.status.code(), out: text(&out), err: text(&output.stderr) }
    }

    /// Starts `serve` and waits until it listens.
    pub fn serve(&self, args: &[&str]) -> Serving {
        self.start(&[&["serve"], args].concat()).listening()
    }

    /// Starts `serve` through a shell script, which gets the program and its words as `$0` and `$@`.
    pub fn serve_with(&self, script: &str, args: &[&str]) -> Serving {
        let mut command = Command::new("/bin/sh");
        let program = ["-c", script, env!("CARGO_BIN_EXE_bakeoff"), "--log-format", "json", "serve"];
        command.args(program).args(args).current_dir(self.dir.path()).env_clear().envs(&self.env).stdin(Stdio::null());
        Serving::of(command).listening()
    }

    /// Starts something that goes on until it is stopped.
    pub fn start(&self, args: &[&str]) -> Serving {
        Serving::of(self.command(&[&["--log-format", "json"], args].concat()))
    }

    /// The database, as another process sees it.
    pub async fn store(&self) -> Store {
        open(&self.path("data/bakeoff.db")).await
    }
}

impl Serving {
    fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (send, lines) = channel();
        let log = BufReader::new(child.stderr.take().unwrap());
        // Ends with the child's stderr.
        std::thread::spawn(move || log.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Self { child, lines, log: Vec::new(), address: String::new() }
    }

    /// Waits until it listens.
    fn listening(mut self) -> Self {
        let line = self.wait_for("\"listening\"");
        let event: serde_json::Value = serde_json::from_str(&line).unwrap();
        event["fields"]["address"].as_str().unwrap().clone_into(&mut self.address);
        self
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The most memory it ever held.
    pub fn peak_memory_bytes(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
    }

    /// No file may grow beyond so many bytes from now on; `None` lifts it.
    pub fn limit_file_size(&self, bytes: Option<u64>) {
        let limits = Rlimit { current: bytes, maximum: None };
        prlimit(Some(Pid::from_child(&self.child)), Resource::Fsize, limits).unwrap();
    }
}

/// A database file.
pub async fn open(file: &Path) -> Store {
    Store::connect(&format!("sqlite://{}", file.display()), StoreOptions::default()).await.unwrap()
}

/// Sets the permission bits of a file.
pub fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// The permission bits of a file.
pub fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap_or_else(|_| panic!("no {}", path.display())).permissions().mode() & 0o777
}

/// A program that goes on; killed when dropped.
pub struct Serving {
    child: Child,
    lines: Receiver<String>,
    pub log: Vec<String>,
    pub address: String,
}

impl Serving {
    /// Reads the log until a line holds `text`.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> String {
        loop {
            let Ok(line) = self.lines.recv_timeout(Duration::from_mins(1)) else {
                panic!("waited in vain for {text} in the log:\n{}", self.log.join("\n"));
            };
            self.log.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }

    /// The status line of an answer.
    pub fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
    }

    /// Waits until it has killed itself; its log so far.
    pub fn killed(mut self) -> Vec<String> {
        let ended = (0..6_000).find_map(|_| {
            std::thread::sleep(Duration::from_millis(10));
            self.child.try_wait().unwrap()
        });
        let mut log = std::mem::take(&mut self.log);
        log.extend(self.lines.iter());
        let signal = ended.and_then(|status| status.signal());
        assert_eq!(signal, Some(Signal::KILL.as_raw()), "it was to be killed:\n{}", log.join("\n"));
        log
    }

    /// Asks it to stop; its exit code and its whole log.
    pub fn stop(mut self, signal: Signal) -> (Option<i32>, Vec<String>) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        let code = self.child.wait().unwrap().code();
        let mut log = std::mem::take(&mut self.log);
        log.extend(self.lines.iter());
        (code, log)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
