//! The benches of relcore: `cargo bench -p relcore-benches`. Results are in `README.md`.
