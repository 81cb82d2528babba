//! The whole core: the structure of the source, the traits of all public types, and what an earlier version stored.
mod autotraits;
mod columns;
mod display;
mod inputs;
mod positions;
mod structure;
mod upgrade;
