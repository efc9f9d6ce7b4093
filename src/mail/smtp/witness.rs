//! What somebody who looks on learns of a connection while it comes about.
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use tokio_rustls::rustls::{
    DigitallySignedStruct, Error, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use super::{login::Mechanism, offers::Offers, reply::Reply};

/// Whom sightings are told.
pub(super) type Witness = UnboundedSender<Sighting>;

/// A step that a connection has taken.
#[derive(Clone, Debug)]
pub enum Sighting {
    /// The server's greeting.
    Banner(Reply),
    /// The reply to EHLO and what it offers; comes twice with STARTTLS.
    Offers(Reply, Offers),
    /// The server is ready to encrypt what follows.
    Upgrading,
    /// The certificates that the server shows, its own first, before anybody judged them.
    Certificates(Vec<CertificateDer<'static>>),
    /// Encrypted, and trusted: protocol version and cipher.
    Encrypted(String),
    /// This way of logging in was refused, in these words; another one follows on a fresh connection.
    LoginRefused(Mechanism, String),
    /// The login was accepted, in this way.
    LoggedIn(Mechanism),
}

/// Tells which certificates were shown, and leaves the judgement to the one who makes it anyway.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) judge: Arc<WebPkiServerVerifier>,
    pub(super) witness: Witness,
}

impl ServerCertVerifier for Watched {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = [own].into_iter().chain(others);
        let shown = shown.map(|shown| shown.clone().into_owned()).collect();
        // A witness who has gone misses nothing.
        self.witness.send(Sighting::Certificates(shown)).ok();
        self.judge.verify_server_cert(own, others, host, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}
