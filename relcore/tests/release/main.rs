//! Release types: known failures of other tools, and properties.
mod classify;
mod display;
mod lines;
