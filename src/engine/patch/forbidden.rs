//! Paths that no patch and no prompt may touch (M27).

use sha2::{Digest as _, Sha256};

use super::fold::fold;
use super::glob::Glob;
use super::quick::Quick;

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
    quick: Quick,
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
        let always = globs(REPOSITORY_ITSELF);
        let mut quick = Quick::default();
        always.iter().chain(&liftable).chain(&globs(&[OWNERS])).for_each(|glob| quick.add(glob));
        Self { always, liftable, except: globs(except), repository: Vec::new(), quick }
    }

    /// Adds the patterns of the repository's own file; those have no exceptions.
    #[must_use]
    pub fn with_repository(mut self, patterns: &[String]) -> Self {
        let patterns = globs(patterns);
        patterns.iter().for_each(|glob| self.quick.add(glob));
        self.repository.extend(patterns);
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

    /// SHA-256 over all patterns: matchers with the same one decide alike.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for (list, pattern) in self.patterns() {
            hash.update(list);
            hash.update((pattern.len() as u64).to_le_bytes());
            hash.update(pattern);
        }
        hash.finalize().into()
    }

    /// The pattern that forbids `path`, if one does.
    pub fn forbids(&self, path: &str) -> Option<&str> {
        if self.quick.may_concern(path) { self.looked_up(path) } else { None }
    }

    fn looked_up(&self, path: &str) -> Option<&str> {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_ordinary_path_needs_no_exact_look() {
        let matcher =
            Matcher::new(&["infra/prod/**".into(), "*.tfstate".into()], &[]).with_repository(&["docs/legal".into()]);
        for path in ["src/main.rs", "lib/city.py", "a/b/readme.txt", "web/App.tsx", "x/infra/prod/a.tf", "my docs/a b"]
        {
            assert!(!matcher.quick.may_concern(path), "{path}");
            assert_eq!(matcher.looked_up(path), None, "{path}");
        }
        for path in ["infra/x", "docs/index.md", "src/lib.", "a:b", "Stra\u{df}e", "/etc", "a\\b"] {
            assert!(matcher.quick.may_concern(path), "{path}: only the exact look can tell");
        }
    }

    proptest! {
        #[test]
        fn the_cheap_look_never_lets_a_forbidden_path_through(
            parts in proptest::collection::vec(
                prop_oneof![
                    "[a-zA-Z.~*?_ ]{0,8}",
                    Just(".ENV".to_owned()), Just("server.Key".to_owned()), Just("GitHub~1".to_owned()),
                    Just("workflows".to_owned()), Just("docs".to_owned()), Just("\u{200d}.env".to_owned()),
                    Just("codeowners".to_owned()), Just("a.tfstate".to_owned()), Just("e\u{301}t\u{e9}".to_owned()),
                ],
                1..5,
            ),
            own in "[a-z*?/.]{1,8}",
        ) {
            let operator = ["*.tfstate".to_owned(), "**/sec?et/x".to_owned(), "d*s/workflows".to_owned()];
            let matcher = Matcher::new(&operator, &["docs/**".to_owned()]).with_repository(&[own]);
            let path = parts.join("/");
            prop_assert_eq!(matcher.forbids(&path), matcher.looked_up(&path), "{:?}", path);
        }
    }
}
