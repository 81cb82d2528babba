//! What the delivery metrics cost, from columns, from rows, and from the text of git.
use crate::cpu_time::CpuTime;
use criterion::{Criterion, Throughput};
use relcore::interchange::{git_releases, parse_git};
use relcore::metrics::columns::{self, ChangeColumns, DeploymentColumns, Events, IncidentColumns, Instants};
use relcore::metrics::columns::{ListedChanges, NONE};
use relcore::metrics::{self, Change, Deployment, DeploymentIntent, DeploymentOutcome, Incident, Policy};
use relcore::time::BucketUnit;
use relcore::{TimeRange, Timestamp};
use std::hint::black_box;

const MANY: u32 = 1_000_000;
const FEWER: u32 = 100_000;

/// Ten years, over which the deployments are spread evenly.
const BEGIN: i64 = 1_451_606_400_000; // 2016-01-01
const END: i64 = 1_767_225_600_000; // 2026-01-01

const SERVICES: u32 = 10;
const MINUTE: i64 = 60_000;

pub fn by_columns_and_rows(c: &mut Criterion<CpuTime>) {
    let policy = Policy::default();
    let (many, fewer) = (History::new(MANY), History::new(FEWER));
    let from_columns = |events: &Events<'_>| {
        columns::dora(black_box(events), &policy, &range(), &BucketUnit::Month, "UTC").unwrap()
    };
    let mut slow = c.benchmark_group("delivery");
    slow.sample_size(10);
    slow.bench_function("metrics::columns, 1,000,000 deployments alone", |b| {
        let events = many.deployments_alone();
        b.iter(|| from_columns(&events));
    });
    slow.bench_function("metrics::columns, 1,000,000 deployments, a change each, 10,000 incidents", |b| {
        let events = many.events();
        b.iter(|| from_columns(&events));
    });
    slow.bench_function("metrics::columns, 100,000 of the same", |b| {
        let events = fewer.events();
        b.iter(|| from_columns(&events));
    });

    let (deployments, changes, incidents) = fewer.rows();
    let from_rows = || {
        let deployments = black_box(&deployments);
        metrics::dora(deployments, &changes, &incidents, &policy, &range(), &BucketUnit::Month, "UTC")
            .unwrap()
    };
    assert_eq!(from_rows(), from_columns(&fewer.events()), "rows and columns have the same events");
    slow.bench_function("metrics::dora, rows of these 100,000", |b| b.iter(from_rows));
    slow.finish();
}

/// The history of ripgrep: 2,288 commits, 79 releases.
pub fn from_git(c: &mut Criterion<CpuTime>) {
    let tags = include_str!("../examples/data/ripgrep/for-each-ref.txt");
    let log = include_str!("../examples/data/ripgrep/log.txt");
    c.bench_function("interchange::parse_git, ripgrep", |b| b.iter(|| parse_git(tags, black_box(log))));
    let long = long_log(50_000);
    let mut throughput = c.benchmark_group("git");
    throughput.sample_size(10).throughput(Throughput::Bytes(long.len() as u64));
    throughput.bench_function("interchange::parse_git, 50,000 commits with messages", |b| {
        b.iter(|| parse_git("", black_box(&long)));
    });
    let read = parse_git("", &long).unwrap();
    throughput.bench_function("interchange::git_releases of these", |b| {
        b.iter(|| git_releases(black_box(&read), None, None));
    });
    throughput.finish();
    let history = parse_git(tags, log).unwrap();
    c.bench_function("interchange::git_releases of it", |b| {
        b.iter(|| git_releases(black_box(&history), None, None));
    });
    let releases = git_releases(&history, None, None).unwrap();
    let policy = Policy::default();
    let years = TimeRange { start: at(BEGIN), end: at(END) };
    c.bench_function("metrics::dora of these, by year", |b| {
        let (deployments, changes) = (&releases.deployments, &releases.changes);
        b.iter(|| {
            metrics::dora(black_box(deployments), changes, &[], &policy, &years, &BucketUnit::Year, "UTC")
        });
    });
}

/// A log as `GIT_LOG` prints it, with messages of 600 bytes; every hundredth commit reverts the one before it.
fn long_log(commits: u32) -> String {
    let name = |n: u32| format!("{:08x}", n.wrapping_mul(2_654_435_761)).repeat(5);
    let body = "A line of a message as people write it, of about eighty characters in a row.\n".repeat(7);
    let commit = |n: u32| {
        let parent = n.checked_sub(1).map(name).unwrap_or_default();
        let subject = if n % 100 == 99 {
            format!("Revert \"feat: number {}\" (#{n})", n - 1)
        } else {
            format!("feat: number {n} (#{n})")
        };
        format!("{}\0{parent}\0{n}\0{n}\0\0{subject}\0{body}\0", name(n))
    };
    (0..commits).rev().map(commit).collect()
}

