//! The state in a file: replaced in one step, locked, and never lost.
use crate::{
    folder::{Folder, schedule},
    memory::Memory,
    results::SCHEDULE,
};
use relcore_cli::{Exit, Machine, Stream, System, run};
use serde_json::Value;
use std::{
    any::Any,
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::SystemTime,
};

const NEXT: [&str; 5] = ["canary", "next-action", "s.yaml", "state.json", "[]"];

fn started() -> Memory {
    let mut machine = Memory::with(&[("s.yaml", SCHEDULE)]);
    assert_eq!(machine.run(&["canary", "start", "s.yaml", "--state", "state.json"]), Exit::Proceed);
    machine
}

/// The weight in a state, as it is written.
fn weight(state: &str) -> String {
    serde_json::from_str::<Value>(state).unwrap()["weight"].to_string()
}

#[test]
fn start_makes_a_state_and_overwrites_none() {
    let mut machine = started();
    assert_eq!(machine.text("state.json"), machine.output);
    assert_eq!(weight(machine.text("state.json")), "0.0");
    let before = machine.text("state.json").to_owned();
    machine.clock += 60;
    assert_eq!(machine.run(&["canary", "start", "s.yaml", "--state", "state.json"]), Exit::StateExists);
    assert_eq!(machine.errors, "error: state.json: there is a state already: `--overwrite` replaces it\n");
    assert_eq!(machine.text("state.json"), before);
    assert_eq!(
        machine.run(&["canary", "start", "s.yaml", "--state", "state.json", "--overwrite"]),
        Exit::Proceed
    );
    assert_ne!(machine.text("state.json"), before);
}

#[test]
fn next_action_replaces_the_state_by_that_of_the_decision() {
    let mut machine = started();
    assert_eq!(machine.run(&NEXT), Exit::Proceed);
    let decision: Value = serde_json::from_str(&machine.output).unwrap();
    assert_eq!(decision["state"], serde_json::from_str::<Value>(machine.text("state.json")).unwrap());
    assert_eq!(weight(machine.text("state.json")), "5.0");
    assert_eq!(
        machine.calls,
        [
            "check_writable state.json",
            "lock state.json.lock",
            "create .state.json.new",
            "rename state.json",
            "sync_folder ",
            "print "
        ]
    );
    // The same call again: no step is taken twice.
    assert_eq!(machine.run(&NEXT), Exit::Wait);
    assert_eq!(weight(machine.text("state.json")), "5.0");
}

#[test]
fn a_state_that_is_no_file_is_read_and_not_replaced() {
    let mut machine = started();
    let state = machine.text("state.json").trim().to_owned();
    let before = machine.files.clone();
    machine.input = state.clone().into_bytes();
    for words in [
        &["canary", "next-action", "s.yaml", "state.json", "[]", "--dry-run"][..],
        &["canary", "next-action", "s.yaml", "-", "[]"],
        &["canary", "next-action", "s.yaml", &state, "[]"],
    ] {
        assert_eq!(machine.run(words), Exit::Proceed, "{}", machine.errors);
        assert_eq!(machine.calls, ["print "]);
        assert_eq!(machine.files, before);
    }
}

#[test]
fn a_rollout_that_is_over_has_the_same_outcome_at_every_call() {
    let mut machine = started();
    machine.run(&NEXT);
    let abort = r#"[{"at": "2026-11-23T03:00:00Z", "kind": {"type": "command", "command": "abort"}}]"#;
    assert_eq!(machine.run(&["canary", "next-action", "s.yaml", "state.json", abort]), Exit::RollBack);
    assert_eq!(machine.run(&NEXT), Exit::RollBack);
    machine.run(&[&NEXT[..], &["--get", "verdict.type", "--get", "state.weight"]].concat());
    assert_eq!(machine.output, "hold\n0.0\n");
}

#[test]
fn whatever_fails_before_the_rename_leaves_the_old_state_and_prints_nothing() {
    for (broken, exit) in [
        ("check_writable", Exit::Io),
        ("lock", Exit::Io),
        ("locked", Exit::Locked),
        ("create", Exit::Io),
        ("rename", Exit::Io),
    ] {
        let mut machine = started();
        let before = machine.files.clone();
        machine.broken = broken;
        assert_eq!(machine.run(&NEXT), exit, "{broken}");
        assert_eq!(machine.output, "", "{broken}");
        assert!(machine.errors.starts_with("error: state.json"), "{broken}: {}", machine.errors);
        assert_eq!(machine.files, before, "{broken}");
        // Nothing is left that keeps the next call from deciding.
        machine.broken = "";
        assert_eq!(machine.run(&NEXT), Exit::Proceed, "{broken}");
    }
}

