//! The oldest Rust that compiles what is shipped: `rust-version` in Cargo.toml. clippy's `incompatible_msrv` refuses newer
//! parts of the standard library; here are the crates that are linked. CI of the public repository compiles with it.
use crate::{
    codegen::root,
    shell::{command, output},
};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// The crates that users get or compile.
const SHIPPED: [&str; 5] = ["relcore", "relcore-cli", "relcore-python", "relcore-node", "relcore-uniffi"];

/// Fails for a crate that needs a newer Rust, and if clippy checks for another one.
pub fn check() -> Result<()> {
    let metadata = ["metadata", "--format-version=1", "--locked", "--all-features"];
    let metadata: Value = serde_json::from_str(&output(&mut command("cargo", &metadata))?)?;
    let own = env!("CARGO_PKG_RUST_VERSION");
    let linked = linked(&metadata)?;
    ensure!(linked.len() > SHIPPED.len(), "the dependencies were not found");
    let newer: Vec<String> = linked
        .iter()
        .filter(|(_, needs)| needs.as_ref().is_some_and(|needs| parts(needs) > parts(own)))
        .map(|(name, needs)| format!("{name} needs {}", needs.as_deref().unwrap_or_default()))
        .collect();
    ensure!(newer.is_empty(), "`rust-version` is {own}, but\n  {}", newer.join("\n  "));
    let clippy = fs::read_to_string(root().join("clippy.toml"))?;
    let checked = clippy.lines().find_map(|line| line.strip_prefix("msrv = \"")?.split('"').next());
    ensure!(
        checked == Some(own),
        "clippy.toml says {checked:?} under `msrv`, Cargo.toml {own:?} under `rust-version`"
    );
    let states = linked.values().filter(|needs| needs.is_some()).count();
    println!(
        "{} linked crates, {states} of which say what Rust they need: none more than {own}",
        linked.len()
    );
    Ok(())
}

/// The crates that are linked into what is shipped, or run when it is compiled, on any platform, with the Rust they need.
fn linked(metadata: &Value) -> Result<BTreeMap<String, Option<String>>> {
    let list = |value: &Value| value.as_array().cloned().context("cargo lists crates");
    let packages = list(&metadata["packages"])?;
    let nodes = list(&metadata["resolve"]["nodes"])?;
    let id = |value: &Value| value["id"].as_str().map(str::to_owned);
    let mut open: Vec<String> = packages
        .iter()
        .filter(|package| package["name"].as_str().is_some_and(|name| SHIPPED.contains(&name)))
        .filter_map(id)
        .collect();
    let mut reached = BTreeSet::new();
    while let Some(next) = open.pop() {
        let node = nodes.iter().find(|node| node["id"] == next.as_str()).context("a crate has a node")?;
        for dependency in list(&node["deps"])? {
            let is_dev = list(&dependency["dep_kinds"])?.iter().all(|kind| kind["kind"] == "dev");
            if !is_dev {
                open.extend(
                    dependency["pkg"].as_str().map(str::to_owned).filter(|next| !reached.contains(next)),
                );
            }
        }
        reached.insert(next);
    }
    Ok(packages
        .iter()
        .filter(|package| id(package).is_some_and(|id| reached.contains(&id)))
        .map(|package| {
            let text = |key: &str| package[key].as_str().map(str::to_owned);
            let (name, version) = (text("name").unwrap_or_default(), text("version").unwrap_or_default());
            (format!("{name} {version}"), text("rust_version"))
        })
        .collect())
}

/// `1.89` and `1.89.0` are the same.
fn parts(version: &str) -> [u32; 3] {
    let mut numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| numbers.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::{linked, parts};
    use serde_json::json;

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(parts("1.89"), parts("1.89.0"));
        assert!(parts("1.100") > parts("1.89.1"));
    }

    #[test]
    fn what_only_tests_need_is_left_out() {
        let package =
            |name: &str| json!({"id": name, "name": name, "version": "1.0.0", "rust_version": "1.70"});
        let dependency = |name: &str, kind: Option<&str>| json!({"pkg": name, "dep_kinds": [{"kind": kind}]});
        let packages = ["relcore", "serde", "proptest", "autocfg"].map(package);
        let metadata = json!({
            "packages": packages,
            "resolve": {"nodes": [
                {"id": "relcore", "deps": [dependency("serde", None), dependency("proptest", Some("dev"))]},
                {"id": "serde", "deps": [dependency("autocfg", Some("build"))]},
                {"id": "proptest", "deps": []},
                {"id": "autocfg", "deps": []},
            ]},
        });
        let names: Vec<String> = linked(&metadata).unwrap().into_keys().collect();
        assert_eq!(names, ["autocfg 1.0.0", "relcore 1.0.0", "serde 1.0.0"]);
    }
}
