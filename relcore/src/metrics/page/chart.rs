//! The line of a metric over its buckets, as SVG.
use crate::metrics::Estimate;
use crate::metrics::display::Unit;
use crate::metrics::measure::Period;
use maud::{Markup, html};

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 120.0;
const LEFT: f64 = 4.0;
const RIGHT: f64 = 4.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 18.0;
/// With more buckets, marks would cover one another: the line alone is drawn.
const MOST_MARKS: usize = 60;

/// One bucket of a chart.
pub(super) struct Mark<'a> {
    pub(super) period: &'a Period,
    pub(super) estimate: &'a Estimate,
}

/// Draws the values of the buckets; without at least two values there is nothing to draw.
///
/// A bucket without a value is a gap in the line. A mark is hollow where the value has few items, and small where only a part
/// of the bucket is in the range. `what` says in words what the picture shows.
pub(super) fn chart(
    marks: &[Mark<'_>],
    unit: Unit,
    target: Option<f64>,
    what: &str,
    days: [&str; 2],
) -> Markup {
    let values = || marks.iter().filter_map(|mark| mark.estimate.value);
    let top = values().chain(target).fold(0.0, f64::max);
    if values().count() < 2 || top <= 0.0 || !top.is_finite() {
        return html! {};
    }
    let scale = Scale { buckets: marks.len(), top };
    let has_marks = marks.len() <= MOST_MARKS;
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(what) {
            line class="axis" x1=(LEFT) x2=(WIDTH - RIGHT) y1=(at(scale.y(0.0))) y2=(at(scale.y(0.0))) {}
            text x=(LEFT) y="11" { (unit.format(top)) }
            text x=(LEFT) y=(HEIGHT - 4.0) { (days[0]) }
            text x=(WIDTH - RIGHT) y=(HEIGHT - 4.0) text-anchor="end" { (days[1]) }
            @if let Some(target) = target {
                line class="target" x1=(LEFT) x2=(WIDTH - RIGHT) y1=(at(scale.y(target))) y2=(at(scale.y(target))) {}
            }
            @if has_marks {
                @for (index, mark) in marks.iter().enumerate() {
                    @if let Some(interval) = mark.estimate.interval.as_ref().filter(|_| mark.estimate.value.is_some()) {
                        line class="interval" x1=(at(scale.x(index))) x2=(at(scale.x(index)))
                            y1=(at(scale.y(interval.low))) y2=(at(scale.y(interval.high))) {}
                    }
                }
            }
            @for line in scale.lines(marks) { polyline class="series" points=(line) {} }
            @if has_marks {
                @for (index, mark) in marks.iter().enumerate() {
                    @if let Some(value) = mark.estimate.value {
                        circle class=(if mark.estimate.low_n { "point low" } else { "point" })
                            cx=(at(scale.x(index))) cy=(at(scale.y(value))) r=(if mark.period.partial { "2" } else { "3.5" }) {}
                    }
                }
            }
        }
    }
}

struct Scale {
    buckets: usize,
    top: f64,
}

impl Scale {
    /// The middle of a bucket.
    #[expect(clippy::cast_precision_loss, reason = "at most some thousand buckets")]
    fn x(&self, index: usize) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * (index as f64 + 0.5) / self.buckets.max(1) as f64
    }

    /// The height of a value; what is above the picture ends at its edge.
    fn y(&self, value: f64) -> f64 {
        let share = (value / self.top).clamp(0.0, 1.0);
        HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
    }

    /// A line for each run of buckets with values.
    fn lines(&self, marks: &[Mark<'_>]) -> Vec<String> {
        let points: Vec<Option<String>> = marks
            .iter()
            .enumerate()
            .map(|(index, mark)| {
                mark.estimate.value.map(|value| format!("{},{}", at(self.x(index)), at(self.y(value))))
            })
            .collect();
        points
            .split(Option::is_none)
            .filter(|run| run.len() > 1)
            .map(|run| run.iter().flatten().cloned().collect::<Vec<_>>().join(" "))
            .collect()
    }
}

/// A coordinate with one digit after the point, the same on every platform.
fn at(value: f64) -> String {
    format!("{value:.1}")
}
