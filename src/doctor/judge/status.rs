//! What the status page says.

use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use super::cache;
use crate::doctor::case::Case;
use crate::doctor::judgement::{Judged, Judgement};
use crate::doctor::page::{NO_PAGE, State};
use crate::doctor::probe::Probe;
use crate::doctor::speaker::Speaker;
use crate::variable::Variable;

/// R10.1: there is a page. Where another page is shown, requests do not come to the integration.
pub(in crate::doctor) fn page(case: &Case) -> Judged {
    let response = case.response(Probe::StatusPage)?;
    if case.page().is_ok() {
        return Ok(Judgement::ok("the status page answers"));
    }
    match Speaker::of(response) {
        Speaker::Page if response.status().is_success() => Err(Judgement::fail(
            "another page answers in place of the status page, so requests do not come to the \
             integration",
            "route all requests below the integration path to the integration",
        )),
        _ => Err(Judgement::warn(
            NO_PAGE,
            "switch the status page on, or look whether the integration path and its depth are right",
        )),
    }
}

/// R9.4: HEAD, by which health checks ask, has the fields of GET and no body.
pub(in crate::doctor) fn head(case: &Case) -> Judged {
    case.page()?;
    let get = case.response(Probe::StatusPage)?;
    let head = case.answer(Probe::StatusHead)?;
    let is_same = get.status() == head.status()
        && [CONTENT_TYPE, CACHE_CONTROL]
            .iter()
            .all(|name| get.headers().get_all(name).iter().eq(head.headers().get_all(name).iter()));
    if is_same && head.body().is_empty() {
        return Ok(Judgement::ok("HEAD and GET agree"));
    }
    Err(Judgement::warn(
        "HEAD of the status page is answered otherwise than GET",
        "let health checks use GET, or pass HEAD on to the integration",
    ))
}

/// R1.4: by the page, there is a secret.
pub(in crate::doctor) fn secret(case: &Case) -> Judged {
    let page = case.page()?;
    match page.state(Variable::PreSharedSecret) {
        Some(State::Set) => Ok(Judgement::ok("a proxy secret is set")),
        Some(State::Default | State::Missing | State::Invalid) => Err(Judgement::fail(
            "no proxy secret is set, so that Fingerprint does not trust the integration",
            "create a proxy secret in Fingerprint's dashboard, and set it",
        )),
        None => Err(Judgement::skipped("the status page does not say it")),
    }
}

/// R10.2: a route is on, and those of v3 where the site uses them.
pub(in crate::doctor) fn routes(case: &Case) -> Judged {
    let page = case.page()?;
    if page.says("no route is on") {
        return Err(Judgement::fail(
            "no route is on",
            "switch v4 on with a mount at a path, or set the two v3 paths",
        ));
    }
    let wanted = [
        (Variable::AgentDownloadPath, case.integration.agent_path.is_some()),
        (Variable::GetResultPath, case.integration.result_path.is_some()),
    ];
    let states = wanted.map(|(variable, is_wanted)| (page.state(variable), is_wanted));
    if states.iter().any(|(state, is_wanted)| *is_wanted && *state == Some(State::Missing)) {
        return Err(Judgement::fail(
            "a v3 path that the site uses is not set",
            "set both v3 paths, or let the site use v4",
        ));
    }
    if states.iter().any(|(state, _)| state.is_some()) {
        return Ok(Judgement::ok("the routes that the site needs are on"));
    }
    Err(Judgement::skipped("the status page does not say it"))
}

/// R1.3: by the page, every variable that is set can be used.
pub(in crate::doctor) fn variables(case: &Case) -> Judged {
    let page = case.page()?;
    let mut invalid =
        Variable::ALL.iter().filter(|variable| page.state(**variable) == Some(State::Invalid));
    match invalid.next() {
        Some(variable) => Err(Judgement::warn(
            format!("the status page finds a variable that is not valid: {variable}"),
            "correct the variable, or remove it",
        )),
        None => Ok(Judgement::ok("the status page finds no variable that is not valid")),
    }
}

/// R5.7: the edge in front does not hide the browser's host.
pub(in crate::doctor) fn host(case: &Case) -> Judged {
    let page = case.page()?;
    if page.says("upstream's own host") {
        return Err(Judgement::fail(
            "the integration is asked under Fingerprint's host: the edge in front hides the browser's",
            "forward the browser's host; on CloudFront by the origin request policy",
        ));
    }
    Ok(Judgement::ok("the status page has no objection to the host"))
}

/// R9: an old page would tell of an old configuration.
pub(in crate::doctor) fn cache(case: &Case) -> Judged {
    case.page()?;
    let page = case.response(Probe::StatusPage)?;
    if cache::is_hit(page.headers()) || cache::is_invited(page.headers()) {
        return Err(Judgement::warn(
            "a cache may keep the status page, and show an old one",
            "except the integration path from the caching rules of the CDN",
        ));
    }
    Ok(Judgement::ok("no cache is invited to keep the status page"))
}
