//! The machine: files, streams, the clock and git. Everything else of this crate is without side effects.
use std::{
    any::Any,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, IsTerminal as _, Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant, SystemTime},
};

/// What a command needs from the machine. [`Machine`] is the real one; a test may put another in its place.
pub trait System {
    /// The time.
    fn now(&mut self) -> SystemTime;

    /// The whole standard input.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read_input(&mut self) -> io::Result<Vec<u8>>;

    /// Writes to standard output.
    ///
    /// # Errors
    /// When it is closed or full.
    fn print(&mut self, text: &str) -> io::Result<()>;

    /// Writes to standard error. Failures are ignored: there is no place left to report them.
    fn report(&mut self, text: &str);

    /// What standard output is.
    fn output(&self) -> Stream;

    /// What standard error is.
    fn errors(&self) -> Stream;

    /// The content of a file.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>>;

    /// The absolute path of a file, without symbolic links.
    ///
    /// # Errors
    /// `NotFound` if the path is free. A symbolic link to nothing is another error.
    fn resolve(&mut self, path: &Path) -> io::Result<PathBuf>;

    /// Fails unless the file may be written.
    ///
    /// # Errors
    /// `PermissionDenied` for a file that is read-only.
    fn check_writable(&mut self, path: &Path) -> io::Result<()>;

    /// Locks a file, which it makes if need be, until the returned value is dropped or the process ends; `None` if another
    /// process has it.
    ///
    /// # Errors
    /// When the file cannot be made.
    fn lock(&mut self, path: &Path) -> io::Result<Option<Box<dyn Any>>>;

    /// Removes a file. It is no error if there is none.
    ///
    /// # Errors
    /// When the file stays.
    fn remove(&mut self, path: &Path) -> io::Result<()>;

    /// Makes a file that does not exist, with the permissions of another file if one is named, and waits until its content
    /// is on the disk.
    ///
    /// # Errors
    /// When it exists or cannot be written.
    fn create(&mut self, path: &Path, content: &[u8], like: Option<&Path>) -> io::Result<()>;

    /// Writes a file, which it replaces if it exists.
    ///
    /// # Errors
    /// When it cannot be written.
    fn write(&mut self, path: &Path, content: &[u8]) -> io::Result<()>;

    /// Gives a file the name of another, which it replaces, in one step.
    ///
    /// # Errors
    /// When the names stay as they are.
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;

    /// Waits until the names in a folder are on the disk.
    ///
    /// # Errors
    /// When the disk fails.
    fn sync_folder(&mut self, path: &Path) -> io::Result<()>;

    /// Runs git in a repository, with a line of progress on a terminal.
    ///
    /// # Errors
    /// When git cannot be started.
    fn git(&mut self, repository: &Path, arguments: &[String]) -> io::Result<Output>;
}

/// Where a stream leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    /// To a terminal.
    pub is_terminal: bool,
    /// Colours are shown: it is a terminal that has them, and `NO_COLOR` is not set.
    pub has_colours: bool,
}

/// The machine that the process runs on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Machine;

impl System for Machine {
    fn now(&mut self) -> SystemTime {
        SystemTime::now()
    }

