//! The whole core: malformed input to every function, the structure of the source, and the traits of all public types.
mod autotraits;
mod garbage;
mod structure;
