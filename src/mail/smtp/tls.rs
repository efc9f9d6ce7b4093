//! Whom we trust, and the handshake.
use std::sync::Arc;

use tokio::{net::TcpStream, task};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName},
    },
};

use super::{report::Outcome, wire::network};

/// Trusts the machine's certificates; `SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured.
pub(in crate::mail) async fn machine_config() -> Result<Arc<ClientConfig>, Outcome> {
    let found = task::spawn_blocking(rustls_native_certs::load_native_certs)
        .await
        .map_err(|error| Outcome::Tls(error.to_string()))?;
    if found.certs.is_empty() {
        let why = found.errors.iter().map(ToString::to_string);
        return Err(Outcome::Tls(format!(
            "this machine has no certificates to trust (package ca-certificates) {}",
            why.collect::<Vec<_>>().join("; ")
        )));
    }
    Ok(config(found.certs))
}

/// Trusts these certificates only. One that cannot be read is left out, as other programs do.
pub(in crate::mail) fn config(roots: Vec<CertificateDer<'static>>) -> Arc<ClientConfig> {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(roots);
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the protocol versions that are on by default")
        .with_root_certificates(store)
        .with_no_client_auth();
    Arc::new(config)
}

/// Encrypts the connection, if the server proves that it is `host`.
pub(in crate::mail) async fn handshake(
    config: Arc<ClientConfig>,
    host: &str,
    tcp: TcpStream,
) -> Result<TlsStream<TcpStream>, Outcome> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Outcome::Tls("the host's name cannot stand in a certificate".into()))?;
    TlsConnector::from(config)
        .connect(name, tcp)
        .await
        .map_err(|error| match network(error) {
            Outcome::Network(text) => Outcome::Tls(text),
            other => other,
        })
}

/// Protocol version and cipher, as a log shows them.
pub(super) fn describe(stream: &TlsStream<TcpStream>) -> String {
    let (_, session) = stream.get_ref();
    let version = session
        .protocol_version()
        .and_then(|version| version.as_str())
        .unwrap_or("TLS")
        .replace("TLSv1_", "TLS 1.");
    let suite = session
        .negotiated_cipher_suite()
        .and_then(|suite| suite.suite().as_str());
    format!("{version} {}", suite.unwrap_or_default())
}
