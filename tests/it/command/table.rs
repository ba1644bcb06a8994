//! Accepted, rejected and ignored comments.

use bakeoff::domain::money::UsdMicros;
use bakeoff::domain::run::Letter;
use bakeoff::engine::command::{
    Command, CommandError, ModelRequest, Options, Place, alias_problem, is_reserved_alias, parse_comment, read_comment,
    unknown_model,
};

fn letter(text: &str) -> Letter {
    Letter::parse(text).unwrap()
}

fn models(words: &[(&str, u32)]) -> Vec<ModelRequest> {
    words.iter().map(|(alias, count)| ModelRequest { alias: (*alias).into(), count: *count }).collect()
}

fn run(words: &[(&str, u32)], instruction: &str) -> Command {
    Command::Run { models: models(words), options: Options::default(), instruction: instruction.into() }
}

fn with(options: Options) -> Command {
    Command::Run { models: Vec::new(), options, instruction: String::new() }
}

fn revise(letter: Option<Letter>, instruction: &str) -> Command {
    Command::Revise { letter, options: Options::default(), instruction: instruction.into() }
}

#[test]
fn accepted() {
    let none = Options::default;
    for (body, command) in [
        ("/bakeoff", run(&[], "")),
        ("/BakeOff", run(&[], "")),
        ("/bakeoff   ", run(&[], "")),
        ("   /bakeoff", run(&[], "")),
        ("/bakeoff\r\n", run(&[], "")),
        ("Please look.\n/bakeoff", run(&[], "")),
        ("/bakeoff\tgpt", run(&[("gpt", 1)], "")),
        ("/bakeoff gpt claude:2 gemini", run(&[("gpt", 1), ("claude", 2), ("gemini", 1)], "")),
        ("/bakeoff GPT", run(&[("gpt", 1)], "")),
        ("/bakeoff gpt gpt", run(&[("gpt", 1), ("gpt", 1)], "")),
        ("/bakeoff gpt-5.1 meta/llama_3", run(&[("gpt-5.1", 1), ("meta/llama_3", 1)], "")),
        ("/bakeoff größe", run(&[("größe", 1)], "")),
        ("/bakeoff gpt:256", run(&[("gpt", 256)], "")),
        ("/bakeoff gpt\nKeep it small.\n\nAdd a test.", run(&[("gpt", 1)], "Keep it small.\n\nAdd a test.")),
        ("/bakeoff\r\nKeep\r\nit\r\n", run(&[], "Keep\nit")),
        ("/bakeoff\n```\n/bakeoff pick B\n```\n", run(&[], "```\n/bakeoff pick B\n```")),
        ("/bakeoff base=release-2", with(Options { base: Some("release-2".into()), ..none() })),
        ("/bakeoff BASE=v1.0", with(Options { base: Some("v1.0".into()), ..none() })),
        ("/bakeoff path=./crates/api/", with(Options { path: Some("crates/api".into()), ..none() })),
        ("/bakeoff budget=2.50", with(Options { budget: Some(UsdMicros(2_500_000)), ..none() })),
        ("/bakeoff check=test check=lint", with(Options { checks: vec!["test".into(), "lint".into()], ..none() })),
        ("/bakeoff pick B", Command::Pick(letter("B"))),
        ("/bakeoff PICK b", Command::Pick(letter("B"))),
        ("/bakeoff pick AA", Command::Pick(letter("AA"))),
        ("/bakeoff pick B\nthanks!", Command::Pick(letter("B"))),
        ("/bakeoff retry", Command::Retry(None)),
        ("/bakeoff retry c", Command::Retry(Some(letter("C")))),
        ("/bakeoff cancel", Command::Cancel(None)),
        ("/bakeoff Cancel D", Command::Cancel(Some(letter("D")))),
        ("/bakeoff add gemini:2", Command::Add { models: models(&[("gemini", 2)]) }),
        ("/bakeoff revise B", revise(Some(letter("B")), "")),
        ("/bakeoff revise b use a map", revise(Some(letter("B")), "use a map")),
        ("/bakeoff revise B use  a map\nand test it", revise(Some(letter("B")), "use  a map\nand test it")),
        ("/bakeoff revise use a map", revise(None, "use a map")),
        ("/bakeoff revise a smaller change", revise(None, "a smaller change")),
        ("/bakeoff revise A smaller", revise(Some(letter("A")), "smaller")),
        ("/bakeoff revise it", revise(None, "it")),
        ("/bakeoff status", Command::Status),
        ("/bakeoff models", Command::Models),
        ("/bakeoff HELP", Command::Help),
        ("> quoted\n\n/bakeoff help", Command::Help),
        ("`/bakeoff` works so:\n/bakeoff help", Command::Help),
        ("a ` b\n\n/bakeoff help\n\nc ` d", Command::Help),
        ("```\ncode\n```\n/bakeoff help", Command::Help),
        ("<!-- x -->\n/bakeoff help", Command::Help),
        ("\\<!-- x\n/bakeoff help", Command::Help),
        ("`<!--`\n/bakeoff help", Command::Help),
        ("- item\n\n/bakeoff help", Command::Help),
        ("# title\n/bakeoff help", Command::Help),
        ("<b>x</b>\n/bakeoff help", Command::Help),
        ("<pre>x</pre>\n/bakeoff help", Command::Help),
    ] {
        assert_eq!(parse_comment(body), [Ok(command)], "{body:?}");
    }
    let Ok(Command::Revise { options, instruction, .. }) =
        parse_comment("/bakeoff revise B budget=1 be brief")[0].clone()
    else {
        panic!("not a revision")
    };
    assert_eq!((options.budget, instruction.as_str()), (Some(UsdMicros(1_000_000)), "be brief"));
}

