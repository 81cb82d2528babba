//! The texts: what is missing is an error, what is hostile is bounded.
use proptest::prelude::*;
use relcore::communication::{
    MessageData, Question, Templates, data_from_json, render, standard_templates, templates_from_json,
};
use relcore::{ErrorKind, Version};

fn own(text: &str) -> Templates {
    let mut templates = Templates::default();
    templates.templates.insert("own".to_owned(), text.to_owned());
    templates
}

fn shown(text: &str, data: &MessageData) -> relcore::Result<String> {
    render("own", data, Some(&own(text)))
}

#[test]
fn every_standard_text_names_all_that_it_lacks() {
    for id in standard_templates().templates.keys() {
        let result = render(id, &MessageData::default(), None);
        let Err(error) = result else { panic!("{id} needs nothing") };
        for fault in error.faults() {
            assert_eq!(fault.code, ErrorKind::MissingField, "{id}: {fault:?}");
            let key = fault.path.strip_prefix("data.").unwrap();
            // The key is one of the data: as text it is refused for its type, not as unknown.
            let of_data =
                data_from_json(&format!("{{\"{}\": {{\"x\": 1}}}}", key.split('.').next().unwrap()));
            assert_ne!(of_data.unwrap_err().kind(), ErrorKind::UnknownField, "{id}: {key}");
        }
    }
}

#[test]
fn a_list_that_is_empty_says_so() {
    let data = MessageData::default()
        .product("shop")
        .version(Version::parse("2.0.0").unwrap())
        .features(vec!["gift cards".to_owned()])
        .questions(vec![Question::new("Is there\na downtime?", "No.")])
        .known_issues(vec![])
        .troubleshooting(vec![])
        .engineering_contact("#shop-on-call")
        .severities(vec!["high: within 1 h".to_owned()]);
    let text = render("support_brief", &data, None).unwrap();
    assert!(text.contains("Known issues:\n- none\n"), "{text}");
    // A line break in a value begins no line of the message.
    assert!(text.contains("- Is there a downtime? No.\n"), "{text}");
}

#[test]
fn own_keys_are_named_with_their_path() {
    let error = shown("{{ extra.campaign }}", &MessageData::default()).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::MissingField, "data.extra.campaign"));
    let mut data = MessageData::default();
    data.extra.insert("campaign".to_owned(), "spring".to_owned());
    assert_eq!(shown("{{ extra.campaign | upper }}\n", &data).unwrap(), "SPRING\n");
    assert_eq!(shown("{{ extra.other | default('none') }}", &data).unwrap(), "none");
    assert_eq!(shown("{% if product is defined %}{{ product }}{% else %}?{% endif %}", &data).unwrap(), "?");
}

#[test]
fn filters_that_do_not_fit_are_refused() {
    let data = MessageData::default().features(vec!["a".to_owned(), "b\nc".to_owned()]).product("shop");
    assert_eq!(shown("{{ features | join(', ') }}", &data).unwrap(), "a, b c");
    for text in [
        "{{ features | one_line }}",
        "{{ product | local('UTC') }}",
        "{{ product | sort }}",
        "{{ zone | local }}",
    ] {
        let error = shown(text, &data).unwrap_err();
        assert_eq!(
            (error.kind(), error.path()),
            (ErrorKind::InvalidValue, "overrides.templates.own"),
            "{text}"
        );
    }
}

#[test]
fn work_is_bounded() {
    let data = MessageData::default().features(vec!["x".repeat(200); 100]);
    let loops = "{% for a in features %}{% for b in features %}{% for c in features %}{{ a }}{% endfor %}{% endfor %}{% endfor %}";
    let error = shown(loops, &data).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::OutOfRange, "overrides.templates.own"));
    let error = shown(&" ".repeat(16_385), &data).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutOfRange);
}

#[test]
fn instants_are_local() {
    let at = relcore::Timestamp::parse("2026-10-25T00:30:00Z").unwrap();
    let data = MessageData::default().release_at(at).zone("Europe/Berlin");
    let text = "{{ releaseAt | local(zone) }}, {{ releaseAt | local('UTC') }}";
    let expected = "2026-10-25 02:30 (Europe/Berlin, UTC+02:00), 2026-10-25 00:30 UTC";
    assert_eq!(shown(text, &data).unwrap(), expected);
}

proptest! {
    /// Any text is a template or a fault of syntax, and no call panics or runs on.
    #[test]
    fn any_template_ends(parts in proptest::collection::vec(0_usize..24, 0..14)) {
        const PARTS: [&str; 24] = [
            "{{", "}}", "{%", "%}", "{#", "#}", " features ", " for x in ", " if ", " endif ", " endfor ", "'", "\"", " | join(", ")",
            " x ", " ~ ", "[", "-", "else", " product.a", "\n", "raw", "{{ zone }}",
        ];
        let text: String = parts.iter().map(|part| PARTS[*part]).collect();
        let json = serde_json::json!({"templates": {"own": text}}).to_string();
        let data = MessageData::default().features(vec!["a".to_owned()]);
        match templates_from_json(&json) {
            Ok(templates) => drop(render("own", &data, Some(&templates))),
            Err(error) => prop_assert_eq!(error.kind(), ErrorKind::Syntax),
        }
    }

    #[test]
    fn a_value_is_shown_as_it_is(value in "[ -~]{1,40}") {
        let data = MessageData::default().status(value.clone());
        prop_assert_eq!(shown("{{ status }}", &data).unwrap(), value);
    }
}
