//! Whom we trust, and the handshake.
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig,
        client::WebPkiServerVerifier,
        pki_types::{CertificateDer, ServerName},
    },
};

use super::{
    report::Outcome,
    wire::network,
    witness::{Watched, Witness},
};
use crate::{settings::bare_host, trust};

/// Trusts the machine's certificates.
pub(in crate::mail) async fn machine_roots() -> Result<Vec<CertificateDer<'static>>, Outcome> {
    trust::machine_roots().await.map_err(Outcome::Tls)
}

/// Trusts these certificates only. One that cannot be read is left out, as other programs do. A
/// witness sees what the server shows, and has no say in whether it is trusted.
pub(in crate::mail) fn config(
    roots: Vec<CertificateDer<'static>>,
    witness: Option<Witness>,
) -> Arc<ClientConfig> {
    let store = Arc::new(trust::store(roots));
    let provider = trust::provider();
    let builder = trust::client(Arc::clone(&provider));
    let judge = WebPkiServerVerifier::builder_with_provider(Arc::clone(&store), provider).build();
    let builder = match (witness, judge) {
        (Some(witness), Ok(judge)) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Watched { judge, witness })),
        // Where nobody is trusted there is no judge, and every certificate is refused.
        _ => builder.with_root_certificates(store),
    };
    Arc::new(builder.with_no_client_auth())
}

/// Encrypts the connection, if the server proves that it is `host`.
pub(in crate::mail) async fn handshake(
    config: Arc<ClientConfig>,
    host: &str,
    tcp: TcpStream,
) -> Result<TlsStream<TcpStream>, Outcome> {
    let name = ServerName::try_from(bare_host(host).to_owned())
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
