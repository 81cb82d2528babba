//! The functions for samples against values of other packages.
use super::means::{Moments, Sequence};
use super::rank::sorted;
use super::{
    Histogram, HistogramBucket, MissingRule, PartialSample, QuantileMethod, RankMethod, Sketch, any_look,
    complete_samples, equivalence, histogram_quantile, kolmogorov_smirnov, location_shift, mann_whitney,
    merge_sketches, quantile, quantile_difference, quantile_interval, relative_lift, sketch, sketch_quantile,
    welch,
};
use crate::scalar::Count;
use serde_json::Value;
use std::collections::BTreeMap;

const TEXT: &str = include_str!("../../tests/stats/samples.json");

fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) => text.parse().unwrap(),
        value => value.as_f64().unwrap_or_else(|| panic!("no number: {value}")),
    }
}

/// A list of numbers, or a generator of them.
fn values(value: &Value) -> Vec<f64> {
    if let Some(list) = value.as_array() {
        return list.iter().map(number).collect();
    }
    let n = usize::try_from(value["n"].as_u64().unwrap()).unwrap();
    if value["gen"] == "range" {
        let (start, step) = (number(&value["start"]), number(&value["step"]));
        return (0..n).map(|i| start + step * i as f64).collect();
    }
    let (seed, add) = (value["seed"].as_u64().unwrap(), number(&value["add"]));
    let next = |state: &u64| Some((state * 1_103_515_245 + 12_345) % (1 << 31));
    std::iter::successors(next(&seed), next).take(n).map(|state| (state % 1000) as f64 + add).collect()
}

fn side<'a>(inputs: &Value, less: &'a f64, greater: &'a f64, two_sided: &'a f64) -> &'a f64 {
    match inputs["alternative"].as_str().unwrap() {
        "less" => less,
        "greater" => greater,
        _ => two_sided,
    }
}

