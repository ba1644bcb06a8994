//! A repository to choose from.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bakeoff::adapters::git::TreeView;
use bakeoff::engine::context::{Context, Library, Patience, Wanted, gather};
use bakeoff::engine::patch::forbidden::Matcher;

use crate::git::work::Place;

/// A repository with one commit, fetched.
pub struct Repository {
    pub place: Place,
    pub view: TreeView,
    pub library: Arc<Library>,
    pub forbidden: Matcher,
}

impl Repository {
    pub async fn of(files: &[(&str, &str)]) -> Self {
        Self::made(|work| {
            for (path, text) in files {
                write(work, path, text.as_bytes());
            }
        })
        .await
    }

    /// A repository whose working copy `fill` makes.
    pub async fn made(fill: impl FnOnce(&Path)) -> Self {
        let place = Place::empty().await;
        fill(&place.work());
        let commit = place.commit(&[]);
        let mirror = place.fetch(&commit).await;
        let view = mirror.tree(&commit).await.unwrap();
        let library = Library::new(&place.folder.path().join("data"), Patience::default());
        Self { place, view, library, forbidden: Matcher::default() }
    }

    /// A library over the same folder, as a later start or another process has it.
    pub fn another_library(&self, patience: Patience) -> Arc<Library> {
        Library::new(&self.place.folder.path().join("data"), patience)
    }

    pub fn gather(&self, text: &str, scope: Option<&str>, max_bytes: usize) -> Context {
        self.gather_in(text, scope.as_slice(), max_bytes)
    }

    pub fn gather_in(&self, text: &str, folders: &[&str], max_bytes: usize) -> Context {
        let (forbidden, library) = (&self.forbidden, &self.library);
        gather(&self.view, &Wanted { text, folders, max_bytes, forbidden, library }).unwrap()
    }
}

pub fn write(work: &Path, path: &str, bytes: &[u8]) {
    let file = work.join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, bytes).unwrap();
}

/// Waits for nobody.
pub fn hurried() -> Patience {
    Patience { turn: Duration::ZERO, parse: Duration::ZERO, background: Duration::from_mins(1) }
}

/// The paths shown, with the lines of parts.
pub fn shown(context: &Context) -> Vec<String> {
    let name = |file: &bakeoff::engine::context::ContextFile| match file.lines {
        Some(lines) => format!("{}:{}-{}", file.path, lines.first, lines.last),
        None => file.path.clone(),
    };
    context.files.iter().map(name).collect()
}