/// Deployments of ten services, each with one change; every hundredth causes an incident or brings an old revision
/// back, two in a hundred are hotfixes, three in a hundred fail.
struct History {
    finished_at: Vec<i64>,
    outcome: Vec<u8>,
    intent: Vec<u8>,
    service: Vec<u32>,
    revision: Vec<u32>,
    offsets: Vec<u32>,
    authored_at: Vec<i64>,
    detected_at: Vec<i64>,
    resolved_at: Vec<i64>,
    incident_service: Vec<u32>,
    caused_by: Vec<u32>,
}

impl History {
    fn new(count: u32) -> Self {
        let indices = || 0..count;
        let step = (END - BEGIN) / i64::from(count);
        let finished = |index: u32| BEGIN + i64::from(index) * step;
        // Scattered as digits of a fixed multiplication are: the same every time, in no order.
        let scattered = |index: u32| index.wrapping_mul(2_654_435_761) >> 12;
        let failed = || indices().filter(|index| index % 100 == 50);
        Self {
            finished_at: indices().map(finished).collect(),
            outcome: indices().map(|index| u8::from(scattered(index) % 100 < 3)).collect(),
            intent: indices().map(|index| u8::from(scattered(index) % 100 > 97)).collect(),
            service: indices().map(|index| index % SERVICES).collect(),
            revision: indices()
                .map(|index| if index % 100 == 99 { index - 2 * SERVICES } else { index })
                .collect(),
            offsets: (0..=count).collect(),
            authored_at: indices()
                .map(|index| finished(index) - i64::from(scattered(index) % 10_000) * MINUTE)
                .collect(),
            detected_at: failed().map(|index| finished(index) + 10 * MINUTE).collect(),
            resolved_at: failed()
                .map(|index| finished(index) + i64::from(20 + scattered(index) % 500) * MINUTE)
                .collect(),
            incident_service: failed().map(|index| index % SERVICES).collect(),
            caused_by: failed().map(|index| if index % 200 == 50 { index } else { NONE }).collect(),
        }
    }

    fn deployments_alone(&self) -> Events<'_> {
        Events {
            deployments: DeploymentColumns {
                finished_at: &self.finished_at,
                outcome: &self.outcome,
                intent: &self.intent,
                service: &self.service,
                ..DeploymentColumns::default()
            },
            environments: &["production"],
            services: SERVICES,
            ..Events::default()
        }
    }

    fn events(&self) -> Events<'_> {
        let alone = self.deployments_alone();
        let authored_at = Instants { millis: &self.authored_at, validity: None };
        Events {
            deployments: DeploymentColumns {
                revision: &self.revision,
                changes: ListedChanges::Nested(&self.offsets),
                ..alone.deployments
            },
            changes: ChangeColumns { authored_at, committed_at: authored_at, ..ChangeColumns::default() },
            incidents: IncidentColumns {
                detected_at: &self.detected_at,
                resolved_at: Instants { millis: &self.resolved_at, validity: None },
                service: &self.incident_service,
                caused_by: &self.caused_by,
                ..IncidentColumns::default()
            },
            ..alone
        }
    }

    /// The same as [`Self::events`], an object each.
    fn rows(&self) -> (Vec<Deployment>, Vec<Change>, Vec<Incident>) {
        let name = |kind: &str, number: u32| format!("{kind}{number}");
        let deployments = (0_u32..).zip(&self.finished_at).zip(&self.outcome).zip(&self.intent);
        let deployments =
            deployments.zip(&self.revision).map(|((((index, finished), outcome), intent), revision)| {
                Deployment::new(
                    name("d", index),
                    name("s", index % SERVICES),
                    at(*finished),
                    if *outcome == 0 { DeploymentOutcome::Success } else { DeploymentOutcome::Failure },
                )
                .intent(if *intent == 0 { DeploymentIntent::Planned } else { DeploymentIntent::Hotfix })
                .revision(name("r", *revision))
                .changes([name("c", index)])
            });
        let changes = (0..)
            .zip(&self.authored_at)
            .map(|(index, authored)| Change::new(name("c", index), at(*authored)).authored_at(at(*authored)));
        let incidents = (0..).zip(&self.detected_at).zip(&self.resolved_at);
        let incidents = incidents.zip(&self.incident_service).zip(&self.caused_by);
        let incidents = incidents.map(|((((index, detected), resolved), service), cause)| {
            let mut incident = Incident::new(name("i", index), name("s", *service), at(*detected))
                .resolved_at(at(*resolved));
            incident.caused_by = (*cause != NONE).then(|| name("d", *cause));
            incident
        });
        (deployments.collect(), changes.collect(), incidents.collect())
    }
}

fn range() -> TimeRange {
    TimeRange { start: at(BEGIN), end: at(END) }
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}
