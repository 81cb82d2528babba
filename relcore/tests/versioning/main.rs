//! Laws of versions: the next one is greater than all that there is, and a plan leaves nothing to do.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what a test is for"
)]

use proptest::prelude::*;
use relcore::NaiveDate;
use relcore::change::{Parsed, Policy as Messages, parse_change};
use relcore::version::{Bump, Numbering, Order, Scheme, Version, compare, line_range};
use relcore::versioning::{
    Channel, Dependents, Group, GroupKind, Package, PackageChange, PlanPolicy, Policy, Request, Requirement,
    Verdict, ZeroRule, next_version, release_plan,
};

fn change(message: &str) -> Parsed {
    parse_change(message, &Messages::default()).unwrap()
}

fn tags() -> impl Strategy<Value = Vec<String>> {
    let pre = prop_oneof![
        3 => Just(String::new()),
        1 => (0u8..12).prop_map(|number| format!("-beta.{number}")),
        1 => (0u8..12).prop_map(|number| format!("-rc{number}")),
        1 => Just("-beta".to_owned()),
        1 => Just("-alpha.1".to_owned()),
    ];
    let tag = (0u8..3, 0u8..4, 0u8..12, pre, any::<bool>());
    let tag = tag.prop_map(|(a, b, c, pre, v)| format!("{}{a}.{b}.{c}{pre}", if v { "v" } else { "" }));
    proptest::collection::vec(tag, 0..8)
}

fn changes() -> impl Strategy<Value = Vec<Parsed>> {
    let message = prop_oneof![
        Just("fix: a"),
        Just("feat: b"),
        Just("feat!: c"),
        Just("docs: d"),
        Just("chore: e\n\nRelease-As: 1.2.0"),
        Just("chore: e\n\nRelease-As: nonsense"),
        Just("Revert \"x\""),
    ];
    proptest::collection::vec(message.prop_map(change), 0..4)
}

fn policies() -> impl Strategy<Value = Policy> {
    let rules = prop_oneof![
        Just(ZeroRule::Plain),
        Just(ZeroRule::Cargo),
        Just(ZeroRule::PreMajor),
        Just(ZeroRule::FeaturePatch),
        Just(ZeroRule::Shifted)
    ];
    let numberings =
        prop_oneof![Just(Numbering::FromZero), Just(Numbering::FromOne), Just(Numbering::Unnumbered)];
    let labels = prop_oneof![Just("alpha"), Just("beta"), Just("rc"), Just("dev.x")];
    let channel = proptest::option::of((labels, numberings));
    (rules, channel, proptest::option::of(Just("1.2.0")), any::<bool>()).prop_map(
        |(rule, channel, force, least)| {
            let mut policy = Policy::default().zero_rule(rule);
            policy.channel = channel.map(|(label, numbering)| Channel::new(label).numbering(numbering));
            policy.force = force.map(str::to_owned);
            policy.at_least = if least { Bump::Patch } else { Bump::None };
            policy
        },
    )
}

