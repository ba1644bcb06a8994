//! The command line: what can be said, and one file for each command.

mod demo;
mod logging;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Several models write a patch for one issue; a maintainer picks one; the bot opens that pull request.
#[derive(Debug, Parser)]
#[command(name = "bakeoff", version, about, max_term_width = 100, arg_required_else_help = true)]
struct Line {
    /// How log lines look on stderr.
    #[arg(long, global = true, value_enum, default_value_t = logging::LogFormat::Text)]
    log_format: logging::LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plays the whole job against stand-ins on this machine: no account, key or network needed.
    Demo {
        /// End with the opened pull request instead of leaving the web view up.
        #[arg(long)]
        once: bool,
    },
}

/// Runs the program. Exit codes: 0 done, 1 failed, 2 wrong usage.
pub fn main() -> ExitCode {
    let line = Line::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    match runtime.block_on(run(line)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::from(1)
}

async fn run(line: Line) -> anyhow::Result<()> {
    match line.command {
        Command::Demo { once } => {
            logging::start(line.log_format, "warn");
            demo::demo(once).await
        }
    }
}
