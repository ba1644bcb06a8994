//! The layers hold: arrows only point down, outside crates stay in their rooms, files and functions stay small.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit::Visit;

const MAX_FILE_LINES: usize = 500;
const MAX_FUNCTION_LINES: usize = 100;

/// Which outside crates have a room, and the path prefixes (below `src/`) of those rooms.
const FENCES: &[(&str, &[&str])] = &[
    ("sqlx", &["adapters/store", "adapters/queue"]),
    ("octocrab", &["adapters/github"]),
    ("jsonwebtoken", &["adapters/github", "sim"]),
    ("git2", &["adapters/git/", "sim/github/"]),
    ("reqwest", &["adapters/llm", "adapters/git/", "adapters/github", "sim", "entry/cli/demo"]),
    ("fernet", &["adapters/crypto"]),
    ("tree_sitter", &["engine/context/tags", "engine/highlight"]),
    ("axum", &["entry", "sim", "app"]),
    ("askama", &["entry/web"]),
    ("clap", &["entry/cli", "main"]),
    ("figment", &["app/settings"]),
    ("utoipa", &["entry/api"]),
    ("governor", &["entry/api"]),
    ("saphyr_parser", &["engine/repofile"]),
    ("tower_http", &["entry", "app", "sim"]),
    ("tower", &["entry", "app", "sim", "adapters/github"]),
];

/// What the domain must not know (beside the fenced crates).
const NOT_IN_DOMAIN: &[&str] = &["tokio", "futures", "tracing"];

/// The engine's pure rooms know the domain and each other, no adapter.
const PURE_ENGINE: &[&str] = &["command", "patch", "render", "evidence", "repofile"];

#[derive(Debug)]
struct Source {
    /// Below `src/`, with `/`.
    path: String,
    lines: usize,
    /// `crate::…` paths as segments, and the first segments of other paths.
    inner: BTreeSet<Vec<String>>,
    outer: BTreeSet<String>,
    functions: Vec<(String, usize)>,
}

#[derive(Default)]
struct Reader {
    inner: BTreeSet<Vec<String>>,
    outer: BTreeSet<String>,
    functions: Vec<(String, usize)>,
}

fn is_test_only(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|a| a.path().is_ident("cfg") && a.parse_args::<syn::Ident>().is_ok_and(|i| i == "test"))
}

fn flatten(tree: &syn::UseTree, prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    match tree {
        syn::UseTree::Path(p) => {
            prefix.push(p.ident.to_string());
            flatten(&p.tree, prefix, found);
            prefix.pop();
        }
        syn::UseTree::Group(g) => g.items.iter().for_each(|t| flatten(t, prefix, found)),
        syn::UseTree::Name(n) => found.push([prefix.clone(), vec![n.ident.to_string()]].concat()),
        syn::UseTree::Rename(n) => found.push([prefix.clone(), vec![n.ident.to_string()]].concat()),
        syn::UseTree::Glob(_) => found.push(prefix.clone()),
    }
}

impl Reader {
    fn note(&mut self, segments: Vec<String>) {
        match segments.first().map(String::as_str) {
            Some("crate") => {
                self.inner.insert(segments[1..].to_vec());
            }
            Some(first) => {
                self.outer.insert(first.to_owned());
            }
            None => {}
        }
    }

    fn function(&mut self, name: &syn::Ident, span: proc_macro2::Span) {
        self.functions.push((name.to_string(), span.end().line + 1 - span.start().line));
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test_only(&item.attrs) {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut found = Vec::new();
        flatten(&item.tree, &mut Vec::new(), &mut found);
        found.into_iter().for_each(|path| self.note(path));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            self.note(path.segments.iter().map(|s| s.ident.to_string()).collect());
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig.ident, item.span());
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig.ident, item.span());
        syn::visit::visit_impl_item_fn(self, item);
    }
}

fn rust_files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn production_lines(file: &syn::File, text: &str) -> usize {
    let tests: usize = file
        .items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Mod(m) if is_test_only(&m.attrs) => Some(m.span()),
            _ => None,
        })
        .map(|span| span.end().line + 1 - span.start().line)
        .sum();
    text.lines().count().saturating_sub(tests)
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    files.sort();
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let file = syn::parse_file(&text).unwrap();
        let mut reader = Reader::default();
        reader.visit_file(&file);
        Source {
            path: path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"),
            lines: production_lines(&file, &text),
            inner: reader.inner,
            outer: reader.outer,
            functions: reader.functions,
        }
    };
    files.iter().map(read).collect()
}

/// 0 domain … 5 app; `None` for what may see everything or nothing needs to guard.
fn layer(first: &str) -> Option<usize> {
    ["domain", "adapters", "engine", "service", "entry", "app"].iter().position(|l| *l == first)
}

