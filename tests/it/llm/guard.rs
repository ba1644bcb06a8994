//! M45: which addresses a profile can make us call.

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bakeoff::adapters::llm::{Connector, LlmSettings, Lookup, ModelError, UrlRefusal};
use bakeoff::domain::model::{Provider, Wire};
use bakeoff::sim::models::{FakeModels, Reply};
use futures::future::BoxFuture;

use super::{profile, question, settings};

fn connector(allowed: &[&str]) -> Connector {
    let allowed_hosts = allowed.iter().map(ToString::to_string).collect();
    Connector::new(LlmSettings { allowed_hosts, ..LlmSettings::default() }).unwrap()
}

#[test]
fn f131_base_urls_are_judged_before_any_connection() {
    use UrlRefusal::{Extras, Invalid, NotHttps, PrivateAddress};
    let table = [
        ("https://api.openai.com/v1", Ok(())),
        ("https://8.8.8.8", Ok(())),
        ("https://[2606:4700::6812:7c0]/v1/", Ok(())),
        (" https://example.com ", Ok(())),
        ("http://api.openai.com/v1", Err(NotHttps)),
        ("ftp://example.com", Err(Invalid)),
        ("file:///etc/passwd", Err(Invalid)),
        ("example.com/v1", Err(Invalid)),
        ("", Err(Invalid)),
        ("https://", Err(Invalid)),
        ("https://user@example.com", Err(Extras)),
        ("https://:pw@example.com", Err(Extras)),
        ("https://example.com@127.0.0.1/", Err(Extras)),
        ("https://example.com/?key=1", Err(Extras)),
        ("https://example.com/#x", Err(Extras)),
        ("https://127.0.0.1/v1", Err(PrivateAddress)),
        ("http://127.0.0.1:11434", Err(PrivateAddress)),
        ("https://127.1", Err(PrivateAddress)),
        ("https://2130706433/", Err(PrivateAddress)),
        ("https://0x7f000001/", Err(PrivateAddress)),
        ("https://0x7f.1/", Err(PrivateAddress)),
        ("https://0177.0.0.1/", Err(PrivateAddress)),
        ("https://017700000001", Err(PrivateAddress)),
        ("https://%31%32%37.0.0.1", Err(PrivateAddress)),
        ("https://１２７.0.0.1", Err(PrivateAddress)),
        ("https://0.0.0.0", Err(PrivateAddress)),
        ("https://169.254.169.254/latest/meta-data", Err(PrivateAddress)),
        ("https://100.100.100.200", Err(PrivateAddress)),
        ("https://168.63.129.16", Err(PrivateAddress)),
        ("https://10.1.2.3", Err(PrivateAddress)),
        ("https://192.168.0.1", Err(PrivateAddress)),
        ("https://172.16.0.1", Err(PrivateAddress)),
        ("https://[::1]/", Err(PrivateAddress)),
        ("https://[::]/", Err(PrivateAddress)),
        ("https://[::ffff:10.0.0.1]/", Err(PrivateAddress)),
        ("https://[::ffff:a00:1]/", Err(PrivateAddress)),
        ("https://[64:ff9b::10.0.0.1]/", Err(PrivateAddress)),
        ("https://[2002:7f00:1::]/", Err(PrivateAddress)),
        ("https://[fd00:ec2::254]/", Err(PrivateAddress)),
        ("https://[fe80::1]/", Err(PrivateAddress)),
        ("https://localhost", Err(PrivateAddress)),
        ("https://LOCALHOST.:8443", Err(PrivateAddress)),
        ("https://x.localhost", Err(PrivateAddress)),
        ("https://metadata.google.internal", Err(PrivateAddress)),
        ("https://printer.local", Err(PrivateAddress)),
    ];
    let connector = connector(&[]);
    for (url, expected) in table {
        assert_eq!(connector.check_base_url(url), expected, "{url}");
    }
}

#[test]
fn m45_only_listed_hosts_are_let_through() {
    let listed = connector(&["127.0.0.1:9000", "Ollama.Internal", "[::1]:7000", "fd00::5", "10.0.0.0"]);
    let open = [
        "http://127.0.0.1:9000/v1",
        "http://2130706433:9000",
        "http://ollama.internal",
        "http://ollama.internal.:11434/v1",
        "https://ollama.internal:1",
        "http://[::1]:7000",
        "http://[fd00::5]:1234",
        "http://10.0.0.0",
    ];
    for url in open {
        assert_eq!(listed.check_base_url(url), Ok(()), "{url}");
    }
    let closed = [
        "http://127.0.0.1:9001",
        "http://127.0.0.1",
        "http://127.0.0.2:9000",
        "http://x.ollama.internal",
        "http://ollama.internal.example.com",
        "http://[::1]",
        "http://10.0.0.1",
    ];
    for url in closed {
        assert!(listed.check_base_url(url).is_err(), "{url}");
    }
}

