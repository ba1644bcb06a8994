//! The grammars with their highlight queries, made when first needed.

use std::sync::OnceLock;

use tree_sitter::{Language as Grammar, Query};

use super::Class;
use crate::engine::context::tags::Language;

/// A grammar, its compiled query, and what each capture of it means.
pub(super) struct Colors {
    pub(super) grammar: Grammar,
    pub(super) query: Query,
    /// By number of the capture. `None`: it says nothing; `Some(None)`: it takes colours away.
    pub(super) classes: Vec<Option<Option<Class>>>,
}

/// The colours of a language.
pub(super) fn colors(language: Language) -> Option<&'static Colors> {
    static ALL: [OnceLock<Option<Colors>>; Language::ALL.len()] = [const { OnceLock::new() }; Language::ALL.len()];
    ALL.get(language as usize)?.get_or_init(|| Colors::new(language)).as_ref()
}

fn source(language: Language) -> (Grammar, String) {
    let javascript = tree_sitter_javascript::HIGHLIGHT_QUERY;
    let jsx = tree_sitter_javascript::JSX_HIGHLIGHT_QUERY;
    let typescript = tree_sitter_typescript::HIGHLIGHTS_QUERY;
    let c = tree_sitter_c::HIGHLIGHT_QUERY;
    match language {
        Language::Rust => (tree_sitter_rust::LANGUAGE.into(), tree_sitter_rust::HIGHLIGHTS_QUERY.into()),
        Language::Python => (tree_sitter_python::LANGUAGE.into(), tree_sitter_python::HIGHLIGHTS_QUERY.into()),
        Language::JavaScript => (tree_sitter_javascript::LANGUAGE.into(), format!("{javascript}\n{jsx}")),
        Language::TypeScript => {
            (tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(), format!("{javascript}\n{typescript}"))
        }
        Language::Tsx => (tree_sitter_typescript::LANGUAGE_TSX.into(), format!("{javascript}\n{jsx}\n{typescript}")),
        Language::Go => (tree_sitter_go::LANGUAGE.into(), tree_sitter_go::HIGHLIGHTS_QUERY.into()),
        Language::Java => (tree_sitter_java::LANGUAGE.into(), tree_sitter_java::HIGHLIGHTS_QUERY.into()),
        Language::C => (tree_sitter_c::LANGUAGE.into(), c.into()),
        Language::Cpp | Language::Header => {
            (tree_sitter_cpp::LANGUAGE.into(), format!("{c}\n{}", tree_sitter_cpp::HIGHLIGHT_QUERY))
        }
        Language::Ruby => (tree_sitter_ruby::LANGUAGE.into(), tree_sitter_ruby::HIGHLIGHTS_QUERY.into()),
        Language::Php => (tree_sitter_php::LANGUAGE_PHP.into(), tree_sitter_php::HIGHLIGHTS_QUERY.into()),
        Language::CSharp => (tree_sitter_c_sharp::LANGUAGE.into(), tree_sitter_c_sharp::HIGHLIGHTS_QUERY.into()),
    }
}

impl Colors {
    fn new(language: Language) -> Option<Self> {
        let (grammar, text) = source(language);
        let query = Query::new(&grammar, &text)
            .inspect_err(|error| tracing::error!(?language, %error, "a highlight query does not fit its grammar"))
            .ok()?;
        let classes = query.capture_names().iter().map(|name| meaning(name)).collect();
        Some(Self { grammar, query, classes })
    }
}

/// What a capture's name says: its first words count.
fn meaning(capture: &str) -> Option<Option<Class>> {
    let mut words = capture.split('.');
    let class = match (words.next()?, words.next()) {
        ("keyword" | "tag" | "include" | "conditional" | "repeat", _) => Class::Keyword,
        ("string" | "escape" | "character", _) => Class::String,
        ("comment", _) => Class::Comment,
        ("number" | "constant" | "boolean" | "float", _) | ("variable", Some("builtin")) => Class::Constant,
        ("function" | "method", _) => Class::Function,
        ("type" | "constructor" | "module" | "namespace" | "attribute", _) => Class::Type,
        ("variable" | "embedded" | "property" | "operator", _) => return Some(None),
        _ => return None,
    };
    Some(Some(class))
}
