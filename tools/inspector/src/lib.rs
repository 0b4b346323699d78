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
mod error;
mod findings;
mod forward;
mod guard;
mod journal;
mod kept;
mod keyring;
mod lock;
mod mask;
mod media;
mod options;
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

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use callbacks::Product;
use tokio::net::TcpListener;

pub use error::StartError;
pub use findings::findings;
pub use keyring::Keyring;
pub use options::Options;
pub use page::is_built;
pub use pulled::Puller;
pub use target::Form;

use crate::state::State;

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
        self.state.kept.clone()
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
