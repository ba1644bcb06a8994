//! Paths that no patch and no prompt may touch (M27).

/// Decides whether a path is forbidden: our own list, the operator's and the repository's additions, the
/// operator's exceptions.
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    operator: Vec<String>,
    except: Vec<String>,
    repository: Vec<String>,
}

impl Matcher {
    /// Our list with the operator's `forbidden_paths` and `forbidden_paths_except`. A pattern without `/` is
    /// compared with every part of a path, one with `/` with the path from its start; `*`, `?` stay within a
    /// part, `**` crosses parts; a folder covers what is below it.
    pub fn new(operator: &[String], except: &[String]) -> Self {
        Self { operator: operator.to_vec(), except: except.to_vec(), repository: Vec::new() }
    }

    /// Adds the patterns of the repository's own file; those have no exceptions.
    #[must_use]
    pub fn with_repository(mut self, patterns: &[String]) -> Self {
        self.repository.extend_from_slice(patterns);
        self
    }

    /// The pattern that forbids `path`, if one does.
    pub fn forbids(&self, _path: &str) -> Option<&str> {
        None
    }
}
