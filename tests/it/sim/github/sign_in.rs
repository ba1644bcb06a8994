//! The web flow: consent, codes, PKCE, tokens of people.

use bakeoff::sim::github::FakeGithub;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::wire::{Answer, client, get, read};
use super::world;

const CALLBACK: &str = "https://bakeoff.example/login/callback";
const VERIFIER: &str = "a-verifier-of-forty-three-characters-0123456";

fn challenge() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

/// Where the browser is sent, by the questions of its address.
async fn authorize(hub: &FakeGithub, more: &[(&str, &str)]) -> (u16, Option<Url>) {
    let mut url = Url::parse(&format!("{}/login/oauth/authorize", hub.url())).unwrap();
    url.query_pairs_mut().extend_pairs(more);
    let answer = client().get(url).send().await.unwrap();
    let to = answer.headers().get("location").map(|to| to.to_str().unwrap().parse().unwrap());
    (answer.status().as_u16(), to)
}

fn word(url: Option<&Url>, name: &str) -> String {
    let pairs = url.map(|url| url.query_pairs().into_owned().collect::<Vec<_>>()).unwrap_or_default();
    pairs.into_iter().find(|(n, _)| n == name).map(|(_, value)| value).unwrap_or_default()
}

async fn code(hub: &FakeGithub) -> String {
    let (id, challenge) = (hub.client_id(), challenge());
    let asked = [
        ("client_id", id.as_str()),
        ("redirect_uri", CALLBACK),
        ("state", "s"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("sim_login", "ada"),
    ];
    let (status, to) = authorize(hub, &asked).await;
    assert_eq!((status, word(to.as_ref(), "state").as_str()), (302, "s"));
    assert!(to.as_ref().unwrap().as_str().starts_with(CALLBACK));
    word(to.as_ref(), "code")
}

async fn redeem(hub: &FakeGithub, fields: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = client().post(format!("{}/login/oauth/access_token", hub.url())).header("accept", "application/json");
    read(request.header("content-type", "application/x-www-form-urlencoded").body(body).send().await.unwrap()).await
}

#[tokio::test]
async fn a_code_is_redeemed_once_by_whoever_began_with_the_right_words() {
    let hub = world().await;
    hub.set_callback_url(CALLBACK);
    let (id, secret) = (hub.client_id(), hub.client_secret());
    for (changed, value, error) in [
        ("client_id", "another", "Not Found"),
        ("client_secret", "another", "incorrect_client_credentials"),
        ("code", "another", "bad_verification_code"),
        ("code_verifier", "another", "bad_verification_code"),
        ("redirect_uri", "https://bakeoff.example/else", "redirect_uri_mismatch"),
    ] {
        let code = code(&hub).await;
        let mut fields = vec![
            ("client_id", id.as_str()),
            ("client_secret", &secret),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        fields.iter_mut().filter(|(name, _)| *name == changed).for_each(|field| field.1 = value);
        let answer = redeem(&hub, &fields).await;
        assert_eq!(answer.body["error"], error, "{changed}: {answer:?}");
        assert_eq!(answer.status, if changed == "client_id" { 404 } else { 200 });
    }
    let code = code(&hub).await;
    let fields = [
        ("client_id", id.as_str()),
        ("client_secret", &secret),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let good = redeem(&hub, &fields).await;
    assert_eq!((good.status, &good.body["token_type"]), (200, &json!("bearer")), "{good:?}");
    assert_eq!(redeem(&hub, &fields).await.body["error"], "bad_verification_code", "used");
    let token = good.body["access_token"].as_str().unwrap();
    let me = get(&hub, "/user", token).await;
    assert_eq!((me.status, &me.body["login"], &me.body["type"]), (200, &json!("ada"), &json!("User")));
    assert_eq!(get(&hub, "/user", "").await.status, 401);
    assert_eq!(get(&hub, "/user", &hub.app_token(super::REPO)).await.status, 403);
    let about = async |method: reqwest::Method, secret: &str| {
        let url = format!("{}/applications/{id}/token", hub.api_url());
        let request = client().request(method, url).basic_auth(&id, Some(secret));
        request.json(&json!({ "access_token": token })).send().await.unwrap().status().as_u16()
    };
    let (look, end) = (reqwest::Method::POST, reqwest::Method::DELETE);
    assert_eq!((about(look.clone(), "another").await, about(look.clone(), &secret).await), (401, 200));
    assert_eq!(
        (about(end.clone(), &secret).await, about(end, &secret).await, about(look, &secret).await),
        (204, 404, 404)
    );
    assert_eq!(get(&hub, "/user", token).await.status, 401, "ended");
    let again = self::code(&hub).await;
    let fields = fields.map(|(name, value)| (name, if name == "code" { again.as_str() } else { value }));
    let good = redeem(&hub, &fields).await;
    let token = good.body["access_token"].as_str().unwrap();
    assert_eq!(get(&hub, "/user", token).await.status, 200);
    hub.expire_sign_ins();
    assert_eq!(get(&hub, "/user", token).await.status, 401, "eight hours later");
}

#[tokio::test]
async fn people_go_back_to_the_registered_address_only() {
    let hub = world().await;
    let id = hub.client_id();
    assert_eq!(authorize(&hub, &[("client_id", &id)]).await.0, 404, "no address is registered");
    hub.set_callback_url(CALLBACK);
    assert_eq!(authorize(&hub, &[("client_id", "another")]).await.0, 404);
    let (_, to) = authorize(&hub, &[("client_id", &id), ("redirect_uri", "https://evil.example/")]).await;
    assert!(to.as_ref().unwrap().as_str().starts_with(CALLBACK), "{to:?}");
    assert_eq!(word(to.as_ref(), "error"), "redirect_uri_mismatch");
    let (_, to) = authorize(&hub, &[("client_id", &id), ("sim_login", "")]).await;
    assert_eq!(word(to.as_ref(), "error"), "access_denied");
    let plain = [("client_id", id.as_str()), ("code_challenge", "x"), ("code_challenge_method", "plain")];
    assert_eq!(word(authorize(&hub, &plain).await.1.as_ref(), "error"), "invalid_request");
    let (status, to) = authorize(&hub, &[("client_id", &id)]).await;
    assert_eq!((status, to), (200, None), "a page that asks");
}