    fn read_input(&mut self) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        io::stdin().lock().read_to_end(&mut content)?;
        Ok(content)
    }

    fn print(&mut self, text: &str) -> io::Result<()> {
        let mut output = io::stdout().lock();
        output.write_all(text.as_bytes())?;
        output.flush()
    }

    fn report(&mut self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    fn output(&self) -> Stream {
        let output = io::stdout();
        Stream { is_terminal: output.is_terminal(), has_colours: has_colours(&output) }
    }

    fn errors(&self) -> Stream {
        let errors = io::stderr();
        Stream { is_terminal: errors.is_terminal(), has_colours: has_colours(&errors) }
    }

    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn resolve(&mut self, path: &Path) -> io::Result<PathBuf> {
        match fs::canonicalize(path) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound && path.is_symlink() => {
                Err(io::Error::other("is a symbolic link to nothing"))
            }
            resolved => resolved,
        }
    }

    fn check_writable(&mut self, path: &Path) -> io::Result<()> {
        OpenOptions::new().write(true).open(path).map(drop)
    }

    fn lock(&mut self, path: &Path) -> io::Result<Option<Box<dyn Any>>> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(fault)) => Err(fault),
        }
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    fn create(&mut self, path: &Path, content: &[u8], like: Option<&Path>) -> io::Result<()> {
        // `create_new` follows no symbolic link that somebody else may have put there.
        let mut file = OpenOptions::new().create_new(true).write(true).open(path)?;
        if let Some(like) = like {
            file.set_permissions(fs::metadata(like)?.permissions())?;
        }
        file.write_all(content)?;
        file.sync_all()
    }

    fn write(&mut self, path: &Path, content: &[u8]) -> io::Result<()> {
        fs::write(path, content)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_folder(&mut self, path: &Path) -> io::Result<()> {
        // Windows has no such call; some network file systems refuse it.
        if !cfg!(unix) {
            return Ok(());
        }
        match File::open(path)?.sync_all() {
            Err(fault) if fault.kind() == io::ErrorKind::InvalidInput => Ok(()),
            done => done,
        }
    }

    fn git(&mut self, repository: &Path, arguments: &[String]) -> io::Result<Output> {
        let mut git = Command::new("git");
        git.arg("-C").arg(repository).args(arguments);
        // In a hook these name the repository of the hook.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE"] {
            git.env_remove(name);
        }
        let mut child = git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let closed = || io::Error::other("git has no output");
        let mut errors = child.stderr.take().ok_or_else(closed)?;
        let mut output = child.stdout.take().ok_or_else(closed)?;
        // Both are read at once, so that git never waits for a full pipe.
        let errors = thread::spawn(move || {
            let mut text = Vec::new();
            errors.read_to_end(&mut text).map(|_| text)
        });
        let mut progress = self.errors().is_terminal.then(Progress::new);
        let (mut stdout, mut chunk) = (Vec::new(), vec![0; 1 << 16]);
        loop {
            let length = output.read(&mut chunk)?;
            let Some(read) = chunk.get(..length).filter(|read| !read.is_empty()) else { break };
            stdout.extend_from_slice(read);
            if let Some(progress) = &mut progress {
                progress.add(read);
            }
        }
        drop(progress);
        let stderr = errors.join().map_err(|_| io::Error::other("git's errors cannot be read"))??;
        Ok(Output { status: child.wait()?, stdout, stderr })
    }
}

/// Whether colours are for this stream: `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE`, `TERM`.
fn has_colours(stream: &impl anstream::stream::RawStream) -> bool {
    anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never
}

/// A line on standard error that counts the commits that git has written.
struct Progress {
    begun: Instant,
    shown: Option<Instant>,
    fields: usize,
}

impl Progress {
    /// A command that is done by then shows nothing.
    const PATIENCE: Duration = Duration::from_millis(400);
    const INTERVAL: Duration = Duration::from_millis(100);

    fn new() -> Self {
        Self { begun: Instant::now(), shown: None, fields: 0 }
    }

    fn add(&mut self, output: &[u8]) {
        // Each commit has seven fields, each of which ends with a NUL.
        self.fields = self.fields.saturating_add(output.iter().filter(|byte| **byte == 0).count());
        let is_due = match self.shown {
            Some(shown) => shown.elapsed() >= Self::INTERVAL,
            None => self.begun.elapsed() >= Self::PATIENCE,
        };
        if is_due {
            self.shown = Some(Instant::now());
            let _ = write!(io::stderr().lock(), "\rreading the history: {} commits", self.fields / 7);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let _ = write!(io::stderr().lock(), "\r{:50}\r", "");
        }
    }
}
