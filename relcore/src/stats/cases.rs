//! The special functions against values of other packages. The public functions have conformance cases.
use super::{beta, gamma, normal};
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
    assert_eq!(supplied.values().sum::<u64>(), 3);
}
