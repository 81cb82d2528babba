//! How often relcore's tests of a canary are wrong, by simulation: `cargo xtask bench --simulations`.
//!
//! Each study draws thousands of rollouts from a seeded generator and looks at each as often as a deploy script would. It
//! prints the share of the rollouts with the wrong verdict at any look, with its 95 % interval (Wilson), and fails if the
//! lower end of that interval is above the level that the test promises. `fixed` beside it is what the same rollouts give
//! with the test for one look, asked at every look: the error that the sequential test avoids.
#![expect(clippy::expect_used, reason = "a simulation that cannot go on ends")]
#![expect(clippy::disallowed_methods, reason = "a program of its own, which takes arguments")]
#![expect(clippy::cast_precision_loss, reason = "no count here is near 2^53")]
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use rand_distr::StandardNormal;
use rand_distr::{Binomial, Distribution as _};
use relcore::analysis::{
    AlertSample, AlertSeries, AnomalyPolicy, AnomalyVerdict, ControlChart, detect_anomalies,
};
use relcore::canary::{self, CauseResponses, CountRule, Metric, Phase, Response, Rollout, Schedule, Step};
use relcore::stats::{
    Counts, Direction, GaugePairing, GaugePolicy, GaugeSample, Looks, Policy, RankMethod, Verdict,
    compare_counts, compare_gauges, mann_whitney,
};
use relcore::{Span, Timestamp};
use std::process::ExitCode;

/// One property of a test: in how many of so many runs it fails, and how often it may.
struct Study {
    name: &'static str,
    runs: u32,
    /// The share of runs that may fail; absent where the figure is only shown.
    level: Option<f64>,
    /// Whether a run fails.
    run: fn(&mut StdRng) -> bool,
}

/// The rollouts of most studies.
const RUNS: u32 = 20_000;
/// The level of the tests.
const ALPHA: f64 = 0.05;

const STUDIES: &[Study] = &[
    Study {
        name: "errors 1 %, 50/50, 100 looks: false failed",
        runs: RUNS,
        level: Some(ALPHA),
        run: |dice| any_look(dice, &Traffic::EVEN, Looks::Any, Verdict::Failed),
    },
    Study {
        name: "  fixed: the exact test at every look",
        runs: RUNS,
        level: None,
        run: |dice| harm_at_any_look(dice, &Traffic::EVEN, Looks::One),
    },
    Study {
        name: "  harm alone, without the margin",
        runs: RUNS,
        level: Some(ALPHA),
        run: |dice| harm_at_any_look(dice, &Traffic::EVEN, Looks::Any),
    },
    Study {
        name: "errors 1 %, 10/90, 100 looks: harm alone",
        runs: RUNS,
        level: Some(ALPHA),
        run: |dice| {
            harm_at_any_look(dice, &Traffic { canary: 40, baseline: 360, ..Traffic::EVEN }, Looks::Any)
        },
    },
    Study {
        name: "errors 1 %, rate of the day for both arms: harm alone",
        runs: RUNS,
        level: Some(ALPHA),
        run: |dice| harm_at_any_look(dice, &Traffic { daily: true, ..Traffic::EVEN }, Looks::Any),
    },
    Study {
        name: "errors at the margin of 25 %, 100 looks: false passed",
        runs: RUNS,
        level: Some(ALPHA),
        run: |dice| any_look(dice, &Traffic { ratio: 1.25, ..Traffic::EVEN }, Looks::Any, Verdict::Passed),
    },
    Study {
        name: "orders at the margin of 10 %, fewer is worse: false passed",
        runs: RUNS,
        level: Some(ALPHA),
        run: |dice| {
            let traffic =
                Traffic { ratio: 0.9, direction: Direction::DecreaseIsBad, margin: 10.0, ..Traffic::EVEN };
            any_look(dice, &traffic, Looks::Any, Verdict::Passed)
        },
    },
];

