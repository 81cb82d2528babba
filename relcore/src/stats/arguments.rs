//! Checks of arguments that several functions have.
use crate::error::{ErrorKind, Faults};

/// Adds a fault for too few values, and one for each value that is NaN, or infinite where it must not be; at most ten.
pub(crate) fn check_values(values: &[f64], path: &str, least: usize, is_finite: bool, faults: &mut Faults) {
    faults.check(
        values.len() >= least,
        ErrorKind::OutOfRange,
        format_args!("{path}"),
        format_args!("has {} values: expected {least} or more", values.len()),
    );
    let is_fault = |value: f64| value.is_nan() || is_finite && value.is_infinite();
    // Without an early end, so that the compiler can check several at once.
    if !values.iter().fold(false, |found, value| found | is_fault(*value)) {
        return;
    }
    for (index, value) in values.iter().enumerate().filter(|(_, value)| is_fault(**value)).take(10) {
        let kind = if value.is_nan() { ErrorKind::InvalidValue } else { ErrorKind::OutOfRange };
        let path = format_args!("{path}[{index}]");
        faults.add(
            kind,
            path,
            format_args!("`{value}` is not a finite number: remove it, or say that it is missing"),
        );
    }
}

/// Adds a fault for a confidence level that is not a share.
pub(crate) fn check_level(level: f64, faults: &mut Faults) {
    faults.check(
        (0.01..=1.0 - 1e-9).contains(&level),
        ErrorKind::OutOfRange,
        format_args!("level"),
        format_args!("`{level}` is out of range: expected a share like 0.95, below 1"),
    );
}

/// Adds a fault for each value whose squares could overflow; at most ten. NaN is another fault.
pub(crate) fn check_magnitude(values: impl Iterator<Item = (String, f64)>, faults: &mut Faults) {
    for (path, value) in values.filter(|(_, value)| value.abs() > 1e100 && value.is_finite()).take(10) {
        let text = format_args!("`{value}` is out of range: expected at most 1e100, in another unit");
        faults.add(ErrorKind::OutOfRange, format_args!("{path}"), text);
    }
}
