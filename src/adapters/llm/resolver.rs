//! Name resolution that hands out checked addresses only.

use std::io;
use std::net::IpAddr;

use futures::future::BoxFuture;

/// Where addresses come from; tests hold one of their own.
pub trait Lookup: Send + Sync {
    /// All addresses of `host`.
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}
