//! P9: GET of 100 tasks and durable POST of a task, whole processes over real HTTP on this machine: the program is one
//! process, this load another. Run: `cargo bench --bench api`.

use std::error::Error;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

const BAKEOFF: &str = env!("CARGO_BIN_EXE_bakeoff");
const LISTED: usize = 100;
const CALLS: usize = 40_000;
/// Callers at once.
const READERS: usize = 16;
const WRITERS: usize = 256;

/// The program; it ends with this value.
struct Server {
    child: Child,
    address: SocketAddr,
    token: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing hangs on how it ends.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn bakeoff(folder: &Path, address: SocketAddr) -> Command {
    let mut command = Command::new(BAKEOFF);
    command.env_clear().current_dir(folder).stderr(Stdio::null());
    for (name, value) in [
        ("DATA_DIR", folder.join("data").display().to_string()),
        ("LISTEN", address.to_string()),
        ("ALLOW_LOCAL_REPOS", "true".into()),
        ("RATE_LIMIT_TOKEN", "0".into()),
        ("RATE_LIMIT_ADDRESS", "0".into()),
    ] {
        command.env(format!("BAKEOFF_{name}"), value);
    }
    command
}

fn git(folder: &Path, words: &[&str]) -> Fallible<()> {
    let who = ["-c", "user.name=Bench", "-c", "user.email=bench@example.com"];
    let status = Command::new("git").current_dir(folder).args(who).args(words).stdout(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err("git failed".into()) }
}

fn start(folder: &Path) -> Fallible<Server> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    if !bakeoff(folder, address).arg("migrate").status()?.success() {
        return Err("the database was not made".into());
    }
    let made = bakeoff(folder, address).args(["token", "create", "bench", "--scope", "read,run", "--json"]).output()?;
    let told: serde_json::Value = serde_json::from_slice(&made.stdout)?;
    let token = told.get("secret").and_then(|secret| secret.as_str()).ok_or("no token")?.to_owned();
    let child = bakeoff(folder, address).arg("serve").spawn()?;
    Ok(Server { child, address, token })
}

/// One connection that is kept.
struct Caller {
    stream: BufReader<TcpStream>,
    line: String,
}

impl Caller {
    async fn new(address: SocketAddr) -> Fallible<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), line: String::new() })
    }

    /// The status and the body.
    async fn ask(&mut self, request: &[u8]) -> Fallible<(u16, Vec<u8>)> {
        self.stream.get_mut().write_all(request).await?;
        let (mut status, mut length) = (0, 0);
        loop {
            self.line.clear();
            self.stream.read_line(&mut self.line).await?;
            let line = self.line.trim_end().to_ascii_lowercase();
            if let Some(told) = line.strip_prefix("http/1.1 ") {
                status = told.split(' ').next().unwrap_or_default().parse()?;
            } else if let Some(told) = line.strip_prefix("content-length: ") {
                length = told.parse()?;
            } else if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok((status, body))
    }
}

fn request(server: &Server, method: &str, path: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        server.address,
        server.token,
        body.len()
    )
    .into_bytes()
}

/// Processor time of the program so far, its own and the kernel's for it.
fn processor_time(server: &Server) -> Fallible<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", server.child.id()))?;
    let after = stat.rsplit_once(')').ok_or("no stat")?.1;
    let ticks = after.split_whitespace().skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    // The kernel tells these in hundredths of a second, whatever its own tick is.
    Ok(Duration::from_millis(ticks * 10))
}

/// Asks `CALLS` times by so many callers; prints the rate and the processor time of a call.
async fn measure(what: &str, server: &Server, callers: usize, wanted: u16, ask: &[u8]) -> Fallible<()> {
    let (begun, busy) = (Instant::now(), processor_time(server)?);
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..callers {
        let (mut caller, ask) = (Caller::new(server.address).await?, ask.to_vec());
        all.spawn(async move {
            for _ in 0..CALLS / callers {
                let (status, body) = caller.ask(&ask).await?;
                if status != wanted {
                    return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
                }
            }
            Fallible::Ok(())
        });
    }
    while let Some(done) = all.join_next().await {
        done??;
    }
    let (took, used) = (begun.elapsed(), processor_time(server)?.saturating_sub(busy));
    let calls = u32::try_from(CALLS / callers * callers)?;
    println!(
        "| {what} | {:.0}/s | {:.1} µs |",
        f64::from(calls) / took.as_secs_f64(),
        (used / calls).as_secs_f64() * 1e6
    );
    Ok(())
}

async fn ready(server: &Server) -> Fallible<Caller> {
    for _ in 0..200 {
        if let Ok(caller) = Caller::new(server.address).await {
            return Ok(caller);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err("the program does not listen".into())
}

async fn run() -> Fallible<()> {
    let folder = tempfile::tempdir()?;
    let origin = folder.path().join("hello");
    std::fs::create_dir(&origin)?;
    git(&origin, &["init", "-q", "-b", "main"])?;
    git(&origin, &["commit", "-q", "--allow-empty", "-m", "First"])?;
    let server = start(folder.path())?;
    let mut caller = ready(&server).await?;
    let clone = format!("{{\"repo_url\": \"file://{}\"}}", origin.display());
    let (_, body) = caller.ask(&request(&server, "POST", "/v1/repos/clone", &clone)).await?;
    let repo: serde_json::Value = serde_json::from_slice(&body)?;
    let id = repo.get("id").and_then(|id| id.as_str()).ok_or_else(|| repo.to_string())?;
    let task = request(&server, "POST", "/v1/tasks", &format!("{{\"repo_id\": \"{id}\", \"title\": \"Greeting\"}}"));
    for _ in 0..LISTED {
        caller.ask(&task).await?;
    }
    println!("| call | rate | processor time of the program |\n|---|---|---|");
    measure("GET 100 tasks", &server, READERS, 200, &request(&server, "GET", "/v1/tasks?limit=100", "")).await?;
    measure("POST a task, durable", &server, WRITERS, 201, &task).await
}

fn main() -> Fallible<()> {
    tokio::runtime::Runtime::new()?.block_on(run())
}
