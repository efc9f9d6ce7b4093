//! Requests to other servers: over TLS, to one address, with no redirects, little time and little room.
//!
//! HTTP/1.1 by hand on the TLS that mail leaves through: one request and one answer on a connection. Of what a library does
//! (pools, redirects, cookies, proxies, compression, HTTP/2) nothing is wanted here, much would have to be switched off, and
//! none of those at hand leaves it to us which address is dialled. The head of an answer is read by `httparse`.
mod answer;
mod public;
mod url;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{io::AsyncWriteExt, net::TcpStream, sync::OnceCell, time::timeout};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig,
        pki_types::{CertificateDer, ServerName},
    },
};

pub use self::{answer::Answer, url::HttpsUrl};
use crate::{
    dial::{self, Unreachable},
    trust,
};

/// How much a server may ask of us.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the look-up of its name to the last byte of its answer.
    pub time: Duration,
    /// Until one of its addresses takes the connection.
    pub connect: Duration,
    /// The bytes of an answer's body.
    pub body: usize,
}

impl Limits {
    /// Those of every request.
    pub const USUAL: Self = Self {
        time: Duration::from_secs(10),
        connect: Duration::from_secs(5),
        body: 64 * 1024,
    };
}

/// Which networks may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Networks {
    /// The Internet alone: whoever names a host must not reach what stands behind our own firewall.
    Public,
    /// Any, because a setting says so.
    Any,
}

/// Why there is no answer. Holds nothing that was sent or received.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The host has no address.
    #[error("host not found: {0}")]
    NoAddress(String),
    /// The host is in a network that must not be reached.
    #[error("{0} is on a private network")]
    Private(SocketAddr),
    /// The network failed.
    #[error("no connection: {0}")]
    Network(String),
    /// No trusted encryption.
    #[error("no trusted encryption: {0}")]
    Tls(String),
    /// No answer in time.
    #[error("no answer within {} s", .0.as_secs_f32())]
    Timeout(Duration),
    /// The connection ended before the answer did.
    #[error("the server closed the connection")]
    Closed,
    /// What answers there does not keep to HTTP; the text is ours.
    #[error("not a valid HTTP response: {0}")]
    Invalid(&'static str),
    /// The answer is longer than it may be.
    #[error("the response is too long")]
    TooLong,
}

/// Sends requests. A clone is the same client.
#[derive(Clone)]
pub struct HttpClient {
    networks: Networks,
    limits: Limits,
    roots: Option<Vec<CertificateDer<'static>>>,
    tls: Arc<OnceCell<Arc<ClientConfig>>>,
    /// A host, and where it is whatever its name leads to.
    found: Option<(String, SocketAddr)>,
}

impl HttpClient {
    /// One that reaches these networks, and trusts whom the machine trusts.
    pub fn new(networks: Networks) -> Self {
        Self {
            networks,
            limits: Limits::USUAL,
            roots: None,
            tls: Arc::default(),
            found: None,
        }
    }

    /// With other limits.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Trusts these certificates instead of the machine's.
    pub fn trusting(mut self, roots: Vec<CertificateDer<'static>>) -> Self {
        self.roots = Some(roots);
        self
    }

    /// Finds this host there instead of asking for its address; whether it may be reached is judged all the same.
    pub fn finding(mut self, host: &str, address: SocketAddr) -> Self {
        self.found = Some((host.to_owned(), address));
        self
    }

