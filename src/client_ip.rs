//! Who is at the other end of the connection, as far as it can be known.
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

use actix_web::{
    HttpRequest,
    http::header::{HeaderMap, HeaderName},
};
use chrono::{DateTime, TimeDelta, Utc};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client of a request.
pub fn of(request: &HttpRequest, trusted: &[IpNet]) -> IpAddr {
    let peer = request.peer_addr().map(|peer| peer.ip());
    find(peer, request.headers(), trusted)
}

/// The client's address: the peer, or, when the peer is a proxy that we trust, the last hop in
/// `X-Forwarded-For` that is none. Everything further left was written by the client itself.
fn find(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut client = peer.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), plain);
    let lines: Vec<_> = headers
        .get_all(FORWARDED_FOR)
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    // Empty elements of a list are nothing (RFC 9110).
    let hops = lines.iter().flat_map(|line| line.split(',')).map(str::trim);
    let hops: Vec<&str> = hops.filter(|hop| !hop.is_empty()).collect();
    for hop in hops.into_iter().rev() {
        if !is_trusted(client, trusted) {
            break;
        }
        let Some(ip) = address(hop) else { break };
        client = ip;
    }
    client
}

fn is_trusted(ip: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&ip))
}

/// The address of a hop, however a proxy writes it: with a port, in brackets, in quotes, with a zone.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = match hop.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"')?.trim(),
        None => hop,
    };
    let ip: IpAddr = if let Some(bracketed) = bare.strip_prefix('[') {
        let (ip, port) = bracketed.split_once(']')?;
        let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        without_zone(ip).parse().ok().filter(|_| is_port)?
    } else if let Some((ip, port)) = bare.split_once(':')
        && !port.contains(':')
    {
        let ip: Ipv4Addr = ip.parse().ok().filter(|_| is_port(port))?;
        ip.into()
    } else {
        without_zone(bare).parse().ok()?
    };
    Some(plain(ip))
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

fn without_zone(ip: &str) -> &str {
    ip.split_once('%').map_or(ip, |(ip, _)| ip)
}

/// Says in the log that a proxy is there whose word is not taken: everybody behind it is counted as one
/// client. Once an hour for each proxy that may be ours, and for all other addresses together, because
/// anybody can send such a header.
#[derive(Debug, Default)]
pub struct UntrustedProxies(Mutex<HashMap<Option<IpAddr>, DateTime<Utc>>>);

impl UntrustedProxies {
    /// Looks at one request; answers with the proxy, when it was written down.
    pub fn notice(
        &self,
        peer: Option<IpAddr>,
        headers: &HeaderMap,
        trusted: &[IpNet],
        now: DateTime<Utc>,
    ) -> Option<IpAddr> {
        let peer = plain(peer?);
        if !headers.contains_key(FORWARDED_FOR) || is_trusted(peer, trusted) {
            return None;
        }
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let who = (is_private(peer) && told.len() < MOST_PROXIES).then_some(peer);
        if told
            .get(&who)
            .is_some_and(|at| (now - *at).abs() < TOLD_EVERY)
        {
            return None;
        }
        told.insert(who, now);
        tracing::warn!(
            "X-Forwarded-For from {peer} is not believed, so everybody behind it is counted as one client. \
             If this is your proxy, add {peer} to TRUSTED_PROXIES"
        );
        Some(peer)
    }
}

const TOLD_EVERY: TimeDelta = TimeDelta::hours(1);
const MOST_PROXIES: usize = 64;

