//! Bodies in which little stands for much.

use std::time::Duration;

use axum::body::Bytes;
use callbacks::Product;
use rules::amplifiers::{AMPLIFIERS, Amplifier, bodies_of};
use sender::request;
use serde_json::Value;

use crate::effort::Effort;
use crate::environment::{Environment, TOKEN};
use crate::error::BenchError;
use crate::tables::Table;
use crate::units::{megabytes, milliseconds};

/// Bytes of the longest body that Lambda hands to a function; longer ones are refused.
const LONGEST: usize = 6 << 20;

/// What a body of so many bytes may take.
fn limit(length: usize) -> usize {
    8 * length + 40_000_000
}

/// What the bodies of one shape and size take at most.
#[derive(Default)]
struct Worst {
    peak: u64,
    /// Peak memory as a share of the limit.
    share: f64,
    time: Duration,
}

/// The event of a callback, as AWS makes it, with the token.
pub(crate) fn event_of(product: Product, body: &[u8]) -> Bytes {
    let mut request = request::of_vendor(product, body);
    if let Some(query) = request.get_mut("rawQueryString") {
        *query = Value::from(format!("token={TOKEN}"));
    }
    request.to_string().into()
}

/// A table of the shapes, the largest share of the limit, and the longest time in seconds. Each body goes to a process of its own.
pub(crate) async fn hostile(programs: &Environment, effort: Effort) -> Result<(Table, f64, f64), BenchError> {
    let mut columns = vec!["shape".to_owned(), "function".to_owned()];
    columns.extend(effort.hostile_sizes.iter().map(|size| format!("{:.1} MB, peak MB", megabytes(*size as u64))));
    columns.push("most of the limit".to_owned());
    columns.push("longest, ms".to_owned());
    let mut table = Table::new(columns);
    let (mut share, mut time) = (0.0_f64, Duration::ZERO);
    for Amplifier { name, product, make } in AMPLIFIERS {
        let product: Product = product.parse().map_err(|_| BenchError::Failed)?;
        let mut cells = vec![(*name).to_owned(), product.slug().to_owned()];
        let mut worst_of_all = Worst::default();
        for size in effort.hostile_sizes {
            let mut worst = Worst::default();
            for body in bodies_of(*make, *size).filter(|body| body.len() <= LONGEST) {
                let mut process = programs.function(product.slug()).start(None).await?;
                let before = process.processor_time()?;
                process.invoke(&event_of(product, body.as_bytes())).await?;
                let taken = process.processor_time()?.saturating_sub(before);
                let peak = process.peak()?;
                worst.peak = worst.peak.max(peak);
                #[expect(clippy::cast_precision_loss, reason = "bytes of memory are far below 2^52")]
                let share = peak as f64 / limit(body.len()) as f64;
                worst.share = worst.share.max(share);
                worst.time = worst.time.max(taken);
                process.end().await?;
            }
            cells.push(if worst.peak > 0 { format!("{:.0}", megabytes(worst.peak)) } else { "-".to_owned() });
            worst_of_all.share = worst_of_all.share.max(worst.share);
            worst_of_all.time = worst_of_all.time.max(worst.time);
        }
        cells.push(format!("{:.0} %", worst_of_all.share * 100.0));
        cells.push(format!("{:.0}", milliseconds(worst_of_all.time)));
        table.row(cells);
        share = share.max(worst_of_all.share);
        time = time.max(worst_of_all.time);
    }
    Ok((table, share, time.as_secs_f64()))
}
