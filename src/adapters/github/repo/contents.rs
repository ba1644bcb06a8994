//! Files of the default branch, read without a copy of the repository.

use super::super::call::Call;
use super::super::etag::Tagged;
use super::super::{FileInfo, GithubError, encode, wire};
use super::{RepoClient, STRANGE};

/// A larger file is read afresh each time.
const MAX_KEPT_BYTES: u64 = 128 * 1024;

impl RepoClient {
    /// A file at the head of the default branch, whatever that is called now; `None` where there is none (or a folder).
    /// Free when it has not changed since this process read it.
    pub async fn default_file(&self, path: &str) -> Result<Option<FileInfo>, GithubError> {
        let parts: Vec<String> = path.split('/').map(encode).collect();
        let address = self.path(&format!("/contents/{}", parts.join("/")));
        let known = self.core.contents.get(self.installation, &address);
        let call = Call::get(address.clone()).if_none_match(known.as_ref().map(|tagged| tagged.etag.clone()));
        let answer = match self.send(call).await {
            Ok(answer) => answer,
            Err(error) if error.is_gone() || error == GithubError::EmptyRepository => return Ok(None),
            Err(error) => return Err(error),
        };
        if let (304, Some(known)) = (answer.status, known) {
            return Ok(Some(known.value));
        }
        if answer.body.first() == Some(&b'[') {
            return Ok(None);
        }
        let found: wire::Contents = serde_json::from_slice(&answer.body).map_err(|_| STRANGE)?;
        let Some(file) = found.into_domain().map_err(|()| STRANGE)? else { return Ok(None) };
        let etag = answer.header("etag").unwrap_or_default().to_owned();
        if !etag.is_empty() && file.size <= MAX_KEPT_BYTES {
            let tagged = Tagged { etag, next: None, value: file.clone() };
            self.core.contents.put(self.installation, &address, tagged);
        }
        Ok(Some(file))
    }
}
