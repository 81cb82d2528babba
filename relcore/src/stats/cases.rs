//! The special functions and tests against values of other packages.
use super::adjust::{self, Correction};
use super::conditional::{self, Shares};
use super::sequential::{self, Class, Prior};
use super::{beta, fisher, gamma, normal, rate};
use serde_json::Value;
use std::collections::BTreeMap;

const TEXT: &str = include_str!("../../tests/stats/cases.json");

fn file() -> Value {
    serde_json::from_str(TEXT).unwrap()
}

fn number(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap_or_else(|| panic!("no number `{name}` in {value}"))
}

fn row<const N: usize>(value: &Value) -> [f64; N] {
    let numbers: Vec<f64> = value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect();
    numbers.try_into().unwrap()
}

fn check(id: &str, name: &str, got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance * expected.abs(), "{id}: {name} is {got}, not {expected}");
}

/// What this crate returns for a case: the same names as in `expected`.
fn returned(family: &str, inputs: &Value) -> Vec<(&'static str, f64)> {
    let get = |name: &str| number(inputs, name);
    let counts = || [get("count1"), get("count2")];
    match family {
        "prop1" => {
            let (count, n, level) = (get("count"), get("n"), get("conf"));
            let (low, high) = match inputs["method"].as_str().unwrap() {
                "wilson" => rate::wilson(count, n, normal::two_sided(level)),
                "beta" => rate::clopper_pearson(count, n, level),
                other => panic!("{other}"),
            };
            vec![("lower", low), ("upper", high)]
        }
        "pois1ci" => {
            let (low, high) = rate::garwood(get("count"), get("conf"));
            vec![("lower", low / get("exposure")), ("upper", high / get("exposure"))]
        }
        "pois2" => {
            let [count, baseline] = counts();
            assert_eq!(inputs["alternative"], "larger");
            let shares = Shares::of(get("exposure1"), get("exposure2"), get("ratio0"));
            vec![("p", conditional::harm(count, baseline, shares))]
        }
        "pois2ci" => {
            let [count, baseline] = counts();
            let (low, high) =
                conditional::ratio_interval(count, baseline, get("exposure1"), get("exposure2"), get("conf"));
            vec![("lower", low), ("upper", high)]
        }
        "fisher" => {
            let [canary, baseline] = [0, 1].map(|arm| row::<2>(&inputs["table"][arm]));
            let got =
                fisher::fisher(canary[0], canary[0] + canary[1], baseline[0], baseline[0] + baseline[1]);
            let p = match inputs["alternative"].as_str().unwrap() {
                "less" => got.less,
                "greater" => got.greater,
                _ => got.two_sided,
            };
            vec![("p", p)]
        }
        "e-onesided" => {
            let [count, baseline] = counts();
            let shares = Shares::of(get("w1"), get("w2"), get("ratio0"));
            let [a, b] = row(&inputs["beta"]);
            vec![
                ("theta0", shares.canary),
                ("log_e_harm", sequential::ln_harm(count, baseline, shares, Prior { a, b })),
                ("log_e_safe", sequential::ln_safe(count, baseline, shares, Prior { a, b })),
            ]
        }
        "e-multinomial" => {
            let list = |name: &str| -> Vec<f64> {
                inputs[name].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
            };
            let (counts, shares, priors) = (list("counts"), list("theta0"), list("dirichlet"));
            let classes: Vec<Class> = counts
                .iter()
                .zip(&shares)
                .zip(&priors)
                .map(|((count, share), prior)| Class { count: *count, share: *share, prior: *prior })
                .collect();
            let ln_e = sequential::ln_multinomial(&classes);
            vec![("log_e", ln_e), ("p", libm::exp(-ln_e).min(1.0))]
        }
        "cs-betabin" => {
            // confseq's mixture: s is the excess of the count over its mean, v its variance, g the share. Its prior is
            // Beta(r / h, r / g), where r comes from the variance for which the bound is tightest.
            let (s, v, g, h) = (get("s"), get("v"), get("g"), get("h"));
            let one_sided = inputs["one_sided"].as_bool().unwrap();
            let alpha = get("alpha_opt") * if one_sided { 2.0 } else { 1.0 };
            let ln = libm::log(1.0 / alpha);
            let r = get("v_opt") / (2.0 * ln + libm::log(1.0 + 2.0 * ln)) - g * h;
            let events = v / (g * h);
            let (count, prior) = (s + events * g, Prior { a: r / h, b: r / g });
            let shares = Shares { canary: g, baseline: h };
            let e = if one_sided { sequential::ln_harm } else { sequential::ln_two_sided };
            vec![("log_e", e(count, events - count, shares, prior))]
        }
        other => panic!("no function for the family {other}"),
    }
}

