//! Who is at the other end of the connection, as far as it can be known.
use std::net::{IpAddr, Ipv6Addr};

use actix_web::{
    HttpRequest,
    http::header::{HeaderMap, HeaderName},
};
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
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|network| network.contains(ip));
    let hops: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in hops.into_iter().rev() {
        if !is_trusted(&client) {
            break;
        }
        let Ok(ip) = hop.trim().parse() else { break };
        client = plain(ip);
    }
    client
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
    fn one_ipv6_customer_is_one_block() {
        let of = |ip: &str| block(ip.parse().unwrap());
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(of("2001:db8:1:2::9"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:3::9"), of("2001:db8:1:2::9"));
    }
}
