//! The words of each reply.

use crate::domain::money::UsdMicros;
use crate::domain::round::RoundStatus;
use crate::engine::command::{CommandError, help_text};
use crate::engine::repofile::REPO_FILE;

use super::note::moment;
use super::reply::{ModelLine, MoneyLine, Reply, TaskStatus};
use super::text::{code, count, fenced, link, listed, plain};

/// A reply's words as Markdown.
pub fn reply_text(what: &Reply) -> String {
    match what {
        Reply::Help => help_text(),
        Reply::Models(models) => models_text(models),
        Reply::Status(status) => status_text(status),
        Reply::CannotRead(error) => cannot_read(error),
        other => sentence(other) + "\n",
    }
}

fn cannot_read(error: &CommandError) -> String {
    let meant = error.meant.as_ref().map_or_else(String::new, |meant| format!(" Did you mean {}?", code(meant, 80)));
    let marked = crate::domain::characters::made_visible(&error.marked());
    format!(
        "I cannot read this command: {}{meant}\n\n{}\nNothing was started. Send it again as a new comment; `/bakeoff help` lists what can be asked.\n",
        error.said,
        fenced("text", &marked)
    )
}

fn models_text(models: &[ModelLine]) -> String {
    if models.is_empty() {
        return sentence(&Reply::NoModels) + "\n";
    }
    let mut text = String::from(
        "**Models that can be named here**\n\n| write | model | vendor | asked by `/bakeoff` alone | price per million tokens in / out |\n|---|---|---|---|---|\n",
    );
    for model in models.iter().take(100) {
        let price = match model.prices {
            Some(prices) if prices.input == UsdMicros::ZERO && prices.output == UsdMicros::ZERO => "free".into(),
            Some(prices) => format!("{} / {}", prices.input, prices.output),
            None => "not known, so it cannot be used".to_owned(),
        };
        let default = if model.default { "yes" } else { "–" };
        let (alias, label) = (code(&model.alias, 64), code(&model.label, 80));
        text.push_str(&format!("| {alias} | {label} | {} | {default} | {price} |\n", model.provider));
    }
    if models.len() > 100 {
        text.push_str(&format!("\n{} not listed.\n", count(models.len() - 100, "more model")));
    }
    text
}

fn status_text(status: &TaskStatus) -> String {
    let Some(round) = status.round else {
        return format!("There is no round yet; write `/bakeoff` to start one.\n\n{}", caps(status));
    };
    let name = format!("Round {round}");
    let name = status.url.as_ref().map_or_else(|| name.clone(), |url| link(&name, url));
    let patches = count(status.patches, "patch").replace("patchs", "patches");
    let mut text = format!("{name}: {} at work, {patches} to choose from.", count(status.running, "candidate"));
    if let Some(at) = status.expires_at {
        let renewed = if status.renewed { "is renewed and " } else { "" };
        text.push_str(&format!(" The choice {renewed}ends on {}.", moment(at)));
    }
    format!("{text}\n\n{}", caps(status))
}

fn caps(status: &TaskStatus) -> String {
    let mut text = String::from("| | so far | set aside | of | left |\n|---|---|---|---|---|\n");
    for MoneyLine { what, spent, set_aside, cap } in &status.money {
        let left = cap.minus(*spent).minus(*set_aside);
        text.push_str(&format!("| {what} | {spent} | {set_aside} | {cap} | {left} |\n"));
    }
    for (what, so_far, cap) in &status.counts {
        text.push_str(&format!("| {what} | {so_far} | | {cap} | {} |\n", (cap - so_far).max(0)));
    }
    text
}

fn round_over(status: RoundStatus) -> &'static str {
    match status {
        RoundStatus::Picked => {
            "The newest round's choice is made, so nothing is added to it; `/bakeoff revise` goes on from a candidate."
        }
        RoundStatus::Merged => {
            "The newest round's pull request is merged, so nothing is added to it; write `/bakeoff` on a new issue."
        }
        RoundStatus::Canceled => "The newest round was cancelled; write `/bakeoff` to start another.",
        _ => "The newest round takes no more candidates; write `/bakeoff` to start another.",
    }
}

/// A cap that is reached.
fn full(what: &Reply) -> String {
    match what {
        Reply::CapReached { whose, cap, until } => {
            format!(
                "The cap of {} for the {whose} is reached; it counts from zero again on {}.",
                plain(cap, 40),
                moment(*until)
            )
        }
        Reply::TaskFull { cap } => {
            format!(
                "This would be more than the {} a task may have, so nothing was started; write `/bakeoff` on a new issue.",
                plain(cap, 40)
            )
        }
        Reply::ThreadFull { cap } => {
            format!(
                "This thread has no room left within the {cap} comments I may write here, so nothing more is said or started in it; write `/bakeoff` on a new issue."
            )
        }
        _ => String::new(),
    }
}

/// What went wrong on our side.
fn gone_wrong(what: &Reply) -> String {
    match what {
        Reply::GivenUp { crashed: true } => {
            "The server stopped twice while it worked on this command, so it was given up; send it again as a new comment, and tell the server's owner if that happens again.".into()
        }
        Reply::GivenUp { crashed: false } => {
            "This command failed on our side again and again, so it was given up; send it again as a new comment, and ask the server's owner if that fails too.".into()
        }
        Reply::Failed { reason } => {
            format!("This went wrong on our side and was given up: {} Send it again, or ask the server's owner.", plain(reason, 300))
        }
        _ => String::new(),
    }
}

