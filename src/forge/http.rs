//! A URL and perhaps a JSON text in, the JSON that is there out.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::{ForgeError, Kind};
use crate::data::{Value, json};

/// A forge that does not answer must not hold up a build.
const PATIENCE: Duration = Duration::from_secs(30);

/// So much of an answer that says no is told.
const SAID: usize = 200;

pub(super) struct Http {
    kind: Kind,
    agent: Agent,
    headers: Vec<(&'static str, String)>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Method {
    Post,
    Put,
    Patch,
}

impl Http {
    /// `certificates`: PEM text; without it, those that browsers trust.
    pub(super) fn new(
        kind: Kind,
        headers: Vec<(&'static str, String)>,
        certificates: Option<&str>,
    ) -> Result<Self, ForgeError> {
        let roots = match certificates {
            Some(text) => RootCerts::new_with_certs(&trusted(text)?),
            None => RootCerts::WebPki,
        };
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .user_agent(concat!("sluice/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(roots).build());
        Ok(Http { kind, agent: config.build().new_agent(), headers })
    }

    pub(super) fn get(&self, url: &str) -> Result<Value, ForgeError> {
        let request =
            self.headers.iter().fold(self.agent.get(url), |request, (name, value)| request.header(*name, value));
        self.answer(url, request.call())
    }

    pub(super) fn send(&self, method: Method, url: &str, body: &str) -> Result<Value, ForgeError> {
        let request = match method {
            Method::Post => self.agent.post(url),
            Method::Put => self.agent.put(url),
            Method::Patch => self.agent.patch(url),
        };
        let request = request.header("Content-Type", "application/json");
        let request = self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        self.answer(url, request.send(body))
    }

    fn answer(
        &self,
        url: &str,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Value, ForgeError> {
        let unreachable = |error: ureq::Error| ForgeError::Unreachable { url: url.to_owned(), why: error.to_string() };
        let mut answer = answer.map_err(unreachable)?;
        let status = answer.status();
        let text = answer.body_mut().read_to_string().map_err(unreachable)?;
        if !status.is_success() {
            let said = json::parse(&text).ok().and_then(|value| Some(value.get("message")?.in_one_line()));
            let said: String = said.unwrap_or(text).chars().filter(|c| !c.is_control()).take(SAID).collect();
            return Err(ForgeError::Refused { kind: self.kind, url: url.to_owned(), status: status.as_u16(), said });
        }
        json::parse(&text).map_err(|fault| ForgeError::Strange { url: url.to_owned(), why: fault.to_string() })
    }
}

fn trusted(text: &str) -> Result<Vec<Certificate<'static>>, ForgeError> {
    let certificate = |item: Result<PemItem<'static>, ureq::Error>| match item {
        Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
        Ok(_) => None,
        Err(error) => Some(Err(ForgeError::Certificates { why: error.to_string() })),
    };
    parse_pem(text.as_bytes()).filter_map(certificate).collect()
}
