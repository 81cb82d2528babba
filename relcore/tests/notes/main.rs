//! Laws of notes and changelogs: escaped text renders to the text, and a release is written into a changelog once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that panics has failed, which is what a test is for"
)]
#![allow(clippy::disallowed_methods, reason = "a test asks the clock how long a text of megabytes takes")]

mod changelog;
mod requests;

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};
use relcore::change::{Policy, parse_change};
use relcore::notes::{
    Audience, Format, ReleaseNotes, Spec, build_notes, markdown_template, render_notes, render_template,
};

/// Notes with one item of a commit.
fn notes(text: &str) -> ReleaseNotes {
    let item = serde_json::json!({ "text": text, "written": false, "ids": [], "issues": [] });
    let section = serde_json::json!({ "kind": "fixed", "title": "Fixed", "items": [item] });
    let notes = serde_json::json!({ "audience": "user", "sections": [section], "merged": [] });
    relcore::from_json(&notes.to_string()).unwrap()
}

/// What readers see of the item, without blanks, and every mark that is live.
fn rendered(markdown: &str) -> (String, Vec<String>) {
    let (mut seen, mut live) = (String::new(), Vec::new());
    let mut is_heading = false;
    for event in Parser::new_ext(
        markdown,
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS,
    ) {
        match event {
            Event::Start(Tag::Heading { .. }) if !is_heading && seen.is_empty() => is_heading = true,
            Event::Text(text) if is_heading => assert_eq!(&*text, "Fixed"),
            Event::End(pulldown_cmark::TagEnd::Heading(_)) => is_heading = false,
            Event::Start(Tag::List(None) | Tag::Item | Tag::Paragraph) | Event::End(_) | Event::SoftBreak => {
            }
            Event::InlineHtml(html) if ["<!-- -->", "<code>", "</code>"].contains(&&*html) => {}
            Event::Text(text) => seen.push_str(&text),
            Event::Code(code) => seen.push_str(&code),
            other => live.push(format!("{other:?}")),
        }
    }
    (seen.split_whitespace().collect(), live)
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "<", ">", "&", "&lt;", "@", "*", "_", "[", "]", "(", ")", "\\", "|", "~", "{", "}", "{{", "{%", "$", "#", "+",
            "-", "=", "!", ":", "//", "www.", "`", "``", "```", "~~~", "\n", "\r\n", "\r", "\n\n", " ", "    ", "\t",
            "<!--", "-->", "1.", "12)", "[x](y)", "https://example.org/a_b", "[ ] ", "---", "===", "| - |", "](", "\u{a0}",
        ]).prop_map(str::to_owned),
        2 => "[a-z0-9é😀]{1,4}",
    ];
    proptest::collection::vec(piece, 1..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn escaped_text_renders_to_the_text_and_nothing_in_it_is_live(text in text()) {
        for format in [Format::Markdown, Format::KeepAChangelog] {
            let markdown = render_notes(&notes(&text), &format, None).text;
            let (seen, live) = rendered(&markdown);
            prop_assert_eq!(live, Vec::<String>::new(), "{}", markdown);
            let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '`').collect::<String>();
            prop_assert_eq!(plain(&seen), plain(&text), "{}", markdown);
        }
    }

    #[test]
    fn a_backtick_is_shown_unless_it_marks_code(text in text().prop_map(|text| text.replace('`', ""))) {
        let markdown = render_notes(&notes(&format!("{text}`{text}")), &Format::Markdown, None).text;
        let (seen, _) = rendered(&markdown);
        prop_assert_eq!(seen, format!("{text}`{text}").split_whitespace().collect::<String>(), "{}", markdown);
    }

    #[test]
    fn outside_code_nothing_links_or_notifies(text in text().prop_map(|text| text.replace('`', ""))) {
        let markdown = render_notes(&notes(&text), &Format::Markdown, None).text;
        let item = markdown.strip_prefix("## Fixed\n\n").unwrap().replace("@<!-- -->", "mention");
        for mark in ["@", "://", "www.", "<", "{{", "{%", "{#"] {
            prop_assert!(!item.contains(mark), "{} in {}", mark, markdown);
        }
    }

    #[test]
    fn no_template_syntax_comes_out_of_code_either(text in text()) {
        for format in [Format::Markdown, Format::KeepAChangelog] {
            let markdown = render_notes(&notes(&text), &format, None).text;
            for tag in ["{{", "{%", "{#"] {
                prop_assert!(!markdown.contains(tag), "{} in {}", tag, markdown);
            }
        }
    }

    #[test]
    fn a_text_is_within_its_limit_and_the_longest_by_items(
        items in proptest::collection::vec("[a-c.!。😀 ]{1,20}", 1..6),
        limit in 0u32..120,
    ) {
        let changes: Vec<_> = items
            .iter()
            .rev()
            .filter_map(|text| parse_change(&format!("fix: {text}"), &Policy::default()).ok())
            .collect();
        let notes = build_notes(&changes, &Spec::default(), &Audience::User).unwrap();
        let all = notes.sections.iter().map(|section| section.items.len()).sum::<usize>();
        for format in [Format::Text, Format::AppStore, Format::Play, Format::Markdown, Format::Slack] {
            let whole = render_notes(&notes, &format, None);
            prop_assert_eq!(whole.left_out, 0);
            let cut = render_notes(&notes, &format, Some(limit.into()));
            prop_assert!(cut.length <= limit && cut.length as usize == cut.text.encode_utf16().count());
            prop_assert!(whole.text.starts_with(cut.text.trim_end()));
            prop_assert_eq!(cut.left_out == 0, whole.length <= limit);
            prop_assert!(cut.left_out as usize <= all);
            if !cut.text.is_empty() && cut.left_out > 0 {
                let rest = &whole.text[cut.text.trim_end().len()..];
                let is_sentence = cut.text.ends_with(['.', '!', '?', '。']);
                prop_assert!(rest.starts_with('\n') || !matches!(format, Format::Markdown | Format::Slack) && is_sentence, "{:?}", cut);
            }
        }
    }
}

