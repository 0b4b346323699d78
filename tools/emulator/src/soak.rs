//! Checks that a function leaks nothing per request, which would end it after some thousand of them.
#![expect(clippy::print_stdout, reason = "a test says what it measured")]

use tls_server::Server;

use crate::error::EmulatorError;
use crate::function::Emulator;

/// The number of requests after which pools and caches are full.
const FIRST: usize = 100;

/// Connections and descriptors that may be added after that, for concurrent calls.
const CONNECTIONS: usize = 4;

/// Bytes of memory that may be added after that.
const MEMORY: usize = 8 * 1024 * 1024;

/// Resources of a function at one time.
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

/// Makes this many requests, one after the other. `request` gets the number of each.
///
/// # Errors
/// [`EmulatorError::Io`] where the resources of the process cannot be read.
///
/// # Panics
/// If connections, descriptors or memory have grown since the first hundred requests.
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
    assert!(is_flat, "resources leak: {first:?} after {FIRST}, {last:?} after {requests}");
    Ok(())
}
