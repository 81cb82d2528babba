//! Columns as bindings give them: what is read, what is refused, and with which path.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unreachable,
    reason = "a test that panics has failed"
)]
use relcore::column::{Column, Columns, Instants, Kind, Lists, Tables};
use relcore::metrics::Policy;
use relcore::metrics::columns::{DeploymentColumns, Events, ListedChanges, dora};
use relcore::time::BucketUnit;
use relcore::{Error, TimeRange, Timestamp};

const DAY: i64 = 86_400_000;

/// Two deployments of a service, with two changes, and an incident.
fn given() -> Columns<'static> {
    let mut columns = Columns::default();
    let instants = |millis| Column::Instants(Instants { millis, validity: None });
    for (path, column) in [
        ("deployments.finishedAt", instants(&[DAY, 2 * DAY])),
        ("deployments.outcome", Column::Bytes(&[0, 0])),
        ("deployments.service", Column::Numbers(&[0, 1])),
        ("deployments.changes", Column::Numbers(&[0, 1, 2])),
        ("changes.authoredAt", instants(&[0, DAY])),
        ("incidents.detectedAt", instants(&[3 * DAY])),
        ("incidents.resolvedAt", instants(&[4 * DAY])),
        ("services", Column::Count(2)),
        ("environments", Column::Names(vec!["production", "staging"])),
    ] {
        columns.insert(format!("columns.{path}"), column);
    }
    columns
}

fn nine_days() -> TimeRange {
    let at = |millis| Timestamp::from_millis(millis).unwrap();
    TimeRange { start: at(0), end: at(9 * DAY) }
}

/// Whether these columns are a report; else the path and the text of each fault.
fn report(columns: &Columns<'_>) -> Result<(), Vec<(String, String)>> {
    let all = |error: Error| -> Vec<(String, String)> {
        error.faults().iter().map(|fault| (fault.path.clone(), fault.text.clone())).collect()
    };
    let events: Events<'_> = columns.read().map_err(all)?;
    dora(&events, &Policy::default(), &nine_days(), &BucketUnit::Month, "UTC").map_err(all).map(drop)
}

#[test]
fn a_column_is_read_as_it_was_given() {
    let columns = given();
    report(&columns).unwrap();
    let events: Events<'_> = columns.read().unwrap();
    assert_eq!(events.deployments.finished_at, [DAY, 2 * DAY]);
    assert_eq!((events.services, events.environments), (2, &["production", "staging"][..]));
    assert_eq!(events.incidents.resolved_at.at(0), Some(4 * DAY));
    assert!(matches!(events.deployments.changes, ListedChanges::Nested(&[0, 1, 2])));
    // What is left out has its default.
    let columns = Columns::default();
    let events: Events<'_> = columns.read().unwrap();
    assert_eq!((events.services, events.environments), (1, &["production"][..]));
    report(&columns).unwrap();
}

#[test]
fn what_does_not_fit_is_refused_with_its_path() {
    let instants = |millis, validity| Column::Instants(Instants { millis, validity });
    let far: &'static [i64] = &[DAY, i64::MAX];
    let (longer, falls, beyond) = ("not as long", "offsets that fall", "a code beyond its table");
    let cases = [
        ("deployments.outcome", Column::Bytes(&[0]), longer),
        ("deployments.outcome", Column::Bytes(&[0, 0, 0]), longer),
        ("deployments.outcome", Column::Bytes(&[]), longer),
        ("deployments.outcome", Column::Bytes(&[0, 200]), beyond),
        ("deployments.intent", Column::Bytes(&[0, 200]), beyond),
        ("deployments.intent", Column::Bytes(&[]), "leave out what is not there"),
        ("deployments.service", Column::Numbers(&[0, 2]), beyond),
        ("deployments.environment", Column::Numbers(&[2, 0]), beyond),
        ("deployments.changes", Column::Numbers(&[0, 1]), falls),
        ("deployments.changes", Column::Numbers(&[0, 1, 2, 2]), falls),
        ("deployments.changes", Column::Numbers(&[0, 2, 1]), falls),
        ("deployments.changes", Column::Numbers(&[0, 1, 3]), falls),
        ("deployments.remediates", Column::Lists(Lists { offsets: &[0, 1], items: &[0] }), falls),
        ("deployments.remediates", Column::Lists(Lists { offsets: &[0, 1, 2], items: &[0] }), falls),
        (
            "deployments.listedChanges",
            Column::Lists(Lists { offsets: &[0, 0, 0], items: &[] }),
            "expected one of them",
        ),
        ("deployments.finishedAt", instants(far, None), "outside the years"),
        ("changes.merge", Column::Flags(&[true]), longer),
        ("services", Column::Count(0), "must be from 1"),
        ("services", Column::Count(1 << 25), "must be from 1"),
        ("environments", Column::Names(vec![]), "must name at least one"),
        ("incidents.detectedAt", Column::Bytes(&[1]), "another form"),
        ("incidents.resolvedAt", Column::Flags(&[true]), "another form"),
        ("deployments.service", Column::Count(2), "another form"),
        ("services", Column::Names(vec!["a", "b"]), "another form"),
    ];
    for (path, column, text) in cases {
        let mut columns = given();
        let what = format!("{path}: {column:?}");
        let path = format!("columns.{path}");
        columns.insert(path.clone(), column);
        let found = report(&columns).expect_err(&what);
        assert!(found.iter().any(|(at, said)| *at == path && said.contains(text)), "{what}: {found:?}");
    }
}

