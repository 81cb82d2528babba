//! The five metrics of a real git history, compared with the results of a second program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test reads files, and has failed when it panics"
)]
use relcore::interchange::{GitReleases, git_releases, parse_git};
use relcore::metrics::{DoraReport, LeadStart, LeadUnit, Policy, QuantileRule, dora};
use relcore::time::BucketUnit;
use relcore::{TimeRange, Timestamp};

fn data(file: &str) -> String {
    let path = format!("{}/../../examples/data/ripgrep/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{path}: {fault}"))
}

fn releases() -> GitReleases {
    git_releases(&parse_git(&data("for-each-ref.txt"), &data("log.txt")).unwrap(), None, None).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn report(policy: &Policy, unit: BucketUnit) -> DoraReport {
    let releases = releases();
    let range = TimeRange { start: at("2016-07-01T00:00:00Z"), end: at("2026-10-01T00:00:00Z") };
    dora(&releases.deployments, &releases.changes, &[], policy, &range, &unit, "UTC").unwrap()
}

fn near(got: Option<f64>, expected: f64, tolerance: f64) {
    let got = got.expect("there is a number");
    assert!((got - expected).abs() <= tolerance, "{got} is not {expected}");
}

#[test]
fn the_metrics_of_the_whole_history() {
    let overall = report(&Policy::default(), BucketUnit::Year).overall;
    assert_eq!(overall.deployment_frequency.n.get(), 79);
    let lead = &overall.change_lead_time;
    assert_eq!(lead.n.get(), 2224);
    near(lead.median, 1_311_514.5, 0.0);
    near(lead.mean, 7_190_532.099_371, 1e-6);
    near(lead.p90, 20_795_347.2, 1e-6);
    near(lead.p95, 35_485_640.2, 1e-6);
    let fail = &overall.change_fail_rate;
    assert_eq!((fail.n.get(), fail.affected.unwrap().get()), (79, 1));
    near(fail.value, 0.012_658_228, 1e-9);
    near(overall.failed_deployment_recovery_time.value, 552_118.0, 0.0);
    near(overall.deployment_rework_rate.value, 0.012_658_228, 1e-9);
}

#[test]
fn excluded_changes_are_counted() {
    let lead = report(&Policy::default(), BucketUnit::Year).overall.change_lead_time;
    let excluded: Vec<(String, u64)> =
        lead.excluded.iter().map(|one| (format!("{:?}", one.reason), one.n.get())).collect();
    assert_eq!(excluded, [("Seed".to_owned(), 38), ("Undelivered".to_owned(), 26)]); // 2,288 commits in all
}

#[test]
fn each_commit_belongs_to_the_release_of_the_second_program() {
    let releases = releases();
    let mut owner = std::collections::BTreeMap::new();
    for deployment in &releases.deployments {
        for change in &deployment.changes {
            assert_eq!(owner.insert(change[..12].to_owned(), deployment.id.clone()), None);
        }
    }
    let commits = data("commits.csv");
    let mut compared = 0;
    for line in commits.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(owner.get(fields[0]).map_or("", String::as_str), fields[4], "{line}");
        compared += 1;
    }
    assert_eq!((compared, releases.changes.len()), (2288, 2288));
}

#[test]
fn the_metrics_by_quarter_without_merges() {
    let policy = Policy::default().count_merges(false);
    let report = report(&policy, BucketUnit::Quarter);
    assert_eq!(report.buckets.len(), 41);
    let mut compared = 0;
    for line in include_str!("data/ripgrep_by_quarter.csv").lines().filter(|line| line.starts_with("20")) {
        let fields: Vec<&str> = line.split(',').collect();
        let (year, quarter) = fields[0].split_once("-Q").unwrap();
        let month = (quarter.parse::<u32>().unwrap() - 1) * 3 + 1;
        let start = at(&format!("{year}-{month:02}-01T00:00:00Z"));
        let row = report.buckets.iter().find(|row| row.range.start == start).unwrap();
        assert_eq!(row.deployment_frequency.n.to_string(), fields[1], "{line}");
        assert_eq!(row.change_lead_time.n.to_string(), fields[2], "{line}");
        near(row.change_lead_time.median, fields[3].parse().unwrap(), 1e-3);
        near(row.change_lead_time.mean, fields[4].parse().unwrap(), 1e-3);
        near(row.change_lead_time.p95, fields[5].parse().unwrap(), 1e-3);
        assert_eq!(row.change_fail_rate.affected.unwrap().to_string(), fields[6], "{line}");
        near(row.change_fail_rate.value, fields[7].parse().unwrap(), 1e-9);
        assert_eq!(row.failed_deployment_recovery_time.n.get() > 0, !fields[8].is_empty(), "{line}");
        compared += row.deployment_frequency.n.get();
    }
    assert_eq!(compared, 79);
}

