//! Why a command ends without a result.
use crate::exit::Exit;
use std::{fmt::Display, io, path::Path};

/// An exit code and a line for each fault.
#[derive(Debug)]
pub(crate) struct Failure {
    pub exit: Exit,
    pub lines: Vec<String>,
}

impl Failure {
    pub fn new(exit: Exit, line: impl Into<String>) -> Self {
        Self { exit, lines: vec![line.into()] }
    }

    /// A file or a stream that failed.
    pub fn io(name: impl Display, fault: &io::Error) -> Self {
        Self::new(Exit::Io, format!("{name}: {fault}"))
    }

    pub fn file(path: &Path, fault: &io::Error) -> Self {
        Self::io(path.display(), fault)
    }
}

/// Collects failures, so that all of them are reported at once. The first decides the exit code.
#[derive(Debug, Default)]
pub(crate) struct Failures(Option<Failure>);

impl Failures {
    pub fn add(&mut self, failure: Failure) {
        match &mut self.0 {
            Some(first) => first.lines.extend(failure.lines),
            None => self.0 = Some(failure),
        }
    }

    /// The value of a part that succeeded.
    pub fn absorb<T>(&mut self, part: Result<T, Failure>) -> Option<T> {
        part.map_err(|failure| self.add(failure)).ok()
    }

    pub fn finish(self) -> Result<(), Failure> {
        self.0.map_or(Ok(()), Err)
    }
}
