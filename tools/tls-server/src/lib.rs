//! A TLS server on this machine, for the tests, with its own certificate authority and a count of connections.
//!
//! ```ignore
//! let server = Server::start(Router::new().fallback(handler))?;
//! let client = client_that_trusts(server.ca_bundle()).get(server.url());
//! ```
//!
//! It listens only on the loopback address, and ends when it is dropped.

use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use tempfile::NamedTempFile;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// A server on a free port, which speaks HTTP/1.1 as the services of AWS do. Dropping it ends it, and aborts open requests.
#[derive(Debug)]
pub struct Server {
    port: u16,
    ca_bundle: NamedTempFile,
    accepted: Arc<AtomicUsize>,
    close: Option<UnboundedSender<Closed>>,
    thread: Option<JoinHandle<()>>,
}

/// Told when all connections are closed.
type Closed = mpsc::Sender<()>;

/// The server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TlsServerError {
    /// A port or file could not be used.
    #[error("the server could not listen")]
    Io(#[from] io::Error),
    /// A certificate could not be made.
    #[error("a certificate could not be made")]
    Certificate(#[from] rcgen::Error),
    /// The certificate could not be used.
    #[error("the certificate could not be used")]
    Tls(#[from] rustls::Error),
}

impl Server {
    /// Starts a server with this router.
    ///
    /// # Errors
    /// [`TlsServerError`] where it cannot listen or has no certificate.
    pub fn start(router: Router) -> Result<Self, TlsServerError> {
        let (configuration, ca) = certified()?;
        let mut ca_bundle = tempfile::Builder::new().prefix("mediahook-ca-").suffix(".pem").tempfile()?;
        ca_bundle.write_all(ca.as_bytes())?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let accepted = Arc::<AtomicUsize>::default();
        let (close, closing) = unbounded_channel();
        let service =
            Service { acceptor: TlsAcceptor::from(Arc::new(configuration)), router, accepted: Arc::clone(&accepted) };
        let thread = std::thread::spawn(move || runtime.block_on(service.run(listener, closing)).unwrap_or_default());
        Ok(Self { port, ca_bundle, accepted, close: Some(close), thread: Some(thread) })
    }

    /// Its URL: `https://127.0.0.1:<port>`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// A PEM file with the root of its certificate. It is deleted with the server.
    #[must_use]
    pub fn ca_bundle(&self) -> &Path {
        self.ca_bundle.path()
    }

    /// How many connections were opened so far.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Acquire)
    }

    /// Closes all connections, also those in use. New ones can be opened.
    pub fn close_connections(&self) {
        let (closed, all_closed) = mpsc::channel();
        // A server that has ended has no connections.
        self.close.as_ref().map(|close| close.send(closed)).transpose().unwrap_or_default();
        all_closed.recv().unwrap_or_default();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.close = None;
        self.thread.take().map(JoinHandle::join).transpose().unwrap_or_default();
    }
}

/// The state of the server's thread.
struct Service {
    acceptor: TlsAcceptor,
    router: Router,
    accepted: Arc<AtomicUsize>,
}

impl Service {
    async fn run(self, listener: TcpListener, mut closing: UnboundedReceiver<Closed>) -> io::Result<()> {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    self.accepted.fetch_add(1, Ordering::AcqRel);
                    connections.spawn(connection(self.acceptor.clone(), self.router.clone(), accepted?.0));
                }
                closed = closing.recv() => {
                    let Some(closed) = closed else { return Ok(()) };
                    connections.shutdown().await;
                    // The caller may have ended.
                    closed.send(()).unwrap_or_default();
                }
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

/// Answers the requests of a connection until either side ends it.
async fn connection(acceptor: TlsAcceptor, router: Router, stream: TcpStream) {
    // Otherwise a small answer waits until the client has acknowledged the one before, up to 40 ms.
    stream.set_nodelay(true).unwrap_or_default();
    // A client that does not trust the certificate reports the error itself.
    let Ok(stream) = acceptor.accept(stream).await else { return };
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    served.await.unwrap_or_default();
}

/// A certificate for this machine, and that of the authority behind it in PEM.
fn certified() -> Result<(ServerConfig, String), TlsServerError> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "Mediahook's tests");
    let key = KeyPair::generate()?;
    let ca = params.self_signed(&key)?.pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate()?;
    let names = [Ipv4Addr::LOCALHOST.to_string(), "localhost".to_owned()];
    let certificate = CertificateParams::new(names)?.signed_by(&key, &issuer)?;
    let configuration = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.into()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))?;
    Ok((configuration, ca))
}
