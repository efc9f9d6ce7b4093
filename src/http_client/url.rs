//! An address that begins with https, in the one form in which requests say it.
use std::{fmt, net::Ipv6Addr, str::FromStr};

/// The usual port.
const HTTPS: u16 = 443;

/// An address that begins with https.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpsUrl {
    host: String,
    port: u16,
    target: String,
}

impl HttpsUrl {
    /// The host, an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Host and port, as `Host` says them.
    pub(super) fn authority(&self) -> String {
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        match self.port {
            HTTPS => host,
            port => format!("{host}:{port}"),
        }
    }

    /// Path and query.
    pub(super) fn target(&self) -> &str {
        &self.target
    }
}

impl FromStr for HttpsUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // What cannot stand in a line of a request cannot get into one.
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("contains a blank or characters that must be percent-encoded");
        }
        let rest = match text.get(..8) {
            Some(scheme) if scheme.eq_ignore_ascii_case("https://") => &text[8..],
            _ => return Err("must start with https://"),
        };
        if rest.contains(['#', '@', '\\']) {
            return Err("must not contain a fragment, a user or a backslash");
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (host, port) = parts(authority).ok_or("has no valid host and port")?;
        let slash = if target.starts_with('/') { "" } else { "/" };
        Ok(Self {
            host,
            port,
            target: format!("{slash}{target}"),
        })
    }
}

fn parts(authority: &str) -> Option<(String, u16)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            host.parse::<Ipv6Addr>().ok()?;
            (host, port)
        }
        None => {
            let host = authority.split(':').next()?;
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
            (!host.is_empty() && host.bytes().all(is_name)).then_some(())?;
            (host, &authority[host.len()..])
        }
    };
    let port = match port.strip_prefix(':') {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
        Some(_) => return None,
        None if port.is_empty() => HTTPS,
        None => return None,
    };
    (port > 0).then(|| (host.to_ascii_lowercase(), port))
}

impl fmt::Display for HttpsUrl {
    /// Without the query, in which others put secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.target.split('?').next().unwrap_or_default();
        write!(f, "https://{}{path}", self.authority())
    }
}

impl fmt::Debug for HttpsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_into_what_a_request_says() {
        for (text, authority, target, shown) in [
            (
                "https://login.example.com/t/token",
                "login.example.com",
                "/t/token",
                "https://login.example.com/t/token",
            ),
            ("HTTPS://A.Example", "a.example", "/", "https://a.example/"),
            (
                "https://a.example:8443?secret=1",
                "a.example:8443",
                "/?secret=1",
                "https://a.example:8443/",
            ),
            ("https://a:443/", "a", "/", "https://a/"),
            ("https://[::1]:99/x", "[::1]:99", "/x", "https://[::1]:99/x"),
        ] {
            let url: HttpsUrl = text.parse().expect(text);
            assert_eq!(
                (&*url.authority(), url.target()),
                (authority, target),
                "{text}"
            );
            assert_eq!(format!("{url} {url:?}"), format!("{shown} {shown}"));
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for text in [
            "",
            "a.example",
            "http://a.example/",
            "https:/a.example/",
            "https://",
            "https:///x",
            "https://?x",
            "https://a.example@b.example/",
            "https://a.example\\@b.example/",
            "https://a.example/#x",
            "https://a.example:/",
            "https://a.example:0/",
            "https://a.example:65536/",
            "https://a.example:+443/",
            "https://a.example:443:443/",
            "https://[::1/",
            "https://[a.example]/",
            "https://[::1]x/",
            "https://a.example/ HTTP/1.1",
            "https://a.example/\r\nX: y",
            "https://ä.example/",
            "https://a%2eexample/",
        ] {
            assert!(text.parse::<HttpsUrl>().is_err(), "{text}");
        }
    }
}
