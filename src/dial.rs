//! Reaching a host by its name, at whichever of its addresses answers.
use std::{io, net::SocketAddr, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use crate::settings::bare_host;

/// Of a host with more, the rest is as far away.
const MOST_ADDRESSES: usize = 16;
/// An address that is silent for so long is not waited for alone: the next one is tried beside it (RFC 8305 §5).
const HEAD_START: Duration = Duration::from_secs(1);

/// Why an address does not answer.
#[derive(Debug)]
pub(crate) enum Unreachable {
    /// It is silent.
    Silent(Duration),
    /// The network says why.
    Network(io::Error),
}

/// The addresses of a host; IPv6 and IPv4 by turns, so that a machine without one of them soon tries the other.
pub(crate) async fn look_up(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let found: Vec<SocketAddr> = lookup_host((bare_host(host), port)).await?.collect();
    Ok(by_turns(found))
}

fn by_turns(found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let is_v6_first = found.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|address| address.is_ipv6() == is_v6_first);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut ordered = Vec::new();
    loop {
        let pair = [first.next(), second.next()];
        ordered.extend(pair.iter().flatten());
        if pair == [None, None] {
            ordered.truncate(MOST_ADDRESSES);
            return ordered;
        }
    }
}

/// Connects to the first that answers. Each has `limit` to do so, and the next one's turn comes when the
/// one before has failed or is slow. `failed` hears of those that do not answer; without any address the
/// answer is none.
pub(crate) async fn dial(
    addresses: &[SocketAddr],
    limit: Duration,
    mut failed: impl FnMut(SocketAddr, &Unreachable),
) -> Result<(TcpStream, SocketAddr), Option<Unreachable>> {
    let mut waiting = addresses.iter().copied();
    let mut dialling = FuturesUnordered::new();
    let mut last = None;
    loop {
        match waiting.next() {
            Some(address) => dialling.push(async move { (address, one(address, limit).await) }),
            None if dialling.is_empty() => return Err(last),
            None => {}
        }
        let dialled = match waiting.len() {
            0 => dialling.next().await,
            _ => timeout(HEAD_START, dialling.next())
                .await
                .unwrap_or_default(),
        };
        match dialled {
            Some((address, Ok(tcp))) => return Ok((tcp, address)),
            Some((address, Err(error))) => {
                failed(address, &error);
                last = Some(error);
            }
            None => {}
        }
    }
}

async fn one(address: SocketAddr, limit: Duration) -> Result<TcpStream, Unreachable> {
    match timeout(limit, TcpStream::connect(address)).await {
        Ok(connected) => connected.map_err(Unreachable::Network),
        Err(_) => Err(Unreachable::Silent(limit)),
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        net::{TcpListener, TcpSocket},
        time::Instant,
    };

    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn both_families_have_their_turn() {
        let found = ["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "2.2.2.2:1"];
        let ordered = by_turns(found.map(address).to_vec());
        let expected = ["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1", "[::3]:1"];
        assert_eq!(ordered, expected.map(address));
        let many = (1..=40).map(|n| SocketAddr::from(([10, 0, 0, n], 25)));
        assert_eq!(by_turns(many.collect()).len(), MOST_ADDRESSES);
        assert_eq!(by_turns(Vec::new()), []);
    }

    /// An address that swallows what is sent to it: its queue of connections is full.
    async fn black_hole() -> (SocketAddr, impl Sized) {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(address("127.0.0.1:0")).expect("a port");
        let listener = socket.listen(0).expect("it listens");
        let at = listener.local_addr().expect("an address");
        let mut queued = Vec::new();
        while let Ok(Ok(connection)) =
            timeout(Duration::from_millis(100), TcpStream::connect(at)).await
        {
            queued.push(connection);
        }
        (at, (listener, queued))
    }

    #[tokio::test]
    async fn a_dead_address_and_a_silent_one_keep_nobody_from_the_third() {
        let gone = {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            listener.local_addr().expect("an address")
        };
        let (silent, _open) = black_hole().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let alive = listener.local_addr().expect("an address");
        let begun = Instant::now();
        let mut failed = Vec::new();
        let limit = Duration::from_secs(60);
        let addresses = [gone, silent, alive];
        let dialled = dial(&addresses, limit, |address, _| failed.push(address));
        let (_, reached) = dialled.await.expect("a connection");
        assert_eq!((reached, failed), (alive, vec![gone]));
        assert!(begun.elapsed() < Duration::from_secs(20));
    }

    #[tokio::test]
    async fn when_nobody_answers_it_ends_in_time() {
        let (silent, _open) = black_hole().await;
        let limit = Duration::from_millis(200);
        let dialled = dial(&[silent, silent], limit, |_, _| {}).await;
        assert!(matches!(dialled, Err(Some(Unreachable::Silent(l))) if l == limit));
        assert!(matches!(dial(&[], limit, |_, _| {}).await, Err(None)));
    }
}