/// Body, the word that is marked, the word that is suggested.
#[test]
fn rejected() {
    for (body, word, meant) in [
        ("/bakeoff pick", "", None),
        ("/bakeoff pick 7", "7", None),
        ("/bakeoff pick B.", "B.", Some("B")),
        ("/bakeoff pick #B", "#B", Some("B")),
        ("/bakeoff pick B C", "C", None),
        ("/bakeoff pikc B", "pikc", Some("pick")),
        ("/bakeoff canel B", "canel", Some("cancel")),
        ("/bakeoff B", "B", None),
        ("/bakeoff gpt B", "B", None),
        ("/bakeoff gpt pick", "pick", None),
        ("/bakeoff retry gpt", "gpt", None),
        ("/bakeoff cancel all", "all", None),
        ("/bakeoff status now", "now", None),
        ("/bakeoff help me", "me", None),
        ("/bakeoff models gpt", "gpt", None),
        ("/bakeoff add", "", None),
        ("/bakeoff add budget=2", "budget=2", None),
        ("/bakeoff gpt:0", "0", None),
        ("/bakeoff gpt:", "", None),
        ("/bakeoff gpt:many", "many", None),
        ("/bakeoff gpt:257", "257", None),
        ("/bakeoff gpt:200 claude:200", "gpt:200 claude:200", None),
        ("/bakeoff gpt, claude", "gpt,", None),
        ("/bakeoff @gpt", "@gpt", None),
        ("/bakeoff bugdet=2", "bugdet", Some("budget=2")),
        ("/bakeoff Budgte=2", "Budgte", Some("budget=2")),
        ("/bakeoff branch=main", "branch", None),
        ("/bakeoff base=", "base=", None),
        ("/bakeoff base= main", "base=", None),
        ("/bakeoff base=a..b", "a..b", None),
        ("/bakeoff base=main base=next", "base=next", None),
        ("/bakeoff budget=0", "0", None),
        ("/bakeoff budget=-1", "-1", Some("budget=1.00")),
        ("/bakeoff budget=$2.50", "$2.50", Some("budget=2.50")),
        ("/bakeoff budget=2,50", "2,50", Some("budget=2.50")),
        ("/bakeoff path=/etc", "/etc", None),
        ("/bakeoff path=a/../b", "a/../b", None),
        ("/bakeoff path=a\\b", "a\\b", None),
        ("/bakeoff check=a|b", "a|b", None),
        ("/bakeoff revise B base=..", "..", None),
    ] {
        let results = parse_comment(body);
        let [Err(error)] = results.as_slice() else { panic!("{body:?} → {results:?}") };
        assert_eq!((error.wrong_word(), error.meant.as_deref()), (word, meant), "{body:?}: {error}");
        assert!(error.said.ends_with('.') && error.marked().contains('^'), "{body:?}: {error}");
    }
}

