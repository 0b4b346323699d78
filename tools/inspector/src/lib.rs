//! The local inspector behind `mediahook dev`: shows every callback as it arrives, whether it is authentic and if not why not, what
//! it becomes and from which field, and what the user's own consumer answers.
//!
//! ```ignore
//! let inspector = Inspector::start(options).await?;
//! println!("inspector {}  receivers {}", inspector.page(), inspector.receivers());
//! inspector.run().await;
//! ```
//!
//! Two ports: a tunnel is pointed at the receivers, which answer what the functions answer and nothing else; the
//! page and its API are for this machine only.
//!
//! Invariants:
//!
//! - The receivers run the code of the functions, the crate `receiver`: status, body and events are the same.
//! - A sender learns nothing of why it is refused. Explaining begins after the response is made.
//! - No key, token or signature is shown, answered or written. The one way out is [`Keyring::callback_url`].
//! - Receivers never wait for the page, the consumer or a file.

mod api;
mod entry;
mod findings;
mod forward;
mod guard;
mod journal;
mod kept;
mod keyring;
mod mask;
mod media;
mod page;
mod provenance;
mod pulled;
mod receivers;
mod recent;
mod record;
mod search;
mod send;
mod state;
mod stream;
mod summary;
mod target;
mod validity;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use callbacks::Product;
use callbacks::auth::Credentials;
use tokio::net::TcpListener;

pub use findings::findings;
pub use keyring::Keyring;
pub use page::is_built;
pub use pulled::Puller;
pub use target::Form;

use crate::state::State;

/// How the inspector runs.
#[derive(Debug)]
pub struct Options {
    /// The port of the receivers; 0 for any.
    pub port: u16,
    /// The port of the page; 0 for any.
    pub page_port: u16,
    /// What authenticates the callbacks of each product. A product without any gets a token for this run.
    pub credentials: Vec<(Product, Credentials)>,
    /// Accept callbacks of products without credentials unsigned, instead of making a token.
    pub allow_unsigned: bool,
    /// Maximum difference between a signed time and the clock, in seconds.
    pub tolerance: u64,
    /// Maximum bytes of a body.
    pub body_limit: usize,
    /// Where each new event is posted to.
    pub forward: Option<String>,
    /// In which form.
    pub form: Form,
    /// Which events are posted there, as a search; empty for all.
    pub r#match: String,
    /// A file that keeps the callbacks over a restart.
    pub keep: Option<PathBuf>,
    /// A file that gets each event, one a line.
    pub record: Option<PathBuf>,
    /// The most callbacks that are kept.
    pub callbacks: usize,
    /// The most bytes that they take.
    pub bytes: usize,
    /// The bundled samples of a product: names and bodies.
    pub samples: fn(Product) -> Vec<(String, Vec<u8>)>,
}

/// Why the inspector does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port cannot be listened on.
    #[error("port {port} of this machine cannot be listened on: {error}")]
    Listen {
        /// The port.
        port: u16,
        /// Why.
        error: io::Error,
    },
    /// A file cannot be written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The URL of the consumer is none.
    #[error("the consumer's URL is invalid: expected http:// or https://")]
    Consumer,
    /// The search for what the consumer gets is none.
    #[error("{0}")]
    Match(String),
    /// TLS cannot be set up, or there is no randomness.
    #[error("{0}")]
    System(String),
}

/// An inspector that listens.
pub struct Inspector {
    state: Arc<State>,
    receivers: TcpListener,
    page: TcpListener,
    page_v6: Option<TcpListener>,
}

impl Inspector {
    /// Listens on both ports, and starts what runs beside them.
    ///
    /// # Errors
    /// [`StartError`]
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let receivers = listen(options.port).await?;
        let page = listen(options.page_port).await?;
        let page_address = page.local_addr().map_err(|error| StartError::Listen { port: 0, error })?;
        // A browser may look for localhost under either address.
        let page_v6 = TcpListener::bind(("::1", page_address.port())).await.ok();
        let address = receivers.local_addr().map_err(|error| StartError::Listen { port: 0, error })?;
        let (state, handed) = State::new(options, address, page_address)?;
        let state = Arc::new(state);
        forward::start(Arc::clone(&state), handed)?;
        Ok(Self { state, receivers, page, page_v6 })
    }

    /// The URL of the page.
    #[must_use]
    pub fn page(&self) -> String {
        format!("http://{}/", self.state.page)
    }

    /// The URL of the receivers, without the product's slug.
    #[must_use]
    pub fn receivers(&self) -> String {
        format!("http://{}/", self.state.receivers)
    }

    /// What authenticates callbacks, in words, without secrets.
    #[must_use]
    pub fn accepts(&self) -> Vec<String> {
        Product::ALL.iter().map(|product| self.state.keyring.accepts(*product)).collect()
    }

    /// What was read from the file that keeps the callbacks, in words; `None` where there was nothing to read.
    #[must_use]
    pub fn kept(&self) -> Option<String> {
        self.state.kept_in_words()
    }

    /// What takes events that were pulled from a vendor's queue.
    #[must_use]
    pub fn puller(&self) -> Puller {
        Puller(Arc::clone(&self.state))
    }

    /// Serves until it is dropped. `refused` gets the path of the page for each callback that is refused.
    pub async fn run(self, refused: impl Fn(String) + Send + Sync + 'static) {
        let Self { state, receivers, page, page_v6 } = self;
        state.on_refusal(refused);
        let receivers = axum::serve(receivers, receivers::router(Arc::clone(&state)));
        let page = axum::serve(page, api::router(Arc::clone(&state)));
        let page_v6 = async {
            match page_v6 {
                Some(listener) => drop(axum::serve(listener, api::router(Arc::clone(&state))).await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = receivers.into_future() => {}
            _ = page.into_future() => {}
            () = page_v6 => {}
        }
    }
}

async fn listen(port: u16) -> Result<TcpListener, StartError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).await.map_err(|error| StartError::Listen { port, error })
}
