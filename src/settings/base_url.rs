//! The public address of this installation.
use std::str::FromStr;

/// The public address of this installation, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    pub(super) text: String,
    host: String,
    is_https: bool,
}

impl BaseUrl {
    /// The absolute URL of a path that begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// Scheme, host and port, as browsers send it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.text
    }

    /// The host without its port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Is it reached over TLS?
    pub fn is_https(&self) -> bool {
        self.is_https
    }

    /// Does it lead to this machine only?
    pub fn is_loopback(&self) -> bool {
        is_loopback_host(&self.host)
    }
}

impl FromStr for BaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let trimmed = text.trim_end_matches('/');
        let uri: actix_web::http::Uri = trimmed
            .parse()
            .map_err(|_| format!("{text:?} is not a URL"))?;
        let (Some(scheme @ ("http" | "https")), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return Err(format!(
                "{text:?} must begin with http:// or https:// and name a host"
            ));
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || trimmed.contains('@') {
            return Err(format!("{text:?} must be scheme, host and port only"));
        }
        Ok(Self {
            text: trimmed.to_lowercase(),
            host: host.to_lowercase(),
            is_https: scheme == "https",
        })
    }
}

/// A host without the brackets around it, in which URLs and mail servers write addresses: `[::1]`.
pub fn bare_host(host: &str) -> &str {
    let inside = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let bare = inside.unwrap_or(host);
    match bare.get(..5) {
        // RFC 5321 §4.1.3.
        Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => &bare[5..],
        _ => bare,
    }
}

/// Does this name or address lead to this machine only?
pub fn is_loopback_host(host: &str) -> bool {
    let bare = bare_host(host);
    bare == "localhost"
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}
