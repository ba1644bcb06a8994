//! The App and its installations.

use serde_json::{Value, json};

use super::{node_id, time};
use crate::sim::github::world::{Installation, World};

impl World {
    /// `GET /app`, and `performed_via_github_app`.
    pub fn show_app(&self) -> Value {
        let app = &self.app;
        json!({
            "id": app.id,
            "client_id": app.client_id,
            "slug": app.slug,
            "node_id": node_id("A", app.id),
            "owner": self.show_account(app.owner_id),
            "name": app.name,
            "description": "Several models, one pick.",
            "external_url": "https://example.test/bakeoff",
            "html_url": format!("{}/apps/{}", self.base, app.slug),
            "created_at": time(app.created_at),
            "updated_at": time(app.created_at),
            "permissions": app.permissions,
            "events": app.events,
        })
    }

    /// `performed_via_github_app` of something said by the App or by a person.
    pub fn show_via(&self, via_app: bool) -> Value {
        if via_app { self.show_app() } else { Value::Null }
    }

    /// An installation in full.
    pub fn show_installation(&self, installation: &Installation) -> Value {
        let api = format!("{}/api/v3", self.base);
        let kind = self.accounts.get(&installation.account).map_or("User", |a| a.kind.word());
        let by = installation.suspended_at.map_or(Value::Null, |_| self.show_account(installation.account));
        json!({
            "id": installation.id,
            "client_id": self.app.client_id,
            "account": self.show_account(installation.account),
            "repository_selection": "selected",
            "access_tokens_url": format!("{api}/app/installations/{}/access_tokens", installation.id),
            "repositories_url": format!("{api}/installation/repositories"),
            "html_url": format!("{}/settings/installations/{}", self.base, installation.id),
            "app_id": self.app.id,
            "app_slug": self.app.slug,
            "target_id": installation.account,
            "target_type": kind,
            "permissions": installation.permissions,
            "events": self.app.events,
            "created_at": time(installation.created_at),
            "updated_at": time(installation.updated_at),
            "single_file_name": null,
            "has_multiple_single_files": false,
            "single_file_paths": [],
            "suspended_by": by,
            "suspended_at": installation.suspended_at.map(time),
        })
    }

    /// The few fields of a repository that installation deliveries carry.
    pub fn show_installed_repo(&self, id: i64) -> Value {
        let Some(repo) = self.repos.get(&id) else { return Value::Null };
        json!({
            "id": id,
            "node_id": node_id("R", id),
            "name": repo.name,
            "full_name": self.full_name(repo),
            "private": repo.private,
        })
    }
}
