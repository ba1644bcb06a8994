//! `GET /tasks/{id}/compare`: a round's candidates: a table, who touches what, and the diffs side by side.

mod candidates;
mod matrix;
mod place;
#[cfg(test)]
mod sample;
mod sections;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::WebState;
use super::act::{Acts, acts};
use super::banner::{Banner, banners};
use super::page::{failed, html, not_found};
use super::visitor::{Reader, Top, Visitor};
use super::vote::voter;
use super::words::{moment, title};
use crate::domain::characters::made_visible;
use crate::domain::clock::Timestamp;
use crate::domain::ids::TaskId;
use crate::domain::run::Run;
use crate::domain::vote::Ballot;
use crate::service::comparison::{Comparison, before, compare};
use crate::service::votes::{Opinions, opinions};
use crate::service::watch::look_soon;
use candidates::{CandidateView, Chip, candidate, chips};
use matrix::{Matrix, matrix};
pub(super) use place::Asked;
use place::{Place, key};
use sections::{Body, Drawer, PAGE_FILES, Section};

pub(super) use candidates::may_pick;

#[derive(Template)]
#[template(path = "compare.html")]
struct Page<'a> {
    top: &'a Top,
    title: String,
    task: String,
    /// The proof for the vote buttons.
    token: &'a str,
    /// The question of this page's address.
    back: String,
    acts: Option<&'a Acts>,
    repo: String,
    issue: Option<(String, String)>,
    round: Option<RoundView>,
    banners: Vec<Banner>,
    candidates: Vec<CandidateView>,
    /// Whether any candidate was checked.
    any_checks: bool,
    /// The only candidate shown, in full.
    alone: Option<CandidateView>,
    matrix: Matrix,
    chips: Vec<Chip>,
    all_href: String,
    is_all: bool,
    space_href: String,
    no_space: bool,
    /// Set where one file is looked at: the way back.
    back_href: Option<String>,
    sections: Vec<Section>,
    more_files: usize,
    /// How many candidates are at work.
    working: usize,
    opening: bool,
}

#[derive(Template)]
#[template(path = "part.html")]
struct Part {
    sections: Vec<Section>,
}

struct RoundView {
    number: i64,
    status: &'static str,
    base: String,
    commit: String,
    instruction: String,
    until: Option<String>,
    /// Number, address, and whether it is this one.
    rounds: Vec<(i64, String, bool)>,
}

pub(super) async fn show(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let number = asked.round.as_deref().map(str::parse::<i64>).transpose();
    let (Ok(id), Ok(number)) = (id.parse(), number) else { return not_found() };
    let found = match compare(&state.services, id, number).await {
        Ok(Some(found)) => found,
        Ok(None) => return not_found(),
        Err(error) => return failed(&error),
    };
    if let Some(refused) = visitor.barred(&state, &found.repo).await {
        return refused;
    }
    if let Err(error) = look_soon(&state.services, id).await {
        tracing::warn!(task.id = %id, %error, "the round's reactions could not be looked at");
    }
    match read(&state, &visitor, found, asked).await {
        // Colours take a processor for a while, and others are waiting for this thread.
        Ok(scene) => match tokio::task::spawn_blocking(move || draw(scene)).await {
            Ok(page) => html(StatusCode::OK, page),
            Err(error) => failed(&error.into()),
        },
        Err(error) => failed(&error),
    }
}

/// What a page is drawn from.
struct Scene {
    reader: Reader,
    found: Comparison,
    opinions: Opinions,
    acts: Option<Acts>,
    /// The proof for the vote buttons.
    token: String,
    place: Place,
    /// The file before the change, where it was asked for.
    text: Option<String>,
    asked: Asked,
    now: Timestamp,
}

