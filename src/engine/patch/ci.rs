//! Files that CI or tools execute (M32): allowed, but shown.

use super::fold::fold;
use super::glob::part_matches;

/// File names, folded; `*` stands for anything.
const NAMES: &[&str] = &[
    // JavaScript
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    ".yarnrc*",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    ".pnpmfile.cjs",
    "bun.lock",
    "bun.lockb",
    "bunfig.toml",
    "deno.json",
    "deno.jsonc",
    "*.config.js",
    "*.config.cjs",
    "*.config.mjs",
    "*.config.ts",
    "*.config.mts",
    "*.config.cts",
    ".eslintrc.*js",
    ".babelrc*",
    ".mocharc*",
    ".lintstagedrc*",
    "gulpfile*",
    "gruntfile*",
    "karma.conf.*",
    "binding.gyp",
    // Python
    "setup.py",
    "setup.cfg",
    "pyproject.toml",
    "conftest.py",
    "tox.ini",
    "noxfile.py",
    "pytest.ini",
    "requirements*.txt",
    "constraints*.txt",
    "pipfile",
    "sitecustomize.py",
    "usercustomize.py",
    "*.pth",
    "environment.yml",
    "environment.yaml",
    "fabfile.py",
    "tasks.py",
    "sconstruct",
    "sconscript",
    // Rust, Go, C and C++
    "build.rs",
    "cargo.toml",
    "rust-toolchain",
    "rust-toolchain.toml",
    "go.mod",
    "go.sum",
    "go.work",
    "magefile.go",
    "makefile",
    "makefile.*",
    "makefile-*",
    "makefile_*",
    "gnumakefile",
    "*.mk",
    "cmakelists.txt",
    "*.cmake",
    "meson.build",
    "configure",
    "configure.ac",
    "build.zig",
    "conanfile.py",
    "wscript",
    // JVM, .NET, Ruby, PHP, Swift, Elixir and others
    "pom.xml",
    "build.gradle*",
    "settings.gradle*",
    "gradlew*",
    "gradle-wrapper.*",
    "gradle.properties",
    "mvnw*",
    "build.sbt",
    "*.sbt",
    "project.clj",
    "deps.edn",
    "*.csproj",
    "*.fsproj",
    "*.vbproj",
    "*.props",
    "*.targets",
    "nuget.config",
    "packages.lock.json",
    "global.json",
    "gemfile",
    "*.gemspec",
    "rakefile",
    "*.rake",
    "composer.json",
    "podfile",
    "package.swift",
    "package.resolved",
    "mix.exs",
    "rebar.config",
    "stack.yaml",
    "fastfile",
    "build.pl",
    "cpanfile",
    "dune-project",
    // Build runners and containers
    "justfile",
    ".justfile",
    "taskfile.y*ml",
    "earthfile",
    "dockerfile*",
    "*.dockerfile",
    "containerfile*",
    "docker-compose*",
    "compose.y*ml",
    "docker-bake.*",
    "vagrantfile",
    "procfile",
    "tiltfile",
    "skaffold.yaml",
    "build",
    "build.bazel",
    "workspace",
    "workspace.bazel",
    "module.bazel",
    "*.bzl",
    ".bazelrc",
    "*.nix",
    "flake.lock",
    "*.lock",
    ".envrc",
    ".tool-versions",
    "mise.toml",
    ".mise.toml",
    ".nvmrc",
    ".python-version",
    // CI and hooks
    "action.yml",
    "action.yaml",
    "jenkinsfile*",
    ".gitlab-ci.y*ml",
    ".travis.yml",
    ".drone.y*ml",
    "appveyor.yml",
    ".appveyor.yml",
    "azure-pipelines*.y*ml",
    "bitbucket-pipelines.yml",
    "cloudbuild.y*ml",
    "codemagic.yaml",
    "buildspec.y*ml",
    ".cirrus.yml",
    "wercker.yml",
    ".woodpecker.y*ml",
    ".pre-commit-config.yaml",
    ".pre-commit-hooks.yaml",
    "lefthook.y*ml",
    ".lefthook.y*ml",
    ".overcommit.yml",
    "dangerfile*",
    "dependabot.y*ml",
    "renovate.json*",
    ".renovaterc*",
    "netlify.toml",
    "vercel.json",
    "fly.toml",
    // Rules that coding agents obey
    "agents.md",
    "agent.md",
    "claude.md",
    "gemini.md",
    "copilot-instructions.md",
    ".cursorrules",
    ".windsurfrules",
    ".clinerules",
    ".roorules",
    ".goosehints",
    ".aider.conf.y*ml",
    ".mcp.json",
    "mcp.json",
    "llms.txt",
    "conventions.md",
];

