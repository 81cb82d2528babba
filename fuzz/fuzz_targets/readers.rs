//! Pages of GitHub, GitLab, PagerDuty, Opsgenie and Jira: every row is accounted for.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::interchange::{
    IssueRules, ReadEvents, github_deployments, github_issues, github_pulls, github_releases, gitlab_deployments,
    gitlab_merge_requests, jira_issues, opsgenie_incidents, pagerduty_incidents,
};

fuzz_target!(|text: &str| {
    let (pages, rules) = ([text.to_owned()], IssueRules::new("shop"));
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
    ];
    read.into_iter().flatten().for_each(check);
});

fn check(read: ReadEvents) {
    let events = &read.events;
    let found = events.deployments.len() + events.changes.len() + events.incidents.len() + events.bugs.len();
    assert_eq!(read.rows.get(), found as u64 + read.parts.get() + read.skipped.len() as u64);
    let written = serde_json::to_string(&read).expect("events have JSON");
    assert_eq!(serde_json::from_str::<ReadEvents>(&written).expect("JSON that was written"), read);
}
