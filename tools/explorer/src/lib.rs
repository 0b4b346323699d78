//! Depth-first search over everything that can happen to code under test.
//!
//! The test is a function that runs the code from its start to its end, and calls [`Schedule::choose`] wherever more than one
//! thing could happen next. [`explore`] calls it again and again: each time it repeats the choices of the time before up to
//! the last one that has an alternative left, and takes that. It ends when no choice has one. So the function has to be
//! deterministic but for its choices.
//!
//! Many orders of steps lead to the same state, and what can happen from there is the same. A function that names its states
//! by [`Schedule::is_new`] is cut short where another schedule has been before. The name has to tell apart whatever makes a
//! difference to what follows, to the properties that are checked, and to the code that is in the middle of something.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// One way in which everything may happen: a list of choices.
#[derive(Debug)]
pub struct Schedule<'a> {
    /// The choices to repeat, and those that were made after them.
    choices: Vec<Choice>,
    /// How many of the choices have been made.
    made: usize,
    /// How many of them are repeated.
    repeated: usize,
    beyond: Beyond<'a>,
}

#[derive(Debug, Clone, Copy)]
struct Choice {
    option: usize,
    options: usize,
}

/// What is chosen beyond the choices that are repeated.
#[derive(Debug)]
enum Beyond<'a> {
    /// The first option. States that were met before end the schedule.
    First(&'a mut HashSet<u64>),
    /// The first option, to the end.
    Replay,
    /// The first option most of the time, and otherwise any: `state` is the generator's.
    Random { state: u64, percent: u64 },
}

/// What has been explored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// How often the code was run.
    pub schedules: u64,
    /// Different states that were met.
    pub states: u64,
    /// The most choices of a schedule.
    pub longest: usize,
}

/// A schedule that breaks a property.
#[derive(Debug)]
pub struct Violation<E> {
    /// The choices, for [`replay`].
    pub schedule: String,
    /// What the function said.
    pub error: E,
}

impl<E: fmt::Display> fmt::Display for Violation<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "schedule {}: {}", self.schedule, self.error)
    }
}

/// The digits of a schedule's name: one for each choice.
const DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl Schedule<'_> {
    /// One of so many options, of which there is at least one. The first should be what happens when nothing goes wrong.
    pub fn choose(&mut self, options: usize) -> usize {
        let repeated = self.choices.get(self.made).map(|choice| choice.option);
        let option = match (repeated, &mut self.beyond) {
            (Some(option), _) => option,
            (None, Beyond::First(_) | Beyond::Replay) => 0,
            (None, Beyond::Random { state, percent }) => {
                if next(state) % 100 < *percent {
                    usize::try_from(next(state)).unwrap_or_default() % options
                } else {
                    0
                }
            }
        };
        if let Some(choice) = self.choices.get_mut(self.made) {
            choice.options = options;
        } else {
            self.choices.push(Choice { option, options });
        }
        self.made += 1;
        option.min(options - 1)
    }

    /// Whether no schedule has been in the state that has this name, so that what follows is worth exploring. The name is asked
    /// for only where that can be.
    pub fn is_new(&mut self, state: impl FnOnce() -> u64) -> bool {
        match &mut self.beyond {
            Beyond::First(states) if self.made >= self.repeated => states.insert(state()),
            _ => true,
        }
    }

    /// The schedule's name: what was chosen, without the last choices that are the first option.
    #[must_use]
    pub fn name(&self) -> String {
        let digit = |choice: &Choice| DIGITS.get(choice.option).copied().map_or('?', char::from);
        let name: String = self.choices.iter().map(digit).collect();
        name.trim_end_matches('0').to_owned()
    }
}