/// What this crate returns for a case: the same names as in `expected`.
fn returned(id: &str, family: &str, inputs: &Value) -> Vec<(&'static str, f64)> {
    let get = |name: &str| number(&inputs[name]);
    let arms = || (values(&inputs["x"]), values(&inputs["y"]));
    match family {
        "mwu" | "nan" => {
            let (mut x, mut y) = arms();
            if family == "nan" && inputs["nan"] != "error" {
                let rule = if inputs["nan"] == "zero" { MissingRule::Zero } else { MissingRule::Remove };
                let [partial_x, partial_y] = [&x, &y].map(|arm| {
                    let known: Vec<f64> = arm.iter().copied().filter(|value| !value.is_nan()).collect();
                    let missing = u32::try_from(arm.len() - known.len()).unwrap();
                    PartialSample::new(known).missing(missing)
                });
                let samples = complete_samples(&partial_x, &partial_y, &rule).unwrap();
                assert_eq!(samples.verdict, None);
                (x, y) = (samples.canary, samples.baseline);
            }
            let method = match (inputs["method"].as_str(), inputs["continuity"].as_bool()) {
                (Some("asymptotic"), Some(false)) => RankMethod::NormalUncorrected,
                (Some("asymptotic"), _) => RankMethod::Normal,
                _ => RankMethod::Exact,
            };
            if inputs["nan"] == "error" {
                let error = mann_whitney(&x, &y, &method).unwrap_err();
                assert_eq!((error.code(), error.path()), ("invalid_value", "canary[2]"));
                return vec![];
            }
            let test = mann_whitney(&x, &y, &method).unwrap();
            let mut all = vec![
                ("u1", test.u),
                ("p", *side(inputs, &test.p_less, &test.p_greater, &test.p_two_sided)),
                ("n1", x.len() as f64),
                ("n2", y.len() as f64),
            ];
            if family == "mwu" {
                all.truncate(2);
                all.push(("cles", test.common_language_effect));
            }
            all
        }
        "hl" => {
            let (x, y) = arms();
            let shift = location_shift(&x, &y, get("conf")).unwrap();
            let is_exact = super::rank::is_small(x.len() as u64, y.len() as u64);
            assert_eq!(is_exact, inputs["method"] == "exact", "{id}");
            vec![
                ("estimate", shift.estimate),
                ("lower", shift.lower.unwrap()),
                ("upper", shift.upper.unwrap()),
            ]
        }
        "ks" => {
            // Only the limits of one side. The alternative of scipy is about the shares: "less" finds greater values.
            assert_eq!(inputs["alternative"], "less");
            let (x, y) = arms();
            let distance = super::kolmogorov::Distance::of(&sorted(&x).unwrap(), &sorted(&y).unwrap());
            let test = kolmogorov_smirnov(&x, &y).unwrap();
            vec![("d", test.d_greater), ("p", distance.one_sided_limit(distance.sides().1))]
        }
        "quantile" => {
            let method = [
                QuantileMethod::InvertedCdf,
                QuantileMethod::AveragedInvertedCdf,
                QuantileMethod::ClosestObservation,
                QuantileMethod::InterpolatedInvertedCdf,
                QuantileMethod::Hazen,
                QuantileMethod::Weibull,
                QuantileMethod::Linear,
                QuantileMethod::MedianUnbiased,
                QuantileMethod::NormalUnbiased,
            ][usize::try_from(inputs["type"].as_u64().unwrap()).unwrap() - 1];
            let x = values(&inputs["x"]);
            values(&inputs["p"]).into_iter().map(|p| ("q", quantile(&x, p, &method).unwrap())).collect()
        }
        "qci" => {
            let interval = quantile_interval(&values(&inputs["x"]), get("p"), get("conf")).unwrap();
            vec![("lower", interval.low.unwrap()), ("upper", interval.high.unwrap())]
        }
        "welch" => {
            let (x, y) = arms();
            let is_two_sided = inputs["alternative"] == "two-sided";
            let level = if is_two_sided { get("conf") } else { 2.0 * get("conf") - 1.0 };
            let test = welch(&x, &y, level).unwrap();
            let mut all = vec![
                ("t", test.t),
                ("df", test.df),
                ("p", *side(inputs, &test.p_less, &test.p_greater, &test.p_two_sided)),
                ("ci_lower", test.low),
            ];
            if is_two_sided {
                all.push(("ci_upper", test.high));
            }
            all
        }
        "tost" => {
            let (x, y) = arms();
            let test = equivalence(&x, &y, get("low"), get("upp")).unwrap();
            vec![
                ("p", test.p),
                ("t_low", test.t_low),
                ("p_low", test.p_low),
                ("t_upp", test.t_high),
                ("p_upp", test.p_high),
                ("df", test.df),
            ]
        }
        "lift" => {
            let (x, y) = arms();
            let lift = relative_lift(&x, &y, get("conf")).unwrap();
            vec![
                ("lift", lift.lift),
                ("se_delta", lift.standard_error),
                ("delta_lower", lift.low),
                ("delta_upper", lift.high),
                ("fieller_lower", lift.fieller_low.unwrap()),
                ("fieller_upper", lift.fieller_high.unwrap()),
            ]
        }
        "cs-asymptotic" => {
            let (n, alpha) = (get("n"), get("alpha"));
            let error = (get("s2") / n).sqrt();
            let sequence = Sequence { error, n, alpha, tuned_for: get("tuning_n") };
            vec![("halfwidth_two", sequence.half_width()), ("halfwidth_one", sequence.one_sided())]
        }
        "cs-bernoulli" => {
            assert_eq!(inputs["alpha"], inputs["alpha_opt"]);
            let (low, high) =
                any_look::share_sequence(get("successes"), get("n"), get("alpha"), get("t_opt"));
            vec![("lower", low), ("upper", high)]
        }
        "cs-lil" => {
            assert_eq!((get("t_min"), get("A")), (100.0, 0.85));
            vec![("bound", any_look::lil_width(get("t"), any_look::lil_constant(get("alpha"))))]
        }
        "cs-quantile-ab" => {
            assert_eq!(inputs["alpha_opt"], 0.05);
            let (x, y) = arms();
            let tuned_for = Count::new(inputs["t_opt"].as_u64().unwrap()).unwrap();
            vec![("p", quantile_difference(&x, &y, get("quantile"), tuned_for).unwrap().p)]
        }
        "ab-means" => {
            // gbstats has the baseline first.
            let (baseline, canary) = (moments(&inputs["a"]), moments(&inputs["b"]));
            let alpha = get("alpha");
            if inputs["fn"] == "welch_from_moments" || inputs["tuning_n"].is_null() {
                let (error, df) = canary.error_of_difference(baseline);
                let effect = canary.mean - baseline.mean;
                let half = error * super::student::upper_quantile(alpha / 2.0, df);
                let p = 2.0 * super::student::upper(effect.abs() / error, df);
                return vec![
                    ("effect", effect),
                    ("lower", effect - half),
                    ("upper", effect + half),
                    ("p", p),
                ];
            }
            let (effect, error) = canary.lift(baseline);
            let n = canary.n + baseline.n;
            let sequence = Sequence { error, n, alpha, tuned_for: get("tuning_n") };
            vec![
                ("effect", effect),
                ("lower", effect - sequence.half_width()),
                ("upper", effect + sequence.half_width()),
                ("p", sequence.two_sided_p(effect)),
                ("one_sided_upper", effect + sequence.one_sided()),
                ("one_sided_lower", effect - sequence.one_sided()),
            ]
        }
        "changepoint" => {
            let candidate = super::change_points::Candidate::of(&values(&inputs["x"]), 1).unwrap();
            vec![("index", candidate.index as f64), ("qhat", candidate.statistic)]
        }
        "ddsketch" => {
            let of = |values: &[f64]| sketch(values, get("alpha")).unwrap();
            let x = values(&inputs["x"]);
            let quantiles = |sketch: &Sketch| -> Vec<f64> {
                values(&inputs["q"]).into_iter().map(|q| sketch_quantile(sketch, q).unwrap()).collect()
            };
            if inputs["y"].is_null() {
                let whole = of(&x);
                let gamma = (1.0 + whole.accuracy) / (1.0 - whole.accuracy);
                let index = |bucket: Option<&super::SketchBucket>| f64::from(bucket.unwrap().index);
                let mut all: Vec<_> = quantiles(&whole).into_iter().map(|q| ("q", q)).collect();
                // Not the sum, which depends on the order of the values.
                all.extend([
                    ("count", whole.total() as f64),
                    ("gamma", gamma),
                    ("nonempty_buckets", whole.positive.len() as f64),
                    ("min_index", index(whole.positive.first())),
                    ("max_index", index(whole.positive.last())),
                ]);
                return all;
            }
            let y = values(&inputs["y"]);
            let merged = merge_sketches(&[of(&x), of(&y)]).unwrap();
            assert_eq!(merged, of(&[x, y].concat()), "{id}");
            let mut all: Vec<_> = quantiles(&merged).into_iter().map(|q| ("merged", q)).collect();
            all.push(("count", merged.total() as f64));
            all
        }
        "promhist" => {
            let buckets = inputs["buckets"].as_array().unwrap().iter().map(|bucket| {
                let count = u32::try_from(bucket[1].as_u64().unwrap()).unwrap();
                match bucket[0].as_f64() {
                    Some(bound) => HistogramBucket::new(bound, count),
                    None => HistogramBucket::rest(count),
                }
            });
            let got = histogram_quantile(&Histogram::new(buckets), get("p"), get("conf")).unwrap();
            vec![
                ("rank_low", got.rank_low.unwrap().as_f64()),
                ("rank_high", got.rank_high.unwrap().as_f64()),
                ("lower_edge", got.lower_edge.unwrap()),
                ("upper_edge", got.upper_edge.unwrap()),
            ]
        }
        other => panic!("no function for the family {other}"),
    }
}

