//! Pages of GitHub, GitLab, PagerDuty, Opsgenie and Jira, documents with vulnerabilities, CDEvents, traces and tables: every
//! row is accounted for.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::Timestamp;
use relcore::interchange::{
    CsvMap, IssueRules, ReadEvents, RowKind, ScanTarget, cdevents, csv_events, cyclonedx_vulnerabilities,
    github_deployments, github_issues, github_pulls, github_releases, gitlab_deployments,
    gitlab_merge_requests, jira_issues, opsgenie_incidents, osv_vulnerabilities, otel_deployments,
    pagerduty_incidents, sarif_vulnerabilities,
};

fuzz_target!(|text: &str| {
    let (pages, rules) = ([text.to_owned()], IssueRules::new("shop"));
    let at = Timestamp::from_millis(0).expect("1970 is an instant");
    let map = CsvMap::new(RowKind::Scan).columns(
        ["id", "artifact", "kind", "scannedAt"].map(|name| (name.to_owned(), name.to_owned())).into(),
    );
    let read = [
        github_deployments(&pages, &pages, "shop"),
        github_releases(&pages, "shop"),
        github_pulls(&pages),
        github_issues(&pages, &rules),
        gitlab_deployments(&pages, "shop"),
        gitlab_merge_requests(&pages),
        pagerduty_incidents(&pages, None),
        opsgenie_incidents(&pages, None),
        jira_issues(&pages, &rules),
        osv_vulnerabilities(&pages, "shop", at),
        cyclonedx_vulnerabilities(&pages, "shop", Some(at)),
        sarif_vulnerabilities(&pages, &ScanTarget::new("shop").scanned_at(at)),
        cdevents(&pages, None),
        otel_deployments(&pages, None, None),
        csv_events(text, &map),
    ];
    read.into_iter().flatten().for_each(check);
});

fn check(read: ReadEvents) {
    let events = &read.events;
    let delivery =
        events.deployments.len() + events.changes.len() + events.incidents.len() + events.bugs.len();
    let found = delivery + events.vulnerabilities.len() + events.scans.len();
    assert_eq!(read.rows.get(), found as u64 + read.parts.get() + read.skipped.len() as u64);
    let written = serde_json::to_string(&read).expect("events have JSON");
    assert_eq!(serde_json::from_str::<ReadEvents>(&written).expect("JSON that was written"), read);
}
