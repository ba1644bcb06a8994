//! Lists: page after page by GitHub's own `Link`, never to another host, never without end.

use std::sync::atomic::AtomicBool;

use http::HeaderMap;
use serde::de::DeserializeOwned;
use url::Url;

use super::GithubError;
use super::call::Call;
use super::core::{Core, Scope};

impl Core {
    /// Reads pages until `more` says no or there are none left.
    ///
    /// # Errors
    /// [`GithubError::Unavailable`] past the set number of pages: a list that is not whole would be taken
    /// for whole.
    pub(super) async fn pages<T: DeserializeOwned>(
        &self,
        scope: Scope,
        first: Call,
        moved: Option<&AtomicBool>,
        mut more: impl FnMut(T) -> bool,
    ) -> Result<(), GithubError> {
        let mut call = first;
        for _ in 0..self.config.max_pages {
            let answer = self.send(scope, &call, moved).await?;
            let page =
                serde_json::from_slice(&answer.body).map_err(|_| call.unclear("its answer is not understood"))?;
            let wanted = more(page);
            match next(&answer.headers).filter(|_| wanted) {
                Some(url) => call = Call::page(url),
                None => return Ok(()),
            }
        }
        Err(GithubError::Unavailable("its list does not end"))
    }

    /// All items of a list.
    pub(super) async fn all<T: DeserializeOwned>(
        &self,
        scope: Scope,
        first: Call,
        moved: Option<&AtomicBool>,
    ) -> Result<Vec<T>, GithubError> {
        let mut items = Vec::new();
        let gather = |page: Vec<T>| {
            items.extend(page);
            true
        };
        self.pages(scope, first, moved, gather).await?;
        Ok(items)
    }
}

/// The address of the next page.
pub(super) fn next(headers: &HeaderMap) -> Option<Url> {
    let links = headers.get_all(http::header::LINK).iter().filter_map(|value| value.to_str().ok());
    links.flat_map(|line| line.split(',')).find_map(|link| {
        let (address, relation) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = relation.split(';').any(|part| matches!(part.trim(), "rel=\"next\"" | "rel=next"));
        is_next.then(|| Url::parse(address).ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_read_from_link() {
        for (link, expected) in [
            ("<https://h/x?page=2>; rel=\"next\", <https://h/x?page=9>; rel=\"last\"", Some("https://h/x?page=2")),
            (
                "<https://h/x?page=1>; rel=\"prev\", <https://h/x?cursor=a%2Cb>; rel=\"next\"",
                Some("https://h/x?cursor=a%2Cb"),
            ),
            ("<https://h/x?page=9>; rel=\"last\"", None),
            ("nonsense", None),
            ("<not a url>; rel=\"next\"", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("link", http::HeaderValue::from_static(link));
            assert_eq!(next(&headers).map(String::from).as_deref(), expected, "{link}");
        }
    }
}
