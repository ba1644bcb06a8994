//! How people sign in to what the App shows.

use crate::sim::github::hub::Hub;
use crate::sim::github::world::{Consent, TOKEN_LIFE};

impl Hub {
    /// The App's client id.
    pub fn client_id(&self) -> String {
        self.world().app.client_id.clone()
    }

    /// The App's client secret.
    pub fn client_secret(&self) -> String {
        self.world().app.client_secret.clone()
    }

    /// Where people may come back to; the only place.
    pub fn set_callback_url(&self, url: &str) {
        self.world().app.callback_urls = vec![url.into()];
    }

    /// Whoever is sent to GitHub from now on is this person, and agrees.
    #[track_caller]
    pub fn sign_in_as(&self, login: &str) {
        let mut world = self.world();
        world.signing_in.consent = Some(Consent::As(world.the_user(login)));
    }

    /// Whoever is sent to GitHub from now on does not agree.
    pub fn deny_sign_in(&self) {
        self.world().signing_in.consent = Some(Consent::No);
    }

    /// Codes and tokens that were handed out are over.
    pub fn expire_sign_ins(&self) {
        let mut world = self.world();
        let before = world.now().minus(TOKEN_LIFE);
        world.signing_in.codes.values_mut().for_each(|code| code.made_at = before);
        world.signing_in.tokens.values_mut().for_each(|(_, ends_at)| *ends_at = before);
    }

    /// A person takes back what they let the App know; their tokens end, and the App hears of it.
    #[track_caller]
    pub fn revoke_authorization(&self, login: &str) {
        let mut world = self.world();
        let person = world.the_user(login);
        world.signing_in.tokens.retain(|_, (user, _)| *user != person);
        self.tell_of_person(&mut world, "github_app_authorization", "revoked", person);
    }

    /// How many tokens people have.
    pub fn signed_in_tokens(&self) -> usize {
        self.world().signing_in.tokens.len()
    }
}