/// Whole rollouts of a schedule with three weights and a metric that is compared at 100 looks: the engine, not the test.
const ROLLOUTS: &[Study] = &[
    Study {
        name: "rollouts over 5, 25 and 50 %, 100 looks: rolled back without harm",
        runs: RUNS,
        level: Some(ALPHA),
        run: |dice| rollout(dice, 1.0, Response::Warn) == Phase::RolledBack,
    },
    Study {
        name: "rollouts worse by the margin of 25 %: succeeded",
        runs: RUNS,
        level: Some(ALPHA),
        run: |dice| rollout(dice, 1.25, Response::Hold) == Phase::Succeeded,
    },
    Study {
        name: "  rollouts worse by 100 %: rolled back",
        runs: RUNS,
        level: None,
        run: |dice| rollout(dice, 2.0, Response::Warn) == Phase::RolledBack,
    },
];

/// How a rollout ends whose errors are 1 %, times `ratio` for the new version, in 400 requests a minute.
fn rollout(dice: &mut StdRng, ratio: f64, inconclusive: Response) -> Phase {
    let bake = Step::Bake { min: Span::from_minutes(33), max: None, min_samples: None };
    let weights = [5.0, 25.0, 50.0].map(|weight| [Step::SetWeight { weight }, bake.clone()]);
    let steps = weights.into_iter().flatten().chain([Step::SetWeight { weight: 100.0 }]);
    let metric = Metric::new("errors").compare(CountRule::default());
    let on = CauseResponses::default().inconclusive(inconclusive);
    let rollout = Rollout::new(Schedule::new(steps).metrics([metric]).on(on)).expect("a valid schedule");
    let mut minutes = minutes();
    let begin = minutes.next().expect("an instant");
    let mut state = rollout.start(begin).expect("a state");
    state = rollout.next_action(&state, &[], begin).expect("a decision").state;
    for now in minutes.take(100) {
        let requests = Binomial::new(400, state.weight / 100.0).expect("a share").sample(dice);
        let events = |requests: u64, rate: f64, dice: &mut StdRng| {
            let events = Binomial::new(requests, rate).expect("a share").sample(dice);
            Counts::new(relcore::Count::new(events).expect("few"), requests as f64)
        };
        let canary = events(requests, 0.01 * ratio, dice);
        let baseline = events(400 - requests, 0.01, dice);
        let seen = canary::counts("errors", &canary, &baseline, now);
        state = rollout.next_action(&state, &[seen], now).expect("a decision").state;
        if state.phase != Phase::Progressing {
            break;
        }
    }
    state.phase
}

/// Series of an hour, a value a minute: a harmless canary `failed`.
const GAUGES: &[Study] = &[
    Study {
        name: "gauges paired, correlation 0.3: false failed",
        runs: RUNS,
        level: Some(GAUGE_ALPHA),
        run: |dice| gauge(dice, GaugePairing::Paired, 0.3),
    },
    Study {
        name: "gauges paired, correlation 0.6: false failed",
        runs: RUNS,
        level: Some(GAUGE_ALPHA),
        run: |dice| gauge(dice, GaugePairing::Paired, 0.6),
    },
    Study {
        name: "gauges paired, correlation 0.9: false failed",
        runs: RUNS,
        level: Some(GAUGE_ALPHA),
        run: |dice| gauge(dice, GaugePairing::Paired, 0.9),
    },
    Study {
        name: "gauges independent, correlation 0.3: false failed",
        runs: RUNS,
        level: Some(GAUGE_ALPHA),
        run: |dice| gauge(dice, GaugePairing::Independent, 0.3),
    },
    Study {
        name: "gauges independent, correlation 0.6: false failed",
        runs: RUNS,
        level: Some(GAUGE_ALPHA),
        run: |dice| gauge(dice, GaugePairing::Independent, 0.6),
    },
    Study {
        name: "gauges independent, correlation 0.9: false failed",
        runs: RUNS,
        level: Some(GAUGE_ALPHA),
        run: |dice| gauge(dice, GaugePairing::Independent, 0.9),
    },
    Study {
        name: "  gauges: the rank test of independent values, correlation 0.6",
        runs: RUNS,
        level: None,
        run: ranks,
    },
];

/// What the correction for correlation reaches at 60 values, where the level is 5 %.
const GAUGE_ALPHA: f64 = 0.06;