#[test]
fn lead_times_of_deployments_differ_from_those_of_changes() {
    let policy = Policy::default().count_merges(false).lead_unit(LeadUnit::Deployment);
    let lead = report(&policy, BucketUnit::Year).overall.change_lead_time;
    assert_eq!(lead.n.get(), 78);
    near(lead.median, 3786.0, 0.0); // 63 minutes, against 15 days for the median over changes
    near(lead.mean, 964_473.673_077, 1e-3);
}

/// Every summary of the second program in seconds: lead starts, merges, lead units and quantile rules.
#[test]
fn all_policies_of_lead_times() {
    let committed = Policy::default().lead_start(LeadStart::Committed);
    let no_merges = Policy::default().count_merges(false);
    let deployments = no_merges.clone().lead_unit(LeadUnit::Deployment);
    // n, mean, median by type 7, median by the lower rank, p90 and p95 by type 7, p95 by the nearest rank
    let summaries = [
        (
            Policy::default(),
            2224,
            [7_190_532.099_371, 1_311_514.5, 1_311_199.0, 20_795_347.2, 35_485_640.2, 35_599_786.0],
        ),
        (
            committed,
            2224,
            [5_676_255.681_205, 1_049_306.5, 1_048_019.0, 16_256_858.5, 28_099_228.1, 28_099_244.0],
        ),
        (
            no_merges,
            2162,
            [7_385_412.415_819, 1_452_779.0, 1_452_765.0, 21_278_027.4, 36_602_954.25, 36_604_550.0],
        ),
        (deployments, 78, [964_473.673_077, 3786.0, 3533.0, 2_965_786.45, 6_638_321.25, 6_962_286.0]),
    ];
    for (policy, n, [mean, median, lower, p90, p95, nearest]) in summaries {
        let by = |quantile| {
            // As in the second program, the median of a deployment is interpolated between the ranks.
            let policy = policy.clone().quantile(quantile);
            report(&policy, BucketUnit::Year).overall.change_lead_time
        };
        let lead = by(QuantileRule::Linear);
        assert_eq!(lead.n.get(), n);
        for (got, expected) in [(lead.mean, mean), (lead.median, median), (lead.p90, p90), (lead.p95, p95)] {
            near(got, expected, 1e-3);
        }
        if policy.lead_unit == LeadUnit::Change {
            near(by(QuantileRule::Lower).median, lower, 0.0);
            near(by(QuantileRule::NearestRank).p95, nearest, 0.0);
        }
    }
}

/// Days, weeks and months between the first and the last release in three zones, and those with a release.
#[test]
fn buckets_depend_on_the_zone() {
    let releases = releases();
    let first = releases.deployments.first().unwrap().finished_at;
    let last = releases.deployments.iter().map(|one| one.finished_at).max().unwrap();
    let range = TimeRange { start: first, end: Timestamp::from_millis(last.as_millis() + 1).unwrap() };
    // days spanned, with a release; weeks; months
    for (zone, days, weeks) in [
        ("UTC", (3600, 45), (515, 35)),
        ("America/New_York", (3601, 50), (515, 35)),
        ("Asia/Kolkata", (3600, 48), (515, 33)),
    ] {
        let counted = |unit| {
            let policy = Policy::default();
            let report =
                dora(&releases.deployments, &releases.changes, &[], &policy, &range, &unit, zone).unwrap();
            let releases = report.buckets.iter().map(|row| row.deployment_frequency.n.get());
            let most = releases.clone().max().unwrap();
            (report.buckets.len(), releases.filter(|n| *n > 0).count(), most)
        };
        assert_eq!(counted(BucketUnit::Day), (days.0, days.1, 10), "{zone}");
        let (spanned, with, _) = counted(BucketUnit::Week);
        assert_eq!((spanned, with), weeks, "{zone}");
        assert_eq!(counted(BucketUnit::Month).0, 119, "{zone}");
    }
}
