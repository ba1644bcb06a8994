//! A scripted reply as HTTP, with whatever is to go wrong with it.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use serde_json::Value;

use super::reply::{Fault, Reply};
use super::vendor::{Issue, Play, Vendor};

/// How often a stand-in pings for ever.
const PING_EVERY: Duration = Duration::from_millis(2);

type Pieces = BoxStream<'static, Result<Bytes, io::Error>>;

/// A JSON answer.
pub(super) fn json(status: u16, body: &Value) -> Response {
    raw(status, &[("content-type".into(), "application/json".into())], body.to_string().into())
}

fn raw(status: u16, headers: &[(String, String)], body: Bytes) -> Response {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    // Only a script with an impossible header gets the empty answer.
    response.body(Body::from(body)).unwrap_or_default()
}

/// The answer of `vendor` to a correct request.
pub(super) fn answer(vendor: Vendor, reply: &Reply, issue: &Issue, wants_stream: bool) -> Response {
    let play = vendor.play(reply, issue);
    match &reply.fault {
        Some(Fault::Status { status, headers, code }) => {
            let mut response = json(*status, &vendor.error(*status, code, "the provider's own words"));
            for (name, value) in headers {
                if let (Ok(name), Ok(value)) = (name.parse::<http::HeaderName>(), value.parse()) {
                    response.headers_mut().insert(name, value);
                }
            }
            response
        }
        Some(Fault::Raw { status, headers, body }) => raw(*status, headers, body.clone().into()),
        Some(Fault::Redirect(to)) => raw(307, &[("location".into(), to.clone())], Bytes::new()),
        Some(Fault::ErrorInBody(code)) => json(200, &vendor.error(200, code, "the provider's own words")),
        Some(Fault::Whole) => json(200, &play.whole),
        Some(fault @ (Fault::WholeCut(_) | Fault::WholeSlow(_) | Fault::WholeSilence)) => {
            body_of(200, "application/json", whole_pieces(play.whole.to_string(), fault))
        }
        Some(Fault::EndlessError(status)) => body_of(*status, "application/json", repeat("{\"error\": ")),
        None if !wants_stream => json(200, &play.whole),
        fault => stream_of(pieces(vendor, play, fault.as_ref())),
    }
}

fn stream_of(pieces: Pieces) -> Response {
    body_of(200, "text/event-stream", pieces)
}

fn body_of(status: u16, kind: &str, pieces: Pieces) -> Response {
    let response = Response::builder().status(status).header("content-type", kind).header("cache-control", "no-cache");
    response.body(Body::from_stream(pieces)).unwrap_or_default()
}

fn whole_pieces(mut body: String, fault: &Fault) -> Pieces {
    match fault {
        Fault::WholeCut(bytes) => cut(&[body], *bytes),
        Fault::WholeSlow(pause) => slow(body, *pause),
        _ => {
            body.truncate(body.floor_char_boundary(body.len() / 2));
            frames(vec![body]).chain(stream::pending()).boxed()
        }
    }
}

fn pieces(vendor: Vendor, play: Play, fault: Option<&Fault>) -> Pieces {
    let half = play.body.len() / 2;
    match fault {
        Some(Fault::CutAfterBytes(bytes)) => cut(&play.all(), *bytes),
        Some(Fault::NoEnd) => frames([play.opening, play.body].concat()),
        Some(Fault::SilenceAfterHeaders) => stream::pending().boxed(),
        Some(Fault::SilenceHalfway) => {
            frames([play.opening, head(play.body, half)].concat()).chain(stream::pending()).boxed()
        }
        Some(Fault::PingsForEver) => for_ever(vendor.ping(), PING_EVERY),
        Some(Fault::SlowBytes(pause)) => slow(play.all().concat(), *pause),
        Some(Fault::Endless) => {
            frames([play.opening, play.start_text].concat()).chain(repeat(&vendor.delta("for ever and ever "))).boxed()
        }
        Some(Fault::HugeLine(bytes)) => huge_line(*bytes),
        Some(Fault::ErrorFirst(code)) => frames(vec![vendor.error_event(code)]),
        Some(Fault::ErrorHalfway(code)) => {
            let mut sent = [play.opening, head(play.body, half.max(play.start_text.len() + 1))].concat();
            sent.push(vendor.error_event(code));
            frames(sent)
        }
        Some(Fault::Chunked(bytes)) => chunked(&play.all().concat().replace('\n', "\r\n"), *bytes),
        Some(Fault::UnknownEvents) => {
            let unknown = vendor.unknown_event();
            frames(play.all().into_iter().flat_map(|frame| [unknown.clone(), frame]).collect())
        }
        _ => frames(play.all()),
    }
}

fn head(mut frames: Vec<String>, count: usize) -> Vec<String> {
    frames.truncate(count);
    frames
}

fn frames(frames: Vec<String>) -> Pieces {
    stream::iter(frames).map(|frame| Ok(Bytes::from(frame))).boxed()
}

/// Sends so many bytes and then breaks the connection.
fn cut(frames: &[String], bytes: usize) -> Pieces {
    let mut sent = frames.concat().into_bytes();
    sent.truncate(bytes);
    let broken = stream::once(async {
        // What was sent before shall arrive before the end does.
        tokio::time::sleep(PING_EVERY).await;
        Err(io::Error::other("cut"))
    });
    stream::once(async { Ok(Bytes::from(sent)) }).chain(broken).boxed()
}

fn repeat(frame: &str) -> BoxStream<'static, Result<Bytes, io::Error>> {
    // Many events a piece, so that a cap is reached soon.
    let piece = Bytes::from(frame.repeat(256));
    stream::repeat_with(move || Ok(piece.clone())).boxed()
}

fn for_ever(frame: String, pause: Duration) -> Pieces {
    let piece = Bytes::from(frame);
    stream::repeat_with(move || piece.clone())
        .then(move |piece| async move {
            tokio::time::sleep(pause).await;
            Ok(piece)
        })
        .boxed()
}

fn slow(text: String, pause: Duration) -> Pieces {
    stream::iter(text.into_bytes())
        .then(move |byte| async move {
            tokio::time::sleep(pause).await;
            Ok(Bytes::from(vec![byte]))
        })
        .boxed()
}

fn chunked(text: &str, bytes: usize) -> Pieces {
    let pieces: Vec<Bytes> = text.as_bytes().chunks(bytes.max(1)).map(Bytes::copy_from_slice).collect();
    stream::iter(pieces)
        .then(|piece| async {
            tokio::task::yield_now().await;
            Ok::<_, Infallible>(piece)
        })
        .map(|piece| Ok(piece.unwrap_or_default()))
        .boxed()
}

fn huge_line(bytes: usize) -> Pieces {
    const PIECE: usize = 64 << 10;
    let piece = Bytes::from(vec![b'x'; PIECE]);
    let middle = stream::iter(0..bytes.div_ceil(PIECE)).map(move |_| Ok(piece.clone()));
    frames(vec!["data: ".into()]).chain(middle).chain(frames(vec!["\n\n".into()])).boxed()
}
