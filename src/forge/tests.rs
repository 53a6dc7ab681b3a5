//! What each forge's variables are taken for.

use super::{Forge, Kind};

fn detect(variables: &[(&str, &str)], event: &str) -> Option<Forge> {
    let variable = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    Forge::detect(&variable, &|_| Some(event.to_owned()))
}

#[track_caller]
fn check(variables: &[(&str, &str)], kind: Kind, thread: &str, trial_merge: Option<&str>) {
    let forge = detect(variables, "{}").expect("a forge is known by its variables");
    assert_eq!(forge.kind, kind);
    assert_eq!(forge.trial_merge.as_deref(), trial_merge);
    let said = forge.thread.map(|thread| format!("{} as {}", thread.add(kind), thread.token.unwrap_or_default()));
    assert_eq!(said.unwrap_or_default(), thread);
}

#[test]
fn a_persons_machine_is_no_forge() {
    assert_eq!(detect(&[("CI", "true"), ("GITHUB_ACTIONS", "")], "{}"), None);
}

#[test]
fn each_forge_is_known_with_the_change_it_builds() {
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_REPOSITORY", "o/r"), ("GITHUB_REF", "refs/pull/7/merge")];
    let here = [("GITHUB_SHA", "abc"), ("GITHUB_TOKEN", "t")];
    let all = [github.as_slice(), here.as_slice()].concat();
    check(&all, Kind::GitHub, "https://api.github.com/repos/o/r/issues/7/comments as t", Some("abc"));
    let gitlab = [
        ("GITLAB_CI", "true"),
        ("CI_API_V4_URL", "https://gl/api/v4/"),
        ("CI_PROJECT_ID", "3"),
        ("CI_MERGE_REQUEST_IID", "9"),
        ("GITLAB_TOKEN", "t"),
        ("SLUICE_TOKEN", "s"),
    ];
    check(&gitlab, Kind::GitLab, "https://gl/api/v4/projects/3/merge_requests/9/notes as s", None);
    let bitbucket = [("BITBUCKET_BUILD_NUMBER", "1"), ("BITBUCKET_PR_ID", "2"), ("BITBUCKET_REPO_FULL_NAME", "w/r")];
    let url = "https://api.bitbucket.org/2.0/repositories/w/r/pullrequests/2/comments as ";
    check(&bitbucket, Kind::Bitbucket, url, None);
    let azure = [
        ("TF_BUILD", "True"),
        ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/o/"),
        ("SYSTEM_TEAMPROJECT", "p"),
        ("BUILD_REPOSITORY_ID", "id"),
        ("SYSTEM_PULLREQUEST_PULLREQUESTID", "5"),
        ("BUILD_SOURCEBRANCH", "refs/pull/5/merge"),
        ("BUILD_SOURCEVERSION", "abc"),
    ];
    let url = "https://dev.azure.com/o/p/_apis/git/repositories/id/pullRequests/5/threads?api-version=7.1 as ";
    check(&azure, Kind::Azure, url, Some("abc"));
    check(&[("BUILDKITE", "true")], Kind::Buildkite, "", None);
}

#[test]
fn the_event_names_the_pull_request_where_the_ref_does_not() {
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_PATH", "e"), ("GITHUB_REPOSITORY", "o/r")];
    let forge = detect(&variables, "{\"pull_request\": {\"number\": 12}, \"before\": \"0000\"}");
    let forge = forge.expect("its variables are set");
    assert_eq!(forge.thread.map(|thread| thread.number), Some("12".to_owned()));
    assert_eq!((forge.trial_merge, forge.before), (None, None));
}
