//! Environment variables, and the event file that one of them names, in; the Forge that set them out.

use super::{Forge, Kind, Thread};
use crate::data::{Value, json};

/// How a build agent is looked at.
struct Agent<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    /// The text of a file on the agent.
    read: &'a dyn Fn(&str) -> Option<String>,
}

impl Forge {
    /// The forge whose build agent has these variables; none on a person's machine.
    pub fn detect(variable: &dyn Fn(&str) -> Option<String>, read: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let agent = Agent { variable, read };
        match () {
            () if agent.is_set("GITHUB_ACTIONS") => Some(agent.github()),
            () if agent.is_set("GITLAB_CI") => Some(agent.gitlab()),
            () if agent.is_set("BITBUCKET_BUILD_NUMBER") => Some(agent.bitbucket()),
            () if agent.is_set("TF_BUILD") => Some(agent.azure()),
            () if agent.is_set("BUILDKITE") => Some(agent.buildkite()),
            () => None,
        }
    }
}

impl Agent<'_> {
    fn get(&self, name: &str) -> Option<String> {
        (self.variable)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn is_set(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value != "false")
    }

    fn token(&self, names: &[&str]) -> Option<String> {
        ["SLUICE_TOKEN"].iter().chain(names).find_map(|name| self.get(name))
    }

    /// A commit id that is not the stand-in for none.
    fn commit(&self, name: &str) -> Option<String> {
        self.get(name).filter(|id| !id.bytes().all(|byte| byte == b'0'))
    }

    /// <https://docs.github.com/actions/reference/workflows-and-actions/variables>
    fn github(&self) -> Forge {
        let event = self.get("GITHUB_EVENT_PATH").and_then(|path| (self.read)(&path));
        let event = event.and_then(|text| json::parse(&text).ok()).unwrap_or_else(Value::null);
        let reference = self.get("GITHUB_REF").unwrap_or_default();
        let of_ref = reference.strip_prefix("refs/pull/").and_then(|rest| rest.split_once('/'));
        let number = event.at(&["pull_request", "number"]).or_else(|| event.at(&["issue", "number"]));
        let number = number.and_then(Value::integer).map(|number| number.to_string());
        let number = number.or_else(|| of_ref.map(|(number, _)| number.to_owned()));
        let before = event.get("before").and_then(Value::str).filter(|id| !id.bytes().all(|byte| byte == b'0'));
        let thread = number.zip(self.get("GITHUB_REPOSITORY")).map(|(number, repo)| {
            let api = self.get("GITHUB_API_URL").unwrap_or_else(|| "https://api.github.com".to_owned());
            self.thread(api, repo, number, &["GITHUB_TOKEN", "GH_TOKEN"])
        });
        Forge {
            kind: Kind::GitHub,
            trial_merge: of_ref.filter(|(_, what)| *what == "merge").and_then(|_| self.get("GITHUB_SHA")),
            before: before.map(str::to_owned),
            thread,
        }
    }

    /// <https://docs.gitlab.com/ci/variables/predefined_variables/>
    fn gitlab(&self) -> Forge {
        let thread = self.get("CI_MERGE_REQUEST_IID").zip(self.get("CI_API_V4_URL")).and_then(|(number, api)| {
            let repo = self.get("CI_MERGE_REQUEST_PROJECT_ID").or_else(|| self.get("CI_PROJECT_ID"))?;
            Some(self.thread(api, repo, number, &["GITLAB_TOKEN"]))
        });
        let merged = self.get("CI_MERGE_REQUEST_EVENT_TYPE").is_some_and(|kind| kind != "detached");
        let trial_merge = self.get("CI_COMMIT_SHA").filter(|_| merged);
        Forge { kind: Kind::GitLab, trial_merge, before: self.commit("CI_COMMIT_BEFORE_SHA"), thread }
    }

    /// <https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/>
    fn bitbucket(&self) -> Forge {
        let thread = self.get("BITBUCKET_PR_ID").zip(self.get("BITBUCKET_REPO_FULL_NAME")).map(|(number, repo)| {
            let api = self.get("SLUICE_API_URL").unwrap_or_else(|| "https://api.bitbucket.org/2.0".to_owned());
            self.thread(api, repo, number, &["BITBUCKET_TOKEN"])
        });
        // Bitbucket merges on the agent: the commit is known there alone, and HEAD need not be it.
        Forge { kind: Kind::Bitbucket, trial_merge: None, before: None, thread }
    }

    /// <https://learn.microsoft.com/azure/devops/pipelines/build/variables>
    fn azure(&self) -> Forge {
        let number = self.get("SYSTEM_PULLREQUEST_PULLREQUESTID");
        let thread = number.zip(self.get("SYSTEM_COLLECTIONURI")).and_then(|(number, collection)| {
            let project = self.get("SYSTEM_TEAMPROJECTID").or_else(|| self.get("SYSTEM_TEAMPROJECT"))?;
            let api = format!("{}/{project}/_apis/git", collection.trim_end_matches('/'));
            Some(self.thread(api, self.get("BUILD_REPOSITORY_ID")?, number, &["SYSTEM_ACCESSTOKEN"]))
        });
        let branch = self.get("BUILD_SOURCEBRANCH").unwrap_or_default();
        let merged = branch.starts_with("refs/pull/") && branch.ends_with("/merge");
        let trial_merge = self.get("BUILD_SOURCEVERSION").filter(|_| merged);
        Forge { kind: Kind::Azure, trial_merge, before: None, thread }
    }

    fn buildkite(&self) -> Forge {
        Forge { kind: Kind::Buildkite, trial_merge: None, before: None, thread: None }
    }

    fn thread(&self, api: String, repo: String, number: String, tokens: &[&str]) -> Thread {
        let trusted = ["CI_SERVER_TLS_CA_FILE", "SSL_CERT_FILE"].iter().find_map(|name| self.get(name));
        Thread {
            api: api.trim_end_matches('/').to_owned(),
            repo,
            number,
            token: self.token(tokens),
            certificates: trusted.and_then(|path| (self.read)(&path)),
        }
    }
}
