//! Readers of delivery data: every row is accounted for, whatever the pages hold.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that panics has failed"
)]
use proptest::prelude::*;
use relcore::Result;
use relcore::interchange::{
    CsvMap, IssueRules, ReadEvents, RowKind, SkipCode, csv_events, github_deployments, github_issues,
    github_pulls, github_releases, gitlab_deployments, gitlab_merge_requests, jira_issues,
    opsgenie_incidents, pagerduty_incidents,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A reader of pages of one list, and the key of the list.
type Reader = (&'static str, Option<&'static str>, fn(&[String]) -> Result<ReadEvents>);

const READERS: [Reader; 9] = [
    ("github_deployments", None, |pages| github_deployments(pages, &[statuses()], "shop")),
    ("github_releases", None, |pages| github_releases(pages, "shop")),
    ("github_pulls", None, github_pulls),
    ("github_issues", None, |pages| github_issues(pages, &IssueRules::new("shop"))),
    ("gitlab_deployments", None, |pages| gitlab_deployments(pages, "shop")),
    ("gitlab_merge_requests", None, gitlab_merge_requests),
    ("pagerduty_incidents", Some("incidents"), |pages| pagerduty_incidents(pages, None)),
    ("opsgenie_incidents", Some("data"), |pages| opsgenie_incidents(pages, None)),
    ("jira_issues", Some("issues"), |pages| jira_issues(pages, &IssueRules::new("shop"))),
];

/// Statuses of the deployments 0 to 3, of which 3 has not ended.
fn statuses() -> String {
    let status = |id: u32, state: &str| {
        let url = format!("https://api.github.com/repos/octo/shop/deployments/{id}");
        json!({"id": id, "state": state, "created_at": "2026-11-23T03:00:00Z", "deployment_url": url})
    };
    json!([status(0, "success"), status(1, "failure"), status(2, "error"), status(3, "queued")]).to_string()
}

const TIMES: [&str; 4] =
    ["2026-11-23T03:00:00Z", "2026-11-23T05:00:00.5+01:00", "2026-11-23T04:00:00.000+0100", "soon"];

fn time() -> impl Strategy<Value = Value> {
    prop_oneof![8 => prop::sample::select(&TIMES[..]).prop_map(Value::from), 1 => Just(Value::Null), 1 => Just(json!(7))]
}

fn one_of(values: Vec<Value>) -> impl Strategy<Value = Value> {
    prop::sample::select(values)
}

/// A row with the fields of every reader, mostly well-formed, some of them left out.
fn row() -> impl Strategy<Value = Value> {
    let states = [
        "success",
        "failed",
        "canceled",
        "skipped",
        "running",
        "blocked",
        "open",
        "opened",
        "closed",
        "merged",
        "locked",
        "triggered",
        "acknowledged",
        "resolved",
        "other",
    ];
    let id = (0..6_u32).prop_map(Value::from);
    let state = one_of(states.map(Value::from).to_vec());
    let sha = one_of(vec![json!("a"), json!("b"), json!("c"), Value::Null, json!(1)]);
    let name = one_of(vec![json!("incident"), json!("bug"), json!("Task")]);
    let category = one_of(vec![json!("new"), json!("done"), json!("other")]);
    let flag = one_of(vec![json!(false), json!(true), json!("no")]);
    let services = one_of(vec![json!(["s"]), json!([]), json!(["s", "t"]), json!("s")]);
    let environment = one_of(vec![json!({"name": "production"}), json!("production")]);
    let fields = ((id, state, sha, name, category), (flag, services, environment), (time(), time(), time()));
    let row = (fields, prop::collection::btree_set(0..40_usize, 0..4));
    let row = row.prop_map(|(((id, state, sha, name, category), (flag, services, environment), (a, b, c)), dropped)| {
        let all = json!({
            "id": id, "number": id, "iid": id, "key": format!("S-{id}"), "tag_name": sha, "sha": sha,
            "merge_commit_sha": sha, "status": state, "state": state, "title": "Add", "draft": flag,
            "prerelease": flag, "created_at": a, "createdAt": a, "merged_at": b, "closed_at": b, "published_at": b,
            "resolved_at": b, "last_status_change_at": c, "impactEndDate": b, "labels": [name],
            "impactedServices": services, "service": {"summary": "s"}, "environment": environment,
            "deployable": {"started_at": a, "finished_at": b, "pipeline": {"id": id}},
            "fields": {"issuetype": {"name": name}, "created": a, "resolutiondate": b,
                "status": {"statusCategory": {"key": category}}},
        });
        let entries = all.as_object().unwrap().clone().into_iter().enumerate();
        let kept = entries.filter(|(index, _)| !dropped.contains(index)).map(|(_, entry)| entry);
        Value::Object(kept.collect::<Map<_, _>>())
    });
    prop_oneof![12 => row, 1 => one_of(vec![json!(1), json!("row"), json!([]), json!({}), Value::Null])]
}

fn page(rows: &[Value], key: Option<&str>) -> String {
    match key {
        None => json!(rows).to_string(),
        Some(key) => json!({ key: rows }).to_string(),
    }
}

/// The ids of all events, by kind.
pub fn ids(read: &ReadEvents) -> Vec<(u8, String)> {
    let events = &read.events;
    let deployments = events.deployments.iter().map(|event| (0, event.id.clone()));
    let changes = events.changes.iter().map(|event| (1, event.id.clone()));
    let incidents = events.incidents.iter().map(|event| (2, event.id.clone()));
    let bugs = events.bugs.iter().map(|event| (3, event.id.clone()));
    let vulnerabilities = events.vulnerabilities.iter().map(|event| (4, event.id.clone()));
    let scans = events.scans.iter().map(|event| (5, event.id.clone()));
    deployments.chain(changes).chain(incidents).chain(bugs).chain(vulnerabilities).chain(scans).collect()
}

fn duplicates(read: &ReadEvents) -> usize {
    read.skipped.iter().filter(|row| row.code == SkipCode::Duplicate).count()
}

proptest! {
    #[test]
    fn every_row_is_an_event_a_part_or_skipped(
        pages in prop::collection::vec(prop::collection::vec(row(), 0..6), 0..4),
    ) {
        for (name, key, read) in READERS {
            let texts: Vec<String> = pages.iter().map(|rows| page(rows, key)).collect();
            let found = read(&texts).unwrap();
            let own = pages.iter().map(Vec::len).sum::<usize>();
            let others = if name == "github_deployments" { 4 } else { 0 };
            let ids = ids(&found);
            prop_assert_eq!(found.rows.get(), (own + others) as u64, "{}", name);
            prop_assert_eq!(
                found.rows.get(), found.parts.get() + (ids.len() + found.skipped.len()) as u64, "{}", name
            );
            prop_assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{}", name);

            // The counts are those of the rows.
            let counted: u64 = found.counts.iter().map(|count| count.n.get()).sum();
            prop_assert_eq!(counted, found.skipped.len() as u64);
            let malformed = found.skipped.iter().filter(|row| row.code.is_malformed()).count();
            prop_assert_eq!(found.malformed.get(), malformed as u64);
            for row in found.skipped.iter().filter(|row| row.path.starts_with("pages")) {
                let (page, rest) = row.path["pages[".len()..].split_once(']').unwrap();
                let index = rest.trim_start_matches(|c| c != '[').trim_start_matches('[');
                let index: usize = index[..index.find(']').unwrap()].parse().unwrap();
                prop_assert!(index < pages[page.parse::<usize>().unwrap()].len(), "{}", row.path);
            }

            // Where the pages are cut is no matter.
            let whole = read(&[page(&pages.concat(), key)]).unwrap();
            prop_assert_eq!(&whole.events, &found.events, "{}", name);
            prop_assert_eq!(whole.counts, found.counts);
        }
    }

    #[test]
    fn a_page_that_comes_twice_changes_no_event(rows in prop::collection::vec(row(), 0..6)) {
        for (name, key, read) in READERS {
            let text = page(&rows, key);
            let (once, twice) = (read(std::slice::from_ref(&text)).unwrap(), read(&[text.clone(), text]).unwrap());
            let (mut a, mut b) = (ids(&once), ids(&twice));
            a.sort();
            b.sort();
            prop_assert_eq!(a, b, "{}", name);
            prop_assert_eq!(duplicates(&twice), 2 * duplicates(&once) + ids(&once).len(), "{}", name);
        }
    }

    #[test]
    fn text_is_read_or_refused(text in "\\PC{0,40}", at in 0..3_usize) {
        for (name, key, read) in READERS {
            let mut pages = vec![page(&[], key); 3];
            pages[at].clone_from(&text);
            let found = read(&pages);
            let is_page = serde_json::from_str::<Value>(&text).is_ok_and(|value| match key {
                None => value.is_array(),
                Some(key) => value[key].is_array(),
            });
            prop_assert_eq!(found.is_ok(), is_page, "{}", name);
            if let Err(error) = found {
                prop_assert!(error.path().ends_with(&format!("[{at}]")), "{}", error);
            }
        }
    }
}

/// Every row is an event, a part or skipped; the counts are those of the rows.
pub fn accounts_for_every_row(read: &ReadEvents) {
    let ids = ids(read);
    assert_eq!(read.rows.get(), read.parts.get() + (ids.len() + read.skipped.len()) as u64);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert_eq!(read.counts.iter().map(|count| count.n.get()).sum::<u64>(), read.skipped.len() as u64);
    let malformed = read.skipped.iter().filter(|row| row.code.is_malformed()).count();
    assert_eq!(read.malformed.get(), malformed as u64);
}

/// A map for tables with the header `id,at,state`.
fn csv_map() -> CsvMap {
    let columns = [("id", "id"), ("finishedAt", "at"), ("outcome", "state")];
    CsvMap::new(RowKind::Deployment)
        .columns(columns.map(|(field, column)| (field.to_owned(), column.to_owned())).into())
        .constants([("service".to_owned(), "shop".to_owned())].into())
}

fn csv_cell() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["1", "2", TIMES[0], "success", "soon", "", "a\"b", "a,b", "a\nb", "a\r\nb"][..])
}

