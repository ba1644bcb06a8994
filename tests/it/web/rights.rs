//! Who sees what and may do what, over every page (M40, M43).

use std::time::Duration;

use super::visit::Visit;
use super::{fields, task_in};
use crate::support::world::{ADA, REPO, World, patient, right, signing};

/// Routes that are of no repository, by how they begin: everybody's, or those of the people who run the installation.
const OTHERS: &[&str] = &["/start", "/assets/", "/settings", "/setup", "/leaderboard"];

/// Every route of a repository in the web view, as the code has it, and whether it is a POST.
fn routes() -> Vec<(String, bool)> {
    let code = include_str!("../../../src/entry/web/mod.rs");
    let mut found = Vec::new();
    for part in code.split(".route(").skip(1) {
        let path = part.split('"').nth(1).unwrap();
        if path.starts_with("/tasks/{id}") || path.starts_with("/runs/{id}") {
            let call = part.split('\n').next().unwrap();
            found.extend(
                [("get(", false), ("post(", true)]
                    .iter()
                    .filter(|(word, _)| call.contains(word))
                    .map(|(_, post)| (path.to_owned(), *post)),
            );
        } else {
            assert!(path == "/" || OTHERS.iter().any(|start| path.starts_with(start)), "whose page is {path}?");
        }
    }
    found
}