    /// Asks for what is at an address. A redirect is an answer like any other.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn get(&self, url: &HttpsUrl) -> Result<Answer, Failure> {
        self.send(url, head("GET", url, "") + "\r\n").await
    }

    /// Asks for what is at an address, unless it is still what the server marked like this: then the answer is 304.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn get_unless(&self, url: &HttpsUrl, etag: Option<&str>) -> Result<Answer, Failure> {
        // What could end the line was never a mark of a server.
        let etag = etag.filter(|etag| etag.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        let unless = etag.map_or_else(String::new, |etag| format!("If-None-Match: {etag}\r\n"));
        let head = head_accepting("text/calendar, */*;q=0.1", "GET", url, &unless);
        self.send(url, head + "\r\n").await
    }

    /// Posts the fields of a form.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn post_form(
        &self,
        url: &HttpsUrl,
        fields: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        let body = serde_urlencoded::to_string(fields).expect("pairs of texts are a form");
        let more = format!(
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
            body.len()
        );
        let request = format!("{}\r\n{body}", head("POST", url, &more));
        self.send(url, request).await
    }

    async fn send(&self, url: &HttpsUrl, request: String) -> Result<Answer, Failure> {
        let answer = timeout(self.limits.time, async {
            let mut stream = self.connect(url).await?;
            let sent = async {
                stream.write_all(request.as_bytes()).await?;
                stream.flush().await
            };
            sent.await.map_err(|error| broken(&error))?;
            answer::read(&mut stream, self.limits.body).await
        });
        answer
            .await
            .unwrap_or(Err(Failure::Timeout(self.limits.time)))
    }

    /// The name is looked up once: what was judged is what is dialled, whatever the name means a moment later.
    async fn connect(&self, url: &HttpsUrl) -> Result<TlsStream<TcpStream>, Failure> {
        let addresses = match &self.found {
            Some((host, address)) if host == url.host() => vec![*address],
            _ => {
                let found = dial::look_up(url.host(), url.port()).await;
                found.map_err(|error| Failure::NoAddress(error.to_string()))?
            }
        };
        self.judge(&addresses)?;
        let dialled = dial::dial(&addresses, self.limits.connect, |_, _| {}).await;
        let (tcp, _) = dialled.map_err(|failure| match failure {
            Some(Unreachable::Silent(limit)) => Failure::Timeout(limit),
            Some(Unreachable::Network(error)) => broken(&error),
            None => Failure::NoAddress("no address".into()),
        })?;
        let name = ServerName::try_from(url.host().to_owned())
            .map_err(|_| Failure::Tls("the host's name cannot stand in a certificate".into()))?;
        let config = self.tls.get_or_try_init(|| self.config()).await?;
        let connecting = TlsConnector::from(Arc::clone(config)).connect(name, tcp);
        connecting.await.map_err(|error| match broken(&error) {
            Failure::Network(text) => Failure::Tls(text),
            other => other,
        })
    }

    /// One private address among public ones is refused with them: an honest name has none.
    fn judge(&self, addresses: &[SocketAddr]) -> Result<(), Failure> {
        let is_private = |address: &&SocketAddr| !public::is_public(address.ip());
        match addresses.iter().find(is_private) {
            Some(address) if self.networks == Networks::Public => Err(Failure::Private(*address)),
            _ => Ok(()),
        }
    }

    async fn config(&self) -> Result<Arc<ClientConfig>, Failure> {
        let roots = match &self.roots {
            Some(roots) => roots.clone(),
            None => trust::machine_roots().await.map_err(Failure::Tls)?,
        };
        let config = trust::client(trust::provider()).with_root_certificates(trust::store(roots));
        Ok(Arc::new(config.with_no_client_auth()))
    }
}

fn head(method: &str, url: &HttpsUrl, more: &str) -> String {
    head_accepting("application/json", method, url, more)
}

fn head_accepting(accept: &str, method: &str, url: &HttpsUrl, more: &str) -> String {
    format!(
        "{method} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: greenroom/{}\r\nAccept: {accept}\r\n\
         Accept-Encoding: identity\r\nConnection: close\r\n{more}",
        url.target(),
        url.authority(),
        env!("CARGO_PKG_VERSION"),
    )
}

/// What became of a connection. The texts of rustls and of the operating system repeat nothing that was sent.
fn broken(error: &io::Error) -> Failure {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    match error.kind() {
        UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe => Failure::Closed,
        _ => Failure::Network(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_private_address_among_public_ones_is_refused_with_them() {
        let address = |text: &str| text.parse::<SocketAddr>().expect("an address");
        let mixed = [address("93.184.215.14:443"), address("10.0.0.7:443")];
        let client = HttpClient::new(Networks::Public);
        assert_eq!(client.judge(&mixed[..1]), Ok(()));
        assert_eq!(client.judge(&mixed), Err(Failure::Private(mixed[1])));
        assert_eq!(HttpClient::new(Networks::Any).judge(&mixed), Ok(()));
    }

    #[test]
    fn a_request_says_what_it_must_and_no_more() {
        let url: HttpsUrl = "https://login.example.com:8443/t/token?x=1"
            .parse()
            .expect("a URL");
        let head = head("GET", &url, "");
        assert!(
            head.starts_with(
                "GET /t/token?x=1 HTTP/1.1\r\nHost: login.example.com:8443\r\nUser-Agent: greenroom/"
            ),
            "{head}"
        );
        assert!(head.ends_with("Connection: close\r\n"), "{head}");
    }
}
