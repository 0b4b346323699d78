//! What a function keeps of each request: nothing, or it ends after some thousand of them.
#![expect(clippy::print_stdout, reason = "a test says what it measured")]

use tls_server::Server;

use crate::error::EmulatorError;
use crate::function::Emulator;

/// So many requests fill the pools and caches that a function has.
const FIRST: usize = 100;

/// Connections and descriptors that may come after that: those of calls that happened to be made at a time.
const CONNECTIONS: usize = 4;

/// Bytes of memory that may come after that.
const MEMORY: usize = 8 * 1024 * 1024;

/// What a function has at one time.
#[derive(Debug, Clone, Copy)]
struct Measure {
    connections: usize,
    descriptors: usize,
    resident: usize,
}

impl Measure {
    fn take(function: &Emulator, servers: &[&Server]) -> Result<Self, EmulatorError> {
        let usage = function.usage()?;
        let connections = servers.iter().map(|server| server.accepted()).sum();
        Ok(Self { connections, descriptors: usage.descriptors, resident: usage.resident })
    }
}

/// Makes so many requests, one after the other, by their number.
///
/// # Errors
/// [`EmulatorError::Io`] where the function's process cannot be looked at.
///
/// # Panics
/// Where the function has more at the end than after the first hundred: connections opened, descriptors, or memory.
pub fn soak(
    function: &Emulator,
    servers: &[&Server],
    requests: usize,
    mut request: impl FnMut(usize),
) -> Result<(), EmulatorError> {
    (0..FIRST).for_each(&mut request);
    let first = Measure::take(function, servers)?;
    (FIRST..requests).for_each(&mut request);
    let last = Measure::take(function, servers)?;
    println!("{}: {first:?} after {FIRST} requests, {last:?} after {requests}", function.folder().display());
    let is_flat = last.connections <= first.connections + CONNECTIONS
        && last.descriptors <= first.descriptors + CONNECTIONS
        && last.resident <= first.resident + MEMORY;
    assert!(is_flat, "something is kept of each request: {first:?} after {FIRST}, {last:?} after {requests}");
    Ok(())
}
