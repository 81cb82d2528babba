//! `change changes-since --repo`, `versioning next-version --repo`, `notes build-notes --repo`: what is not released.
use crate::{
    folder::{Folder, Ran},
    repository::git,
};
use serde_json::{Value, json};

/// A repository `work`: 1.0.0, a line 1.x with a fix after it, and features of two packages after it on `main`.
fn repository() -> Folder {
    let folder = Folder::new();
    git(&folder, 1, &["init", "--quiet", "--initial-branch", "main", "work"]);
    let commit = |day, path: &str, message: &str| {
        folder.write(&format!("work/{path}"), message);
        git(&folder, day, &["-C", "work", "add", "."]);
        git(&folder, day, &["-C", "work", "commit", "--quiet", "-m", message]);
    };
    for name in ["app", "lib"] {
        std::fs::create_dir_all(folder.path(&format!("work/{name}"))).unwrap();
    }
    commit(1, "app/a", "feat: first");
    git(&folder, 1, &["-C", "work", "tag", "v1.0.0"]);
    git(&folder, 1, &["-C", "work", "branch", "1.x"]);
    commit(2, "app/b", "feat(app): a switch (#2)");
    commit(3, "lib/c", "feat(lib)!: another form");
    commit(4, "lib/c", "Revert \"feat(lib)!: another form\"");
    commit(5, "lib/d", "fix(lib): a leak (#5)");
    git(&folder, 5, &["-C", "work", "tag", "v1.1.0-rc.1"]);
    commit(6, "app/e", "docs: a guide");
    git(&folder, 7, &["-C", "work", "checkout", "--quiet", "1.x"]);
    commit(7, "app/f", "fix: a crash");
    git(&folder, 7, &["-C", "work", "checkout", "--quiet", "main"]);
    folder
}

fn result(ran: &Ran) -> Value {
    assert_eq!((ran.code, ran.errors.as_str()), (0, ""));
    serde_json::from_str(&ran.output).unwrap()
}