/// Series of two hours, a value a minute, of which the first is the reference: a series in control raises an alarm.
const ANOMALIES: &[Study] = &[
    Study {
        name: "anomalies, cusum, correlation 0: false alarm in an hour",
        runs: RUNS,
        level: None,
        run: |dice| alarm(dice, ControlChart::Cusum, true, 0.0),
    },
    Study {
        name: "anomalies, cusum, correlation 0.6: false alarm in an hour",
        runs: RUNS,
        level: None,
        run: |dice| alarm(dice, ControlChart::Cusum, true, 0.6),
    },
    Study {
        name: "anomalies, cusum, correlation 0.9: false alarm in an hour",
        runs: RUNS,
        level: None,
        run: |dice| alarm(dice, ControlChart::Cusum, true, 0.9),
    },
    Study {
        name: "  anomalies without pre-whitening, correlation 0.6",
        runs: RUNS,
        level: None,
        run: |dice| alarm(dice, ControlChart::Cusum, false, 0.6),
    },
    Study {
        name: "anomalies, ewma, correlation 0: false alarm in an hour",
        runs: RUNS,
        level: None,
        run: |dice| alarm(dice, ControlChart::Ewma, true, 0.0),
    },
    Study {
        name: "anomalies, ewma, correlation 0.6: false alarm in an hour",
        runs: RUNS,
        level: None,
        run: |dice| alarm(dice, ControlChart::Ewma, true, 0.6),
    },
];

/// A series of normal values, each with a correlation to the one before.
fn series(dice: &mut StdRng, length: u32, correlation: f64) -> Vec<f64> {
    let mut draw = || -> f64 { StandardNormal.sample(dice) };
    let mut last = draw();
    let scale = (1.0 - correlation * correlation).sqrt();
    (0..length)
        .map(|_| {
            let value = last;
            last = correlation * last + scale * draw();
            value
        })
        .collect()
}

fn minutes() -> impl Iterator<Item = Timestamp> {
    let begin = Timestamp::parse("2026-11-23T09:00:00Z").expect("an instant");
    (0..).map(move |minute| begin.plus(Span::from_minutes(minute)).expect("an instant"))
}

fn gauge(dice: &mut StdRng, pairing: GaugePairing, correlation: f64) -> bool {
    let mut arm = || -> Vec<GaugeSample> {
        let values = series(dice, 60, correlation);
        minutes().zip(values).map(|(at, value)| GaugeSample::new(at, 100.0 + value)).collect()
    };
    // As good as no margin.
    let policy = GaugePolicy::default().alpha(ALPHA).pairing(pairing).margin(1e-6);
    compare_gauges(&arm(), &arm(), &policy).expect("valid series").verdict == Verdict::Failed
}

fn ranks(dice: &mut StdRng) -> bool {
    let (canary, baseline) = (series(dice, 60, 0.6), series(dice, 60, 0.6));
    mann_whitney(&canary, &baseline, &RankMethod::Normal).expect("values").p_greater <= ALPHA
}

/// The minutes until the first alarm, in an hour after an hour of reference; the mean rises by `shift` deviations then.
fn minutes_to_alarm(
    dice: &mut StdRng,
    (chart, prewhitens): (ControlChart, bool),
    correlation: f64,
    shift: f64,
) -> Option<f64> {
    let values = series(dice, 120, correlation);
    let moved = (0..120_u32).map(|i| if i < 60 { 0.0 } else { shift });
    let samples = minutes()
        .zip(values.into_iter().zip(moved))
        .map(|(at, (value, more))| AlertSample::new(at, value + more));
    let series = AlertSeries::new("metric", samples.collect::<Vec<_>>());
    let begin = minutes().nth(59)?;
    let report =
        detect_anomalies(&series, &AnomalyPolicy::default().chart(chart).prewhitens(prewhitens)).ok()?;
    let alarm = report.alarm_at.filter(|_| report.verdict == AnomalyVerdict::Anomalous)?;
    Some(alarm.since(begin).as_millis() as f64 / 60_000.0)
}

fn alarm(dice: &mut StdRng, chart: ControlChart, prewhitens: bool, correlation: f64) -> bool {
    minutes_to_alarm(dice, (chart, prewhitens), correlation, 0.0).is_some()
}

/// How long an alarm takes after the mean has risen.
const DELAYS: &[(&str, ControlChart, f64, f64)] = &[
    ("anomalies, cusum, correlation 0, shift 1", ControlChart::Cusum, 0.0, 1.0),
    ("anomalies, cusum, correlation 0, shift 2", ControlChart::Cusum, 0.0, 2.0),
    ("anomalies, cusum, correlation 0.6, shift 2", ControlChart::Cusum, 0.6, 2.0),
    ("anomalies, ewma, correlation 0, shift 1", ControlChart::Ewma, 0.0, 1.0),
    ("anomalies, ewma, correlation 0, shift 2", ControlChart::Ewma, 0.0, 2.0),
    ("anomalies, ewma, correlation 0.6, shift 2", ControlChart::Ewma, 0.6, 2.0),
];