/// Where proxies of one's own are.
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// What is counted as one client: an IPv4 address, or the /64 that one IPv6 customer gets.
pub fn block(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// `::ffff:192.0.2.1` is 192.0.2.1.
fn plain(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &str) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(value).unwrap());
        }
        let trusted: Vec<IpNet> = trusted
            .split_whitespace()
            .map(|network| network.parse().unwrap())
            .collect();
        find(Some(peer.parse().unwrap()), &headers, &trusted).to_string()
    }

    #[test]
    fn an_unknown_peer_is_the_client_whatever_it_says() {
        assert_eq!(client("203.0.113.9", &["198.51.100.1"], ""), "203.0.113.9");
        assert_eq!(
            client("203.0.113.9", &["198.51.100.1"], "10.0.0.0/8"),
            "203.0.113.9"
        );
    }

    #[test]
    fn behind_trusted_proxies_the_first_foreign_hop_from_the_right_counts() {
        let trusted = "10.0.0.0/8 ::1/128";
        for (forwarded, expected) in [
            (&["198.51.100.1"][..], "198.51.100.1"),
            (&["6.6.6.6, 198.51.100.1, 10.0.0.7"], "198.51.100.1"),
            (&["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
            (&["6.6.6.6, nonsense"], "10.0.0.1"),
            (&["10.0.0.9"], "10.0.0.9"),
            (&[], "10.0.0.1"),
            (&["2001:db8::5"], "2001:db8::5"),
        ] {
            assert_eq!(client("10.0.0.1", forwarded, trusted), expected);
        }
        assert_eq!(client("::ffff:10.0.0.1", &["1.2.3.4"], trusted), "1.2.3.4");
    }

    #[test]
    fn a_hop_is_read_however_a_proxy_writes_it() {
        for (hop, expected) in [
            ("198.51.100.1:5678", "198.51.100.1"),
            (" 198.51.100.1 ", "198.51.100.1"),
            ("\"198.51.100.1:80\"", "198.51.100.1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("\"[2001:db8::1]:443\"", "2001:db8::1"),
            ("2001:DB8::1", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("::ffff:198.51.100.1", "198.51.100.1"),
            ("[::ffff:198.51.100.1]:80", "198.51.100.1"),
            ("198.51.100.1,", "198.51.100.1"),
            (",, 198.51.100.1 , ,", "198.51.100.1"),
        ] {
            assert_eq!(client("10.0.0.1", &[hop], "10.0.0.0/8"), expected, "{hop}");
        }
    }

    #[test]
    fn a_hop_that_names_nobody_leaves_the_nearest_trusted_one() {
        for hop in [
            "unknown",
            "_hidden",
            "unix:",
            "198.51.100.1:",
            "198.51.100.1:http",
            "198.51.100.1:99999",
            "198.51.100.1:80:80",
            "198.51.100.1.5",
            "198.51.100.1 203.0.113.1",
            "[198.51.100.1",
            "[2001:db8::1]x",
            "[]:80",
            ":80",
            "\"198.51.100.1",
            "\"\"",
            "\u{fc}",
        ] {
            for hops in [
                format!("6.6.6.6, {hop}"),
                format!("6.6.6.6, {hop}, 10.0.0.7"),
            ] {
                let expected = if hops.ends_with('7') {
                    "10.0.0.7"
                } else {
                    "10.0.0.1"
                };
                assert_eq!(
                    client("10.0.0.1", &[&hops], "10.0.0.0/8"),
                    expected,
                    "{hops}"
                );
            }
        }
    }

    #[test]
    fn a_proxy_that_is_not_trusted_is_told_of_once_an_hour() {
        let proxies = UntrustedProxies::default();
        let mut now: DateTime<Utc> = "2027-01-05T09:00:00Z".parse().unwrap();
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let mut headers = HeaderMap::new();
        let told = |headers: &HeaderMap, peer: &str, now| {
            let peer = Some(peer.parse().unwrap());
            proxies.notice(peer, headers, &trusted, now).is_some()
        };
        assert!(!told(&headers, "172.17.0.1", now), "it says nothing");
        headers.append(FORWARDED_FOR, HeaderValue::from_static("1.2.3.4"));
        assert!(!told(&headers, "10.0.0.1", now), "it is trusted");
        assert!(told(&headers, "172.17.0.1", now));
        assert!(!told(&headers, "::ffff:172.17.0.1", now), "once");
        assert!(told(&headers, "172.17.0.2", now), "another proxy");
        assert!(told(&headers, "203.0.113.1", now));
        assert!(!told(&headers, "203.0.113.2", now), "anybody may send it");
        now += TimeDelta::hours(1);
        assert!(told(&headers, "172.17.0.1", now));
    }

    #[test]
    fn one_ipv6_customer_is_one_block() {
        let of = |ip: &str| block(ip.parse().unwrap());
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(of("2001:db8:1:2::9"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:3::9"), of("2001:db8:1:2::9"));
    }
}