#[test]
fn m09_f022_ignored() {
    for body in [
        "",
        "bakeoff",
        "please /bakeoff",
        "/bakeoff-bot help",
        "/bakeoffs",
        "//bakeoff",
        "\\/bakeoff",
        "**/bakeoff**",
        "- /bakeoff",
        "1. /bakeoff",
        "# /bakeoff",
        "> /bakeoff",
        ">/bakeoff",
        "> said\n/bakeoff",
        "> said\n> more\n/bakeoff gpt\nstill",
        "- > said\n/bakeoff",
        "`/bakeoff`",
        "`a\n/bakeoff\nb`",
        "``a ` b\n/bakeoff\nc``",
        "text `a\n/bakeoff` text",
        "```\n/bakeoff\n```",
        "~~~\n/bakeoff\n~~~",
        "```\n/bakeoff",
        "````\n```\n/bakeoff\n````",
        "```rust\n~~~\n/bakeoff\n```",
        "- ```\n  /bakeoff\n  ```",
        "    /bakeoff",
        "\t/bakeoff",
        "text\n\n    /bakeoff",
        "<!-- /bakeoff -->",
        "<!--\n/bakeoff\n-->",
        "<!--\n\n/bakeoff\n\n-->",
        "<!--\n/bakeoff",
        "text <!--\n/bakeoff\n--> text",
        "<!-- --> <!--\n/bakeoff\n-->",
        "> <!--\n\n/bakeoff",
        "- <!--\n\n/bakeoff",
        "<pre>\n/bakeoff\n</pre>",
        "<pre><code>\n/bakeoff\n</code></pre>",
        "x <code>\n/bakeoff\n</code>",
        "<blockquote>\n\n/bakeoff\n\n</blockquote>",
        "<img alt=\"\n/bakeoff\n\">",
        "x <img alt=\"\n/bakeoff\n\">",
        "<?php\n/bakeoff\n?>",
        "<![CDATA[\n/bakeoff\n]]>",
        "<script>\n/bakeoff\n</script>",
        "/ bakeoff",
        "/bake\u{200B}off",
        "／bakeoff",
    ] {
        assert_eq!(parse_comment(body), [], "{body:?}");
    }
}

#[test]
fn m09_three_commands_of_a_comment_are_read() {
    let body = "/bakeoff gpt\nfirst\n/bakeoff pick 7\n/bakeoff status\n/bakeoff help\n";
    let read = read_comment(body);
    assert_eq!(read.len(), 3);
    assert_eq!(read[0].command, Ok(run(&[("gpt", 1)], "first")));
    assert!(read[1].command.is_err());
    assert_eq!((read[2].line.as_str(), &read[2].command), ("/bakeoff status", &Ok(Command::Status)));
}

#[test]
fn a_wrong_word_is_marked_in_its_line() {
    let error = parse_comment("  /bakeoff gpt bugdet=2 x").remove(0).unwrap_err();
    assert_eq!(error.marked(), "/bakeoff gpt bugdet=2 x\n             ^^^^^^");
    assert_eq!(
        error.to_string(),
        "there is no such option; there are `base=`, `path=`, `budget=`, `check=`. Did you mean `budget=2`?"
    );
    let long = format!("/bakeoff {} wrong! {}", "gpt ".repeat(100), "claude ".repeat(100));
    let marked = parse_comment(&long).remove(0).unwrap_err().marked();
    let (line, carets) = marked.split_once('\n').unwrap();
    assert!(line.chars().count() < 140 && line.starts_with('…'), "{line}");
    let column = carets.chars().take_while(|c| *c == ' ').count();
    assert_eq!(line.chars().skip(column).take(6).collect::<String>(), "wrong!");
}

#[test]
fn an_unknown_model_suggests_a_known_one_or_a_command() {
    let known = ["claude", "gemini", "gpt"];
    let at = |line: &str, word: &str| unknown_model(line, word, &known);
    for (line, word, meant) in [
        ("/bakeoff cluade:2", "cluade", Some("claude")),
        ("/bakeoff Gemni", "gemni", Some("gemini")),
        ("/bakeoff statsu", "statsu", Some("status")),
        ("/bakeoff llama", "llama", None),
    ] {
        let error: CommandError = at(line, word);
        assert_eq!((error.wrong_word().to_lowercase().as_str(), error.meant.as_deref()), (word, meant), "{line}");
    }
}

#[test]
fn no_command_word_or_single_letter_is_an_alias() {
    for word in ["pick", "PICK", "retry", "add", "revise", "cancel", "status", "models", "help", "a", "Z"] {
        assert!(is_reserved_alias(word) && alias_problem(word).is_some(), "{word}");
    }
    for word in ["", "a b", "a=b", "a:2", "@x", "a,b"] {
        assert!(alias_problem(word).is_some(), "{word:?}");
    }
    for word in ["gpt", "gpt-5.1", "o3", "picker", "meta/llama"] {
        assert!(!is_reserved_alias(word) && alias_problem(word).is_none(), "{word}");
    }
}

#[test]
fn only_help_works_on_any_pull_request() {
    for body in ["/bakeoff", "/bakeoff pick B", "/bakeoff status", "/bakeoff revise x", "/bakeoff help"] {
        let command = parse_comment(body).remove(0).unwrap();
        assert_eq!(command.row().place == Place::Anywhere, command == Command::Help, "{body}");
        assert!(command.row().right.may_write());
    }
}
