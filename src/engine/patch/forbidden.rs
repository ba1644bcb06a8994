//! Paths that no patch and no prompt may touch (M27).

use super::fold::fold;
use super::glob::Glob;

/// Never lifted by an exception.
const REPOSITORY_ITSELF: &[&str] = &[".git", "git~*"];

/// Our list. The short names are those under which Windows file systems know the long ones.
const OURS: &[&str] = &[
    ".gitmodules",
    "gitmod~*",
    ".gitattributes",
    "gitatt~*",
    ".lfsconfig",
    "lfscon~*",
    ".env",
    ".env.*",
    "*.key",
    "*.secret",
    "credentials.*",
    "*.pem",
    "*.p12",
    "*.pfx",
    "id_rsa*",
    "id_ed25519*",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".git-credentials",
    ".github/workflows/**",
    ".github/actions/**",
    "github~*/workflows/**",
    "github~*/actions/**",
];

/// Files of this name rule who must review.
const OWNERS: &str = "CODEOWNERS";

/// `.env.*` files that hold no secrets.
const ENV_SAMPLES: &[&str] = &[".example", ".sample", ".template"];

/// Decides whether a path is forbidden: our own list, the operator's and the repository's additions, the
/// operator's exceptions.
#[derive(Debug, Clone)]
pub struct Matcher {
    always: Vec<Glob>,
    liftable: Vec<Glob>,
    except: Vec<Glob>,
    repository: Vec<Glob>,
}

impl Default for Matcher {
    fn default() -> Self {
        Self::new(&[], &[])
    }
}

impl Matcher {
    /// Our list with the operator's `forbidden_paths` and `forbidden_paths_except`. A pattern without `/` is
    /// compared with every part of a path, one with `/` with the path from its start; `*`, `?` stay within a
    /// part, `**` crosses parts; a folder covers what is below it.
    pub fn new(operator: &[String], except: &[String]) -> Self {
        let mut liftable = globs(OURS);
        liftable.extend(globs(operator));
        Self { always: globs(REPOSITORY_ITSELF), liftable, except: globs(except), repository: Vec::new() }
    }

    /// Adds the patterns of the repository's own file; those have no exceptions.
    #[must_use]
    pub fn with_repository(mut self, patterns: &[String]) -> Self {
        self.repository.extend(globs(patterns));
        self
    }

    /// Every pattern with the name of its list, in order: two matchers with the same ones decide alike.
    pub fn patterns(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let lists = [
            ("always", &self.always),
            ("liftable", &self.liftable),
            ("except", &self.except),
            ("repository", &self.repository),
        ];
        lists.into_iter().flat_map(|(list, globs)| globs.iter().map(move |glob| (list, glob.as_str())))
    }

    /// The pattern that forbids `path`, if one does.
    pub fn forbids(&self, path: &str) -> Option<&str> {
        let parts = parts(path);
        let strict = self.always.iter().chain(&self.repository).find(|g| g.covers(&parts)).map(Glob::as_str);
        if strict.is_some() || self.except.iter().any(|g| g.covers(&parts)) {
            return strict;
        }
        let liftable = |g: &&Glob| if g.as_str() == ".env.*" { is_env(&parts) } else { g.covers(&parts) };
        let ours = self.liftable.iter().find(liftable).map(Glob::as_str);
        ours.or_else(|| is_owners(&parts).then_some(OWNERS))
    }

    /// Whether a pattern that forbids something stands in the repository's own file.
    pub fn is_of_repository(&self, pattern: &str) -> bool {
        self.repository.iter().any(|glob| glob.as_str() == pattern)
    }
}

fn globs<S: AsRef<str>>(patterns: &[S]) -> Vec<Glob> {
    patterns.iter().filter_map(|p| Glob::new(p.as_ref())).collect()
}

/// The folded parts; what follows a colon names a stream of the same file on Windows.
fn parts(path: &str) -> Vec<Vec<char>> {
    let plain = |part: &str| part.split(':').next().unwrap_or_default().trim_end_matches(['.', ' ']).chars().collect();
    fold(path).split('/').filter(|p| !p.is_empty() && *p != ".").map(plain).collect()
}

fn is_env(parts: &[Vec<char>]) -> bool {
    let secret = |name: String| name.starts_with(".env.") && !ENV_SAMPLES.iter().any(|s| name.ends_with(s));
    parts.iter().any(|part| secret(part.iter().collect()))
}

fn is_owners(parts: &[Vec<char>]) -> bool {
    parts.last().is_some_and(|name| name.iter().collect::<String>() == fold(OWNERS))
}