async fn read(state: &WebState, visitor: &Visitor, found: Comparison, asked: Asked) -> anyhow::Result<Scene> {
    let place = Place::new(found.task.id, found.round.as_ref().map_or(0, |round| round.number), &asked);
    let opinions = match &found.round {
        Some(round) => opinions(&state.services, round.id, &voter(visitor.person())).await?,
        None => Opinions::default(),
    };
    let reader = visitor.reader(state, &found.repo).await;
    let acts = if reader.may_act { acts(state, visitor, &found).await?.filter(Acts::any) } else { None };
    Ok(Scene {
        reader,
        opinions,
        acts,
        token: visitor.csrf().masked(),
        text: base_text(state, &found, &place).await,
        now: state.services.now(),
        found,
        place,
        asked,
    })
}

/// The text of the file before the change, where what lies between the hunks was asked for.
async fn base_text(state: &WebState, found: &Comparison, place: &Place) -> Option<String> {
    let wanted = place.file.as_deref().filter(|_| place.whole || !place.open.is_empty())?;
    let shown = found.runs.iter().filter(|run| run.has_patch() && place.shows(run.letter));
    let (run, file) = shown
        .flat_map(|run| run.result.files_changed.iter().map(move |f| (run, f)))
        .find(|(_, f)| key(&f.path) == wanted)?;
    let path = file.old_path.as_deref().unwrap_or(&file.path);
    before(&state.services, &found.repo, &run.base_commit, path)
        .await
        .inspect_err(|error| tracing::warn!(run.id = %run.id, %error, "the base of a candidate cannot be shown"))
        .ok()
        .flatten()
}

fn draw(scene: Scene) -> askama::Result<String> {
    let (found, place) = (&scene.found, &scene.place);
    let patched: Vec<&Run> = found.runs.iter().filter(|run| run.has_patch()).collect();
    let shown: Vec<&Run> = patched.iter().copied().filter(|run| place.shows(run.letter)).collect();
    let sections = Drawer::new(place, scene.text.as_deref(), &scene.asked).sections(&shown);
    if scene.asked.part.is_some() {
        return Part { sections }.render();
    }
    page(&scene, (&patched, &shown), sections).render()
}

fn page<'a>(scene: &'a Scene, (patched, shown): (&[&Run], &[&Run]), sections: Vec<Section>) -> Page<'a> {
    let (found, place) = (&scene.found, &scene.place);
    let candidate = |run: &Run| candidate(found, run, place, &scene.opinions, (scene.now, scene.reader.may_act));
    let candidates: Vec<CandidateView> = found.runs.iter().map(candidate).collect();
    let mut paths: Vec<&str> =
        shown.iter().flat_map(|run| &run.result.files_changed).map(|file| file.path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    let back = Place { file: None, whole: false, open: Vec::new(), ..place.clone() };
    let alone = shown.first().filter(|_| place.view.len() == 1);
    Page {
        top: &scene.reader.top,
        title: title(&found.task),
        task: found.task.id.to_string(),
        token: &scene.token,
        back: place.question(),
        acts: scene.acts.as_ref(),
        repo: found.repo.name.as_ref().map_or_else(|| found.repo.url.clone(), ToString::to_string),
        issue: found.task.issue.as_ref().map(|issue| (format!("#{}", issue.number), issue.url.clone())),
        round: round(found, place),
        banners: banners(found),
        any_checks: candidates.iter().any(|candidate| candidate.checks.is_some()),
        candidates,
        alone: alone.map(|run| candidate(run)),
        matrix: matrix(patched, place),
        chips: chips(patched, place),
        all_href: place.everything().to_string(),
        is_all: place.view.is_empty(),
        space_href: Place { no_space: !place.no_space, ..place.clone() }.to_string(),
        no_space: place.no_space,
        back_href: place.file.as_ref().map(|_| back.to_string()),
        more_files: if place.file.is_some() { 0 } else { paths.len().saturating_sub(PAGE_FILES) },
        sections,
        working: found.runs.iter().filter(|run| !run.status.is_terminal()).count(),
        opening: found.picks.iter().any(|pick| pick.status == crate::domain::pick::PickStatus::Opening),
    }
}