#[test]
fn whatever_fails_after_the_rename_is_an_error_and_the_state_is_stored() {
    for broken in ["sync_folder", "print"] {
        let mut machine = started();
        machine.broken = broken;
        assert_eq!(machine.run(&NEXT), Exit::Io, "{broken}");
        assert_eq!(weight(machine.text("state.json")), "5.0", "{broken}");
    }
}

#[test]
fn a_refused_input_or_part_leaves_the_state_alone() {
    let mut machine = started();
    let before = machine.files.clone();
    let late = r#"[{"at": "2030-01-01T00:00:00Z", "kind": {"type": "window", "open": true}}]"#;
    assert_eq!(machine.run(&["canary", "next-action", "s.yaml", "state.json", late]), Exit::BadInput);
    assert_eq!(machine.run(&[&NEXT[..], &["--get", "state.wieght"]].concat()), Exit::Usage);
    assert_eq!(machine.files, before);
}

#[test]
fn a_state_that_does_not_exist_is_an_error_that_says_how_to_make_one() {
    let mut machine = Memory::with(&[("s.yaml", SCHEDULE)]);
    assert_eq!(machine.run(&NEXT), Exit::Io);
    assert_eq!(machine.errors, "error: state.json: there is no state: make one with `start --state`\n");
    assert_eq!(machine.files.len(), 1);
}

// -- on the disk ----------------------------------------------------------------------------------------------------

const NOW: &str = "2026-11-23T03:00:00Z";

fn on_disk() -> Folder {
    let folder = Folder::new();
    fs::copy(schedule(), folder.path("s.yaml")).unwrap();
    let started = folder.run(&["canary", "start", "s.yaml", "--now", NOW, "--state", "state.json"]);
    assert_eq!((started.code, started.errors.as_str()), (0, ""));
    folder
}

fn next(folder: &Folder) -> Command {
    folder.relcore(&["canary", "next-action", "s.yaml", "state.json", "[]", "--now", NOW])
}

#[test]
fn two_processes_at_once_are_refused() {
    let folder = on_disk();
    let lock = fs::File::options().write(true).open(folder.path("state.json.lock")).unwrap();
    lock.try_lock().unwrap();
    let before = folder.read("state.json");
    let refused = next(&folder).output().unwrap();
    assert_eq!(refused.status.code(), Some(75));
    assert_eq!(
        String::from_utf8(refused.stderr).unwrap(),
        "error: state.json: another process is deciding with this state: try again\n"
    );
    assert_eq!(folder.read("state.json"), before);
    drop(lock);
    assert_eq!(next(&folder).output().unwrap().status.code(), Some(0));
}

#[test]
fn of_many_processes_one_takes_the_step() {
    let folder = on_disk();
    let processes: Vec<_> =
        (0..16).map(|_| next(&folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()).collect();
    let codes: Vec<_> = processes.into_iter().map(|mut process| process.wait().unwrap().code()).collect();
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1, "{codes:?}");
    assert!(codes.iter().all(|code| matches!(code, Some(0 | 10 | 75))), "{codes:?}");
    assert_eq!(weight(&folder.read("state.json")), "5.0");
}

#[cfg(unix)]
#[test]
fn permissions_and_symbolic_links_are_kept() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = on_disk();
    fs::set_permissions(folder.path("state.json"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::create_dir(folder.path("links")).unwrap();
    symlink("../state.json", folder.path("links/link.json")).unwrap();
    let ran = folder.run(&["canary", "next-action", "s.yaml", "links/link.json", "[]", "--now", NOW]);
    assert_eq!((ran.code, ran.errors.as_str()), (0, ""));
    assert!(folder.path("links/link.json").is_symlink());
    assert_eq!(weight(&folder.read("state.json")), "5.0");
    assert_eq!(fs::metadata(folder.path("state.json")).unwrap().permissions().mode() & 0o777, 0o640);
    let left: Vec<_> =
        fs::read_dir(folder.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name != ".state.json.new"), "{left:?}");

    symlink("nowhere", folder.path("dangling.json")).unwrap();
    let ran = folder.run(&["canary", "start", "s.yaml", "--state", "dangling.json"]);
    assert_eq!(
        (ran.code, ran.errors.as_str()),
        (74, "error: dangling.json: is a symbolic link to nothing\n")
    );
}

