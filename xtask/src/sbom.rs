//! The bill of materials (CycloneDX) of a package.
use anyhow::{Context as _, Result};
use serde_json::Value;

/// The same bill, without what differs between machines and builds: a crate of the workspace is named by the folder on the
/// machine (`path+file:///home/…/relcore#0.1.0`), a number and a time are drawn for each build.
pub fn portable(text: &str) -> Result<String> {
    let mut sbom: Value = serde_json::from_str(text).context("a bill of materials is JSON")?;
    if let Some(fields) = sbom.as_object_mut() {
        fields.remove("serialNumber");
    }
    if let Some(metadata) = sbom.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("timestamp");
    }
    rename(&mut sbom);
    Ok(serde_json::to_string_pretty(&sbom)? + "\n")
}

fn rename(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(renamed) = renamed(text) {
                *text = renamed;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(rename),
        Value::Object(fields) => fields.values_mut().for_each(rename),
        _ => {}
    }
}

/// The package URL of a crate of the workspace, for cargo's identifier or for a URL with its folder.
fn renamed(text: &str) -> Option<String> {
    if let Some(path) = text.strip_prefix("path+file://") {
        let (path, id) = path.rsplit_once('#')?;
        let name = path.rsplit('/').next()?;
        // The identifier leaves out a name that is the folder's.
        return Some(match id.contains('@') {
            true => format!("pkg:cargo/{id}"),
            false => format!("pkg:cargo/{name}@{id}"),
        });
    }
    let (url, folder) = text.split_once("?download_url=file:")?;
    let target = folder.find('#').map_or("", |at| &folder[at..]);
    Some(format!("{url}{target}"))
}

#[cfg(test)]
mod tests {
    use super::portable;

    #[test]
    fn no_folder_number_or_time_is_left() {
        let text = r#"{"serialNumber": "urn:uuid:1", "metadata": {"timestamp": "2026", "component": {
            "bom-ref": "path+file:///home/x/bindings-python#relcore-python@0.1.0 bin-target-0",
            "purl": "pkg:cargo/relcore-python@0.1.0?download_url=file://.#src/lib.rs"}},
            "dependencies": [{"ref": "path+file:///home/x/relcore#0.1.0", "dependsOn": [
            "registry+https://github.com/rust-lang/crates.io-index#serde@1.0.0"]}]}"#;
        let expected = r#"{"metadata": {"component": {
            "bom-ref": "pkg:cargo/relcore-python@0.1.0 bin-target-0",
            "purl": "pkg:cargo/relcore-python@0.1.0#src/lib.rs"}},
            "dependencies": [{"ref": "pkg:cargo/relcore@0.1.0", "dependsOn": [
            "registry+https://github.com/rust-lang/crates.io-index#serde@1.0.0"]}]}"#;
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&portable(text).unwrap()), read(expected));
    }
}
