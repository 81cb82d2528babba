//! The whole core: malformed input to every function, the structure of the source, the traits of all public
//! types, and what an earlier version stored.
mod autotraits;
mod display;
mod garbage;
mod inputs;
mod positions;
mod structure;
mod upgrade;