#[test]
fn the_next_version_of_what_is_checked_out() {
    let folder = repository();
    let next = |words: &[&str]| {
        result(&folder.run(&[&["versioning", "next-version", "--repo", "work"], words].concat()))
    };
    let found = next(&[]);
    // From the candidate that there is, which has the base that the changes need.
    assert_eq!(
        (&found["version"], &found["bump"], &found["needed"]),
        (&json!("1.1.0"), &json!("prerelease"), &json!("minor"))
    );
    // The candidates of a channel go on from the one that there is.
    assert_eq!(next(&["--policy", "{channel: {label: rc}}"])["version"], "1.1.0-rc.2");
    // Only what touches a package.
    assert_eq!(next(&["--path", "lib", "--current", "1.0.0", "--tags", r#"["v1.0.0"]"#])["version"], "1.0.1");
    let ran = folder.run(&[
        "versioning",
        "next-version",
        "--repo",
        "work",
        "--path",
        "nowhere",
        "--get",
        "verdict",
        "--raw",
    ]);
    assert_eq!((ran.code, ran.output.trim()), (10, "nothing"));
    // How messages are read.
    let rules = "{rules: [{changeType: docs, bump: major}]}";
    assert_eq!(next(&["--change-policy", rules])["version"], "2.0.0");
    assert!(found["reasons"].as_array().is_some_and(|reasons| !reasons.is_empty()));
}

#[test]
fn the_next_version_of_a_maintenance_line() {
    let folder = repository();
    let next =
        |words: &[&str]| folder.run(&[&["versioning", "next-version", "--repo", "work"], words].concat());
    git(&folder, 8, &["-C", "work", "checkout", "--quiet", "1.x"]);
    // Without the line, the tags of the other branch count: the result is greater than all of them.
    assert_eq!(result(&next(&[]))["version"], "1.1.0");
    let line = r#"{"line": "1.0.x"}"#;
    assert_eq!(result(&next(&["--line", line]))["version"], "1.0.1");
    git(&folder, 8, &["-C", "work", "checkout", "--quiet", "main"]);
    assert_eq!(result(&next(&["--line", "{line: 1.0.x, head: 1.x}"]))["version"], "1.0.1");
    assert_eq!(next(&["--line", "{head: absent}"]).code, 74);
}

#[test]
fn notes_of_what_is_unreleased() {
    let folder = repository();
    let notes = |words: &[&str]| folder.run(&[&["notes", "build-notes", "--repo", "work"], words].concat());
    let texts = |ran: &Ran| -> Vec<String> {
        let sections = result(ran)["sections"].clone();
        let items = |section: &Value| section["items"].as_array().cloned().unwrap_or_default();
        let items = sections.as_array().unwrap().iter().flat_map(items);
        items.map(|item| item["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts(&notes(&[])), ["a switch (#2)", "a leak (#5)"]); // users read of no guide, and of nothing that was reverted
    assert_eq!(texts(&notes(&["--audience", "developer"])), ["a switch (#2)", "a leak (#5)", "a guide"]);
    assert_eq!(texts(&notes(&["--path", "lib"])), ["a leak (#5)"]);
}

#[test]
fn the_changes_themselves() {
    let folder = repository();
    let changes = |words: &[&str]| {
        result(&folder.run(&[&["change", "changes-since", "--repo", "work"], words].concat()))
    };
    let found = changes(&[]);
    assert_eq!((&found["since"], &found["current"]), (&json!("v1.0.0"), &json!("v1.1.0-rc.1")));
    assert_eq!(found["changes"].as_array().unwrap().len(), 3);
    assert_eq!(found["cancelled"].as_array().unwrap().len(), 1);
    let found = changes(&["--line", "{line: 1.0.x}", "--policy", "{dialect: angular}"]);
    assert_eq!(found["since"], "v1.0.0");
    // Each argument works without a repository, too, and then none is taken from one.
    let ran = folder.run(&["change", "changes-since", "--policy", "{}"]);
    assert!(ran.errors.contains("these arguments are missing: --history, --line"), "{}", ran.errors);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let folder = repository();
    let next =
        |words: &[&str]| folder.run(&[&["versioning", "next-version", "--repo", "work"], words].concat());
    let ran = next(&["--change-policy", "{types: {a: prerelease}}", "--line", "{line: x}"]);
    assert_eq!(ran.code, 65, "{}", ran.errors);
    assert!(ran.errors.contains("--change-policy: types.a: "), "{}", ran.errors);
    assert!(ran.errors.contains("--line: line: "), "{}", ran.errors);
    let ran = next(&["--line", "[1]"]);
    assert!(ran.errors.contains("--line: "), "{}", ran.errors);
    let ran = next(&["--changes", "[]"]);
    assert_eq!(ran.code, 64, "{}", ran.errors); // from one place or from the other
    git(
        &folder,
        8,
        &[
            "clone",
            "--quiet",
            "--depth",
            "1",
            "--no-single-branch",
            &format!("file://{}", folder.path("work").display()),
            "shallow",
        ],
    );
    let ran = folder.run(&["notes", "build-notes", "--repo", "shallow"]);
    assert!(ran.errors.contains("is a shallow clone"), "{}", ran.errors);
    let ran = folder.run(&["notes", "build-notes", "--repo", "absent"]);
    assert_eq!(ran.code, 74, "{}", ran.errors);
}

#[test]
fn the_policy_of_a_message_may_be_left_out() {
    let folder = Folder::new();
    folder.write("message", "feat: a switch");
    let ran = folder.run(&["change", "lint", "--text", "@message"]);
    assert_eq!((ran.code, ran.output.trim()), (0, "[]"));
    // What lets everything pass by default is asked for.
    let ran = folder.run(&["window", "status", "--subject", "{}"]);
    assert!(ran.errors.contains("these arguments are missing: --policy"), "{}", ran.errors);
}