proptest! {
    /// In HTML, only the tags of the format itself are tags.
    #[test]
    fn html_has_no_tag_of_the_text(text in text()) {
        let html = render_notes(&notes(&text), &Format::Html, None).text;
        let rest = ["<h2>", "</h2>", "<p>", "</p>", "<br>"].iter().fold(html.clone(), |html, tag| html.replace(tag, ""));
        prop_assert!(!rest.contains(['<', '>', '"', '\'']), "{}", html);
        prop_assert_eq!(html.matches("<p>").count(), 1);
    }

    /// What was written into a changelog is read from it again: each group with its items.
    #[test]
    fn a_changelog_has_the_items_that_were_written(
        subjects in proptest::collection::vec("(feat|fix|fix!|perf|docs)(\\(ui\\))?: [a-zA-Z<>@_*#`0-9 .]{0,20}[a-z]", 1..6),
        before in prop::sample::select(vec!["", "# Changelog\n\n## [Unreleased]\n", "## 1.0.0\r\n\r\n* First\r\n"]),
    ) {
        let changes: Vec<_> =
            subjects.iter().map(|text| parse_change(text, &Policy::default()).unwrap()).collect();
        let notes = build_notes(&changes, &Spec::default(), &Audience::Developer).unwrap();
        let body = render_notes(&notes, &Format::KeepAChangelog, None).text;
        let entry = relcore::notes::ReleaseEntry::new("1.1.0").body(body.as_str());
        let merged = relcore::notes::merge_changelog(before, &entry).unwrap();
        let changelog = relcore::notes::parse_changelog(&merged);
        let found = changelog.entries.iter().find(|one| one.version == "1.1.0").unwrap();
        let read: std::collections::BTreeSet<&str> =
            found.groups.iter().flat_map(|group| &group.items).map(String::as_str).collect();
        let written: std::collections::BTreeSet<&str> =
            body.lines().filter_map(|line| line.strip_prefix("- ")).map(str::trim_end).collect();
        prop_assert_eq!(read, written, "{}", merged);
    }
}