/// The traffic of one rollout.
#[derive(Clone, Copy)]
struct Traffic {
    /// Requests of each arm between two looks.
    canary: u64,
    baseline: u64,
    /// The share of the baseline's requests that are events, and the ratio of the canary's to it.
    share: f64,
    ratio: f64,
    /// Whether the share rises and falls for both arms.
    daily: bool,
    margin: f64,
    direction: Direction,
}

impl Traffic {
    const EVEN: Self = Self {
        canary: 200,
        baseline: 200,
        share: 0.01,
        ratio: 1.0,
        daily: false,
        margin: 25.0,
        direction: Direction::IncreaseIsBad,
    };

    fn policy(&self, looks: Looks) -> Policy {
        let policy = Policy::default().alpha(ALPHA).looks(looks);
        policy.margin_percent(self.margin).direction(self.direction)
    }

    /// The counts of both arms at each of 100 looks.
    fn looks(self, dice: &mut StdRng) -> impl Iterator<Item = (Counts, Counts)> {
        let (mut canary, mut baseline) = (0, 0);
        (1..=100_u32).map(move |look| {
            // Up and down between a fifth and nine fifths, as a day of traffic does.
            let wave = if self.daily { 0.2 + 1.6 * (f64::from(look % 50) / 25.0 - 1.0).abs() } else { 1.0 };
            let share = self.share * wave;
            canary += Binomial::new(self.canary, share * self.ratio).expect("a share").sample(dice);
            baseline += Binomial::new(self.baseline, share).expect("a share").sample(dice);
            let exposure = |requests: u64| requests as f64 * f64::from(look);
            let counts = |events: u64, requests| {
                Counts::new(relcore::Count::new(events).expect("few"), exposure(requests))
            };
            (counts(canary, self.canary), counts(baseline, self.baseline))
        })
    }
}

/// Whether any look has the verdict.
fn any_look(dice: &mut StdRng, traffic: &Traffic, looks: Looks, wrong: Verdict) -> bool {
    let policy = traffic.policy(looks);
    // The first verdict ends the rollout.
    let verdict = traffic
        .looks(dice)
        .map(|(canary, baseline)| compare_counts(&canary, &baseline, &policy).expect("valid counts").verdict);
    verdict.into_iter().find(|verdict| matches!(verdict, Verdict::Failed | Verdict::Passed)) == Some(wrong)
}

/// Whether any look rejects "no worse than the baseline".
fn harm_at_any_look(dice: &mut StdRng, traffic: &Traffic, looks: Looks) -> bool {
    let policy = traffic.policy(looks);
    traffic.looks(dice).any(|(canary, baseline)| {
        let comparison = compare_counts(&canary, &baseline, &policy).expect("valid counts");
        comparison.harm.is_some_and(|harm| harm.p <= ALPHA)
    })
}

/// How many events a healthy canary takes to pass, in the median of many rollouts, and the median that stands in
/// stats-perf for the same e-process. The test must not need more than 1.3 times as many.
struct Duration {
    name: &'static str,
    margin: f64,
    /// Of 1000 requests, how many go to the canary.
    permille: u64,
    bar: f64,
}

const DURATIONS: &[Duration] = &[
    Duration { name: "50/50, margin 10 %", margin: 10.0, permille: 500, bar: 3800.0 },
    Duration { name: "50/50, margin 25 %", margin: 25.0, permille: 500, bar: 557.0 },
    Duration { name: "50/50, margin 50 %", margin: 50.0, permille: 500, bar: 152.0 },
    Duration { name: "50/50, margin 100 %", margin: 100.0, permille: 500, bar: 56.0 },
    Duration { name: "10/90, margin 25 %", margin: 25.0, permille: 100, bar: 1428.0 },
    Duration { name: "10/90, margin 50 %", margin: 50.0, permille: 100, bar: 368.0 },
    Duration { name: "10/90, margin 100 %", margin: 100.0, permille: 100, bar: 115.0 },
];

