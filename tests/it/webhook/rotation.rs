//! M02: the webhook secret is exchanged as an operator does it, while deliveries keep coming: a start with the new and
//! the old one, the senders change, a start with the new one alone.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bakeoff::adapters::store::deliveries;
use bakeoff::adapters::store::page::Page;
use rustix::process::Signal;
use tokio::task::block_in_place;

use super::bodies::{payload, signature};
use crate::cli::binary::{Place, Serving};

const OLD: &str = "the-old-secret-0123456789";
const NEW: &str = "the-new-secret-0123456789";
const SENDERS: usize = 8;

/// What the senders know, and what they have seen.
struct Traffic {
    address: String,
    http: reqwest::Client,
    /// Which of them sign with the new secret: those below this number.
    changed: AtomicUsize,
    /// Answers 202 since the phase began.
    taken: AtomicUsize,
    over: AtomicBool,
}

impl Traffic {
    async fn post(&self, secret: &str, guid: &str) -> Option<u16> {
        let body = payload(100);
        let request = self
            .http
            .post(format!("http://{}/webhooks/github", self.address))
            .header("content-type", "application/json")
            .header("x-github-event", "issue_comment")
            .header("x-github-delivery", guid)
            .header("x-hub-signature-256", signature(secret, &body));
        Some(request.body(body).send().await.ok()?.status().as_u16())
    }

    /// Sends until it is over. What was not taken goes out again under the same GUID, as GitHub is asked to do.
    async fn send(self: Arc<Self>, sender: usize) -> (BTreeSet<String>, Vec<u16>) {
        let (mut accepted, mut refused) = (BTreeSet::new(), Vec::new());
        while !self.over.load(Ordering::SeqCst) {
            let guid = uuid::Uuid::new_v4().to_string();
            while !accepted.contains(&guid) {
                let secret = if sender < self.changed.load(Ordering::SeqCst) { NEW } else { OLD };
                match self.post(secret, &guid).await {
                    Some(202 | 200) => {
                        accepted.insert(guid.clone());
                        self.taken.fetch_add(1, Ordering::SeqCst);
                    }
                    // The program is being started again.
                    None | Some(503) => tokio::time::sleep(Duration::from_millis(5)).await,
                    Some(status) => {
                        refused.push(status);
                        break;
                    }
                }
            }
        }
        (accepted, refused)
    }

    /// Waits until that many more were taken.
    async fn goes_on(&self, deliveries: usize) {
        self.taken.store(0, Ordering::SeqCst);
        let enough = async {
            while self.taken.load(Ordering::SeqCst) < deliveries {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), enough).await.expect("deliveries are taken");
    }

    /// How many bodies each secret has signed, as the metrics tell it.
    async fn counted(&self, label: &str) -> u64 {
        let page =
            self.http.get(format!("http://{}/metrics", self.address)).send().await.unwrap().text().await.unwrap();
        let start = format!("bakeoff_webhook_signatures_total{{secret=\"{label}\"}} ");
        page.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_else(|| panic!("{page}")).parse().unwrap()
    }
}

fn start(place: &mut Place, secrets: &str) -> Serving {
    place.set("BAKEOFF_GITHUB_WEBHOOK_SECRETS", secrets);
    block_in_place(|| place.serve(&["--no-worker"]))
}

fn start_again(place: &mut Place, serving: Serving, secrets: &str) -> Serving {
    let (code, log) = block_in_place(|| serving.stop(Signal::TERM));
    assert_eq!(code, Some(0), "{}", log.join("\n"));
    start(place, secrets)
}

#[tokio::test(flavor = "multi_thread")]
async fn m02_f009_secrets_are_exchanged_while_deliveries_keep_coming() {
    let mut place = Place::new();
    let address = format!("127.0.0.1:{}", crate::fault::free_port());
    place.set("BAKEOFF_LISTEN", &address);
    let mut serving = start(&mut place, OLD);
    let traffic = Arc::new(Traffic {
        address,
        http: reqwest::Client::new(),
        changed: AtomicUsize::new(0),
        taken: AtomicUsize::new(0),
        over: AtomicBool::new(false),
    });
    let senders: Vec<_> = (0..SENDERS).map(|nth| tokio::spawn(Arc::clone(&traffic).send(nth))).collect();
    traffic.goes_on(50).await;
    serving = start_again(&mut place, serving, &format!("{NEW},{OLD}"));
    traffic.goes_on(50).await;
    assert_eq!(traffic.counted("1").await, 0, "nobody signs with the new one yet");
    traffic.changed.store(SENDERS / 2, Ordering::SeqCst);
    traffic.goes_on(100).await;
    assert!(traffic.counted("1").await > 0 && traffic.counted("2").await > 0);
    traffic.changed.store(SENDERS, Ordering::SeqCst);
    // What was signed with the old one before is answered by now: each sender has one on its way at most.
    traffic.goes_on(50).await;
    let with_old = traffic.counted("2").await;
    traffic.goes_on(50).await;
    assert_eq!(traffic.counted("2").await, with_old, "the old one is out of use, and the metrics say so");
    serving = start_again(&mut place, serving, NEW);
    traffic.goes_on(50).await;
    assert_eq!(traffic.post(OLD, "signed-with-the-old-one").await, Some(401));
    assert_eq!((traffic.counted("none").await, serving.get("/health").contains("200")), (1, true));
    traffic.over.store(true, Ordering::SeqCst);

    let mut accepted = BTreeSet::new();
    for sender in senders {
        let (mine, refused) = sender.await.unwrap();
        assert!(refused.is_empty(), "no delivery is refused: {refused:?}");
        accepted.extend(mine);
    }
    let store = place.store().await;
    let rows = deliveries::list(&mut store.read().await.unwrap(), 0, None, &Page::ALL).await.unwrap();
    let stored: BTreeSet<String> = rows.into_iter().map(|row| row.guid).collect();
    assert!(accepted.is_subset(&stored), "lost: {:?}", accepted.difference(&stored).collect::<Vec<_>>());
    assert!(!stored.contains("signed-with-the-old-one"));
}