proptest! {
    #[test]
    fn each_row_of_a_table_is_an_event_or_skipped_with_its_line(
        rows in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(csv_cell(), 1..5),
                (0..4_u32).prop_map(|id| vec![["1", "2", "3", "4"][id as usize], TIMES[0], "success"]),
            ],
            0..8,
        ),
        end in prop::sample::select(&["\n", "\r\n"][..]),
    ) {
        let mut text = format!("id,at,state{end}");
        let mut lines = vec![];
        for row in &rows {
            lines.push(text.matches('\n').count() as u64 + 1);
            let cells: Vec<String> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            text += &format!("{}{end}", cells.join(","));
        }
        let read = csv_events(&text, &csv_map()).unwrap();
        accounts_for_every_row(&read);
        prop_assert_eq!(read.rows.get(), rows.len() as u64);
        for row in &read.skipped {
            let index: usize = row.path["rows[".len()..row.path.find(']').unwrap()].parse().unwrap();
            prop_assert_eq!(row.line.unwrap().get(), lines[index]);
        }
        let well = rows.iter().filter(|row| {
            row.len() == 3 && !row[0].is_empty() && row[1] == TIMES[0] && row[2] == "success"
        });
        let expected: BTreeSet<(u8, String)> = well.map(|row| (0, row[0].to_owned())).collect();
        prop_assert_eq!(ids(&read).into_iter().collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn any_table_is_read_or_refused(text in prop_oneof!["\\PC{0,60}", "[a1,;\"\r\n ]{0,60}"]) {
        let _ = csv_events(&text, &csv_map()).map(|read| accounts_for_every_row(&read));
        if let Ok(read) = csv_events(&format!("id,at,state\n{text}"), &csv_map()) {
            accounts_for_every_row(&read);
        }
    }
}

#[test]
fn each_reader_turns_some_row_into_an_event() {
    let at = TIMES[0];
    for (name, key, read) in READERS {
        let row = |state: &str| {
            json!({
                "id": 1, "number": 1, "iid": 1, "key": "S-1", "tag_name": "v1", "sha": "a", "merge_commit_sha": "a",
                "title": "Add", "status": state, "state": state, "created_at": at, "createdAt": at, "merged_at": at,
                "closed_at": at, "published_at": at, "resolved_at": at, "labels": ["incident"],
                "impactedServices": ["s"], "service": {"summary": "s"},
                "environment": if name == "github_deployments" { json!("production") } else { json!({"name": "p"}) },
                "deployable": {"finished_at": at},
                "fields": {"issuetype": {"name": "Bug"}, "created": at, "status": {"statusCategory": {"key": "new"}}},
            })
        };
        let states = ["success", "closed", "merged", "resolved"];
        let found = states.iter().filter(|state| ids(&read(&[page(&[row(state)], key)]).unwrap()).len() == 1);
        assert!(found.count() > 0, "{name}");
    }
}
