//! Files of a branch, as `GET …/contents/PATH` shows them.

use axum::extract::{Path, State};
use base64::Engine as _;
use git2::{ObjectType, Oid};
use serde_json::{Value, json};

use super::access::READ_CODE;
use super::page::Listing;
use super::{Caller, Refusal, Reply, Shared, ok};
use crate::sim::github::git::Objects;
use crate::sim::github::world::{Repo, World};

/// Beyond this GitHub sends no content in JSON.
const MOST_BYTES: usize = 1_000_000;

/// What a file is shown as: git's name, mode and bytes.
struct Found<'f> {
    path: &'f str,
    mode: u32,
    bytes: &'f [u8],
}

/// The file at `path` of `?ref=` or the default branch; the list of what lies below, for a folder.
pub async fn one(
    State(hub): Shared,
    caller: Caller,
    Path((owner, name, path)): Path<(String, String, String)>,
    listing: Listing,
) -> Reply {
    let world = hub.world();
    let repo = world.reach(&caller, &owner, &name, READ_CODE)?;
    let objects = Objects::open(&repo.folder).map_err(|_| Refusal::plain(500, "Server Error"))?;
    if objects.branches().is_empty() {
        return Err(Refusal::plain(404, "This repository is empty."));
    }
    let wanted = listing.asked.get("ref").map_or(repo.default_branch.as_str(), String::as_str);
    let missing = || Refusal::plain(404, &format!("No commit found for the ref {wanted}"));
    let tree = objects.resolve(wanted).and_then(|sha| objects.tree(&sha)).ok_or_else(missing)?;
    let path = path.trim_end_matches('/');
    if let Some((mode, bytes)) = tree.get(path) {
        return Ok(ok(world.show_file(repo, &Found { path, mode: *mode, bytes }, true)));
    }
    let below = tree.iter().filter(|(name, _)| name.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')));
    let shown: Vec<Value> = below
        .map(|(name, (mode, bytes))| world.show_file(repo, &Found { path: name, mode: *mode, bytes }, false))
        .collect();
    if shown.is_empty() { Err(Refusal::not_found()) } else { Ok(ok(Value::Array(shown))) }
}

impl World {
    fn show_file(&self, repo: &Repo, file: &Found<'_>, whole: bool) -> Value {
        let api = format!("{}/api/v3/repos/{}", self.base, self.full_name(repo));
        let sha = Oid::hash_object(ObjectType::Blob, file.bytes).map(|id| id.to_string()).unwrap_or_default();
        let kind = match file.mode {
            0o120_000 => "symlink",
            0o160_000 => "submodule",
            _ => "file",
        };
        let mut shown = json!({
            "type": kind,
            "size": file.bytes.len(),
            "name": file.path.rsplit('/').next(),
            "path": file.path,
            "sha": sha,
            "url": format!("{api}/contents/{}?ref={}", file.path, repo.default_branch),
            "git_url": format!("{api}/git/blobs/{sha}"),
            "html_url": format!("{}/{}/blob/{}/{}", self.base, self.full_name(repo), repo.default_branch, file.path),
            "download_url": null,
            "_links": { "self": format!("{api}/contents/{}", file.path), "git": null, "html": null },
        });
        if whole {
            let small = file.bytes.len() <= MOST_BYTES;
            let packed = base64::engine::general_purpose::STANDARD.encode(if small { file.bytes } else { &[] });
            // In lines of 60 characters, as GitHub sends it.
            let lines: String =
                packed.as_bytes().chunks(60).map(|l| format!("{}\n", String::from_utf8_lossy(l))).collect();
            let more = json!({ "encoding": if small { "base64" } else { "none" }, "content": lines });
            crate::sim::github::show::add(&mut shown, more);
        }
        shown
    }
}
