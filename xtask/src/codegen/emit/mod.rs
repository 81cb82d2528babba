//! From the model to the files of each language.
mod cli;
mod columns;
mod descriptors;
#[cfg(test)]
mod golden;
pub mod listing;
mod mobile;
mod namespaces;
mod node;
mod python;
mod reasons;
mod schemas;
pub mod structs;
mod uniffi;

use super::{File, model::Model};
use anyhow::Result;

/// Every generated file.
pub fn all(model: &Model) -> Result<Vec<File>> {
    let mut files = descriptors::emit(model);
    files.extend(python::emit(model)?);
    files.push(columns::python(model));
    files.push(reasons::emit(model)?);
    files.extend(schemas::emit(model)?);
    files.push(cli::emit(model)?);
    files.push(uniffi::emit(model));
    files.extend(mobile::emit(model));
    files.extend(namespaces::emit(model));
    files.extend(node::emit(model));
    Ok(files)
}
