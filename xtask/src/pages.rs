//! The pages of `metrics.report` in a browser.
use crate::{
    codegen::root,
    node,
    shell::{command, run},
};
use anyhow::Result;

/// Opens the pages that the cases expect in Chromium: accessible, as wide as the screen, light and dark.
pub fn test() -> Result<()> {
    node::require("axe-core")?;
    run(command("node", &["scripts/page.mjs"]).current_dir(root().join("bindings-node")))
}