#[test]
fn what_fits_is_taken() {
    let instants = |millis, validity| Column::Instants(Instants { millis, validity });
    let cases = [
        ("deployments.changes", Column::Numbers(&[0, 0, 2])),
        ("deployments.changes", Column::Numbers(&[0, 1, 1])),
        ("deployments.remediates", Column::Lists(Lists { offsets: &[0, 0, 1], items: &[0] })),
        ("deployments.intent", Column::Bytes(&[0, 1])),
        ("deployments.environment", Column::Numbers(&[1, 0])),
        ("changes.committedAt", instants(&[DAY, i64::MAX], Some(&[0b01]))),
        ("services", Column::Count(1 << 24)),
    ];
    for (path, column) in cases {
        let mut columns = given();
        let what = format!("{path}: {column:?}");
        columns.insert(format!("columns.{path}"), column);
        assert_eq!(report(&columns), Ok(()), "{what}");
    }
    // Several may share a change only where they are listed.
    let columns = listed(&[0, 1, 2], &[1, 1]);
    report(&columns).unwrap();
    let events: Events<'_> = columns.read().unwrap();
    let ListedChanges::Indexed(lists) = events.deployments.changes else { unreachable!("they are listed") };
    assert_eq!((lists.of(0), lists.of(1)), (&[1][..], &[1][..]));
    let found = report(&listed(&[0, 1, 3], &[1, 1])).unwrap_err();
    let (path, text) = &found[0];
    assert!(
        path == "columns.deployments.listedChanges" && text.contains("offsets that fall"),
        "{path}: {text}"
    );
}

/// The columns with lists instead of offsets.
fn listed(offsets: &'static [u32], items: &'static [u32]) -> Columns<'static> {
    let mut columns = Columns::default();
    let instants = |millis| Column::Instants(Instants { millis, validity: None });
    columns.insert("columns.deployments.finishedAt".to_owned(), instants(&[DAY, 2 * DAY]));
    columns.insert("columns.deployments.outcome".to_owned(), Column::Bytes(&[0, 0]));
    columns.insert("columns.changes.authoredAt".to_owned(), instants(&[0, DAY]));
    columns.insert("columns.deployments.listedChanges".to_owned(), Column::Lists(Lists { offsets, items }));
    columns
}

#[test]
fn validity_is_a_bit_for_each_row() {
    let with = |bits: &'static [u8]| {
        let mut columns = given();
        columns.insert("columns.changes.authoredAtValidity".to_owned(), Column::Bytes(bits));
        columns
    };
    let columns = with(&[0b10]);
    report(&columns).unwrap();
    let events: Events<'_> = columns.read().unwrap();
    let authored = events.changes.authored_at;
    assert_eq!((authored.at(0), authored.at(1), authored.at(2)), (None, Some(DAY), None));
    let found = report(&with(&[0, 0])).unwrap_err();
    let (path, text) = &found[0];
    assert!(
        path == "columns.changes.authoredAtValidity" && text.contains("one bit for each row"),
        "{path}: {text}"
    );
    let found = report(&with(&[])).unwrap_err();
    assert_eq!(found[0].0, "columns.changes.authoredAtValidity");
}

#[test]
fn other_languages_see_validity_and_both_forms_of_members() {
    let names = |columns: Vec<relcore::column::Field>| -> Vec<String> {
        columns.iter().map(|column| column.name.to_string()).collect()
    };
    let deployments = names(DeploymentColumns::RECORD.columns());
    let begins = ["finished_at", "outcome", "intent", "service", "environment", "revision"];
    assert_eq!(deployments[..6], begins);
    assert_eq!(deployments[deployments.len() - 2..], ["changes", "listed_changes"]);
    let incidents = Events::RECORD.fields.iter().find(|field| field.name == "incidents").unwrap();
    let Kind::Table(incidents) = incidents.kind else { unreachable!("incidents are a table") };
    let columns = incidents.columns();
    assert_eq!(columns[2].name, "resolved_at_validity");
    assert!(columns[2].docs.starts_with("Where `resolved_at` is present"));
    assert_eq!(columns[1].path("columns.incidents"), "columns.incidents.resolvedAt");
}