fn moments(value: &Value) -> Moments {
    let [n, sum, squares] = ["n", "sum", "sum_squares"].map(|name| number(&value[name]));
    Moments { n, mean: sum / n, variance: (squares - sum * sum / n) / (n - 1.0) }
}

#[test]
fn values_are_those_of_other_packages() {
    let file: Value = serde_json::from_str(TEXT).unwrap();
    let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
    for case in file["cases"].as_array().unwrap() {
        let (id, family) = (case["id"].as_str().unwrap(), case["family"].as_str().unwrap());
        let expected = &case["expected"];
        for (index, (name, got)) in returned(id, family, &case["inputs"]).into_iter().enumerate() {
            if name == "cles" && expected.get(name).is_none() {
                continue; // not in the exact cases
            }
            let expected = match &expected[name] {
                Value::Array(list) => number(&list[index]), // the lists come first
                one => number(one),
            };
            let tolerance = number(&case["rtol"]) * expected.abs().max(1e-300);
            assert!((got - expected).abs() <= tolerance, "{id}: {name} is {got}, not {expected}");
        }
        *counted.entry(family).or_default() += 1;
    }
    for (family, left_out) in file["leftOut"].as_object().unwrap() {
        *counted.entry(family).or_default() += left_out["cases"].as_u64().unwrap();
    }
    let supplied: BTreeMap<&str, u64> = file["supplied"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(family, cases)| (family.as_str(), cases.as_u64().unwrap()))
        .collect();
    assert_eq!(counted, supplied);
}
