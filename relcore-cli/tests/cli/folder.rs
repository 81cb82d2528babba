//! A folder for a test, and the binary in it.
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::atomic::{AtomicUsize, Ordering},
};

/// The folder of `examples/canary`.
pub fn schedule() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/canary/schedule.yaml")
}

/// A folder that is removed at the end.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("relcore-cli-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    pub fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }

    /// The binary, to be run in this folder.
    pub fn relcore(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_relcore"));
        command.args(words).current_dir(&self.0);
        command
    }

    pub fn run(&self, words: &[&str]) -> Ran {
        Ran::of(self.relcore(words).output().unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a program wrote, and its exit code.
#[derive(Debug, PartialEq)]
pub struct Ran {
    pub output: String,
    pub errors: String,
    pub code: i32,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            output: String::from_utf8(output.stdout).unwrap(),
            errors: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap_or(-1),
        }
    }
}
