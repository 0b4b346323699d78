//! Shows the protocol in a browser, one step at a time: `protocol [port]`.
#![expect(clippy::print_stdout, reason = "it says where to look")]

use protocol::Protocol;
use stateright::Model;

/// The port on this machine, unless another is given.
const PORT: u16 = 3000;

fn main() {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(PORT);
    println!("http://127.0.0.1:{port}/ has the protocol; end it with Ctrl+C");
    Protocol::default().checker().serve(("127.0.0.1", port));
}