#[test]
fn a_compatible_server_needs_a_base_url() {
    let model = connector(&[]).model(&profile(Provider::OpenAiCompatible, Wire::Chat, None), "k".into());
    assert_eq!(model.err(), Some(ModelError::UrlForbidden(UrlRefusal::Missing)));
    for provider in [Provider::OpenAi, Provider::Anthropic, Provider::Google] {
        assert!(connector(&[]).model(&profile(provider, Wire::Chat, None), "k".into()).is_ok());
    }
}

/// Answers in turn, the last one for ever.
struct Scripted(Mutex<Vec<Vec<IpAddr>>>, AtomicUsize);

impl Scripted {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new(answers.iter().rev().map(parse).collect()), AtomicUsize::new(0)))
    }
}

impl Lookup for Scripted {
    fn lookup(&self, _host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop() } else { answers.last().cloned() };
        Box::pin(async move { Ok(answer.unwrap_or_default()) })
    }
}

/// A name that leads inside, at once, among public addresses, or from the second look on, is never connected to.
#[tokio::test]
async fn f131_a_rebinding_name_is_refused_at_each_connection() {
    let inside = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = inside.local_addr().unwrap().port();
    let lookup = Scripted::new(&[
        &["93.184.216.34", "127.0.0.1"],
        &["127.0.0.1"],
        &["169.254.169.254"],
        &["::ffff:127.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["127.0.0.1", "93.184.216.34"],
    ]);
    let settings = LlmSettings { lookup: Some(lookup.clone()), ..LlmSettings::default() };
    let connector = Connector::new(settings).unwrap();
    let profile = profile(Provider::OpenAi, Wire::Chat, Some(format!("https://rebind.example:{port}/v1")));
    let model = connector.model(&profile, "k".into()).unwrap();
    for _ in 0..7 {
        let error = model.chat(&question()).await.unwrap_err();
        assert_eq!(error, ModelError::UrlForbidden(UrlRefusal::PrivateAddress));
    }
    assert_eq!(lookup.1.load(Ordering::SeqCst), 7);
    let knocked = futures::FutureExt::now_or_never(inside.accept());
    assert!(knocked.is_none(), "somebody connected");
}

/// One look per connection, and the connection goes to what that look said.
#[tokio::test]
async fn m45_the_connection_is_pinned_to_the_checked_address() {
    let fake = FakeModels::start().await.unwrap();
    fake.script("m", vec![Reply::text("ok")]);
    let port = fake.host().rsplit_once(':').unwrap().1.to_owned();
    let lookup = Scripted::new(&[&["127.0.0.1"], &["203.0.113.1"]]);
    let settings =
        LlmSettings { allowed_hosts: vec!["models.example".into()], lookup: Some(lookup.clone()), ..settings(&fake) };
    let connector = Connector::new(settings).unwrap();
    let base = format!("http://models.example:{port}/compatible/v1");
    let model = connector.model(&profile(Provider::OpenAiCompatible, Wire::Chat, Some(base)), "k".into()).unwrap();
    assert_eq!(model.chat(&question()).await.unwrap().text, "ok");
    assert_eq!(lookup.1.load(Ordering::SeqCst), 1);
}

/// F098, as far as a server without TLS can show it; an unknown CA file is refused at the start.
#[tokio::test]
async fn f098_a_server_without_valid_tls_is_never_accepted() {
    let fake = FakeModels::start().await.unwrap();
    fake.script("m", vec![Reply::text("ok")]);
    let connector = Connector::new(settings(&fake)).unwrap();
    let base = format!("https://{}/compatible/v1", fake.host());
    let model = connector.model(&profile(Provider::OpenAiCompatible, Wire::Chat, Some(base)), "k".into()).unwrap();
    assert_eq!(model.chat(&question()).await.unwrap_err(), ModelError::Tls);
    assert_eq!(fake.requests(), []);
    for pem in [&b"no certificate"[..], b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let settings = LlmSettings { extra_ca: Some(pem.to_vec()), ..LlmSettings::default() };
        assert_eq!(Connector::new(settings).err(), Some(ModelError::Setup));
    }
}
