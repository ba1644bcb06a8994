//! Name resolution that hands out checked addresses only, so that a connection goes to what was checked (M45).

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::addresses::is_public;

/// Where addresses come from; tests hold one of their own.
pub trait Lookup: Send + Sync {
    /// All addresses of `host`.
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's resolver.
pub(super) struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// A name led to an address that is not public.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to a private or reserved address")]
pub(super) struct ForbiddenAddress;

/// The resolver of our HTTP clients: it is asked once for each connection, and the connection takes its answer.
pub(super) struct CheckedResolver {
    pub(super) lookup: Arc<dyn Lookup>,
    /// False only for hosts that the operator listed.
    pub(super) only_public: bool,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.lookup.lookup(name.as_str().to_owned());
        let only_public = self.only_public;
        Box::pin(async move {
            let found = found.await?;
            // One bad address condemns the name: the next connection might take that one.
            if only_public && !found.iter().all(|ip| is_public(*ip)) {
                return Err(ForbiddenAddress.into());
            }
            let addresses: Addrs = Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}