/// Runs `test` in every way there is, and stops at the first that it calls an error.
///
/// # Errors
/// [`Violation`] with the schedule, and what `test` said of it.
pub fn explore<E>(mut test: impl FnMut(&mut Schedule<'_>) -> Result<(), E>) -> Result<Figures, Violation<E>> {
    let mut states = HashSet::new();
    let mut figures = Figures::default();
    let mut choices = Vec::new();
    loop {
        let repeated = choices.len();
        let mut schedule = Schedule { choices, made: 0, repeated, beyond: Beyond::First(&mut states) };
        let result = test(&mut schedule);
        figures.schedules += 1;
        figures.longest = figures.longest.max(schedule.made);
        if let Err(error) = result {
            return Err(Violation { schedule: schedule.name(), error });
        }
        choices = schedule.choices;
        while choices.pop_if(|choice| choice.option + 1 >= choice.options).is_some() {}
        let Some(last) = choices.last_mut() else {
            figures.states = u64::try_from(states.len()).unwrap_or(u64::MAX);
            return Ok(figures);
        };
        last.option += 1;
    }
}

/// Runs `test` as it was run in the schedule with this name.
pub fn replay<T>(name: &str, mut test: impl FnMut(&mut Schedule<'_>) -> T) -> T {
    let option = |digit: u8| DIGITS.iter().position(|known| *known == digit).unwrap_or_default();
    let choices: Vec<Choice> =
        name.bytes().map(|digit| Choice { option: option(digit), options: usize::MAX }).collect();
    let repeated = choices.len();
    test(&mut Schedule { choices, made: 0, repeated, beyond: Beyond::Replay })
}

/// Runs `test` once with choices that this seed decides. So many of a hundred are any option, the others the first one.
pub fn sample<T>(seed: u64, percent: u64, test: impl FnOnce(&mut Schedule<'_>) -> T) -> T {
    let beyond = Beyond::Random { state: seed, percent };
    test(&mut Schedule { choices: Vec::new(), made: 0, repeated: 0, beyond })
}

/// Calls `explore` for each of these bounds, on all processors at once. The results are in the order of the bounds.
pub fn explore_each<B: Sync, R: Send>(all: &[B], explore: impl Fn(&B) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(BTreeMap::new());
    let work = || {
        while let Some((number, bounds)) = all.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed)) {
            let result = explore(bounds);
            found.lock().unwrap_or_else(PoisonError::into_inner).insert(number, result);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(work);
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

/// The rows of the tables that follow a heading of a Markdown document, without the heads of the tables: their cells.
///
/// A proof holds what it has met against what a document says.
#[must_use]
pub fn rows<'d>(document: &'d str, heading: &str) -> Vec<Vec<&'d str>> {
    let lines = document.lines().skip_while(|line| *line != heading).skip(1);
    let lines: Vec<&str> = lines.take_while(|line| !line.starts_with("## ")).collect();
    let is_rule = |line: &str| line.starts_with("|---");
    let is_row = |number: usize| lines.get(number + 1).is_none_or(|next| !is_rule(next));
    let rows = lines.iter().enumerate().filter(|(number, line)| is_row(*number) && !is_rule(line));
    let rows = rows.filter_map(|(_, line)| line.strip_prefix("| ")?.strip_suffix(" |"));
    rows.map(|row| row.split(" | ").collect()).collect()
}

/// The bug of this list that the variable `PROVE_BUG` names, if one of them.
///
/// A bug is sown into the code under test, to see that its proof fails.
pub fn sown<B: Copy + fmt::Debug>(bugs: &[B]) -> Option<B> {
    let name = std::env::var("PROVE_BUG").ok()?;
    bugs.iter().find(|bug| format!("{bug:?}") == name).copied()
}

/// Whether a proof explores everything within its bounds: `PROVE` is set by `make prove`.
#[must_use]
pub fn is_full() -> bool {
    std::env::var_os("PROVE").is_some()
}

/// The next number of `SplitMix64` (<https://prng.di.unimi.it/splitmix64.c>).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two counters, each of which is read and written back by two workers in two steps: an increment can be lost.
    fn increments(schedule: &mut Schedule<'_>, prunes: bool) -> Result<(), &'static str> {
        let (mut counter, mut read, mut steps) = (0_u64, [0_u64; 2], [0_u64; 2]);
        while steps != [2, 2] {
            let state =
                || [counter, read[0], read[1], steps[0], steps[1]].iter().fold(0, |state, part| state * 4 + part);
            if prunes && !schedule.is_new(state) {
                return Ok(());
            }
            let open: Vec<usize> = (0..2).filter(|worker| steps[*worker] < 2).collect();
            let worker = open[schedule.choose(open.len())];
            if steps[worker] == 0 {
                read[worker] = counter;
            } else {
                counter = read[worker] + 1;
            }
            steps[worker] += 1;
        }
        if counter == 2 { Ok(()) } else { Err("an increment was lost") }
    }

    #[test]
    fn every_interleaving_is_run() {
        let mut orders = HashSet::new();
        let figures = explore(|schedule| {
            let mut steps = [2, 2];
            let mut order = String::new();
            while steps != [0, 0] {
                let open: Vec<usize> = (0..2).filter(|worker| steps[*worker] > 0).collect();
                let worker = open[schedule.choose(open.len())];
                steps[worker] -= 1;
                order.push_str(&worker.to_string());
            }
            orders.insert(order);
            Ok::<(), ()>(())
        });
        assert_eq!((figures.unwrap().schedules, orders.len()), (6, 6));
    }

    #[test]
    fn what_is_found_can_be_replayed() {
        for prunes in [false, true] {
            let failure = explore(|schedule| increments(schedule, prunes)).unwrap_err();
            assert_eq!(replay(&failure.schedule, |schedule| increments(schedule, false)), Err(failure.error));
        }
    }

    #[test]
    fn states_that_were_met_are_not_run_again() {
        let count = |prunes| {
            explore(|schedule| {
                increments(schedule, prunes).unwrap_or_default();
                Ok::<(), ()>(())
            })
            .unwrap()
        };
        let (all, pruned) = (count(false), count(true));
        assert_eq!((all.schedules, all.states), (6, 0));
        assert!(pruned.schedules <= all.schedules && pruned.states > 0, "{pruned:?}");
    }

    #[test]
    fn results_are_in_the_order_of_the_bounds() {
        let all: Vec<u64> = (0..20).collect();
        assert_eq!(explore_each(&all, |bounds| bounds * 2), all.iter().map(|bounds| bounds * 2).collect::<Vec<_>>());
    }

    #[test]
    fn rows_are_those_of_one_section() {
        let document = "# A\n## B\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 |\n### C\n| c |\n|---|\n| 4 |\n## D\n| 5 |\n";
        assert_eq!(rows(document, "## B"), [vec!["1", "2"], vec!["3"], vec!["4"]]);
        assert!(rows(document, "## E").is_empty());
    }

    #[test]
    fn a_seed_decides_a_sample() {
        let choices = |seed| sample(seed, 50, |schedule| (0..40).map(|_| schedule.choose(5)).collect::<Vec<_>>());
        assert_eq!(choices(1), choices(1));
        assert_ne!(choices(1), choices(2));
        assert!(choices(1).contains(&0) && choices(1).iter().any(|choice| *choice > 0));
    }
}
