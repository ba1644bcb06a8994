//! The languages that are parsed: endings, grammar, queries. One row each.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::OnceLock;

use tree_sitter::{Language as Grammar, Query};

use super::Kind;

/// Changes when the same query finds something else, or the form of what is kept changes.
const VERSION: u32 = 1;

const ECMASCRIPT: &str = include_str!("queries/ecmascript.scm");
const JSX: &str = include_str!("queries/jsx.scm");
const TYPESCRIPT: &str = include_str!("queries/typescript.scm");
const C: &str = include_str!("queries/c.scm");

/// A language, as a file's name tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Rust.
    Rust,
    /// Python.
    Python,
    /// JavaScript, with or without JSX.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
    /// Go.
    Go,
    /// Java.
    Java,
    /// C.
    C,
    /// C++.
    Cpp,
    /// A `.h` file: C, or C++ when its text says so.
    Header,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// C#.
    CSharp,
}

/// A grammar with its compiled query.
pub(super) struct Ready {
    pub(super) grammar: Grammar,
    pub(super) query: Query,
    /// The captures that are whole definitions, by number.
    pub(super) kinds: Vec<Option<Kind>>,
    pub(super) name: u32,
    pub(super) used: u32,
    version: u64,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 13] = [
        Self::Rust,
        Self::Python,
        Self::JavaScript,
        Self::TypeScript,
        Self::Tsx,
        Self::Go,
        Self::Java,
        Self::C,
        Self::Cpp,
        Self::Header,
        Self::Ruby,
        Self::Php,
        Self::CSharp,
    ];

    /// The language of a file by its ending.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (_, ending) = name.rsplit_once('.')?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "rs" => Self::Rust,
            "py" | "pyi" | "pyw" => Self::Python,
            "js" | "jsx" | "mjs" | "cjs" => Self::JavaScript,
            "ts" | "mts" | "cts" => Self::TypeScript,
            "tsx" => Self::Tsx,
            "go" => Self::Go,
            "java" => Self::Java,
            "c" => Self::C,
            "h" => Self::Header,
            "cc" | "cpp" | "cxx" | "c++" | "hh" | "hpp" | "hxx" | "inl" | "ipp" | "tpp" | "cu" => Self::Cpp,
            "rb" | "rake" | "gemspec" => Self::Ruby,
            "php" | "phtml" => Self::Php,
            "cs" => Self::CSharp,
            _ => return None,
        })
    }

    /// A number for how this language's tags are found: another grammar or query has another.
    pub fn version(self) -> u64 {
        match self {
            Self::Header => Self::C.version() ^ Self::Cpp.version().rotate_left(1),
            other => other.ready().map_or(0, |ready| ready.version),
        }
    }

    /// The language that a file of this one is parsed as.
    pub(super) fn of_text(self, text: &[u8]) -> Self {
        const SIGNS: [&[u8]; 5] = [b"\nclass ", b"namespace ", b"template", b"public:", b"std::"];
        let says_so = |sign: &&[u8]| text.windows(sign.len()).any(|part| part == *sign);
        match self {
            Self::Header if SIGNS.iter().any(says_so) => Self::Cpp,
            Self::Header => Self::C,
            other => other,
        }
    }

    /// The grammar and the query, made once. `None` would mean a query that does not fit its grammar.
    pub(super) fn ready(self) -> Option<&'static Ready> {
        static ALL: [OnceLock<Option<Ready>>; 13] = [const { OnceLock::new() }; 13];
        ALL.get(self as usize)?.get_or_init(|| Ready::new(self)).as_ref()
    }

    fn source(self) -> (Grammar, Vec<&'static str>) {
        match self {
            Self::Rust => (tree_sitter_rust::LANGUAGE.into(), vec![include_str!("queries/rust.scm")]),
            Self::Python => (tree_sitter_python::LANGUAGE.into(), vec![include_str!("queries/python.scm")]),
            Self::JavaScript => {
                let own = include_str!("queries/javascript.scm");
                (tree_sitter_javascript::LANGUAGE.into(), vec![ECMASCRIPT, own, JSX])
            }
            Self::TypeScript => (tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(), vec![ECMASCRIPT, TYPESCRIPT]),
            Self::Tsx => (tree_sitter_typescript::LANGUAGE_TSX.into(), vec![ECMASCRIPT, TYPESCRIPT, JSX]),
            Self::Go => (tree_sitter_go::LANGUAGE.into(), vec![include_str!("queries/go.scm")]),
            Self::Java => (tree_sitter_java::LANGUAGE.into(), vec![include_str!("queries/java.scm")]),
            Self::C | Self::Header => (tree_sitter_c::LANGUAGE.into(), vec![C]),
            Self::Cpp => (tree_sitter_cpp::LANGUAGE.into(), vec![C, include_str!("queries/cpp.scm")]),
            Self::Ruby => (tree_sitter_ruby::LANGUAGE.into(), vec![include_str!("queries/ruby.scm")]),
            Self::Php => (tree_sitter_php::LANGUAGE_PHP.into(), vec![include_str!("queries/php.scm")]),
            Self::CSharp => (tree_sitter_c_sharp::LANGUAGE.into(), vec![include_str!("queries/csharp.scm")]),
        }
    }
}

impl Ready {
    fn new(language: Language) -> Option<Self> {
        let (grammar, parts) = language.source();
        let text = parts.concat();
        let query = Query::new(&grammar, &text)
            .inspect_err(|error| tracing::error!(?language, %error, "a query does not fit its grammar"))
            .ok()?;
        let kinds = query.capture_names().iter().map(|name| kind(name)).collect();
        let (name, used) = (query.capture_index_for_name("name")?, query.capture_index_for_name("use")?);
        let version = version(&grammar, &text);
        Some(Self { grammar, query, kinds, name, used, version })
    }
}

fn kind(capture: &str) -> Option<Kind> {
    Some(match capture {
        "function" => Kind::Function,
        "type" => Kind::Type,
        "constant" => Kind::Constant,
        "module" => Kind::Module,
        "macro" => Kind::Macro,
        _ => return None,
    })
}

fn version(grammar: &Grammar, query: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (VERSION, grammar.abi_version(), grammar.node_kind_count(), grammar.parse_state_count()).hash(&mut hasher);
    query.hash(&mut hasher);
    hasher.finish()
}