#[test]
fn what_is_under_embargo_is_in_no_notes() {
    let parsed = |id: &str, text: &str| {
        relcore::change::parse_commits(&[relcore::change::Commit::new(id, text)], &Policy::default())
            .unwrap()
            .remove(0)
    };
    let changes = [
        parsed("aaaaaaa1111111111111111111111111111111aa", "fix: secret one"),
        parsed("b", "fix: secret two (#12)"),
        parsed("c", "fix: secret three\n\nFixes CVE-2024-1234"),
        parsed("d", "fix: open (#123)"),
    ];
    let written = relcore::notes::WrittenItem::new(
        relcore::notes::SectionKind::Security,
        "secret four, cve-2024-1234.",
    );
    let spec = Spec::default().embargoed(["AAAAAAA", "#12", "CVE-2024-1234"]).written([written]);
    for audience in [Audience::User, Audience::Operations, Audience::Developer, Audience::Support] {
        let notes = build_notes(&changes, &spec, &audience).unwrap();
        let text = relcore::to_json(&notes).unwrap();
        assert!(!text.contains("secret"), "{text}");
        assert!(text.contains("open (#123)"), "{text}");
    }
}

/// A store's text that does not say that the version is unstable is worse than none.
#[test]
fn without_its_warning_a_prerelease_has_no_items() {
    let changes = [parse_change("fix: x", &Policy::default()).unwrap()];
    let spec = Spec::default().version("2.0.0-rc.1").feedback("f".repeat(450));
    let notes = build_notes(&changes, &spec, &Audience::User).unwrap();
    let play = render_notes(&notes, &Format::Play, None);
    assert_eq!((play.text.as_str(), play.left_out), ("2.0.0-rc.1", 1));
    assert_eq!(render_notes(&notes, &Format::AppStore, None).left_out, 0);
}

#[test]
fn html_has_no_template_of_the_text() {
    let html = render_notes(&notes("{{ secret }} {% x %}"), &Format::Html, None).text;
    assert!(!html.contains('{'), "{html}");
    assert!(html.contains("&#123;&#123; secret }}"), "{html}");
}

#[test]
fn a_long_text_of_sentences_is_cut_in_linear_time() {
    let started = std::time::Instant::now();
    let play = render_notes(&notes(&"A. ".repeat(400_000)), &Format::Play, None);
    assert!(play.length <= 500 && play.length > 490);
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

/// A template has no own rules: that of the crate writes what the format writes.
#[test]
fn the_template_of_markdown_writes_the_format_markdown() {
    let changes: Vec<_> = ["docs: words", "fix(ui): close @someone", "feat!: drop `{{ x }}`\n\nwith a body"]
        .map(|text| parse_change(text, &Policy::default()).unwrap())
        .into();
    for version in [None, Some("2.0.0"), Some("2.0.0-rc.1")] {
        for changes in [&changes[..], &[]] {
            let spec = version.map_or_else(Spec::default, |version| Spec::default().version(version));
            let notes = build_notes(changes, &spec, &Audience::Developer).unwrap();
            let expected = render_notes(&notes, &Format::Markdown, None).text;
            let text = render_template(&notes, &markdown_template(), &Format::Markdown).unwrap();
            assert_eq!(text, expected);
        }
    }
}

proptest! {
    /// What a template shows of a commit is escaped as in the format, so that it is as safe.
    #[test]
    fn a_template_shows_escaped_text(text in text()) {
        let template = "## Fixed\n\n{% for section in sections %}{% for item in section.items %}{{ item.line }}\n{% endfor %}{% endfor %}";
        for format in [Format::Markdown, Format::Slack, Format::Text] {
            let shown = render_template(&notes(&text), template, &format).unwrap();
            let expected = render_notes(&notes(&text), &format, None).text;
            let line = |text: &str| text.split_once("\n").map(|(_, rest)| rest.trim().to_owned()).unwrap();
            prop_assert_eq!(line(&shown), line(&expected));
        }
    }

    #[test]
    fn any_template_is_rendered_or_refused(template in "(\\{\\{|\\}\\}|\\{%|%\\}| |if|for|in|endif|endfor|else|section|sections|item|version|\\.|\\||upper_first|text|\n|é|\"){0,24}") {
        let _ = render_template(&notes("a"), &template, &Format::Markdown);
    }
}