/// The address of a view of a task's comparison.
pub(super) fn address(task: TaskId, round: i64, asked: &Asked) -> String {
    Place::new(task, round, asked).to_string()
}

fn round(found: &Comparison, place: &Place) -> Option<RoundView> {
    let round = found.round.as_ref()?;
    let at = |number: i64| Place { round: number, view: std::collections::BTreeSet::new(), ..place.everything() };
    Some(RoundView {
        number: round.number,
        status: round.status.as_str(),
        base: made_visible(&round.base_ref),
        commit: round.base_commit.short().to_owned(),
        instruction: made_visible(&round.instruction),
        until: round.expires_at.map(moment),
        rounds: (1..=found.task.round).map(|n| (n, at(n).to_string(), n == round.number)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What hostile people and models write.
    const HOSTILE: &str =
        "</pre></title><script>struck()</script><img src=x onerror=\"struck()\">{{7*7}}' onload='struck()\u{202e}";

    fn scene(found: Comparison, asked: Asked, opinions: Opinions) -> Scene {
        Scene {
            reader: Reader { top: Top::default(), may_act: true },
            opinions,
            acts: None,
            token: String::new(),
            place: Place::new(found.task.id, 1, &asked),
            text: None,
            found,
            asked,
            now: Timestamp(0),
        }
    }

    #[test]
    fn votes_are_counted_and_the_own_one_is_pressed() {
        use crate::domain::vote::Tally;
        let run = sample::run("A", &[("a.py", 3)]);
        let opinions =
            Opinions { tallies: [(run.id, Tally { up: 3, down: 1 })].into(), own: [(run.id, Ballot::Up)].into() };
        let html = draw(scene(sample::found(vec![run]), Asked::default(), opinions)).unwrap();
        assert!(html.contains("name=\"vote\" value=\"none\" aria-pressed=\"true\""), "{html}");
        assert!(html.contains("name=\"vote\" value=\"down\" aria-pressed=\"false\""), "{html}");
        assert!(html.contains("</span> 3</button>") && html.contains("</span> 1</button>"), "{html}");
        assert!(!html.contains(">Checks</th>"), "no column without checks: {html}");
    }

    #[test]
    fn m41_hostile_names_titles_and_lines_stay_text() {
        let mut file = sample::file("a.py", 1);
        file.path = format!("dir/{HOSTILE}.py");
        file.old_path = Some(format!("{HOSTILE}.py"));
        file.patch = format!("@@ -1 +1 @@ {HOSTILE}\n-{HOSTILE}\n+x{HOSTILE}\n\\ {HOSTILE}\n");
        let mut run = sample::with("A", vec![file]);
        run.model_label = HOSTILE.into();
        run.result.summary = Some(HOSTILE.into());
        run.result.warnings = vec![HOSTILE.into()];
        let mut found = sample::found(vec![run]);
        found.task.title = Some(HOSTILE.into());
        if let Some(round) = &mut found.round {
            (round.base_ref, round.instruction) = (HOSTILE.into(), HOSTILE.into());
        }
        for question in ["{}", r#"{"view":"A"}"#, r#"{"part":"1"}"#, r#"{"view":"A","plain":"1","space":"hide"}"#] {
            let asked: Asked = serde_json::from_str(question).unwrap();
            let page = draw(scene(found.clone(), asked, Opinions::default())).unwrap();
            let tags: Vec<&str> = page.split('<').skip(1).map(|tag| tag.split(['>', ' ']).next().unwrap()).collect();
            let foreign = tags.iter().filter(|tag| matches!(**tag, "img" | "script" | "svg" | "iframe")).count();
            let ours = if question.contains("part") { 0 } else { 2 };
            assert_eq!(foreign, ours, "{question}: only our icon and our script\n{page}");
            assert!(!page.contains("onerror=\"") && !page.contains("' onload='"), "{question}: {page}");
            assert!(
                page.contains("&lt;img src=x") || page.contains("&#60;img src=x"),
                "{question}: it is shown as text"
            );
        }
    }
}
