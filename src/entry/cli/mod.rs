//! The command line: what can be said, and one file for each command.

mod database;
mod demo;
mod doctor;
mod keys;
mod logging;
mod output;
mod process;
mod serve;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::engine::render::redact::Secrets;

use process::Process;

/// Several models write a patch for one issue; a maintainer picks one; the bot opens that pull request.
#[derive(Debug, Parser)]
#[command(name = "bakeoff", version, about, max_term_width = 100, arg_required_else_help = true, after_help = CODES)]
struct Line {
    /// How log lines look on stderr; RUST_LOG says how much is logged.
    #[arg(long, global = true, value_enum, default_value_t = logging::LogFormat::Text)]
    log_format: logging::LogFormat,
    /// Settings file in place of bakeoff.toml in the working folder.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

const CODES: &str = "Exit codes: 0 done, 1 failed, 2 wrong usage. Settings: docs/configuration.md";

#[derive(Debug, Subcommand)]
enum Command {
    /// Plays the whole job against stand-ins on this machine: no account, key or network needed.
    Demo {
        /// End with the opened pull request instead of leaving the web view up.
        #[arg(long)]
        once: bool,
    },
    /// Receives webhooks, serves REST and the web view, and works on jobs.
    ///
    /// Ends in good order on SIGTERM and Ctrl-C: takes no more requests, lets what is under way end within 25
    /// seconds, gives the rest back to the queue. On SQLite a second serve on the same file refuses to start.
    Serve {
        /// Leave the jobs to `bakeoff worker` processes (Postgres).
        #[arg(long)]
        no_worker: bool,
        /// Refuse a database that is not migrated instead of migrating it.
        #[arg(long)]
        no_migrate: bool,
    },
    /// Works on jobs without listening; as many processes as wanted on one Postgres database.
    Worker {
        /// Refuse a database that is not migrated instead of migrating it.
        #[arg(long)]
        no_migrate: bool,
    },
    /// Checks every setting and everything reachable, a line each with the fix; exit 1 when something is wrong.
    Doctor {
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Prints the OpenAPI document of the REST API.
    Openapi,
    /// Brings the database's schema up to date; harmless when it is. `serve` does it by itself.
    Migrate,
    /// Makes, lists and revokes REST tokens.
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Makes and exchanges the keys that stored secrets are encrypted with.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Writes a consistent copy of the SQLite database while it is in use.
    ///
    /// The copy is readable by its owner only; a file that exists is never overwritten. The encryption keys are not in
    /// it: keep them as well. To restore, stop serve and put the copy in the place of the database file.
    Backup {
        /// Where the copy goes.
        file: PathBuf,
    },
}

/// Runs the program. Exit codes: 0 done, 1 failed, 2 wrong usage.
pub fn main() -> ExitCode {
    let line = Line::parse();
    let secrets = Secrets::new();
    logging::start(line.log_format, usual_level(&line.command), &secrets);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::failed(&error.into(), &secrets),
    };
    let ended = runtime.block_on(run(line, &secrets));
    // A call that never returns must not keep the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended.unwrap_or_else(|error| output::failed(&error, &secrets))
}

fn usual_level(command: &Command) -> &'static str {
    match command {
        Command::Serve { .. } | Command::Worker { .. } => "info",
        _ => "warn",
    }
}

async fn run(line: Line, secrets: &Secrets) -> anyhow::Result<ExitCode> {
    let process = Process { config: line.config, secrets: secrets.clone() };
    match line.command {
        Command::Demo { once } => demo::demo(once).await?,
        Command::Serve { no_worker, no_migrate } => serve::serve(&process, !no_worker, !no_migrate).await?,
        Command::Worker { no_migrate } => serve::worker(&process, !no_migrate).await?,
        Command::Doctor { json } => return doctor::doctor(&process, json).await,
        Command::Openapi => output::page(crate::entry::api::openapi().trim_end())?,
        Command::Migrate => database::migrate(&process).await?,
        Command::Token(command) => token::token(&process, command).await?,
        Command::Keys(command) => keys::keys(&process, &command).await?,
        Command::Backup { file } => database::backup(&process, &file).await?,
    }
    Ok(ExitCode::SUCCESS)
}
