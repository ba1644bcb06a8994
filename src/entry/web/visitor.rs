//! Who looks at a page, and what they may. An id is never a right (M43): GitHub is asked about this person and this
//! repository, and an answer that is not had is no.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures::StreamExt as _;
use futures::stream;
use secrecy::SecretString;

use super::WebState;
use super::page::{message, not_found};
use super::token::Csrf;
use crate::domain::permission::Person;
use crate::domain::repo::Repo;
use crate::service::{audit, rights, sign_in};

/// Questions to GitHub at once, for a list.
const AT_ONCE: usize = 8;

/// Who looks at a page; an argument of every page.
#[derive(Clone)]
pub(super) struct Visitor {
    /// `None` for the machine's owner.
    person: Option<Person>,
    is_admin: bool,
    csrf: Csrf,
    /// The cookie of the session.
    session: Option<SecretString>,
}

/// A page asked for without a visitor does not exist.
pub(super) struct Nobody;

impl IntoResponse for Nobody {
    fn into_response(self) -> Response {
        not_found()
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Nobody;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Nobody> {
        parts.extensions.get::<Self>().cloned().ok_or(Nobody)
    }
}

impl Visitor {
    /// Who sits at the machine itself (local mode): everything is theirs.
    pub(super) fn owner(csrf: Csrf) -> Self {
        Self { person: None, is_admin: true, csrf, session: None }
    }

    /// Somebody with a live session on this origin.
    pub(super) fn signed_in(person: Person, is_admin: bool, session: SecretString, origin: &Arc<str>) -> Self {
        let csrf = Csrf::of_session(&session, origin);
        Self { person: Some(person), is_admin, csrf, session: Some(session) }
    }

    /// The cookie of their session.
    pub(super) fn session(&self) -> Option<&SecretString> {
        self.session.as_ref()
    }

    /// Whether their session still stands; that of the machine's owner always does.
    pub(super) async fn is_here(&self, state: &WebState) -> anyhow::Result<bool> {
        match &self.session {
            None => Ok(true),
            Some(session) => Ok(sign_in::stands(&state.services, session).await?),
        }
    }

    /// The signed-in person; `None` in local mode.
    pub(super) fn person(&self) -> Option<&Person> {
        self.person.as_ref()
    }

    /// Whether settings and setup are theirs.
    pub(super) fn is_admin(&self) -> bool {
        self.is_admin
    }

    /// How the audit names them.
    pub(super) fn actor(&self) -> String {
        audit::named(self.person(), None)
    }

    /// The proof that their forms are ours.
    pub(super) fn csrf(&self) -> &Csrf {
        &self.csrf
    }

    /// What the header line of a page shows.
    pub(super) fn top(&self) -> Top {
        Top { admin: self.is_admin, login: self.person().map(|person| person.login.clone()), token: self.csrf.masked() }
    }

    /// Whether they may read this repository, as GitHub said within the last minute.
    pub(super) async fn may_read(&self, state: &WebState, repo: &Repo) -> anyhow::Result<bool> {
        match &self.person {
            None => Ok(true),
            Some(person) => rights::may_read(&state.services, repo, person).await,
        }
    }

    /// Whether they may start, cancel, retry, add, revise and pick there, as GitHub and the repository's own file
    /// say now.
    pub(super) async fn may_write(&self, state: &WebState, repo: &Repo) -> anyhow::Result<bool> {
        let Some(person) = &self.person else { return Ok(true) };
        match state.services.client(repo) {
            Ok(client) if !repo.gone => rights::may_command(&state.services, repo, &client, person).await,
            _ => Ok(false),
        }
    }

    /// Whether buttons that change something are worth showing: as GitHub said within the last minute. It is asked anew
    /// when one is pressed.
    pub(super) async fn seems_writer(&self, state: &WebState, repo: &Repo) -> bool {
        let Some(person) = &self.person else { return true };
        let told = rights::seems_writer(&state.services, repo, person).await;
        told.inspect_err(|error| tracing::warn!(repo.id = %repo.id, %error, "a right is not known")).unwrap_or(false)
    }

    /// How a page of this repository is made for them.
    pub(super) async fn reader(&self, state: &WebState, repo: &Repo) -> Reader {
        Reader { top: self.top(), may_act: self.seems_writer(state, repo).await }
    }

    /// What is answered to somebody who may not see this repository's pages; `None` when they may.
    pub(super) async fn barred(&self, state: &WebState, repo: &Repo) -> Option<Response> {
        match self.may_read(state, repo).await {
            Ok(true) => None,
            Ok(false) => Some(not_found()),
            Err(error) => Some(unknown_right(&error)),
        }
    }

    /// What is answered to somebody who may not act in this repository; `None` when they may. Nobody learns here that
    /// there is something they may not even see.
    pub(super) async fn barred_from_acting(&self, state: &WebState, repo: &Repo) -> Option<Response> {
        if let Some(refused) = self.barred(state, repo).await {
            return Some(refused);
        }
        match self.may_write(state, repo).await {
            Ok(true) => None,
            Ok(false) => {
                self.note_refusal(state, repo).await;
                let text = "You may look at this, but only people who may write to the repository can change it.";
                Some(message(StatusCode::FORBIDDEN, "Not yours to change", text))
            }
            Err(error) => Some(unknown_right(&error)),
        }
    }

    async fn note_refusal(&self, state: &WebState, repo: &Repo) {
        if let Some(person) = &self.person
            && let Err(error) = rights::note_refusal(&state.services, repo, person).await
        {
            tracing::error!(repo.id = %repo.id, %error, "a refusal could not be noted");
        }
    }

    /// Those of `repos` that they may read, in their order. What GitHub does not tell of is left out, and what it could
    /// only be asked at the cost of the work itself.
    pub(super) async fn readable(&self, state: &WebState, repos: Vec<Repo>) -> Vec<Repo> {
        if self.person.is_none() {
            return repos;
        }
        let asked = stream::iter(repos).map(|repo| async move {
            if !rights::leaves_room(&state.services, &repo) {
                return None;
            }
            let told = self.may_read(state, &repo).await;
            let may = told.inspect_err(|error| tracing::warn!(repo.id = %repo.id, %error, "a right is not known"));
            may.unwrap_or(false).then_some(repo)
        });
        asked.buffered(AT_ONCE).filter_map(std::future::ready).collect().await
    }
}

/// GitHub does not say now what this person may.
fn unknown_right(error: &anyhow::Error) -> Response {
    tracing::warn!(%error, "a visitor's right is not known");
    let text = "GitHub does not say now whether you may see this. Try again in a moment.";
    message(StatusCode::SERVICE_UNAVAILABLE, "GitHub does not answer", text)
}

/// For whom a repository's page is made.
pub(super) struct Reader {
    pub(super) top: Top,
    /// Whether there are buttons that change something.
    pub(super) may_act: bool,
}

tokio::task_local! {
    /// For the pages that say one thing: they are made where no visitor is at hand.
    static TOP: Top;
}

/// Answers a request of somebody whose header line is `top`.
pub(super) async fn answering(top: Top, rest: impl Future<Output = Response>) -> Response {
    TOP.scope(top, rest).await
}

/// The header line for whoever asked.
pub(super) fn asker() -> Top {
    TOP.try_with(Clone::clone).unwrap_or_default()
}

/// The header line of a page: who is signed in, and the proof for the button that signs out.
#[derive(Clone, Default)]
pub(super) struct Top {
    pub(super) login: Option<String>,
    /// Whether the settings are theirs.
    pub(super) admin: bool,
    pub(super) token: String,
}
