//! The public address of this installation, in the one form in which browsers say it.
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// The public address of this installation, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
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

    /// Port 0 stands for whichever is free; this one was.
    pub(super) fn listens_on(&mut self, port: u16) {
        if self.text.ends_with(":0") {
            *self = Self::new(self.is_https, self.host.clone(), Some(port));
        }
    }

    fn new(is_https: bool, host: String, port: Option<u16>) -> Self {
        let (scheme, usual_port) = if is_https {
            ("https", 443)
        } else {
            ("http", 80)
        };
        let port = port.filter(|port| *port != usual_port);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Self {
            text: format!("{scheme}://{host}{port}"),
            host,
            is_https,
        }
    }
}

impl FromStr for BaseUrl {
    type Err = String;

    /// Browsers write hosts in small letters and as A-labels (RFC 5890), addresses in their shortest form, and
    /// leave out the port that goes with the scheme: forms are taken from this origin alone, so it must be the same.
    fn from_str(text: &str) -> Result<Self, String> {
        let scheme_missing =
            || format!("{text:?} must start with http:// or https:// followed by a host name");
        let (scheme, rest) = text.split_once("://").ok_or_else(scheme_missing)?;
        let is_https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(scheme_missing()),
        };
        let authority = rest.trim_end_matches('/');
        if authority.is_empty() {
            return Err(scheme_missing());
        }
        if authority.contains(['/', '?', '#', '@', '\\']) {
            return Err(format!("{text:?} must contain only scheme, host and port"));
        }
        let no_url = || format!("{text:?} is not a URL");
        let (host, port) = split_port(authority).ok_or_else(no_url)?;
        let host = canonical_host(host).ok_or_else(no_url)?;
        Ok(Self::new(is_https, host, port))
    }
}

/// The host and the port, if there is one; nothing when that is no number.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let after_host = authority.rfind(']').map_or(0, |at| at + 1);
    let Some(colon) = authority[after_host..].rfind(':') else {
        return Some((authority, None));
    };
    let (host, port) = authority.split_at(after_host + colon);
    match &port[1..] {
        "" => Some((host, None)),
        port if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some((host, Some(port.parse().ok()?)))
        }
        _ => None,
    }
}

fn canonical_host(host: &str) -> Option<String> {
    if let Some(bare) = host.strip_prefix('[') {
        let address: Ipv6Addr = bare.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let name = idna::domain_to_ascii(host).ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if name.is_empty() || name.len() > 253 || !name.bytes().all(is_plain) {
        return None;
    }
    let last = name.trim_end_matches('.').rsplit('.').next()?;
    // What ends in a number is an address to a browser, and it knows forms of it that we do not.
    let is_address = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    match is_address && name.parse::<Ipv4Addr>().is_err() {
        true => None,
        false => Some(name),
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
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_it_becomes_the_origin_that_browsers_send() {
        for (text, origin) in [
            ("https://jobs.example.com", "https://jobs.example.com"),
            ("https://jobs.example.com/", "https://jobs.example.com"),
            ("https://jobs.example.com:443", "https://jobs.example.com"),
            ("https://jobs.example.com:0443/", "https://jobs.example.com"),
            ("https://jobs.example.com:", "https://jobs.example.com"),
            ("https://jobs.example.com:80", "https://jobs.example.com:80"),
            ("http://jobs.example.com:80", "http://jobs.example.com"),
            ("http://jobs.example.com:443", "http://jobs.example.com:443"),
            (
                "HTTPS://Jobs.Example.COM:8443",
                "https://jobs.example.com:8443",
            ),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            (
                "https://BÜCHER.example:443",
                "https://xn--bcher-kva.example",
            ),
            (
                "https://xn--bcher-kva.example",
                "https://xn--bcher-kva.example",
            ),
            ("https://例え.テスト", "https://xn--r8jz45g.xn--zckzah"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://[0:0:0:0:0:0:0:1]:80", "http://[::1]"),
            ("https://[2001:DB8::0A]", "https://[2001:db8::a]"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://green_room:8080", "http://green_room:8080"),
        ] {
            let url: BaseUrl = text.parse().unwrap_or_else(|mistake| panic!("{mistake}"));
            assert_eq!(url.origin(), origin, "{text}");
            assert_eq!(url.join("/x"), format!("{origin}/x"), "{text}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "",
            "jobs.example.com",
            "ftp://jobs.example.com",
            "https://",
            "https:///",
            "https://:443",
            "https://jobs.example.com/path",
            "https://jobs.example.com?x",
            "https://jobs.example.com#x",
            "https://user@jobs.example.com",
            "https://jobs.example.com:https",
            "https://jobs.example.com:+443",
            "https://jobs.example.com:65536",
            "https://jobs example.com",
            "https://jobs.example.com:80:80",
            "https://::1",
            "https://[::1",
            "https://[jobs]",
            "https://127.1",
            "https://xn--a",
        ] {
            assert!(text.parse::<BaseUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn port_0_becomes_the_one_that_was_free() {
        let mut url: BaseUrl = "http://127.0.0.1:0".parse().expect("a URL");
        url.listens_on(4711);
        assert_eq!(url.origin(), "http://127.0.0.1:4711");
        url.listens_on(1);
        assert_eq!(url.origin(), "http://127.0.0.1:4711");
    }
}
