//! A browser without script: it keeps cookies, follows nothing by itself and sends forms as browsers do.

use std::collections::BTreeMap;

use reqwest::redirect::Policy;
use url::Url;

use crate::support::world::World;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub text: String,
    pub headers: reqwest::header::HeaderMap,
}

impl Answer {
    /// The `Set-Cookie` lines.
    pub fn cookies(&self) -> Vec<String> {
        self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
    }

    /// Where it leads.
    pub fn to(&self) -> &str {
        self.location.as_deref().unwrap_or_else(|| panic!("it leads nowhere: {self:?}"))
    }

    /// A question in the address it leads to.
    pub fn asks(&self, name: &str) -> String {
        let url = Url::parse(self.to()).unwrap();
        url.query_pairs().find(|(n, _)| n == name).unwrap_or_else(|| panic!("no {name} in {url}")).1.into_owned()
    }
}

pub struct Visit<'a> {
    world: &'a World,
    http: reqwest::Client,
    pub cookies: BTreeMap<String, String>,
    /// What people write into the address line, without a path.
    public: String,
    /// The process that is asked.
    pub address: String,
}

impl<'a> Visit<'a> {
    /// Nobody yet.
    pub fn new(world: &'a World) -> Self {
        Self::at(world, &world.base)
    }

    /// Nobody yet, who reaches it at this address through a proxy.
    pub fn at(world: &'a World, public: &str) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        Self { world, http, cookies: BTreeMap::new(), public: public.to_owned(), address: world.base.clone() }
    }

    /// Somebody who has signed in.
    pub async fn of(world: &'a World, login: &str) -> Self {
        let mut visit = Self::new(world);
        let landed = visit.sign_in(login, "/").await;
        assert_eq!((landed.status, landed.to()), (303, "/"), "{landed:?}");
        visit
    }

    async fn send(&mut self, mut request: reqwest::RequestBuilder) -> Answer {
        let host = self.public.split("://").nth(1).unwrap().to_owned();
        request = request.header("host", host);
        if !self.cookies.is_empty() {
            let all: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", all.join("; "));
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let location = headers.get("location").map(|value| value.to_str().unwrap().to_owned());
        let answer = Answer { status, location, headers, text: answer.text().await.unwrap() };
        for line in answer.cookies() {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            match value {
                "" => drop(self.cookies.remove(name)),
                _ => drop(self.cookies.insert(name.to_owned(), value.to_owned())),
            }
        }
        answer
    }

    /// A page.
    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.http.get(format!("{}{path}", self.address)).header("accept", "text/html");
        self.send(request).await
    }

    /// A page asked for by a script.
    pub async fn fetch(&mut self, path: &str) -> Answer {
        let request = self.http.get(format!("{}{path}", self.address)).header("sec-fetch-mode", "cors");
        self.send(request).await
    }

    /// Live news, while they come.
    pub async fn open(&self, path: &str) -> reqwest::Response {
        let all: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.http.get(format!("{}{path}", self.address)).header("cookie", all.join("; "));
        request.send().await.unwrap()
    }

    /// A form of our own page.
    pub async fn post(&mut self, path: &str, form: &[(String, String)]) -> Answer {
        let origin = self.public.clone();
        self.post_from(&origin, path, form).await
    }

    /// A form that stands elsewhere.
    pub async fn post_from(&mut self, origin: &str, path: &str, form: &[(String, String)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.http.post(format!("{}{path}", self.address)).header("origin", origin);
        self.send(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await
    }

    /// Where GitHub sends this person back to, as path and query of ours.
    pub async fn at_github(&self, address: &str) -> String {
        let answer = self.http.get(address).send().await.unwrap();
        assert_eq!(answer.status(), 302, "{address}");
        let back = answer.headers()["location"].to_str().unwrap();
        let own = back.strip_prefix(&self.public).unwrap_or_else(|| panic!("{back} is not at {}", self.public));
        own.to_owned()
    }

    /// Begins to sign in, up to the address GitHub sends back to.
    pub async fn come_back_as(&mut self, login: &str, to: &str) -> String {
        self.world.hub.sign_in_as(login);
        let form = url::form_urlencoded::Serializer::new(String::new()).append_pair("to", to).finish();
        let begun = self.get(&format!("/login?{form}")).await;
        assert_eq!(begun.status, 303, "{begun:?}");
        self.at_github(begun.to()).await
    }

    /// The whole way; what the last step answers.
    pub async fn sign_in(&mut self, login: &str, to: &str) -> Answer {
        let back = self.come_back_as(login, to).await;
        self.get(&back).await
    }

    /// The session's cookie.
    pub fn session(&self) -> Option<&String> {
        self.cookies.iter().find(|(name, _)| name.ends_with("bakeoff-session")).map(|(_, value)| value)
    }
}
