//! The help, whose examples are run, and the completions.
use crate::memory::Memory;
use relcore::api;
use relcore_cli::Exit;
use std::collections::BTreeSet;

/// Every function of the core, as the words of its command.
fn commands() -> Vec<[String; 2]> {
    let names = api::functions().map(|function| function.signature().name);
    let words = names.filter_map(|name| name.split_once('.'));
    words.map(|(module, function)| [module.to_owned(), function.replace('_', "-")]).collect()
}

fn help(words: &[&str]) -> String {
    let mut machine = Memory::default();
    assert_eq!(machine.run(words), Exit::Proceed, "{words:?}: {}", machine.errors);
    machine.output
}

#[test]
fn every_function_of_the_core_is_a_command_with_its_arguments() {
    for function in api::functions() {
        let signature = function.signature();
        let (module, name) = signature.name.split_once('.').unwrap();
        let text = help(&[module, &name.replace('_', "-"), "--help"]);
        for argument in signature.arguments {
            let option = format!("--{} <", argument.replace('_', "-"));
            assert!(text.contains(&option), "{}: {option}\n{text}", signature.name);
        }
        if let [first, ..] = signature.arguments {
            let order = signature.arguments.join(", ").replace('_', "-");
            assert!(text.contains(&format!("in their order: {order}\n")), "{}: {first}", signature.name);
        }
    }
    let modules: BTreeSet<String> = commands().into_iter().map(|[module, _]| module).collect();
    for module in modules {
        let listed = help(&[&module, "-h"]);
        for [_, function] in commands().iter().filter(|[own, _]| *own == module) {
            assert!(listed.contains(&format!("\n  {function} ")), "{module} {function}\n{listed}");
        }
    }
}

/// The example of each function: the command, what it prints, and the files that it names.
#[test]
fn every_function_has_an_example_that_does_what_the_help_says() {
    for [module, function] in commands() {
        let text = help(&[&module, &function, "--help"]);
        let (_, example) = text.split_once("\nExample:\n").unwrap_or_else(|| panic!("{module} {function}"));
        let mut parts = example.split("\n\n");
        let mut call = parts.next().unwrap().lines().map(|line| line.strip_prefix("  ").unwrap());
        let command = call.next().unwrap();
        let prints: Vec<&str> = call.collect();
        let files: Vec<(&str, String)> = parts
            .map(|part| {
                let mut lines = part.lines().map(|line| line.strip_prefix("  ").unwrap());
                let name = lines.next().unwrap().strip_suffix(':').unwrap();
                (name, lines.map(visible).collect::<Vec<_>>().join("\n"))
            })
            .collect();
        let words = shlex::split(command).unwrap();
        let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        let run = |end: &str| {
            let files =
                files.iter().map(|(name, content)| (name.into(), format!("{content}{end}").into_bytes()));
            let mut machine = Memory { files: files.collect(), ..Memory::default() };
            let exit = machine.run(&words);
            assert!(exit.code() < 64, "{command}: {}", machine.errors);
            machine.output
        };
        let printed = run("");
        // The help does not show whether a file ends with the end of a line.
        if !prints.is_empty() && printed.lines().collect::<Vec<_>>() != prints {
            assert_eq!(run("\n").lines().collect::<Vec<_>>(), prints, "{command}");
        }
    }
}

/// A line as it was before control characters were escaped.
fn visible(line: &str) -> String {
    line.replace("\\t", "\t").replace("\\u{1f}", "\u{1f}").replace("\\u{1e}", "\u{1e}")
}

#[test]
fn the_exit_codes_of_the_help_are_those_of_the_readme_and_of_the_program() {
    let text = help(&["help", "exit-codes"]);
    assert_eq!(text, help(&["exit-codes"]));
    let readme = include_str!("../../README.md");
    for (exit, meaning) in Exit::ALL {
        assert!(text.contains(&format!("{:>4}  {meaning}\n", exit.code())), "{exit:?}\n{text}");
        assert!(readme.contains(&format!("\n| {} | {meaning} |\n", exit.code())), "README.md: {exit:?}");
    }
}

/// Each verdict of the conformance cases stands in the column of its outcome.
#[test]
fn the_readme_has_each_verdict_in_the_column_of_its_outcome() {
    let readme = include_str!("../../README.md");
    for module in ["canary", "rollback", "release"] {
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{module}` |"))).unwrap();
        let cells: Vec<&str> = row.split('|').skip(2).collect();
        let file = format!("{}/../conformance/{module}/outcome.json", env!("CARGO_MANIFEST_DIR"));
        for case in relcore_conformance::cases(file.as_ref()).unwrap() {
            if case["call"] != format!("{module}.outcome") {
                continue; // not of the module's decision
            }
            let decision = case["input"].as_object().unwrap().values().next().unwrap();
            let verdict = decision["verdict"]["type"].as_str().or(decision["verdict"].as_str()).unwrap();
            let columns = ["proceed", "wait", "roll_back", "ask"];
            let column = columns.iter().position(|outcome| case["expect"] == *outcome).unwrap();
            // A rollout that is over or paused holds.
            let is_named = cells[column].contains(&format!("`{verdict}`"))
                || verdict == "hold" && cells[column].contains("a rollout that ");
            assert!(is_named, "{module}: `{verdict}` is {}", case["expect"]);
        }
    }
}

#[test]
fn the_version_is_that_of_the_crate() {
    assert_eq!(help(&["--version"]), format!("relcore {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(help(&["-V"]), help(&["--version"]));
}

#[test]
fn completions_know_every_command_and_the_words_of_choices() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = help(&["completions", shell]);
        for [module, function] in commands() {
            assert!(script.contains(&module) && script.contains(&function), "{shell}: {module} {function}");
        }
        let has_choices = script.contains("quarter") || shell == "powershell";
        assert!(has_choices, "{shell} has no units of buckets");
    }
}