impl Duration {
    /// The events of both arms at which one rollout passes; infinite if it fails or never passes.
    fn events(&self, dice: &mut StdRng) -> f64 {
        let policy = Policy::default().alpha(ALPHA).margin_percent(self.margin);
        let share = self.permille as f64 / 1000.0;
        let (mut canary, mut baseline) = (0_u32, 0_u32);
        while canary + baseline < 40_000 {
            if dice.random_bool(share) {
                canary += 1
            } else {
                baseline += 1
            }
            let comparison =
                compare_counts(&Counts::new(canary, share), &Counts::new(baseline, 1.0 - share), &policy);
            match comparison.expect("valid counts").verdict {
                Verdict::Passed => return f64::from(canary + baseline),
                Verdict::Failed => return f64::INFINITY,
                _ => {}
            }
        }
        f64::INFINITY
    }

    fn median(&self, dice: &mut StdRng) -> f64 {
        let mut all: Vec<f64> = (0..301).map(|_| self.events(dice)).collect();
        all.sort_by(f64::total_cmp);
        all.get(150).copied().unwrap_or(f64::INFINITY)
    }
}

/// The interval of a share at 95 %, by Wilson.
fn wilson(hits: u32, runs: u32) -> (f64, f64) {
    let (n, z) = (f64::from(runs), 1.959_963_984_540_054_f64);
    let p = f64::from(hits) / n;
    let center = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + z * z / n;
    ((center - half) / whole, (center + half) / whole)
}

fn main() -> ExitCode {
    let only: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let chosen = |name: &str| only.is_empty() || only.iter().any(|part| name.contains(part.as_str()));
    let mut well = true;
    println!(
        "{:<62} {:>7} {:>7}  95 % interval",
        "share of rollouts with the wrong verdict", "runs", "share"
    );
    let studies = STUDIES.iter().chain(ROLLOUTS).chain(GAUGES).chain(ANOMALIES);
    for study in studies.filter(|study| chosen(study.name)) {
        let mut dice = StdRng::seed_from_u64(20_261_127);
        let hits = (0..study.runs).map(|_| u32::from((study.run)(&mut dice))).sum();
        let (low, high) = wilson(hits, study.runs);
        let share = 100.0 * f64::from(hits) / f64::from(study.runs);
        let beyond = study.level.is_some_and(|level| low > level);
        well &= !beyond;
        let verdict = if beyond { "  BEYOND ITS LEVEL" } else { "" };
        println!(
            "{:<62} {:>7} {share:>6.2}%  {:.2} to {:.2} %{verdict}",
            study.name,
            study.runs,
            100.0 * low,
            100.0 * high
        );
    }
    println!("\n{:<30} {:>8} {:>8} {:>6}", "events until a healthy canary passes", "median", "bar", "ratio");
    for duration in DURATIONS.iter().filter(|duration| chosen(duration.name)) {
        let mut dice = StdRng::seed_from_u64(20_261_127);
        let median = duration.median(&mut dice);
        let beyond = median > 1.3 * duration.bar;
        well &= !beyond;
        let verdict = if beyond { "  BEYOND 1.3" } else { "" };
        println!(
            "{:<36} {median:>8} {:>8} {:>6.2}{verdict}",
            duration.name,
            duration.bar,
            median / duration.bar
        );
    }
    println!("\n{:<46} {:>8} {:>8} {:>8}", "minutes until an alarm, in an hour", "median", "p90", "none");
    for (name, chart, correlation, shift) in DELAYS.iter().filter(|delay| chosen(delay.0)) {
        let mut dice = StdRng::seed_from_u64(20_261_127);
        let delays = (0..RUNS).map(|_| minutes_to_alarm(&mut dice, (*chart, true), *correlation, *shift));
        let mut delays: Vec<f64> = delays.map(|delay| delay.unwrap_or(f64::INFINITY)).collect();
        delays.sort_by(f64::total_cmp);
        let at =
            |permille: usize| delays.get(delays.len() * permille / 1000).copied().unwrap_or(f64::INFINITY);
        let none = delays.iter().filter(|delay| delay.is_infinite()).count() as f64 / f64::from(RUNS);
        println!("{name:<46} {:>8} {:>8} {:>6.2} %", at(500), at(900), 100.0 * none);
    }
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
