//! A text in, one comment on the change out: the one that we wrote before is written over.

use super::http::{Http, Method};
use super::{Forge, ForgeError, Kind, Thread};
use crate::data::{Value, json};

/// What became of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    New,
    Updated,
    /// It says already what there is to say, or there is nothing to say and nothing was said before.
    Left,
}

/// So many characters a comment may have there, with some to spare for what the forge adds.
pub fn limit(kind: Kind) -> usize {
    match kind {
        Kind::GitHub => 65_000,
        Kind::GitLab => 900_000,
        Kind::Bitbucket => 32_000,
        Kind::Azure => 140_000,
        Kind::Buildkite => 1_000_000,
    }
}

/// A page of comments has so many; a forge that has more pages than this is asked no further.
const PAGE: usize = 100;
const PAGES: usize = 50;

/// A comment that is ours.
struct Ours {
    /// Where it is written over.
    url: String,
    text: String,
}

impl Forge {
    /// Says `text` on the change, in the comment that was ours before or in a new one. Where there is no news, none is
    /// begun.
    pub fn comment(&self, text: &str, is_news: bool) -> Result<Posted, ForgeError> {
        let kind = self.kind;
        let thread = self.thread.as_ref().ok_or(ForgeError::NoChange)?;
        let token = thread.token.as_ref().ok_or(ForgeError::NoToken { kind })?;
        let http = Http::new(kind, headers(kind, token), thread.certificates.as_deref())?;
        let text = format!("{}\n{text}", marker(kind));
        match thread.ours(kind, &http)? {
            Some(ours) if ours.text.trim_end().replace("\r\n", "\n") == text.trim_end() => Ok(Posted::Left),
            Some(ours) => {
                let method = if matches!(kind, Kind::GitHub | Kind::Azure) { Method::Patch } else { Method::Put };
                http.send(method, &ours.url, &body(kind, &text, false)).map(|_| Posted::Updated)
            }
            None if !is_news => Ok(Posted::Left),
            None => http.send(Method::Post, &thread.add(kind), &body(kind, &text, true)).map(|_| Posted::New),
        }
    }
}

impl Thread {
    /// Where comments are listed and added.
    pub(super) fn add(&self, kind: Kind) -> String {
        let Thread { api, repo, number, .. } = self;
        match kind {
            Kind::GitHub | Kind::Buildkite => format!("{api}/repos/{repo}/issues/{number}/comments"),
            Kind::GitLab => format!("{api}/projects/{repo}/merge_requests/{number}/notes"),
            Kind::Bitbucket => format!("{api}/repositories/{repo}/pullrequests/{number}/comments"),
            Kind::Azure => format!("{api}/repositories/{repo}/pullRequests/{number}/threads{AZURE}"),
        }
    }

    fn ours(&self, kind: Kind, http: &Http) -> Result<Option<Ours>, ForgeError> {
        let list = self.add(kind);
        for page in 1..=PAGES {
            let url = match kind {
                Kind::Azure => list.clone(),
                Kind::Bitbucket => format!("{list}?pagelen={PAGE}&page={page}"),
                _ => format!("{list}?per_page={PAGE}&page={page}"),
            };
            let answer = http.get(&url)?;
            let items = match kind {
                Kind::Azure => answer.get("value"),
                Kind::Bitbucket => answer.get("values"),
                _ => Some(&answer),
            };
            let items = items.map(Value::items).unwrap_or_default();
            if let Some(ours) = items.iter().find_map(|item| self.is_ours(kind, item)) {
                return Ok(Some(ours));
            }
            if items.len() < PAGE || kind == Kind::Azure {
                break;
            }
        }
        Ok(None)
    }

    /// A comment that begins as ours do.
    fn is_ours(&self, kind: Kind, item: &Value) -> Option<Ours> {
        let id = |item: &Value| item.get("id").and_then(Value::integer);
        let list = self.add(kind);
        let (url, text) = match kind {
            Kind::GitHub | Kind::Buildkite => {
                let Thread { api, repo, .. } = self;
                (format!("{api}/repos/{repo}/issues/comments/{}", id(item)?), item.get("body"))
            }
            Kind::GitLab => (format!("{list}/{}", id(item)?), item.get("body")),
            Kind::Bitbucket => (format!("{list}/{}", id(item)?), item.at(&["content", "raw"])),
            Kind::Azure => {
                let first = item.get("comments")?.items().first()?;
                let threads = list.trim_end_matches(AZURE);
                (format!("{threads}/{}/comments/{}{AZURE}", id(item)?, id(first)?), first.get("content"))
            }
        };
        let is_gone = item.get("deleted").and_then(Value::bool) == Some(true)
            || item.get("isDeleted").and_then(Value::bool) == Some(true);
        let text = text.and_then(Value::str)?.to_owned();
        (!is_gone && text.starts_with(marker(kind).trim_end())).then_some(Ours { url, text })
    }
}

const AZURE: &str = "?api-version=7.1";

/// The first line of our comments, which nobody sees. Bitbucket shows HTML as text, and hides a link's definition.
fn marker(kind: Kind) -> &'static str {
    match kind {
        Kind::Bitbucket => "[//]: # (sluice)\n",
        _ => "<!-- sluice -->",
    }
}

fn headers(kind: Kind, token: &str) -> Vec<(&'static str, String)> {
    let bearer = ("Authorization", format!("Bearer {token}"));
    match kind {
        Kind::GitHub => vec![
            bearer,
            ("Accept", "application/vnd.github+json".to_owned()),
            ("X-GitHub-Api-Version", "2022-11-28".to_owned()),
        ],
        Kind::GitLab => vec![("PRIVATE-TOKEN", token.to_owned())],
        Kind::Bitbucket | Kind::Azure | Kind::Buildkite => vec![bearer],
    }
}

fn body(kind: Kind, text: &str, is_new: bool) -> String {
    let text = json::quoted(text);
    match kind {
        Kind::Bitbucket => format!("{{\"content\": {{\"raw\": {text}}}}}"),
        // A thread that is closed from its start holds up no merge.
        Kind::Azure if is_new => {
            format!(
                "{{\"comments\": [{{\"parentCommentId\": 0, \"commentType\": 1, \"content\": {text}}}], \"status\": \"closed\"}}"
            )
        }
        Kind::Azure => format!("{{\"content\": {text}}}"),
        Kind::GitHub | Kind::GitLab | Kind::Buildkite => format!("{{\"body\": {text}}}"),
    }
}