/// One sentence of reason, and what to do next.
fn sentence(what: &Reply) -> String {
    match what {
        Reply::Help | Reply::Models(_) | Reply::Status(_) | Reply::CannotRead(_) => String::new(),
        Reply::UseOnAnIssue => "This command works on an issue, not on this pull request; use it on an issue.".into(),
        Reply::EditedVoid => {
            "The command was edited before it started, so nothing was done: edited, please send it again as a new comment.".into()
        }
        Reply::RoundRunning { round, url } => {
            let name = format!("Round {round}");
            let name = url.as_ref().map_or_else(|| name.clone(), |url| link(&name, url));
            format!("{name} of this issue is still running; wait for it, or write `/bakeoff cancel` first.")
        }
        Reply::NoRound => "There is no round on this issue yet; write `/bakeoff` to start one.".into(),
        Reply::NoSuchCandidate { letter, known } => {
            let known: Vec<String> = known.iter().map(ToString::to_string).collect();
            format!("The newest round has no candidate {letter}; there is {}.", listed(&known))
        }
        Reply::NoPatch { letter } => {
            format!("Candidate {letter} has no patch to go on with; `/bakeoff retry {letter}` tries it again.")
        }
        Reply::StillRunning { letter } => format!("Candidate {letter} is still at work; its row above says when it is done."),
        Reply::NothingToRetry => "No candidate of the newest round failed, so nothing is tried again; name one, as in `/bakeoff retry B`.".into(),
        Reply::NothingToCancel => "Nothing is at work here, so there is nothing to cancel.".into(),
        Reply::Canceling { runs } => format!("{} stopped; the status comment follows.", count(*runs, "candidate")),
        Reply::PullOpen { number, url } => {
            format!("{} of this issue is open; close it first to choose another candidate.", link(&format!("Pull request #{number}"), url))
        }
        Reply::PickedFirst { letter, by } => {
            format!("{} chose candidate {letter} first; the status comment tells what becomes of it.", code(by, 60))
        }
        Reply::AlreadyMerged { number } => {
            format!("Pull request #{number} of this issue is merged, so nothing can be chosen any more; write `/bakeoff` on a new issue.")
        }
        Reply::PullClosed { number } => {
            format!("Pull request #{number} is closed, so nothing was done; open it again, or write `/bakeoff` on its issue.")
        }
        Reply::NoRoundOnPull => {
            "There is no round on this pull request yet; `/bakeoff revise`, with what to change, starts one from its head.".into()
        }
        Reply::NameCandidate => {
            "Name the candidate to start from, as in `/bakeoff revise B`; the letter is left out on a pull request of mine only.".into()
        }
        Reply::BaseGiven => {
            "The commit to start from is given here already, so nothing was started; leave out `base=`.".into()
        }
        Reply::ChoiceExpired => "The choice of this round is over; `/bakeoff status` renews it.".into(),
        Reply::RoundOver { status } => round_over(*status).into(),
        Reply::RoundSpent { budget } => {
            format!("The round's budget of {budget} is spent or set aside for candidates at work; wait for them, or write `/bakeoff` for a new round.")
        }
        Reply::PatchChanged { letter } => {
            format!("Candidate {letter} is no longer the patch that was shown; look at its comment and choose again.")
        }
        Reply::NoModels => "No model is configured on this server; its owner can add one over REST or in the settings file.".into(),
        Reply::PriceUnknown { alias } => {
            format!("The price of {} is neither known nor given, so it is not used; its profile needs `prices` or `free`.", code(alias, 64))
        }
        Reply::TooManyCandidates { asked, max } => {
            format!("This asks for {asked} candidates and a round may have {max}; name fewer.")
        }
        Reply::BudgetAboveCap { asked, cap } => {
            format!("A budget of {asked} is above the cap of {cap} for a round; name a smaller one.")
        }
        Reply::BudgetTooSmall { asked, needed } => {
            format!("A budget of {asked} does not pay for this round; it takes {needed} at least.")
        }
        Reply::CapReached { .. } | Reply::TaskFull { .. } | Reply::ThreadFull { .. } => full(what),
        Reply::FileModelUnknown { alias } => {
            format!(
                "`{REPO_FILE}` names the model {}, which this server does not have; `/bakeoff models` lists what there is.",
                code(alias, 64)
            )
        }
        Reply::CheckNotRun { name } => {
            format!(
                "The check {} is in `{REPO_FILE}`, but this version does not run checks yet; leave out `check=`.",
                code(name, 64)
            )
        }
        Reply::UnknownCheck { name } => {
            format!("This repository has no check of that name ({}); leave out `check=`.", code(name, 64))
        }
        Reply::RefNotFound { name } => {
            format!("There is no branch, tag or commit {} here; name one that exists.", code(name, 120))
        }
        Reply::PathNotFound { path } => format!("There is no folder {} at that commit; name one that exists.", code(path, 120)),
        Reply::EmptyRepository => "This repository has no commit yet; push one first.".into(),
        Reply::PermissionUnknown => "GitHub did not say whether you may do this, so nothing was done; send it again later.".into(),
        Reply::IssueClosed => "This issue is closed or locked, so nothing was done; open it first.".into(),
        Reply::GivenUp { .. } | Reply::Failed { .. } => gone_wrong(what),
    }
}
