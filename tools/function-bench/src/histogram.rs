//! Latencies, and a picture of them.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Width and height of the picture, in its own units, and the room for its axes.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 50.0;
/// Where the columns may begin: above are the names of the percentiles, one below the other.
const TOP: f64 = 64.0;
const FIRST_NAME: f64 = 20.0;
const BETWEEN_NAMES: f64 = 16.0;
/// Where the axis of times is.
const BASE: f64 = HEIGHT - 40.0;

/// How many columns the picture has.
const COLUMNS: u32 = 60;

/// Times that the axis names, in microseconds.
const TICKS: [u32; 13] = [20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000];

/// Latencies in microseconds.
pub(crate) struct Latencies(Histogram<u64>);

impl Latencies {
    pub(crate) fn new(times: impl IntoIterator<Item = Duration>) -> Option<Self> {
        let mut histogram = Histogram::new_with_bounds(1, 60_000_000, 3).ok()?;
        for time in times {
            histogram.saturating_record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
        }
        Some(Self(histogram))
    }

    /// The latency that so many percent do not exceed, in microseconds.
    pub(crate) fn percentile(&self, percent: f64) -> u64 {
        self.0.value_at_percentile(percent)
    }

    /// A picture, SVG: how many callbacks took how long, up to a little more than the 99.9th percentile; times are on a
    /// logarithmic scale.
    pub(crate) fn picture(&self) -> String {
        let first = float(self.0.min().max(1));
        let last = (float(self.percentile(99.9)) * 1.1).max(first * 2.0);
        let width = (WIDTH - LEFT) / f64::from(COLUMNS);
        let x = |microseconds: f64| LEFT + (WIDTH - LEFT) * (microseconds / first).ln() / (last / first).ln();
        let bound = |column: u32| whole(first * (last / first).powf(f64::from(column) / f64::from(COLUMNS)));
        let counts: Vec<u64> = (0..COLUMNS).map(|column| self.between(bound(column), bound(column + 1))).collect();
        let most = float(counts.iter().copied().max().unwrap_or_default().max(1));

        let mut parts = vec![
            format!("<title>How many of {} callbacks took how long</title>", self.0.len()),
            format!(r#"<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>"#),
        ];
        for (column, count) in (0..COLUMNS).zip(counts) {
            let (left, height) = (LEFT + width * f64::from(column), (BASE - TOP) * float(count) / most);
            let (top, width) = (BASE - height, width - 1.0);
            parts.push(format!(
                r##"<rect x="{left:.1}" y="{top:.1}" width="{width:.1}" height="{height:.1}" fill="#4878a8"/>"##
            ));
        }
        for (row, (name, percent)) in [("p50", 50.0), ("p99", 99.0), ("p99.9", 99.9)].into_iter().enumerate() {
            let value = self.percentile(percent);
            let (x, y) = (x(float(value)), FIRST_NAME + BETWEEN_NAMES * float(u64::try_from(row).unwrap_or_default()));
            parts.push(format!(
                r##"<path d="M{x:.1} {:.1}V{BASE}" stroke="#b03030" stroke-dasharray="4 3"/><text x="{:.1}" y="{y}" text-anchor="end" fill="#b03030">{name} {value} µs</text>"##,
                y - 10.0,
                x - 3.0
            ));
        }
        for tick in TICKS.map(f64::from).into_iter().filter(|tick| (first..last).contains(tick)) {
            let (x, y) = (x(tick), BASE + 15.0);
            parts.push(format!(r#"<text x="{x:.1}" y="{y}" text-anchor="middle">{tick}</text>"#));
        }
        let (middle, bottom, center) = (f64::midpoint(LEFT, WIDTH), HEIGHT - 8.0, f64::midpoint(TOP, BASE));
        parts.extend([
            format!(r#"<path d="M{LEFT} {BASE}H{WIDTH}" stroke="black"/>"#),
            format!(
                r#"<text x="{middle}" y="{bottom}" text-anchor="middle">µs from event to answer, logarithmic</text>"#
            ),
            format!(
                r#"<text x="12" y="{center}" transform="rotate(-90 12 {center})" text-anchor="middle">callbacks</text>"#
            ),
        ]);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"11\">\n{}\n</svg>\n",
            parts.join("\n")
        )
    }

    /// How many are at least `from` and below `to`.
    fn between(&self, from: u64, to: u64) -> u64 {
        if to > from { self.0.count_between(from, to - 1) } else { 0 }
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds and counts are far below 2^52")]
fn float(number: u64) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are positive and below 2^52")]
fn whole(number: f64) -> u64 {
    number as u64
}
