//! The commands at the head of a push, and the report that refuses them.

/// One reference to move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub old: String,
    pub new: String,
    pub name: String,
}

impl Order {
    /// Whether the reference is to be made.
    pub fn is_new(&self) -> bool {
        self.old.bytes().all(|b| b == b'0')
    }

    /// Whether it is to point at a commit afterwards (and not to go).
    pub fn makes_commit(&self) -> bool {
        self.new.bytes().any(|b| b != b'0')
    }
}

/// Reads the pkt-lines before the pack: the orders, and the client's capabilities.
pub fn orders(body: &[u8]) -> (Vec<Order>, String) {
    let (mut found, mut wishes, mut rest) = (Vec::new(), String::new(), body);
    while let Some(length) = rest.get(..4).and_then(|h| usize::from_str_radix(std::str::from_utf8(h).ok()?, 16).ok()) {
        let Some(line) = rest.get(4..length) else { break };
        rest = rest.get(length..).unwrap_or_default();
        let text = String::from_utf8_lossy(line).into_owned();
        let (order, more) = text.split_once('\0').unwrap_or((&text, ""));
        if wishes.is_empty() {
            more.trim().clone_into(&mut wishes);
        }
        let mut words = order.trim_end().splitn(3, ' ').map(String::from);
        if let (Some(old), Some(new), Some(name)) = (words.next(), words.next(), words.next()) {
            found.push(Order { old, new, name });
        }
    }
    (found, wishes)
}

fn pkt(body: &[u8]) -> Vec<u8> {
    [format!("{:04x}", body.len() + 4).as_bytes(), body].concat()
}

/// A report in which every order is refused: its own reason, or that another one was.
pub fn refuse(orders: &[Order], reasons: &[Option<String>], wishes: &str) -> Vec<u8> {
    let mut report = pkt(b"unpack ok\n");
    for (order, reason) in orders.iter().zip(reasons) {
        let reason = reason.as_deref().unwrap_or("failed because another reference was refused");
        report.extend(pkt(format!("ng {} {reason}\n", order.name).as_bytes()));
    }
    report.extend(b"0000");
    if !wishes.contains("side-band-64k") {
        return report;
    }
    let mut framed = pkt(&[&[1_u8][..], &report].concat());
    framed.extend(b"0000");
    framed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_orders_of_a_push_are_read_and_refused() {
        let (zero, one) = ("0".repeat(40), "1".repeat(40));
        let mut body = pkt(format!("{zero} {one} refs/heads/x\0 report-status side-band-64k").as_bytes());
        body.extend(b"0000PACK");
        let (found, wishes) = orders(&body);
        assert_eq!(found, [Order { old: zero, new: one, name: "refs/heads/x".into() }]);
        assert!(found[0].is_new() && found[0].makes_commit());
        let report = String::from_utf8(refuse(&found, &[Some("no".into())], &wishes)).unwrap();
        assert!(report.contains("ng refs/heads/x no\n") && report.ends_with("00000000"), "{report:?}");
    }
}
