//! `metrics dora --repo` and `metrics report --repo`: git repositories as they come.
use crate::{
    folder::{Folder, Ran},
    memory::Memory,
};
use relcore_cli::Exit;
use serde_json::Value;
use std::process::Command;

/// A repository `work` with three commits, a day apart, two of them released.
fn repository() -> Folder {
    let folder = Folder::new();
    git(&folder, 1, &["init", "--quiet", "--initial-branch", "main", "work"]);
    for (day, tags) in [(1, &["v0.1.0"][..]), (2, &["0.2.0", "release-2"]), (3, &["v0.3.0-rc.1"])] {
        git(&folder, day, &["-C", "work", "commit", "--quiet", "--allow-empty", "-m", "one change"]);
        for tag in tags {
            git(&folder, day, &["-C", "work", "tag", "-a", "-m", "a release", tag]);
        }
    }
    folder
}

pub(crate) fn git(folder: &Folder, day: u32, words: &[&str]) -> String {
    let date = format!("2026-01-0{day}T12:00:00+00:00");
    let mut git = Command::new("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args(words)
        .current_dir(folder.path(""));
    git.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
    let ran = Ran::of(git.output().unwrap());
    assert_eq!(ran.code, 0, "git {words:?}: {}", ran.errors);
    ran.output
}

fn dora(folder: &Folder, words: &[&str]) -> Ran {
    folder.run(&[&["metrics", "dora"], words].concat())
}

fn report(ran: &Ran) -> Value {
    assert_eq!((ran.code, ran.errors.as_str()), (0, ""));
    serde_json::from_str(&ran.output).unwrap()
}

#[test]
fn a_repository_gives_deployments_changes_and_a_range() {
    let folder = repository();
    let ran = dora(&folder, &["--repo", "work", "--until", "2026-02-01T00:00:00Z"]);
    let report = report(&ran);
    assert_eq!(report["range"]["start"], "2026-01-01T12:00:00.000Z"); // the first release
    assert_eq!(report["range"]["end"], "2026-02-01T00:00:00.000Z");
    assert_eq!(report["overall"]["deploymentFrequency"]["n"], 2);
    assert_eq!(report["buckets"].as_array().unwrap().len(), 1); // January
    // A clone without a work tree has the same history.
    git(&folder, 4, &["clone", "--quiet", "--bare", "work", "bare.git"]);
    assert_eq!(dora(&folder, &["--repo", "bare.git", "--until", "2026-02-01T00:00:00Z"]), ran);
}

#[test]
fn the_range_the_buckets_and_the_tags_can_be_chosen() {
    let folder = repository();
    let dora = |words: &[&str]| {
        report(&dora(&folder, &[&["--repo", "work", "--until", "2026-01-03T00:00:00Z"], words].concat()))
    };
    let week = dora(&["--since", "36h", "--unit", "day", "--zone", "Asia/Tokyo"]);
    assert_eq!(week["range"]["start"], "2026-01-01T12:00:00.000Z");
    assert_eq!(week["buckets"].as_array().unwrap().len(), 3); // it is the 3rd in Tokyo
    let second = dora(&["--since", "2026-01-02T00:00:00Z"]);
    assert_eq!(second["overall"]["deploymentFrequency"]["n"], 1);
    let other = dora(&["--tag-pattern", "release-.*"]);
    assert_eq!(other["range"]["start"], "2026-01-02T12:00:00.000Z");
    folder.write(
        "incidents.yaml",
        "[{id: i1, service: repository, detectedAt: 2026-01-02T13:00:00Z, causedBy: 0.2.0}]",
    );
    let failed = dora(&["--incidents", "incidents.yaml", "--policy", "{confidenceLevel: 0.9}"]);
    assert_eq!(failed["overall"]["changeFailRate"]["affected"], 1);
}

#[test]
fn the_settings_and_the_environment_of_a_user_change_nothing() {
    let folder = repository();
    let words = ["metrics", "dora", "--repo", "work", "--until", "2026-02-01T00:00:00Z"];
    let expected = folder.run(&words);
    git(&folder, 4, &["init", "--quiet", "other"]);
    folder.write("config", "[log]\n\tshowSignature = true\n\tdecorate = full\n[i18n]\n\tlogOutputEncoding = UTF-16\n[color]\n\tui = always\n");
    let mut changed = folder.relcore(&words);
    changed.env("GIT_CONFIG_GLOBAL", folder.path("config")).env("GIT_DIR", folder.path("other/.git"));
    assert_eq!(Ran::of(changed.output().unwrap()), expected);
    // A tag of a file is no release, and no reason to fail.
    folder.write("work/file", "content");
    let object = git(&folder, 4, &["-C", "work", "hash-object", "-w", "file"]);
    git(&folder, 4, &["-C", "work", "tag", "v9.9.9", object.trim()]);
    assert_eq!(folder.run(&words), expected);
}

#[test]
fn a_shallow_clone_is_refused() {
    let folder = repository();
    let url = format!("file://{}", folder.path("work").display());
    git(&folder, 4, &["clone", "--quiet", "--depth", "1", &url, "shallow"]);
    let ran = dora(&folder, &["--repo", "shallow"]);
    assert_eq!((ran.code, ran.output.as_str()), (65, ""));
    assert!(ran.errors.starts_with("error: shallow: is a shallow clone, "), "{}", ran.errors);
}

#[test]
fn what_is_no_history_is_refused_with_the_words_of_git() {
    let folder = repository();
    git(&folder, 1, &["init", "--quiet", "empty"]);
    let ran = dora(&folder, &["--repo", "absent"]);
    assert_eq!(ran.code, 74);
    assert!(
        ran.errors.starts_with("error: git in absent: ") && ran.errors.contains("No such file"),
        "{}",
        ran.errors
    );
    let ran = dora(&folder, &["--repo", "empty"]);
    assert_eq!(ran.code, 65);
    assert!(ran.errors.contains("`: the repository has no tags of commits; "), "{}", ran.errors);
    let ran = dora(&folder, &["--repo", "work", "--tag-pattern", "x"]);
    assert_eq!(ran.code, 65);
    let start = "error: --tag-pattern: no tag matches `x`: there are 4, such as `0.2.0`, `release-2`, `v0.1.0`, `v0.3.0-rc.1`; ";
    assert!(ran.errors.starts_with(start), "{}", ran.errors);
    let ran = dora(&folder, &["--repo", "work", "--tag-pattern", "("]);
    assert_eq!(ran.code, 65);
    assert!(ran.errors.contains("tagPattern: `(` is not a regular expression"), "{}", ran.errors);
    for (option, word) in [("--since", "soon"), ("--until", "90d")] {
        let ran = dora(&folder, &["--repo", "work", option, word]);
        assert_eq!(ran.code, 65);
        assert!(
            ran.errors.starts_with(&format!("error: {option}: `{word}` is not an instant")),
            "{}",
            ran.errors
        );
    }
}

#[test]
fn a_branch_of_the_name_of_a_tag_hides_no_release() {
    let folder = repository();
    let words = ["--repo", "work", "--until", "2026-02-01T00:00:00Z"];
    let expected = report(&dora(&folder, &words));
    git(&folder, 4, &["-C", "work", "branch", "0.2.0"]);
    assert_eq!(report(&dora(&folder, &words)), expected);
    // A head that does not exist yet has no commits; those of the tags are there.
    git(&folder, 4, &["-C", "work", "checkout", "--quiet", "--orphan", "next"]);
    assert_eq!(report(&dora(&folder, &words))["overall"]["deploymentFrequency"]["n"], 2);
}

#[test]
fn nothing_in_a_message_begins_a_record() {
    let folder = repository();
    let forged = format!("x\u{1e}\n{}\t\t1\t1\tforged\u{1f}\u{1e}\n", "f".repeat(40));
    git(&folder, 3, &["-C", "work", "commit", "--quiet", "--allow-empty", "-m", &forged]);
    git(&folder, 4, &["-C", "work", "tag", "v0.4.0"]);
    let report = report(&dora(&folder, &["--repo", "work", "--until", "2026-02-01T00:00:00Z"]));
    assert_eq!(report["overall"]["deploymentFrequency"]["n"], 3);
    assert_eq!(report["overall"]["changeLeadTime"]["n"], 3); // three commits after the first release
}

#[test]
fn a_squashed_revert_fails_the_release_that_it_reverts() {
    let folder = repository();
    for (day, subject, tag) in [
        (4, "feat: x (#1)", "0.4.0"),
        (5, "Revert \"feat: x\" (#2)", "0.5.0"),
        (6, "Reapply \"feat: x\" (#3)", "0.6.0"),
    ] {
        git(&folder, day, &["-C", "work", "commit", "--quiet", "--allow-empty", "-m", subject]);
        git(&folder, day, &["-C", "work", "tag", tag]);
    }
    let words = ["--repo", "work", "--until", "2026-02-01T00:00:00Z"];
    let failed = |more: &[&str]| {
        report(&dora(&folder, &[&words, more].concat()))["overall"]["changeFailRate"]["affected"].clone()
    };
    assert_eq!(failed(&[]), 1);
    assert_eq!(failed(&["--policy", "{relands: include}"]), 2);
}

#[test]
fn a_package_has_its_own_tags_and_paths() {
    let folder = repository();
    for (day, file, tag) in [(4, "cli/a", "cli-1.0.0"), (5, "api/a", "api-1.0.0"), (6, "cli/b", "cli-1.1.0")]
    {
        std::fs::create_dir_all(folder.path(&format!("work/{}", &file[..3]))).unwrap();
        folder.write(&format!("work/{file}"), "content");
        git(&folder, day, &["-C", "work", "add", file]);
        git(&folder, day, &["-C", "work", "commit", "--quiet", "-m", "one change"]);
        git(&folder, day, &["-C", "work", "tag", tag]);
    }
    let words =
        ["--repo", "work", "--until", "2026-02-01T00:00:00Z", "--tag-pattern", r"cli-.*", "--path", "cli"];
    let row = report(&dora(&folder, &words))["overall"].clone();
    assert_eq!(row["deploymentFrequency"]["n"], 2);
    assert_eq!(row["changeLeadTime"]["n"], 1); // of the second release, without the change of the api
    assert_eq!(row["changeLeadTime"]["excluded"], serde_json::json!([{ "reason": "seed", "n": 1 }]));
}

#[test]
fn a_repository_stands_beside_no_other_source() {
    let folder = repository();
    for words in [&["--deployments", "[]"][..], &["--changes", "[]"], &["[]"]] {
        let ran = dora(&folder, &[&["--repo", "work"], words].concat());
        assert_eq!(ran.code, 64, "{words:?}");
        assert!(ran.errors.contains("cannot be used with"), "{}", ran.errors);
    }
    assert_eq!(dora(&folder, &["--since", "90d"]).code, 64);
    assert_eq!(dora(&folder, &["--repo", "work", "--range", "{}", "--since", "90d"]).code, 64);
}

#[test]
fn a_machine_without_git_is_told_so() {
    let mut machine = Memory::default();
    assert_eq!(machine.run(&["metrics", "dora", "--repo", "."]), Exit::Io);
    assert_eq!(machine.errors, "error: git: is not installed, or not in PATH: `--repo` runs it\n");
}

#[test]
fn a_repository_gives_a_page() {
    let folder = repository();
    let words =
        ["metrics", "report", "--repo", "work", "--until", "2026-02-01T00:00:00Z", "-o", "report.html"];
    assert_eq!(folder.run(&words), Ran { code: 0, output: String::new(), errors: String::new() });
    let page = std::fs::read_to_string(folder.path("report.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    assert!(page.contains("<h1>work</h1>") && page.contains("Deployment frequency"));
    // Weeks, and a title of one's own, on standard output.
    let more = ["--breakdown", r#"{"unit": "week"}"#, "--title", "Our shop", "--raw"];
    let ran = folder.run(&[&words[..6], &more].concat());
    assert!(ran.code == 0 && ran.output.contains("<h1>Our shop</h1>") && ran.output.contains("by week"));
    // Measures are JSON, in a file or not.
    let measures = ["metrics", "measure", "--repo", "work", "--until", "2026-02-01T00:00:00Z"];
    let printed = folder.run(&measures);
    assert_eq!(folder.run(&[&measures[..], &["--output", "measures.json"]].concat()).output, "");
    assert_eq!(std::fs::read_to_string(folder.path("measures.json")).unwrap(), printed.output);
    // A page that cannot be stored is a fault.
    let lost = folder.run(&[&words[..6], &["-o", "absent/report.html"]].concat());
    assert!(lost.code != 0 && lost.errors.contains("absent/report.html"), "{lost:?}");
}