fn segments(path: &str) -> Vec<String> {
    path.trim_end_matches(".rs").trim_end_matches("/mod").split('/').map(str::to_owned).collect()
}

/// Why `from` (a file) may not name `to` (segments after `crate`), if so.
fn forbidden_arrow(from: &[String], to: &[String]) -> Option<String> {
    let (first, target) = (from.first()?.as_str(), to.first()?.as_str());
    let is_demo = first == "entry" && from.get(2).is_some_and(|f| f.starts_with("demo"));
    if first == "sim" {
        return (target != "sim" && target != "domain").then(|| format!("the stand-ins may not use {target}"));
    }
    if target == "sim" {
        return (!is_demo && first != "main").then(|| "only the demo and tests use the stand-ins".to_owned());
    }
    let (below, above) = (layer(first)?, layer(target)?);
    // The command line starts the program, so it (and nothing else in `entry`) may call the composition root.
    let starts_the_program = first == "entry" && from.get(1).is_some_and(|r| r == "cli") && target == "app";
    if above > below && !starts_the_program {
        return Some(format!("{first} may not use {target}: arrows only point down"));
    }
    let (room, other) = (from.get(1)?, to.get(1)?);
    if first == "adapters" && target == "adapters" && room != other {
        let served = room == "queue" && (other == "store" || other == "crypto");
        return (!served).then(|| format!("adapter {room} may not know adapter {other}"));
    }
    if first == "engine" && PURE_ENGINE.contains(&room.as_str()) && target == "adapters" {
        return Some(format!("engine::{room} is pure"));
    }
    if first == "entry" && target == "entry" && room != other && room != "cli" {
        return Some(format!("entry {room} may not know entry {other}"));
    }
    None
}

#[test]
fn arrows_only_point_down() {
    let mut wrong = Vec::new();
    for source in sources() {
        let from = segments(&source.path);
        for to in &source.inner {
            if let Some(why) = forbidden_arrow(&from, to) {
                wrong.push(format!("{} → {}: {why}", source.path, to.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (name, rooms) in FENCES {
            if source.outer.contains(*name) && !rooms.iter().any(|room| source.path.starts_with(room)) {
                wrong.push(format!("{} uses {name}, whose rooms are {rooms:?}", source.path));
            }
        }
        if source.path.starts_with("domain/") {
            let strangers = NOT_IN_DOMAIN.iter().filter(|name| source.outer.contains(**name));
            wrong.extend(strangers.map(|name| format!("{} uses {name} in the domain", source.path)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn percentile(sorted: &[usize], part: usize) -> usize {
    sorted.get(sorted.len().saturating_sub(1) * part / 100).copied().unwrap_or(0)
}

fn spread(mut sizes: Vec<usize>) -> String {
    sizes.sort_unstable();
    let last = sizes.last().copied().unwrap_or(0);
    format!("median {} · p95 {} · max {last} ({})", percentile(&sizes, 50), percentile(&sizes, 95), sizes.len())
}

#[test]
fn files_and_functions_stay_small() {
    let sources = sources();
    println!("lines per file:     {}", spread(sources.iter().map(|s| s.lines).collect()));
    println!("lines per function: {}", spread(sources.iter().flat_map(|s| s.functions.iter().map(|f| f.1)).collect()));
    let mut wrong = Vec::new();
    for source in &sources {
        if source.lines > MAX_FILE_LINES {
            wrong.push(format!("{}: {} lines", source.path, source.lines));
        }
        let long = source.functions.iter().filter(|f| f.1 > MAX_FUNCTION_LINES);
        wrong.extend(long.map(|(name, lines)| format!("{}: fn {name} has {lines} lines", source.path)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Pairs of rooms (`engine::patch`, `service` …) that name each other.
#[test]
fn rooms_do_not_name_each_other_in_a_circle() {
    let room = |s: &[String]| s.iter().take(2).cloned().collect::<Vec<_>>().join("::");
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources().iter().filter(|s| s.path.starts_with("engine/") || s.path.starts_with("adapters/")) {
        let from = room(&segments(&source.path));
        arrows.entry(from).or_default().extend(source.inner.iter().map(|to| room(to)));
    }
    let names = |a: &str, b: &str| arrows.get(a).is_some_and(|to| to.contains(b));
    let circles: Vec<_> = arrows
        .iter()
        .flat_map(|(from, tos)| tos.iter().map(move |to| (from, to)))
        .filter(|(from, to)| from < to && names(to, from))
        .collect();
    assert!(circles.is_empty(), "{circles:?}");
}
