//! From the model to the files of each face.
mod codec;
#[cfg(test)]
mod golden;
mod mobile;
mod node;
mod python;
mod reasons;
mod schemas;
mod shapes;
pub mod structs;
mod uniffi;

use super::{File, model::Model};
use anyhow::Result;

/// Every generated file.
pub fn all(model: &Model) -> Result<Vec<File>> {
    let mut files = vec![shapes::emit(model), reasons::emit(model)?];
    files.extend(node::emit(model));
    files.push(codec::emit(model));
    files.extend(schemas::emit(model)?);
    files.extend(python::emit(model)?);
    files.push(uniffi::emit(model));
    files.extend(mobile::emit(model));
    Ok(files)
}