/// Folders, folded: everything below one of them counts, wherever it is.
const FOLDERS: &[&str] = &[
    ".husky",
    ".githooks",
    ".github",
    ".gitlab",
    ".circleci",
    ".buildkite",
    ".ci",
    ".woodpecker",
    ".teamcity",
    ".azure-pipelines",
    ".cargo",
    ".mvn",
    ".yarn",
    ".devcontainer",
    ".vscode",
    ".idea",
    ".cursor",
    ".windsurf",
    ".claude",
    ".codex",
    ".gemini",
    ".continue",
    ".roo",
    ".clinerules",
    ".junie",
    ".kiro",
    ".amazonq",
    ".aider",
    ".config",
    "fastlane",
];

/// Below [`FOLDERS`] of editors only these run something.
const EDITOR_FILES: &[(&str, &[&str])] = &[
    (".vscode", &["tasks.json", "launch.json", "settings.json", "extensions.json", "mcp.json"]),
    (".config", &["nextest.toml", "mise.toml", "dotnet-tools.json"]),
];

/// Files below `.github` that nothing executes.
const GITHUB_TEXTS: &[&str] = &[
    "*_template*",
    "pull_request_template*",
    "funding.yml",
    "*.png",
    "*.svg",
    "security.md",
    "support.md",
    "readme.md",
];

/// Whether CI or a developer's tools run this file, or code that it names, or obey it.
pub fn executed_by_ci(path: &str) -> bool {
    let folded = fold(path);
    let mut folders: Vec<&str> = folded.split('/').collect();
    let Some(name) = folders.pop() else { return false };
    is_one_of(NAMES, name)
        || folders.iter().any(|folder| FOLDERS.contains(folder) && runs_below(folder, name, &folders))
}

fn runs_below(folder: &str, name: &str, folders: &[&str]) -> bool {
    if let Some((_, files)) = EDITOR_FILES.iter().find(|(editor, _)| *editor == folder) {
        return files.contains(&name);
    }
    folder != ".github" || !(is_one_of(GITHUB_TEXTS, name) || folders.contains(&"issue_template"))
}

fn is_one_of(patterns: &[&str], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    patterns.iter().any(|pattern| part_matches(&pattern.chars().collect::<Vec<_>>(), &name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m32_files_that_run_are_known() {
        let run = "package.json web/package-lock.json Cargo.lock yarn.lock Makefile src/build.rs tests/conftest.py setup.py \
            Dockerfile docker/Dockerfile.dev action.yml tools/x/action.yaml .husky/pre-commit .cargo/config \
            .cargo/config.toml .vscode/tasks.json .devcontainer/devcontainer.json .devcontainer/post.sh AGENTS.md \
            CLAUDE.md .cursorrules .cursor/rules/x.mdc .github/copilot-instructions.md .github/dependabot.yml \
            vite.config.ts poetry.lock go.sum PACKAGE.JSON .pre-commit-config.yaml Jenkinsfile .gitlab-ci.yml";
        for path in run.split_whitespace() {
            assert!(executed_by_ci(path), "{path}");
        }
        let rest = "src/lib.rs README.md docs/makefiles.md src/package.rs .vscode/words.json .github/FUNDING.yml \
            .github/ISSUE_TEMPLATE/bug.yml .github/PULL_REQUEST_TEMPLATE.md src/builder.rs config.ts";
        for path in rest.split_whitespace() {
            assert!(!executed_by_ci(path), "{path}");
        }
    }
}