proptest! {
    /// The law that release-please's own tests break: `beta9` is followed by `beta10`, which is lower.
    #[test]
    fn the_next_version_is_greater_than_every_tag(
        tags in tags(), changes in changes(), policy in policies(), graduate in any::<bool>(), index in any::<u8>(),
    ) {
        let current = tags.get(usize::from(index) % tags.len().max(1)).map(String::as_str);
        let request = Request::default().graduate(graduate);
        let next = next_version(current, &tags, &changes, &request, &policy).unwrap();
        prop_assert_eq!(next.verdict == Verdict::Release, next.version.is_some());
        prop_assert!(!next.reasons.is_empty());
        let Some(version) = next.version else { return Ok(()) };
        for tag in &tags {
            let order = compare(&version, tag.trim_start_matches('v'), &Scheme::Semver).unwrap();
            prop_assert_eq!(order, Order::Greater, "{} and {}", version, tag);
        }
        let again = next_version(current, &tags, &changes, &request, &policy).unwrap();
        prop_assert_eq!(again.version, Some(version));
    }

    #[test]
    fn releases_one_after_the_other_grow(tags in tags(), steps in proptest::collection::vec((changes(), policies()), 1..6)) {
        let mut tags = tags;
        for (changes, policy) in steps {
            let next = next_version(None, &tags, &changes, &Request::default(), &policy).unwrap();
            tags.extend(next.tag);
        }
    }

    #[test]
    fn a_line_keeps_its_versions(tags in tags(), changes in changes(), minor in 0u8..4) {
        let line = format!("1.{minor}.x");
        let next = next_version(None, &tags, &changes, &Request::default(), &Policy::default().line(line.clone()).initial(format!("1.{minor}.0"))).unwrap();
        if let Some(version) = next.version {
            let prefix = format!("1.{minor}.");
            prop_assert!(version.starts_with(&prefix));
        }
        let versions: Vec<Version> = tags.iter().filter_map(|tag| Version::parse(tag.trim_start_matches('v')).ok()).collect();
        let range = line_range(&line, &versions).unwrap();
        prop_assert!(range.max.is_some_and(|max| range.min.precedes(&max)));
    }

    #[test]
    fn calendar_versions_grow(days in proptest::collection::vec(0i32..40, 1..20), format in prop_oneof![
        Just("YYYY.MM.MICRO"), Just("YY.0M.MICRO"), Just("YYYY.MINOR.MICRO"), Just("YYYY.0W.MICRO"), Just("YYYY.0M.0D.MICRO")
    ]) {
        let policy = Policy::default().scheme(Scheme::Calver).calendar(format);
        let mut tags: Vec<String> = Vec::new();
        let mut day = NaiveDate::parse("2024-12-20").unwrap();
        for pause in days {
            day = day.plus_days(pause - 3).unwrap(); // the clock may stand behind
            let next = next_version(None, &tags, &[change("docs: a")], &Request::default().today(day), &policy).unwrap();
            let version = next.version.unwrap();
            for tag in &tags {
                prop_assert_eq!(compare(&version, tag.trim_start_matches('v'), &Scheme::Calver).unwrap(), Order::Greater);
            }
            tags.extend(next.tag);
        }
    }

    /// Once a plan is carried out, its manifests fit, and the next plan is empty.
    #[test]
    fn a_plan_is_a_fixpoint(
        edges in proptest::collection::vec((0usize..6, 0usize..6, prop_oneof![Just("^1.0.0"), Just("1.0.0"), Just("~1.0.0")]), 0..10),
        changed in proptest::collection::vec((0usize..6, prop_oneof![Just(Bump::Patch), Just(Bump::Minor), Just(Bump::Major)]), 0..4),
        group in proptest::option::of(prop_oneof![Just(GroupKind::Fixed), Just(GroupKind::Linked)]),
        always in any::<bool>(),
    ) {
        let name = |index: usize| format!("p{index}");
        let mut packages: Vec<Package> = (0..6).map(|index| {
            let own = edges.iter().filter(|(from, to, _)| *from == index && to != from);
            Package::new(name(index), Version::parse("1.0.0").unwrap()).requirements(own.map(|(_, to, range)| Requirement::new(name(*to), *range)))
        }).collect();
        let groups = group.map(|kind| Group::new(kind, ["p0", "p1"]));
        let dependents = if always { Dependents::Always } else { Dependents::OutOfRange };
        let policy = PlanPolicy::default().groups(groups.into_iter().collect::<Vec<_>>()).dependents(dependents);
        let changes: Vec<PackageChange> = changed.iter().enumerate().map(|(nth, (index, bump))| {
            PackageChange::new(format!("c{nth}"), *bump).packages([name(*index)])
        }).collect();
        let plan = release_plan(&packages, &changes, &policy).unwrap();
        for (index, bump) in &changed {
            let release = plan.releases.iter().find(|one| one.name == name(*index)).unwrap();
            prop_assert!(release.bump >= *bump);
            prop_assert!(release.previous.precedes(&release.next));
        }
        for release in &plan.releases {
            let package = packages.iter_mut().find(|one| one.name == release.name).unwrap();
            package.version = release.next.clone();
            for rewrite in &release.requirements {
                for one in package.requirements.iter_mut().filter(|one| one.name == rewrite.name && one.range == rewrite.previous) {
                    one.range.clone_from(&rewrite.next);
                }
            }
        }
        prop_assert!(release_plan(&packages, &[], &policy).unwrap().releases.is_empty());
        // Every range of a package that was released accepts what is released with it.
        for package in packages.iter().filter(|one| plan.releases.iter().any(|release| release.name == one.name)) {
            for requirement in &package.requirements {
                let target = packages.iter().find(|one| one.name == requirement.name).unwrap();
                let is_released = plan.releases.iter().any(|one| one.name == target.name && one.bump > Bump::None);
                let text = requirement.range.trim_start_matches(['^', '~']);
                let base = Version::parse(text).unwrap();
                prop_assert!(!is_released || !target.version.precedes(&base));
                if is_released && !requirement.range.starts_with(['^', '~']) {
                    prop_assert_eq!(base, target.version.clone());
                }
            }
        }
    }
}

/// What would take the square of the input takes minutes here.
#[test]
fn one_group_of_all_packages_and_a_calendar_behind_its_tags() {
    const MANY: usize = 10_000;
    let name = |index: usize| format!("p{index}");
    let packages: Vec<Package> = (0..MANY)
        .map(|index| {
            let requirements =
                (index.saturating_sub(3)..index).map(|to| Requirement::new(name(to), "^1.0.0"));
            Package::new(name(index), Version::parse("1.0.0").unwrap()).requirements(requirements)
        })
        .collect();
    let policy = PlanPolicy::default().groups([Group::new(GroupKind::Fixed, (0..MANY).map(name))]);
    let change = PackageChange::new("c", Bump::Major).packages([name(0)]);
    let plan = release_plan(&packages, &[change], &policy).unwrap();
    assert_eq!(plan.releases.len(), MANY);
    assert!(plan.releases.iter().all(|release| release.next.to_string() == "2.0.0"));

    // A tag of another format is greater than all that the calendar can say.
    let tags: Vec<String> =
        (0..MANY).map(|index| format!("2026.10.{index}")).chain(["9999.1.1.1".to_owned()]).collect();
    let policy = Policy::default().scheme(Scheme::Calver);
    let request = Request::default().today(NaiveDate::new(2026, 11, 23).unwrap());
    let next = next_version(None, &tags, &[self::change("feat: a")], &request, &policy).unwrap();
    assert_eq!(next.verdict, Verdict::Refused);
}
