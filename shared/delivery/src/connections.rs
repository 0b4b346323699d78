//! The connection pool that all AWS clients share.

use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use jiff::{SignedDuration, Timestamp};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Connect timeout. Within a region a connection opens in a few milliseconds.
const CONNECT: Duration = Duration::from_secs(1);

/// After this long without a call, the pool is replaced. Lambda freezes a function between requests; meanwhile the servers
/// close idle connections, after 20 seconds or more, and a call on a closed connection fails.
const IDLE: SignedDuration = SignedDuration::from_secs(20);

/// The configured root certificates could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CaBundleError {
    /// The file cannot be read.
    #[error("AWS_CA_BUNDLE is invalid: the file cannot be read: {0}")]
    File(io::ErrorKind),
    /// The file has no certificate, or a malformed one.
    #[error("AWS_CA_BUNDLE is invalid: expected a file of root certificates in PEM, all of them well-formed")]
    Certificates,
}

/// The roots of Amazon Trust Services. Loading the system's roots would take longer than the rest of a cold start.
const ROOTS: &[u8] = include_bytes!("roots.pem");

/// The one connection pool.
///
/// The SDK's own client keeps a pool for each pair of connect and read timeouts that a call ever had. This one has one
/// connect timeout; the timeouts of a call are set with the call.
#[derive(Debug)]
pub(crate) struct Connections {
    tls: TlsContext,
    pool: Mutex<Pool>,
}

#[derive(Debug)]
struct Pool {
    connector: SharedHttpConnector,
    used: Timestamp,
}

impl Connections {
    /// An empty pool that trusts servers whose certificates chain to the roots in this file, or to Amazon's roots.
    pub(crate) fn new(ca_bundle: Option<&Path>) -> Result<Self, CaBundleError> {
        let tls = match ca_bundle {
            None => trusting(ROOTS.to_vec()),
            Some(path) => trusting(std::fs::read(path).map_err(|error| CaBundleError::File(error.kind()))?),
        }?;
        Ok(Self { pool: Mutex::new(Pool { connector: connector(&tls), used: Timestamp::now() }), tls })
    }

    /// The pool for a call now. It is wall-clock time, since monotonic clocks may stop while Lambda freezes the function.
    fn at(&self, now: Timestamp) -> SharedHttpConnector {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(pool.used) > IDLE {
            pool.connector = connector(&self.tls);
        }
        pool.used = now;
        pool.connector.clone()
    }
}

impl HttpClient for Connections {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.at(Timestamp::now())
    }
}

/// The SDK panics on malformed certificates, so they are checked here first.
fn trusting(pem: Vec<u8>) -> Result<TlsContext, CaBundleError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|_| CaBundleError::Certificates)?;
        roots.add(certificate).map_err(|_| CaBundleError::Certificates)?;
    }
    if roots.is_empty() {
        return Err(CaBundleError::Certificates);
    }
    let roots = TrustStore::empty().with_pem_certificate(pem);
    TlsContext::builder().with_trust_store(roots).build().map_err(|_| CaBundleError::Certificates)
}

fn connector(tls: &TlsContext) -> SharedHttpConnector {
    let connector = Connector::builder()
        .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT).build())
        .proxy_config(ProxyConfig::from_env())
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(tls.clone());
    SharedHttpConnector::new(connector.build())
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Arc;

    use aws_smithy_runtime_api::client::http::HttpConnector;
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
    use axum::Router;
    use axum::extract::ConnectInfo;
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn the_roots_of_aws_can_be_read() {
        assert_eq!(CertificateDer::pem_slice_iter(ROOTS).count(), 5);
        Connections::new(None).unwrap();
    }

    #[test]
    fn a_bundle_is_certificates_and_nothing_else() {
        let broken = String::from_utf8(ROOTS.to_vec()).unwrap().replacen("MII", "MIJ", 1);
        let no_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for text in ["", "no PEM", no_certificate, &broken] {
            assert_eq!(trusting(text.into()).unwrap_err(), CaBundleError::Certificates, "{text}");
        }
        let nowhere = Connections::new(Some(Path::new("/nowhere"))).unwrap_err();
        assert_eq!(nowhere, CaBundleError::File(io::ErrorKind::NotFound));
    }

    /// Sequential calls share a connection, whatever their timeouts. After a pause it is not used again.
    #[tokio::test(flavor = "current_thread")]
    async fn a_connection_is_shared_until_a_pause() {
        let peers = Arc::<Mutex<Vec<SocketAddr>>>::default();
        let seen = Arc::clone(&peers);
        let answer = async move |ConnectInfo(peer): ConnectInfo<SocketAddr>| seen.lock().unwrap().push(peer);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Router::new().fallback(answer).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, server).await });

        let connections = Connections::new(None).unwrap();
        let start = Timestamp::now();
        for seconds in [0, 20, 40, 61, 61] {
            let connector = connections.at(start + SignedDuration::from_secs(seconds));
            let answer = connector.call(HttpRequest::get(url.as_str()).unwrap()).await.unwrap();
            assert_eq!(answer.status().as_u16(), 200);
            drop(answer);
            // The connection goes back to the pool.
            tokio::task::yield_now().await;
        }
        let [first, second, third, fourth, fifth] = peers.lock().unwrap()[..] else { panic!() };
        assert_eq!((first, second, fourth), (second, third, fifth));
        assert_ne!(third, fourth);
    }
}