// -- killed ---------------------------------------------------------------------------------------------------------

/// The machine, until a number of steps were done: then the process kills itself, as `kill -9` does.
struct Dying {
    steps: usize,
}

impl Dying {
    fn step(&mut self) {
        match self.steps.checked_sub(1) {
            Some(left) => self.steps = left,
            None => {
                let own = std::process::id().to_string();
                let _ = Command::new("kill").args(["-9", &own]).status();
                std::process::abort() // where there is no `kill`
            }
        }
    }
}

impl System for Dying {
    fn now(&mut self) -> SystemTime {
        Machine.now()
    }

    fn read_input(&mut self) -> io::Result<Vec<u8>> {
        Machine.read_input()
    }

    fn print(&mut self, text: &str) -> io::Result<()> {
        self.step();
        Machine.print(text)
    }

    fn report(&mut self, text: &str) {
        Machine.report(text);
    }

    fn output(&self) -> Stream {
        Stream::default()
    }

    fn errors(&self) -> Stream {
        Stream::default()
    }

    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        self.step();
        Machine.read(path)
    }

    fn resolve(&mut self, path: &Path) -> io::Result<PathBuf> {
        Machine.resolve(path)
    }

    fn check_writable(&mut self, path: &Path) -> io::Result<()> {
        Machine.check_writable(path)
    }

    fn lock(&mut self, path: &Path) -> io::Result<Option<Box<dyn Any>>> {
        self.step();
        Machine.lock(path)
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.step();
        Machine.remove(path)
    }

    fn create(&mut self, path: &Path, content: &[u8], like: Option<&Path>) -> io::Result<()> {
        if self.steps == 0 {
            Machine.create(path, &content[..content.len() / 2], like)?; // killed while it writes
        }
        self.step();
        Machine.create(path, content, like)
    }

    fn write(&mut self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.step();
        Machine.write(path, content)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.step();
        Machine.rename(from, to)
    }

    fn sync_folder(&mut self, path: &Path) -> io::Result<()> {
        self.step();
        Machine.sync_folder(path)
    }

    fn git(&mut self, _: &Path, _: &[String]) -> io::Result<Output> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Not a test: what the next test starts as a process of its own.
#[test]
#[ignore = "a process that kills itself"]
fn dies() {
    let steps = env::var("STEPS").unwrap().parse().unwrap();
    let words = ["canary", "next-action", "s.yaml", "state.json", "[]", "--now", NOW].map(Into::into);
    let exit = run(words, &mut Dying { steps });
    std::process::exit(exit.code().into());
}

#[cfg(unix)]
#[test]
fn a_process_killed_between_any_two_steps_loses_nothing_and_the_next_one_repeats_nothing() {
    use std::os::unix::process::ExitStatusExt as _;
    let mut deaths = 0;
    loop {
        let folder = on_disk();
        let before = folder.read("state.json");
        let mut child = Command::new(env::current_exe().unwrap());
        child.args(["--exact", "state::dies", "--ignored", "--nocapture"]).env("STEPS", deaths.to_string());
        let died = child.current_dir(folder.path("")).stdout(Stdio::null()).status().unwrap();
        if died.signal().is_none() {
            assert_eq!(died.code(), Some(0)); // it lived to the end
            break;
        }
        assert_eq!(died.signal(), Some(9));
        deaths += 1;
        // The file has the old state or the new one.
        let after = folder.read("state.json");
        assert!(after == before || weight(&after) == "5.0", "after {deaths} steps: {after}");
        // The next call takes the step that was not taken, or waits because it was taken.
        let ran = next(&folder).output().unwrap();
        let expected = if after == before { 0 } else { 10 };
        assert_eq!(ran.status.code(), Some(expected), "after {deaths} steps");
        assert_eq!(weight(&folder.read("state.json")), "5.0");
    }
    assert_eq!(deaths, 8, "two reads, lock, remove, create, rename, sync_folder, print");
}
