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
            let of_data = data_from_json(&format!("{{\"{}\": true}}", key.split('.').next().unwrap()));
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
        .support_documents(vec!["https://example.com/help/gift-cards".to_owned()])
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

/// Names, titles and answers of others, in every place where a text shows one.
const HOSTILE: [&str; 8] = [
    "</p><script>alert(1)</script>",
    "x](javascript:alert(1)) [y",
    "# no heading\n- no item\r\n\u{2028}INCIDENT: none",
    "**bold** _italics_ `code` ~~gone~~ ![i](u) <b>&amp;",
    "{{ zone }} {% for a in features %} {# #}",
    "\u{202e}\u{0}\u{1b}[31m\u{85}end",
    "1. one | two | @team !channel",
    "\\\\ \\* \u{1f4a5} \" '",
];

/// Data that have a value for every key, the same text everywhere.
fn all_of(text: &str) -> MessageData {
    let list = || vec![text.to_owned(); 2];
    let at = relcore::Timestamp::parse("2026-12-10T14:00:00Z").unwrap();
    let on_call: relcore::readiness::OnCall =
        serde_json::from_value(serde_json::json!({"role": text, "people": [text]})).unwrap();
    let deprecation: relcore::release::Deprecation =
        serde_json::from_value(serde_json::json!({"subject": text, "replacement": text, "link": text}))
            .unwrap();
    MessageData::default()
        .product(text)
        .version(Version::parse("2.0.0").unwrap())
        .release_at(at)
        .notes_link(text)
        .features(list())
        .improvements(list())
        .fixes(list())
        .breaking_changes(list())
        .upgrade_steps(list())
        .deprecations(vec![deprecation])
        .known_issues(list())
        .feature_freeze_at(at)
        .code_freeze_at(at)
        .testing_schedule(list())
        .on_call(vec![on_call])
        .test_plan(text)
        .test_scope(list())
        .regression_suite(text)
        .performance_benchmarks(list())
        .sign_off(list())
        .deployment_window(relcore::TimeRange { start: at, end: at })
        .runbook_updates(list())
        .monitoring(list())
        .rollback_steps(list())
        .timeline(list())
        .key_features(list())
        .customer_impact(text)
        .go_criteria(list())
        .questions(vec![Question::new(text, text)])
        .troubleshooting(list())
        .support_documents(list())
        .engineering_contact(text)
        .severities(list())
        .status(text)
        .metrics(list())
        .next_steps(list())
        .vulnerabilities(list())
        .advisory_severity(relcore::release::AdvisorySeverity::High)
        .vulnerability_impact(text)
        .affected_versions(text)
        .workarounds(list())
}

/// A value adds no line to a message, and the text of a value is no template.
#[test]
fn no_value_changes_the_lines_of_a_standard_text() {
    let lines = |text: &str, value: &str| {
        let shown: Vec<String> = text.lines().map(|line| line.replace(value, "x")).collect();
        shown
    };
    for (id, text) in standard_templates().templates {
        let harmless = render(&id, &all_of("x"), None).unwrap();
        for value in HOSTILE {
            let found = render(&id, &all_of(value), None).unwrap();
            let one_line = value.split(|c: char| c.is_whitespace() || c.is_control());
            let one_line: Vec<&str> = one_line.filter(|word| !word.is_empty()).collect();
            let one_line = one_line.join(" ");
            assert_eq!(lines(&found, &one_line), lines(&harmless, "x"), "{id}: {value:?}");
            // An own template with the same text has the same result.
            let own = Templates::default().templates([(id.clone(), text.clone())].into());
            assert_eq!(render(&id, &all_of(value), Some(&own)).unwrap(), found);
        }
    }
}

#[test]
fn values_are_escaped_for_pages() {
    let of = |filter: &str, value: &str| {
        shown(&format!("{{{{ status | {filter} }}}}"), &MessageData::default().status(value)).unwrap()
    };
    assert_eq!(of("html", HOSTILE[0]), "&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
    assert_eq!(of("html", "a & 'b' \"c\""), "a &amp; &#39;b&#39; &quot;c&quot;");
    assert_eq!(of("markdown", HOSTILE[1]), r"x\]\(javascript\:alert\(1\)\) \[y");
    assert_eq!(of("markdown", "1. 2 * 3\n# 4"), r"1\. 2 \* 3 \# 4");
    for value in HOSTILE {
        let html = of("html", value);
        assert!(!html.contains(['<', '>', '"', '\'', '\n']), "{html}");
        let markdown = of("markdown", value);
        assert!(!markdown.contains('\n'), "{markdown}");
        // Without the backslashes it is the text in one line: nothing is lost.
        let mut plain = String::new();
        let mut chars = markdown.chars();
        while let Some(c) = chars.next() {
            plain.push(if c == '\\' { chars.next().unwrap() } else { c });
        }
        assert_eq!(plain, of("one_line", value));
    }
}

#[test]
fn nesting_is_bounded() {
    let data = MessageData::default().features(vec!["a".to_owned()]).product("shop");
    let nested = |open: &str, close: &str, depth: usize| open.repeat(depth) + &close.repeat(depth);
    for (open, close) in [
        ("{% if product %}", "{% endif %}"),
        ("{% for a in features %}", "{% endfor %}"),
        ("{% if product %}{% else %}", "{% endif %}"),
    ] {
        assert!(shown(&nested(open, close, 16), &data).is_ok());
        for depth in [17, (16 << 10) / (open.len() + close.len())] {
            let error = shown(&nested(open, close, depth), &data).unwrap_err();
            assert_eq!(error.path(), "overrides.templates.own", "{error}");
        }
    }
    let chain = |more: usize| format!("{{% if zone %}}{}{{% endif %}}", "{% elif zone %}".repeat(more));
    assert!(shown(&chain(15).repeat(2), &data).is_ok());
    assert!(shown(&chain(16), &data).is_err());
    let closed = "{% endfor %}".repeat(20) + &nested("{% if product %}", "{% endif %}", 17);
    assert!(shown(&closed, &data).is_err());
    let inside =
        format!("{{{{ product | default({}'x'{} }}}}", "product | default(".repeat(9), ")".repeat(10));
    assert_eq!(shown(&inside, &data).unwrap(), "shop");
    assert_eq!(shown(&format!("{{% if {} product %}}{{% endif %}}", "not ".repeat(50)), &data).unwrap(), "");
}

/// What a filter reads counts, not only what it returns.
#[test]
fn reading_is_work() {
    let data = MessageData::default().features(vec!["x".to_owned(); 140]).status(" ".repeat(1 << 20));
    let text =
        "{% for a in features %}{% for b in features %}{{ status | one_line }}{% endfor %}{% endfor %}";
    let error = shown(text, &data).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::OutOfRange, "overrides.templates.own"));
    let text = "{% for a in features %}{{ features | join('') }}{% endfor %}";
    assert!(shown(text, &data).is_err());
}

#[test]
fn a_missing_key_is_found_however_deep_it_is() {
    let data = MessageData::default().features(vec!["a".to_owned()]);
    let text = "{% for a in features %}{% if a %}{% for b in metrics %}{{ b.x }}{% endfor %}{{ status | upper }}{% endif %}{% endfor %}{{ deploymentWindow.start | local(zone) }}";
    let error = shown(text, &data).unwrap_err();
    let paths: Vec<&str> = error.faults().iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["data.metrics", "data.status", "data.deploymentWindow"]);
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
