//! A machine in memory, whose parts may fail.
use relcore_cli::{Exit, Stream, System, run};
use std::{
    any::Any,
    collections::BTreeMap,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::Output,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// What is on the machine, and what a command wrote.
#[derive(Debug, Default)]
pub struct Memory {
    pub files: BTreeMap<PathBuf, Vec<u8>>,
    pub input: Vec<u8>,
    /// Seconds since 1970.
    pub clock: u64,
    pub terminal: Stream,
    /// The call of this name fails.
    pub broken: &'static str,
    /// Every call that changes something or has a lock, in order.
    pub calls: Vec<String>,
    pub output: String,
    pub errors: String,
}

impl Memory {
    pub fn with(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(name, content)| (PathBuf::from(name), content.as_bytes().to_vec()));
        Self { files: files.collect(), clock: 1_795_402_800, ..Self::default() } // 2026-11-23T03:00:00Z
    }

    /// Runs a command line; forgets what the one before wrote.
    pub fn run(&mut self, words: &[&str]) -> Exit {
        self.output.clear();
        self.errors.clear();
        self.calls.clear();
        run(words.iter().map(OsString::from), self)
    }

    pub fn text(&self, name: &str) -> &str {
        self.files.get(Path::new(name)).map_or("", |content| std::str::from_utf8(content).unwrap())
    }

    fn call(&mut self, name: &'static str, path: &Path) -> io::Result<()> {
        self.calls.push(format!("{name} {}", path.display()));
        if self.broken == name { Err(io::Error::other("broken")) } else { Ok(()) }
    }
}

impl System for Memory {
    fn now(&mut self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.clock)
    }

    fn read_input(&mut self) -> io::Result<Vec<u8>> {
        Ok(self.input.clone())
    }

    fn print(&mut self, text: &str) -> io::Result<()> {
        self.call("print", Path::new(""))?;
        self.output += text;
        Ok(())
    }

    fn report(&mut self, text: &str) {
        self.errors += text;
    }

    fn output(&self) -> Stream {
        self.terminal
    }

    fn errors(&self) -> Stream {
        self.terminal
    }

    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn resolve(&mut self, path: &Path) -> io::Result<PathBuf> {
        if path == Path::new(".") {
            return Ok(PathBuf::new()); // the only folder
        }
        if self.files.contains_key(path) { Ok(path.to_owned()) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn check_writable(&mut self, path: &Path) -> io::Result<()> {
        self.call("check_writable", path)
    }

    fn lock(&mut self, path: &Path) -> io::Result<Option<Box<dyn Any>>> {
        if self.broken == "locked" {
            return Ok(None);
        }
        self.call("lock", path)?;
        Ok(Some(Box::new(())))
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.files.remove(path);
        Ok(())
    }

    fn create(&mut self, path: &Path, content: &[u8], _: Option<&Path>) -> io::Result<()> {
        let half = content.len() / 2;
        let written = if self.broken == "create" { &content[..half] } else { content };
        assert!(self.files.insert(path.to_owned(), written.to_vec()).is_none(), "{path:?} exists");
        self.call("create", path)
    }

    fn write(&mut self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.files.insert(path.to_owned(), content.to_vec());
        self.call("write", path)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.call("rename", to)?;
        let content = self.files.remove(from).unwrap();
        self.files.insert(to.to_owned(), content);
        Ok(())
    }

    fn sync_folder(&mut self, path: &Path) -> io::Result<()> {
        self.call("sync_folder", path)
    }

    fn git(&mut self, _: &Path, _: &[String]) -> io::Result<Output> {
        Err(io::ErrorKind::NotFound.into())
    }
}