#[test]
fn values_are_those_of_other_packages() {
    let file = file();
    let mut run = 0;
    for case in file["cases"].as_array().unwrap() {
        let family = case["family"].as_str().unwrap();
        if family == "special" || family == "multi" {
            continue;
        }
        for (name, got) in returned(family, &case["inputs"]) {
            check(
                case["id"].as_str().unwrap(),
                name,
                got,
                number(&case["expected"], name),
                number(case, "rtol"),
            );
        }
        run += 1;
    }
    assert_eq!(run, 26);
}

#[test]
fn adjusted_p_values_are_those_of_other_packages() {
    let file = file();
    let mut run = 0;
    for case in file["cases"].as_array().unwrap().iter().filter(|case| case["family"] == "multi") {
        let correction = match case["inputs"]["method"].as_str().unwrap() {
            "bonferroni" => Correction::Bonferroni,
            "fdr_bh" => Correction::BenjaminiHochberg,
            other => panic!("{other}"),
        };
        let values: Vec<f64> = serde_json::from_value(case["inputs"]["p"].clone()).unwrap();
        let expected: Vec<f64> = serde_json::from_value(case["expected"]["adjusted"].clone()).unwrap();
        let rejected: Vec<bool> = serde_json::from_value(case["expected"]["reject"].clone()).unwrap();
        let id = case["id"].as_str().unwrap();
        let got = adjust::p_adjust(&values, correction);
        assert_eq!(got.len(), expected.len(), "{id}");
        for ((got, expected), rejected) in got.iter().zip(expected).zip(rejected) {
            check(id, "adjusted", *got, expected, number(case, "rtol"));
            assert_eq!(*got <= number(&case["inputs"], "alpha"), rejected, "{id}");
        }
        run += 1;
    }
    assert_eq!(run, 2);
}

#[test]
fn special_functions_have_12_digits() {
    let file = file();
    let mut rows = 0;
    for case in file["cases"].as_array().unwrap().iter().filter(|case| case["family"] == "special") {
        let (id, tolerance) = (case["id"].as_str().unwrap(), number(case, "rtol"));
        for values in case["inputs"]["rows"].as_array().unwrap() {
            let [a, b, x, expected] = row(values);
            let got = match case["fn"].as_str().unwrap() {
                "betainc" => beta::tails(a, b, x, 1.0 - x).lower(),
                "erfc" => 2.0 * normal::upper(x * std::f64::consts::SQRT_2),
                "lgamma" => libm::lgamma(x),
                other => panic!("{other}"),
            };
            check(id, &format!("{a} {b} {x}"), got, expected, tolerance);
            rows += 1;
        }
    }
    assert_eq!(rows, 180);
}

#[test]
fn logarithms_of_both_tails_have_12_digits() {
    let file = file();
    for values in file["lnBeta"].as_array().unwrap() {
        let [a, b, x, lower, upper] = row(values);
        let tails = beta::tails(a, b, x, 1.0 - x);
        check(&format!("beta {a} {b} {x}"), "lower", tails.ln_lower, lower, 1e-12);
        check(&format!("beta {a} {b} {x}"), "upper", tails.ln_upper, upper, 1e-12);
    }
    for values in file["lnGamma"].as_array().unwrap() {
        let [a, x, lower, upper] = row(values);
        let tails = gamma::tails(a, x);
        check(&format!("gamma {a} {x}"), "lower", tails.ln_lower, lower, 1e-12);
        check(&format!("gamma {a} {x}"), "upper", tails.ln_upper, upper, 1e-12);
    }
}

/// Every supplied case is run or left out for a reason.
#[test]
fn every_case_is_counted() {
    let file = file();
    let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
    for case in file["cases"].as_array().unwrap() {
        *counted.entry(case["family"].as_str().unwrap()).or_default() += 1;
    }
    for (family, left_out) in file["leftOut"].as_object().unwrap() {
        *counted.entry(family).or_default() += left_out["cases"].as_u64().unwrap();
        assert!(left_out["reason"].as_str().unwrap().len() > 20, "{family} has no reason");
    }
    let supplied: BTreeMap<&str, u64> = file["supplied"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(family, cases)| (family.as_str(), cases.as_u64().unwrap()))
        .collect();
    assert_eq!(counted, supplied);
    assert_eq!(supplied.values().sum::<u64>(), 162);
}