/// A private repository with a task that has a candidate; its task and run.
async fn private_round(world: &World) -> (String, String) {
    world.hub.make_private(REPO);
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    let mut ada = Visit::of(world, ADA).await;
    let home = ada.get("/").await.text;
    let task = task_in(&home);
    let all = ada.get(&format!("/tasks/{task}/compare")).await.text;
    let run = all.split("href=\"/runs/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    (task, run)
}

#[tokio::test(flavor = "multi_thread")]
async fn m40_m43_each_page_is_there_for_those_only_who_may_see_its_repository() {
    let world = World::with(signing).await;
    let people = [("wes", "write"), ("rea", "read"), ("sam", "none")];
    for (login, role) in people {
        world.hub.create_user(login);
        world.hub.set_permission(REPO, login, role);
    }
    world.hub.create_user("ola");
    let (task, run) = private_round(&world).await;
    let mut asked = 0;
    for (path, is_post) in routes() {
        let id = if path.starts_with("/runs/") { &run } else { &task };
        let mut address = path.replace("{id}", id);
        assert!(!address.contains('{'), "what is to stand in {path}?");
        if address.ends_with("/pick") && !is_post {
            address.push_str(&format!("?run={run}"));
        }
        for (login, role) in [(ADA, "admin")].iter().chain(&people).chain(&[("ola", "none")]) {
            let mut visit = Visit::of(&world, login).await;
            let status = if is_post {
                let home = visit.get("/").await.text;
                let token = fields(&home, "/logout").remove(0);
                let form = [token, ("run".into(), run.clone()), ("patch_sha256".into(), "0".repeat(64))];
                let once = "01975f1e-8c00-7000-8000-000000000001";
                let act = [("act", "cancel"), ("round", "1"), ("once", once), ("vote", "up")];
                let act = act.map(|(name, value)| (name.to_owned(), value.to_owned()));
                visit.post(&address, &[&form[..], &act[..]].concat()).await.status
            } else {
                visit.get(&address).await.status
            };
            // An opinion is free to whoever may look.
            let acts = (is_post && !address.ends_with("/vote")) || address.contains("/pick");
            let fits = match *role {
                // A form with other fields is refused unread.
                _ if is_post && status == 422 => true,
                "none" => status == 404,
                "read" if acts => status == 403,
                // The forms ask for what cannot be done here: they are heard all the same.
                _ if is_post => status != 404 && status != 403 && status < 500,
                _ => status == 200,
            };
            assert!(fits, "{login} ({role}) at {address} (post: {is_post}): {status}");
            asked += 1;
        }
        let nobody = if is_post {
            Visit::new(&world).post(&address, &[]).await.status
        } else {
            Visit::new(&world).get(&address).await.status
        };
        assert_eq!(nobody, if is_post { 401 } else { 303 }, "nobody at {address}");
    }
    assert!(asked >= 40, "only {asked} pages");
    let mut sam = Visit::of(&world, "sam").await;
    let home = sam.get("/").await.text;
    assert!(!home.contains(&task) && !home.contains(REPO), "a list shows what may be seen only: {home}");
    let (there, not_there) = (sam.get(&format!("/tasks/{task}")).await, sam.get("/tasks/none").await);
    let without_proof = |page: &str| {
        page.split("value=\"").map(|part| part.split_once('"').map_or(part, |(_, rest)| rest)).collect::<String>()
    };
    assert_eq!(without_proof(&there.text), without_proof(&not_there.text), "exactly like a page that is not there");
    assert!(there.text.contains("nothing that sam may see") && there.text.contains("Sign out"), "{}", there.text);
    let mut rea = Visit::of(&world, "rea").await;
    let shown = rea.get(&format!("/tasks/{task}")).await.text;
    assert!(shown.contains("Conversation") && !shown.contains("/act"), "no buttons for those who only look: {shown}");
    assert!(!rea.get(&format!("/tasks/{task}/compare")).await.text.contains("Pick A"));
    assert!(!rea.get("/").await.text.contains("Start a task"));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f128_m40_access_that_is_taken_away_ends_pages_and_live_news() {
    let world = World::with(|settings| {
        signing(settings);
        patient(settings);
    })
    .await;
    world.hub.create_user("rea");
    world.hub.set_permission(REPO, "rea", "read");
    let (task, _) = private_round(&world).await;
    let mut rea = Visit::of(&world, "rea").await;
    let path = format!("/tasks/{task}");
    assert_eq!(rea.get(&path).await.status, 200);
    world.hub.set_permission(REPO, "rea", "none");
    gone_or_there(&mut rea, &path, 404).await;

    // A model that thinks for a while keeps the stream open; the right that is taken away ends it.
    world.hub.set_permission(REPO, "rea", "read");
    world.models.script("claude-model", vec![right().delay(Duration::from_mins(2))]);
    let issue = world.issue();
    world.say(issue, "/bakeoff claude");
    world.status_says(issue, "claude").await;
    let mut rea = Visit::of(&world, "rea").await;
    let home = rea.get("/").await.text;
    let newest = task_in(home.split("At work").nth(1).unwrap());
    let mut stream = rea.open(&format!("/tasks/{newest}/live")).await;
    let mut heard = String::from_utf8_lossy(&stream.chunk().await.unwrap().unwrap()).into_owned();
    assert!(heard.contains("event: bars"), "{heard}");
    world.hub.set_permission(REPO, "rea", "none");
    let rest = async {
        while let Some(piece) = stream.chunk().await.unwrap() {
            heard.push_str(&String::from_utf8_lossy(&piece));
        }
    };
    tokio::time::timeout(Duration::from_secs(30), rest).await.unwrap();
    assert!(!heard.contains("event: over"), "it did not end by itself: {heard}");
    world.say(issue, "/bakeoff cancel");
    world.status_says(issue, "cancelled").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pick_and_a_round_by_hand_name_the_person_who_is_signed_in() {
    let world = World::with(signing).await;
    world.hub.create_user("wes");
    world.hub.set_permission(REPO, "wes", "write");
    let (task, run) = private_round(&world).await;
    let mut wes = Visit::of(&world, "wes").await;
    let confirm = wes.get(&format!("/tasks/{task}/pick?run={run}")).await.text;
    let form = fields(&confirm, "patch_sha256");
    let picked = wes.post(&format!("/tasks/{task}/pick"), &form).await;
    assert_eq!(picked.status, 303, "{picked:?}");
    let pull = world.pull().await;
    let body = pull.body.unwrap();
    assert!(body.contains("wes"), "{body}");
    let mut conn = world.store().read().await.unwrap();
    let all = "SELECT actor, action FROM audit ORDER BY seq";
    let rows = sqlx::query(all).fetch_all(&mut *conn).await.unwrap();
    let by_wes = |action: &str| {
        rows.iter().any(|row| {
            let (actor, did): (String, String) = (sqlx::Row::get(row, "actor"), sqlx::Row::get(row, "action"));
            actor.ends_with(":wes") && did == action
        })
    };
    assert!(by_wes("pick.accept") && by_wes("session.begin"));
    drop(conn);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m40_m43_a_task_by_hand_is_started_by_writers_only_and_refusals_are_noted() {
    let world = World::with(signing).await;
    for (login, role) in [("wes", "write"), ("rea", "read"), ("sam", "none")] {
        world.hub.create_user(login);
        world.hub.set_permission(REPO, login, role);
    }
    let (task, run) = private_round(&world).await;
    let mut wes = Visit::of(&world, "wes").await;
    let home = wes.get("/").await.text;
    let value = |mark: &str| home.split(mark).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let repo = value("<select name=\"repo\"><option value=\"");
    let model = value("name=\"model\" value=\"");
    for (login, status) in [("sam", 400), ("rea", 403), ("wes", 303)] {
        let mut visit = Visit::of(&world, login).await;
        let token = fields(&visit.get("/").await.text, "/logout").remove(0);
        let words = [("repo", repo.as_str()), ("base_ref", ""), ("instruction", "Say it louder"), ("model", &model)];
        let mut form = vec![token];
        form.extend(words.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let answer = visit.post("/start", &form).await;
        assert_eq!(answer.status, status, "{login}: {answer:?}");
        if status == 400 {
            assert!(answer.text.contains("There is no such repository"), "{answer:?}");
        }
        if status == 303 {
            let begun = answer.to().to_owned();
            assert!(begun.starts_with("/tasks/") && !begun.ends_with(&task));
        }
    }
    let mut rea = Visit::of(&world, "rea").await;
    assert_eq!(rea.get(&format!("/tasks/{task}/pick?run={run}")).await.status, 403);
    let mut conn = world.store().read().await.unwrap();
    let rows = sqlx::query("SELECT actor FROM audit WHERE action = 'web.refuse'").fetch_all(&mut *conn).await.unwrap();
    let actors: Vec<String> = rows.iter().map(|row| sqlx::Row::get(row, "actor")).collect();
    assert!(actors.len() == 2 && actors.iter().all(|actor| actor.ends_with(":rea")), "{actors:?}");
    let rows =
        sqlx::query("SELECT requester_login FROM rounds ORDER BY created_at").fetch_all(&mut *conn).await.unwrap();
    let by: Vec<Option<String>> = rows.iter().map(|row| sqlx::Row::get(row, "requester_login")).collect();
    assert_eq!(by, [Some(ADA.to_owned()), Some("wes".to_owned())]);
    drop(conn);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m13_m40_what_is_public_is_everybodys_to_read_and_a_login_is_nobody() {
    let world = World::with(signing).await;
    world.hub.create_user("ola");
    let issue = world.issue();
    world.say(issue, "/bakeoff gpt");
    world.candidate(issue, "A").await;
    let mut ola = Visit::of(&world, "ola").await;
    let task = task_in(&ola.get("/").await.text);
    let path = format!("/tasks/{task}");
    assert_eq!(ola.get(&path).await.status, 200, "it is public on GitHub");
    world.hub.make_private(REPO);
    world.hub.set_permission(REPO, "ola", "write");
    gone_or_there(&mut ola, &path, 200).await;
    // Her login is another's now, who may write; her session is not.
    world.hub.rename_user("ola", "olivia");
    world.hub.create_user("ola");
    world.hub.set_permission(REPO, "ola", "write");
    gone_or_there(&mut ola, &path, 404).await;
    let mut olivia = Visit::of(&world, "olivia").await;
    assert_eq!(olivia.get(&path).await.status, 200, "she signs in anew");
    // Without the App nobody can be asked, so nobody sees it.
    world.hub.uninstall(REPO);
    gone_or_there(&mut olivia, &path, 404).await;
    world.end().await;
}

/// Asks until what GitHub said before is forgotten.
async fn gone_or_there(visit: &mut Visit<'_>, path: &str, status: u16) {
    let seek = async {
        while visit.get(path).await.status != status {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), seek).await.unwrap_or_else(|_| panic!("{path} is never {status}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn m40_lists_leave_the_last_of_the_allowance_to_the_work() {
    let world = World::with(signing).await;
    let (task, _) = private_round(&world).await;
    let mut ada = Visit::of(&world, ADA).await;
    assert!(ada.get("/").await.text.contains(&task));
    world.hub.set_rate_limit(60);
    let path = format!("/tasks/{task}");
    let seek = async {
        while !ada.get("/").await.text.contains("hourly limit is nearly used up") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), seek).await.unwrap();
    assert_eq!(ada.get(&path).await.status, 200, "a page itself is still there");
    world.hub.set_rate_limit(5_000);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn m12_m40_a_right_that_github_does_not_tell_is_not_given() {
    let world = World::with(signing).await;
    let (task, _) = private_round(&world).await;
    world.hub.create_user("wes");
    world.hub.set_permission(REPO, "wes", "write");
    let mut wes = Visit::of(&world, "wes").await;
    world.hub.fault(bakeoff::sim::github::Fault::on("GET", "*/collaborators/wes/permission").always().status(502));
    let told = wes.get(&format!("/tasks/{task}")).await;
    assert!(told.status == 503 && told.text.contains("GitHub does not say now"), "{told:?}");
    assert!(!wes.get("/").await.text.contains(&task));
    world.hub.clear_faults();
    world.end().await;
}
