//! Ways to build a function, side by side, for the decision in `docs/adr/0012-release-profile.md`.

use callbacks::Product;
use decode_bench::TENCENT_CI;

use crate::effort::Effort;
use crate::environment::Environment;
use crate::error::BenchError;
use crate::hostile::event_of;
use crate::process::{Program, Running};
use crate::tables::{Figure, Table};
use crate::units::{megabytes, milliseconds};

/// A table of one function, built in several ways: `<name>=<folder of programs>`. The first folder has an empty function, too.
pub(crate) async fn profiles(ways: &[String], effort: Effort) -> Result<String, BenchError> {
    let event = event_of(Product::TencentCi, &TENCENT_CI.of_length(4_000).bytes);
    let mut programs = Vec::new();
    for way in ways {
        let (name, folder) = way.split_once('=').ok_or(BenchError::Arguments)?;
        let environment = Environment::new(folder.into());
        if programs.is_empty() {
            programs.push(environment.empty());
        }
        programs.push(Program { name: name.to_owned(), ..environment.function(Product::TencentCi.slug()) });
    }

    let mut figures = vec![[const { Figure::new() }; 3]; programs.len()];
    for _ in 0..effort.starts {
        for (program, [cold, _, peak]) in programs.iter().zip(&mut figures) {
            let mut process = program.start(None).await?;
            let answer = process.invoke(&event).await?;
            cold.add(milliseconds(process.initialization + answer));
            peak.add(megabytes(process.peak()?));
            process.end().await?;
        }
    }
    let mut processes: Vec<Running> = Vec::new();
    for program in &programs {
        let mut process = program.start(None).await?;
        for _ in 0..effort.unmeasured {
            process.invoke(&event).await?;
        }
        processes.push(process);
    }
    for _ in 0..effort.rounds {
        for (process, [_, warm, _]) in processes.iter_mut().zip(&mut figures) {
            warm.add(process.median_of(&event, effort.invocations).await?);
        }
    }

    let mut table = Table::new([
        "profile",
        "MB",
        "to the first answer, x empty",
        "warm, µs",
        "warm, x empty",
        "peak memory, x empty",
    ]);
    let [empty_cold, empty_warm, empty_peak] = figures.first().cloned().unwrap_or_default();
    for (program, [cold, warm, peak]) in programs.iter().zip(&figures) {
        table.row([
            program.name.clone(),
            format!("{:.1}", megabytes(program.size()?)),
            cold.over(&empty_cold).spread(2),
            warm.spread(0),
            warm.over(&empty_warm).spread(2),
            peak.over(&empty_peak).spread(2),
        ]);
    }
    Ok(table.text().to_owned())
}
