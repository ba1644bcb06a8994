//! `user` and `organization` objects.

use serde_json::{Value, json};

use super::node_id;
use crate::sim::github::world::{AccountKind, World};

impl World {
    /// The short object that stands everywhere.
    pub fn show_account(&self, id: i64) -> Value {
        let Some(account) = self.accounts.get(&id) else { return Value::Null };
        let login = &account.login;
        let segment = login.replace('[', "%5B").replace(']', "%5D");
        let api = format!("{}/api/v3/users/{segment}", self.base);
        let page = match login.strip_suffix("[bot]") {
            Some(slug) => format!("{}/apps/{slug}", self.base),
            None => format!("{}/{login}", self.base),
        };
        json!({
            "login": login,
            "id": id,
            "node_id": node_id(account.kind.node_prefix(), id),
            "avatar_url": format!("{}/avatars/u/{id}?v=4", self.base),
            "gravatar_id": "",
            "url": api,
            "html_url": page,
            "followers_url": format!("{api}/followers"),
            "following_url": format!("{api}/following{{/other_user}}"),
            "gists_url": format!("{api}/gists{{/gist_id}}"),
            "starred_url": format!("{api}/starred{{/owner}}{{/repo}}"),
            "subscriptions_url": format!("{api}/subscriptions"),
            "organizations_url": format!("{api}/orgs"),
            "repos_url": format!("{api}/repos"),
            "events_url": format!("{api}/events{{/privacy}}"),
            "received_events_url": format!("{api}/received_events"),
            "type": account.kind.word(),
            "user_view_type": "public",
            "site_admin": false,
        })
    }

    /// A delivery's `organization`, when an account is one.
    pub fn show_organization(&self, id: i64) -> Option<Value> {
        let account = self.accounts.get(&id).filter(|a| a.kind == AccountKind::Organization)?;
        let api = format!("{}/api/v3/orgs/{}", self.base, account.login);
        Some(json!({
            "login": account.login,
            "id": id,
            "node_id": node_id("O", id),
            "url": api,
            "repos_url": format!("{api}/repos"),
            "events_url": format!("{api}/events"),
            "hooks_url": format!("{api}/hooks"),
            "issues_url": format!("{api}/issues"),
            "members_url": format!("{api}/members{{/member}}"),
            "public_members_url": format!("{api}/public_members{{/member}}"),
            "avatar_url": format!("{}/avatars/u/{id}?v=4", self.base),
            "description": "",
        }))
    }
}
