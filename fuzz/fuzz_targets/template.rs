//! Templates and their data, the template first, a NUL, then the data as JSON: work and text are bounded, and a fault has its place.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::communication::{MessageData, Templates, data_from_json, render, standard_templates};

fuzz_target!(|text: &str| {
    let (template, json) = text.split_once('\0').unwrap_or((text, "{}"));
    let own = Templates::default().templates([("own".to_owned(), template.to_owned())].into());
    let data = data_from_json(json).unwrap_or_else(|_| MessageData::default().product(json));
    let standard = standard_templates().templates;
    for id in standard.keys().map(String::as_str).chain(["own"]) {
        match render(id, &data, Some(&own)) {
            Ok(text) => {
                assert!(text.len() <= 5 << 18, "{} bytes", text.len()); // the fuel ends at 1.25 MiB
                assert_eq!(render(id, &data, Some(&own)).as_ref(), Ok(&text));
            }
            Err(error) => assert!(error.faults().iter().all(|fault| {
                fault.path.starts_with("data") || fault.path.starts_with("overrides.templates.") || fault.path == "template"
            })),
        }
    }
});
