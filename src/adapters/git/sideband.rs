//! One stream out of two bands: data in band 1, progress (ignored) in band 2, the server's end in band 3.

use bytes::{Buf, Bytes};

use super::GitError;
use super::http::{Packets, one_line};
use super::pkt::Pkt;

/// The next piece of band 1; `None` at the flush that ends the stream. Empty and progress packets
/// are passed over: they count towards the answer's limit and the total deadline only.
pub(super) async fn next_data(packets: &mut Packets) -> Result<Option<Bytes>, GitError> {
    loop {
        let mut bytes = match packets.expect().await? {
            Pkt::Data(bytes) => bytes,
            Pkt::Flush => return Ok(None),
            Pkt::Delim | Pkt::End => return Err(GitError::Protocol("a stream ends in the middle")),
        };
        match bytes.first() {
            Some(1) => {
                bytes.advance(1);
                if !bytes.is_empty() {
                    return Ok(Some(bytes));
                }
            }
            Some(2) => {}
            Some(3) => return Err(GitError::Remote(one_line(bytes.get(1..).unwrap_or_default()))),
            _ => return Err(GitError::Protocol("a packet is of no band")),
        }
    }
}
