//! Whose certificates are trusted, by everything that connects to another machine.
use std::sync::Arc;

use tokio::task;
use tokio_rustls::rustls::{
    ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier,
    crypto::{CryptoProvider, ring},
    pki_types::CertificateDer,
};

/// The certificates that this machine trusts; `SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured.
///
/// # Errors
/// Why there are none, in words for whoever looks after the machine.
pub(crate) async fn machine_roots() -> Result<Vec<CertificateDer<'static>>, String> {
    let found = task::spawn_blocking(rustls_native_certs::load_native_certs)
        .await
        .map_err(|error| error.to_string())?;
    if found.certs.is_empty() {
        let why = found.errors.iter().map(ToString::to_string);
        return Err(format!(
            "this machine has no certificates to trust (package ca-certificates) {}",
            why.collect::<Vec<_>>().join("; ")
        ));
    }
    Ok(found.certs)
}

/// These certificates. One that cannot be read is left out, as other programs do.
pub(crate) fn store(roots: Vec<CertificateDer<'static>>) -> RootCertStore {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(roots);
    store
}

/// The one library that encrypts.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// What every client begins with.
pub(crate) fn client(provider: Arc<CryptoProvider>) -> ConfigBuilder<ClientConfig, WantsVerifier> {
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has the protocol versions that are on by default")
}
