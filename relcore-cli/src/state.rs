//! A state in a file, which is read and replaced in one step.
//!
//! The new state is written to a file beside it, which then takes its name: at every instant the file has the old state or
//! the new one, never a part. A lock on a third file makes sure that two processes never decide with the same state.
use crate::{exit::Exit, failure::Failure, system::System};
use std::{
    any::Any,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
};

/// A state that no other process may use. The lock ends when this is dropped or when the process ends.
#[derive(Debug)]
pub(crate) struct StateFile {
    /// As the user wrote it.
    name: PathBuf,
    /// The file itself, where a symbolic link leads.
    path: PathBuf,
    /// There is a state to replace.
    exists: bool,
    _lock: Box<dyn Any>,
}

impl StateFile {
    /// Locks a state that exists.
    pub fn open(name: &Path, system: &mut dyn System) -> Result<Self, Failure> {
        let path = system.resolve(name).map_err(|fault| match fault.kind() {
            io::ErrorKind::NotFound => Failure::new(
                Exit::Io,
                format!("{}: there is no state: make one with `start --state`", name.display()),
            ),
            _ => Failure::file(name, &fault),
        })?;
        system.check_writable(&path).map_err(|fault| Failure::file(name, &fault))?;
        Ok(Self { _lock: lock(name, &path, system)?, name: name.to_owned(), path, exists: true })
    }

    /// Locks a path for a new state.
    pub fn create(name: &Path, overwrite: bool, system: &mut dyn System) -> Result<Self, Failure> {
        let failed = |fault: io::Error| Failure::file(name, &fault);
        let path = match system.resolve(name) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                let file = name.file_name().ok_or_else(|| failed(io::ErrorKind::InvalidInput.into()))?;
                let folder = name.parent().filter(|folder| !folder.as_os_str().is_empty());
                system.resolve(folder.unwrap_or(Path::new("."))).map_err(failed)?.join(file)
            }
            resolved => resolved.map_err(failed)?,
        };
        let lock = lock(name, &path, system)?;
        // Only now, because another process may have made the state before it released the lock.
        let exists = system.resolve(&path).is_ok();
        if exists && !overwrite {
            let line = format!("{}: there is a state already: `--overwrite` replaces it", name.display());
            return Err(Failure::new(Exit::StateExists, line));
        }
        if exists {
            system.check_writable(&path).map_err(failed)?;
        }
        Ok(Self { _lock: lock, name: name.to_owned(), path, exists })
    }

    /// Reads the state.
    pub fn read(&self, system: &mut dyn System) -> Result<Vec<u8>, Failure> {
        system.read(&self.path).map_err(|fault| Failure::file(&self.name, &fault))
    }

    /// Replaces the state, in one step.
    pub fn replace(&self, state: &str, system: &mut dyn System) -> Result<(), Failure> {
        self.replace_file(state, system).map_err(|fault| Failure::file(&self.name, &fault))
    }

    fn replace_file(&self, state: &str, system: &mut dyn System) -> io::Result<()> {
        // The name is always the same: what a process that died has left is replaced by the next one.
        let new = beside(&self.path, ".", ".new");
        system.remove(&new)?;
        let like = self.exists.then_some(self.path.as_path());
        let replaced = system
            .create(&new, format!("{state}\n").as_bytes(), like)
            .and_then(|()| system.rename(&new, &self.path));
        if let Err(fault) = replaced {
            let _ = system.remove(&new);
            return Err(fault);
        }
        system.sync_folder(self.path.parent().unwrap_or(Path::new(".")))
    }
}

fn lock(name: &Path, path: &Path, system: &mut dyn System) -> Result<Box<dyn Any>, Failure> {
    let file = beside(path, "", ".lock");
    system.lock(&file).map_err(|fault| Failure::file(&file, &fault))?.ok_or_else(|| {
        let line = format!("{}: another process is deciding with this state: try again", name.display());
        Failure::new(Exit::Locked, line)
    })
}

/// A path in the same folder: the name of the file between a prefix and a suffix.
fn beside(path: &Path, prefix: &str, suffix: &str) -> PathBuf {
    let mut name = OsString::from(prefix);
    name.push(path.file_name().unwrap_or_default());
    name.push(suffix);
    path.with_file_name(name)
}
