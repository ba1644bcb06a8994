//! Where a request comes from. `X-Forwarded-For` is anybody's word, unless a proxy of the operator's wrote it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;

/// Addresses that share their leading bits: `10.0.0.0/8`, or one alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    bits: u32,
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "must be addresses or networks such as 10.0.0.0/8".to_owned();
        let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let first: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.trim().parse::<u32>().map_err(|_| wrong()))?;
        if bits > most { Err(wrong()) } else { Ok(Self { first, bits }) }
    }
}

impl Network {
    fn holds(&self, address: IpAddr) -> bool {
        let same = |a: u128, b: u128, width: u32| self.bits == 0 || (a ^ b) >> (width - self.bits) == 0;
        match (self.first, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => same(a.to_bits().into(), b.to_bits().into(), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits(), 128),
            _ => false,
        }
    }
}

/// The operator's proxies.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Arc<[Network]>);

impl Proxies {
    /// Those whose word about the client is taken.
    pub fn new(networks: &[Network]) -> Self {
        Self(networks.into())
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(address))
    }

    /// The client's address: from behind, the first in the chain that is no proxy of the operator's. IPv6 clients are
    /// told apart by their /64, which one household or machine holds whole.
    pub(super) fn client(&self, parts: &Parts) -> Option<IpAddr> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip().to_canonical();
        let mut client = peer;
        if self.trusts(peer) {
            let told = parts.headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
            let chain: Vec<&str> = told.flat_map(|value| value.split(',')).collect();
            for word in chain.iter().rev() {
                let Ok(address) = word.trim().parse::<IpAddr>() else { break };
                client = address.to_canonical();
                if !self.trusts(client) {
                    break;
                }
            }
        }
        Some(household(client))
    }
}

fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn client(trusted: &[&str], peer: &str, chain: &[&str]) -> String {
        let networks: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        let mut request = Request::builder();
        for value in chain {
            request = request.header("x-forwarded-for", *value);
        }
        let mut parts = request.body(()).unwrap().into_parts().0;
        parts.extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 9)));
        Proxies::new(&networks).client(&parts).unwrap().to_string()
    }

    #[test]
    fn m49_a_forwarded_address_counts_only_from_the_operators_proxies() {
        for (trusted, peer, chain, told) in [
            (&[][..], "203.0.113.9", &["1.2.3.4"][..], "203.0.113.9"),
            (&["10.0.0.0/8"], "203.0.113.9", &["1.2.3.4"], "203.0.113.9"),
            (&["10.0.0.0/8"], "10.1.2.3", &["1.2.3.4"], "1.2.3.4"),
            (&["10.0.0.0/8"], "10.1.2.3", &["6.6.6.6, 1.2.3.4, 10.9.9.9"], "1.2.3.4"),
            (&["10.0.0.0/8"], "10.1.2.3", &["6.6.6.6", "1.2.3.4"], "1.2.3.4"),
            (&["10.0.0.0/8"], "10.1.2.3", &["6.6.6.6, nonsense"], "10.1.2.3"),
            (&["10.0.0.0/8"], "10.1.2.3", &[], "10.1.2.3"),
            (&["127.0.0.1"], "::ffff:127.0.0.1", &["1.2.3.4"], "1.2.3.4"),
            (&[], "2001:db8:1:2:3:4:5:6", &[], "2001:db8:1:2::"),
            (&["fd00::/8"], "fd12::1", &["2001:db8::7"], "2001:db8::"),
        ] {
            assert_eq!(client(trusted, peer, chain), told, "{trusted:?} {peer} {chain:?}");
        }
    }

    #[test]
    fn networks_are_read_strictly() {
        for wrong in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "localhost", "10.0.0.0/-1"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.holds("203.0.113.9".parse().unwrap()) && !all.holds("::1".parse().unwrap()));
    }
}
