//! The whole URL table: one route a line, with who may.
use std::{collections::BTreeMap, sync::LazyLock};

use actix_web::{
    HttpResponse,
    http::{Method, header},
    web::{self, Data, ServiceConfig},
};
use entity::user::Role;
use serde::Serialize;

use super::{
    health,
    route::{Route, delete, get, patch, post},
};
use crate::{
    access::Who,
    api,
    app::App,
    hooks,
    web::{
        accommodations, account, actions, alerts, assets, availability, batches, bell, bookings,
        calendar, cancellations, candidates, company, dossiers, emails, endings, feeds, held,
        imports, interviews, jobs, join, login, logo, mail, mail_texts, own_calendar, reports,
        rescheduling, search, series, sessions, setup, slots, telling, today, tokens, users,
        zone_changes,
    },
};

/// Every route. Nobody needs to sign in for the first group; everything else wants somebody.
#[rustfmt::skip]
fn table() -> Vec<Route> {
    use Who::{Admin, Anyone, Api, Candidate, Interviewer, Provider, Recruiter};
    vec![
        get(Anyone, "/api/openapi.json", api::openapi::show).without_session(),
        get(Anyone, "/brand/{colour}.css", assets::show_brand).without_session(),
        get(Anyone, "/feeds/{token}/interviews.ics", feeds::show).without_session(),
        get(Anyone, "/health", health::show).without_session(),
        get(Anyone, "/link", join::link_request::new).without_session(),
        post(Anyone, "/link", join::link_request::create).without_session(),
        get(Anyone, "/link/sent", join::link_request::show).without_session(),
        get(Anyone, "/login", login::new),
        post(Anyone, "/login", login::create),
        post(Anyone, "/logout", login::destroy),
        get(Anyone, "/ready", health::show_ready).without_session(),
        get(Anyone, "/setup", setup::new),
        post(Anyone, "/setup", setup::create),
        get(Anyone, "/static/{hash}/{path:.*}", assets::show).without_session(),

        get(Candidate, "/interview", join::show_without),
        get(Candidate, "/interview/{token}", join::show),
        get(Candidate, "/interview/{token}/accommodation", join::accommodation::show),
        post(Candidate, "/interview/{token}/accommodation", join::accommodation::create),
        get(Candidate, "/interview/{token}/answer", join::answer::show),
        post(Candidate, "/interview/{token}/answer", join::answer::create),
        get(Candidate, "/interview/{token}/calendar/google", join::calendars::show_google),
        get(Candidate, "/interview/{token}/calendar/outlook", join::calendars::show_outlook),
        get(Candidate, "/interview/{token}/check", join::check::show),
        post(Candidate, "/interview/{token}/check", join::check::create),
        get(Candidate, "/interview/{token}/choice", join::show),
        post(Candidate, "/interview/{token}/choice", join::choosing::create),
        get(Candidate, "/interview/{token}/invite.ics", join::invite::show),
        get(Candidate, "/interview/{token}/join", join::show),
        post(Candidate, "/interview/{token}/join", join::create),
        get(Candidate, "/interview/{token}/move", join::show),
        post(Candidate, "/interview/{token}/move", join::moving::create),
        get(Candidate, "/interview/{token}/none", join::show),
        post(Candidate, "/interview/{token}/none", join::choosing::create_none),
        get(Candidate, "/interview/{token}/language", join::show),
        post(Candidate, "/interview/{token}/language", join::language::update),
        post(Candidate, "/interview/{token}/opened", join::opened::create),
        get(Candidate, "/interview/{token}/trouble", join::show),
        post(Candidate, "/interview/{token}/trouble", join::trouble::create),
        get(Candidate, "/interview/{token}/zone", join::zone::edit),
        post(Candidate, "/interview/{token}/zone", join::zone::update),
        // What mail programs make of it.
        get(Candidate, "/interview/{rest:.*}", join::show),
        get(Candidate, "/Interview/{rest:.*}", join::show),
        get(Candidate, "/INTERVIEW/{rest:.*}", join::show),
        get(Candidate, "//interview/{rest:.*}", join::show),
        get(Candidate, "/i", join::show_without),
        get(Candidate, "/i/{code:.*}", join::short::show),
        get(Candidate, "/I/{code:.*}", join::short::show),
        get(Candidate, "//i/{code:.*}", join::short::show),

        get(Interviewer, "/", today::show),
        get(Interviewer, "/bell", bell::index),
        post(Interviewer, "/interviews/{id}/attendance", interviews::attendance::create),
        post(Interviewer, "/interviews/{id}/trouble", interviews::trouble::update),
        get(Interviewer, "/account", account::edit),
        post(Interviewer, "/account", account::update),
        get(Interviewer, "/account/availability", availability::edit_own),
        post(Interviewer, "/account/availability", availability::update_own),
        get(Interviewer, "/account/calendar", feeds::edit),
        post(Interviewer, "/account/calendar", feeds::create),
        post(Interviewer, "/account/calendar/removal", feeds::destroy),
        get(Interviewer, "/account/own-calendar", own_calendar::edit),
        post(Interviewer, "/account/own-calendar", own_calendar::update),
        post(Interviewer, "/account/own-calendar/removal", own_calendar::destroy),
        get(Interviewer, "/account/password", account::edit_password),
        post(Interviewer, "/account/password", account::update_password),
        get(Interviewer, "/my-interviews/{id}", held::show),

        get(Recruiter, "/alerts", alerts::index),
        post(Recruiter, "/alerts/resending", alerts::resending::create),
        get(Recruiter, "/batches/{id}", batches::show),
        post(Recruiter, "/batches/{id}/undo", batches::create_undo),
        get(Recruiter, "/bookings/new", batches::new),
        post(Recruiter, "/bookings/new", batches::create),
        get(Recruiter, "/calendar", calendar::show),
        get(Recruiter, "/candidates", candidates::index),
        get(Recruiter, "/candidates/import", imports::candidates::new),
        post(Recruiter, "/candidates/import", imports::candidates::create),
        get(Recruiter, "/candidates/new", candidates::new),
        post(Recruiter, "/candidates/new", candidates::create),
        get(Recruiter, "/candidates/{id}", candidates::show),
        get(Recruiter, "/candidates/{id}/edit", candidates::edit),
        post(Recruiter, "/candidates/{id}/edit", candidates::update),
        get(Recruiter, "/company/logos/{id}", logo::show),
        get(Recruiter, "/emails", emails::index),
        get(Recruiter, "/emails.csv", emails::export::index),
        get(Recruiter, "/emails/{id}", emails::show),
        get(Recruiter, "/emails/{id}/address", emails::address::edit),
        post(Recruiter, "/emails/{id}/address", emails::address::update),
        post(Recruiter, "/emails/{id}/attempts", emails::attempts::create),
        post(Recruiter, "/emails/{id}/cancellation", emails::cancellation::create),
        get(Recruiter, "/emails/{id}/html", emails::html::show),
        get(Recruiter, "/emails/{id}/invite.ics", emails::message::show_invitation),
        get(Recruiter, "/emails/{id}/message.eml", emails::message::show),
        post(Recruiter, "/emails/{id}/release", emails::release::create),
        post(Recruiter, "/emails/{id}/resend", emails::resend::create),
        post(Recruiter, "/emails/{id}/telling", emails::told_by_phone::create),
        post(Recruiter, "/emails/{id}/telling/withdrawal", emails::told_by_phone::destroy),
        get(Recruiter, "/interviews", interviews::index),
        get(Recruiter, "/interviews/endings", endings::bulk::index),
        post(Recruiter, "/interviews/endings", endings::bulk::create),
        get(Recruiter, "/interviews/{id}", interviews::show),
        get(Recruiter, "/interviews/{id}/accommodation", accommodations::show),
        post(Recruiter, "/interviews/{id}/accommodation", accommodations::update),
        get(Recruiter, "/interviews/{id}/accommodation/release", accommodations::show),
        post(Recruiter, "/interviews/{id}/accommodation/release", accommodations::release::create),
        get(Recruiter, "/interviews/{id}/cancellation", cancellations::new),
        post(Recruiter, "/interviews/{id}/cancellation", cancellations::create),
        get(Recruiter, "/interviews/{id}/cancellation/html", cancellations::html::show),
        get(Recruiter, "/interviews/{id}/dossier", dossiers::show),
        get(Recruiter, "/interviews/{id}/dossier.json", dossiers::show_json),
        get(Recruiter, "/interviews/{id}/edit", interviews::edit::edit),
        post(Recruiter, "/interviews/{id}/edit", interviews::edit::update),
        get(Recruiter, "/interviews/{id}/edit/html", interviews::edit::html::show),
        get(Recruiter, "/interviews/{id}/ending", endings::edit),
        post(Recruiter, "/interviews/{id}/ending", endings::update),
        post(Recruiter, "/interviews/{id}/answer", alerts::answers::update),
        post(Recruiter, "/interviews/{id}/move", alerts::moves::update),
        post(Recruiter, "/interviews/{id}/link", interviews::link::create),
        post(Recruiter, "/interviews/{id}/short-link", interviews::short_link::create),
        post(Recruiter, "/interviews/{id}/no-show", endings::create_no_show),
        post(Recruiter, "/interviews/{id}/rebooking", endings::create_rebooking),
        post(Recruiter, "/interviews/{id}/reopening", endings::create_reopening),
        post(Recruiter, "/interviews/{id}/nudge", interviews::nudge::create),
        get(Recruiter, "/interviews/{id}/reschedule", rescheduling::new),
        post(Recruiter, "/interviews/{id}/offer", interviews::offer::create),
        post(Recruiter, "/interviews/{id}/reschedule", rescheduling::create),
        get(Recruiter, "/interviews/{id}/reschedule/html", rescheduling::html::show),
        post(Recruiter, "/interviews/{id}/telling", telling::create),
        get(Recruiter, "/jobs", jobs::index),
        get(Recruiter, "/jobs/import", imports::jobs::new),
        post(Recruiter, "/jobs/import", imports::jobs::create),
        get(Recruiter, "/jobs/new", jobs::new),
        post(Recruiter, "/jobs/new", jobs::create),
        get(Recruiter, "/jobs/{id}", jobs::show),
        post(Recruiter, "/jobs/{id}/offers", interviews::offer::create_many),
        get(Recruiter, "/jobs/{id}/edit", jobs::edit),
        post(Recruiter, "/jobs/{id}/edit", jobs::update),
        get(Recruiter, "/reports", reports::index),
        get(Recruiter, "/reports.csv", reports::export::index),
        get(Recruiter, "/search", search::index),
        get(Recruiter, "/series/new", series::new),
        post(Recruiter, "/series/new", series::create),
        get(Recruiter, "/series/{id}", series::show_made),
        post(Recruiter, "/series/{id}/removal", series::create_removal),
        get(Recruiter, "/slots", slots::index),
        get(Recruiter, "/slots/labels", slots::labels::index),
        post(Recruiter, "/slots/labels", slots::labels::create),
        get(Recruiter, "/slots/new", slots::new),
        post(Recruiter, "/slots/new", slots::create),
        get(Recruiter, "/slots/{id}", slots::show),
        get(Recruiter, "/slots/{id}/booking", bookings::new),
        post(Recruiter, "/slots/{id}/booking", bookings::create),
        get(Recruiter, "/slots/{id}/booking/html", bookings::html::show),
        post(Recruiter, "/slots/selection", slots::standing::create_many),
        post(Recruiter, "/slots/{id}/closure", slots::standing::create_closure),
        post(Recruiter, "/slots/{id}/deletion", slots::standing::create_deletion),
        get(Recruiter, "/slots/{id}/edit", slots::edit::edit),
        post(Recruiter, "/slots/{id}/edit", slots::edit::update),
        post(Recruiter, "/slots/{id}/reopening", slots::standing::create_reopening),
        get(Recruiter, "/zone-changes", zone_changes::index),
        post(Recruiter, "/zone-changes", zone_changes::create),

        get(Admin, "/actions", actions::index),
        get(Admin, "/actions.csv", actions::export::index),
        get(Admin, "/company", company::edit),
        post(Admin, "/company", company::update),
        get(Admin, "/company/logo", logo::edit),
        post(Admin, "/company/logo", logo::update),
        post(Admin, "/company/logo/removal", logo::destroy),
        get(Admin, "/company/texts", mail_texts::index),
        get(Admin, "/company/texts/{kind}/{locale}", mail_texts::edit),
        post(Admin, "/company/texts/{kind}/{locale}", mail_texts::update),
        get(Admin, "/company/texts/{kind}/{locale}/html", mail_texts::html::show),
        post(Admin, "/company/texts/{kind}/{locale}/html", mail_texts::html::create),
        post(Admin, "/company/texts/{kind}/{locale}/reset", mail_texts::destroy),
        post(Admin, "/first-steps/postponement", today::first_steps::create),
        get(Admin, "/mail", mail::show),
        post(Admin, "/mail/checks", mail::checks::create),
        post(Admin, "/mail/test", mail::test::create),
        get(Admin, "/tokens", tokens::index),
        get(Admin, "/tokens/new", tokens::new),
        post(Admin, "/tokens/new", tokens::create),
        post(Admin, "/tokens/{id}/revocation", tokens::create_revocation),
        get(Admin, "/users", users::index),
        get(Admin, "/users/new", users::new),
        post(Admin, "/users/new", users::create),
        get(Admin, "/users/{id}", users::show),
        get(Admin, "/users/{id}/availability", availability::edit),
        post(Admin, "/users/{id}/availability", availability::update),
        post(Admin, "/users/{id}/disabling", users::access::create_disabling),
        get(Admin, "/users/{id}/edit", users::edit::show),
        post(Admin, "/users/{id}/edit", users::edit::update),
        post(Admin, "/users/{id}/enabling", users::access::create_enabling),
        get(Admin, "/users/{id}/password", users::access::edit_password),
        post(Admin, "/users/{id}/password", users::access::update_password),

        get(Api, "/api/candidates/", api::candidates::index),
        post(Api, "/api/candidates/", api::candidates::create),
        post(Api, "/api/candidates/import/", api::imports::candidates),
        get(Api, "/api/candidates/{id}/", api::candidates::show),
        patch(Api, "/api/candidates/{id}/", api::candidates::update),
        get(Api, "/api/emails/", api::emails::index),
        get(Api, "/api/emails/{id}/", api::emails::show),
        get(Api, "/api/interviewers/", api::interviewers::index),
        get(Api, "/api/interviewers/{id}/", api::interviewers::show),
        patch(Api, "/api/interviewers/{id}/", api::interviewers::update),
        delete(Api, "/api/interviewers/{id}/feed/", api::interviewers::destroy_feed),
        post(Api, "/api/interviewers/{id}/feed/", api::interviewers::create_feed),
        get(Api, "/api/interviews/", api::interviews::index),
        post(Api, "/api/interviews/", api::interviews::create),
        get(Api, "/api/interviews/outcomes/", api::endings::index),
        post(Api, "/api/interviews/bulk_booking/", api::batches::create),
        post(Api, "/api/interviews/bulk_booking/{id}/undo/", api::batches::undo),
        post(Api, "/api/interviews/bulk_ending/", api::bulk_endings::create),
        post(Api, "/api/interviews/schedules/book_interview/", api::bookings::book_interview),
        post(Api, "/api/interviews/series/", api::series::create),
        delete(Api, "/api/interviews/series/{id}/", api::series::destroy),
        get(Api, "/api/interviews/series/{id}/", api::series::show),
        get(Api, "/api/interviews/slots/", api::slots::index),
        post(Api, "/api/interviews/slots/", api::slots::create),
        post(Api, "/api/interviews/slots/match_interviewers/", api::slots::labels::create),
        delete(Api, "/api/interviews/slots/{id}/", api::slots::standing::destroy),
        get(Api, "/api/interviews/slots/{id}/", api::slots::show),
        patch(Api, "/api/interviews/slots/{id}/", api::slots::update),
        post(Api, "/api/interviews/slots/{id}/close/", api::slots::standing::close),
        post(Api, "/api/interviews/slots/{id}/reopen/", api::slots::standing::reopen),
        post(Api, "/api/interviews/slots/{slot_id}/book_slot/", api::bookings::book_slot),
        get(Api, "/api/interviews/{id}/", api::interviews::show),
        get(Api, "/api/interviews/{id}/dossier/", api::interviews::show_dossier),
        patch(Api, "/api/interviews/{id}/", api::changes::update),
        post(Api, "/api/interviews/{id}/cancel/", api::changes::cancel),
        post(Api, "/api/interviews/{id}/complete/", api::endings::complete),
        post(Api, "/api/interviews/{id}/no_show/", api::endings::miss),
        post(Api, "/api/interviews/{id}/rebook/", api::endings::rebook),
        post(Api, "/api/interviews/{id}/reopen/", api::endings::reopen),
        post(Api, "/api/interviews/{id}/reschedule/", api::changes::reschedule),
        get(Api, "/api/jobs/", api::jobs::index),
        post(Api, "/api/jobs/", api::jobs::create),
        post(Api, "/api/jobs/import/", api::imports::jobs),
        get(Api, "/api/jobs/{id}/", api::jobs::show),
        patch(Api, "/api/jobs/{id}/", api::jobs::update),

        post(Provider, "/hooks/mail/{provider}/{secret}", hooks::create),
    ]
}

/// A line of the table, for people and programs to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The method; GET answers HEAD as well.
    pub method: String,
    /// The path, parameters in braces.
    pub path: String,
    /// Who may.
    pub who: Who,
}

/// The table without its handlers.
pub fn lines() -> Vec<Line> {
    table()
        .into_iter()
        .map(|route| Line {
            method: route.method.to_string(),
            path: without_patterns(route.path),
            who: route.who,
        })
        .collect()
}

/// Is there a page at the address to which a form is sent?
pub fn has_page(pattern: &str) -> bool {
    static PAGES: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let pages = table()
            .into_iter()
            .filter(|route| route.method == Method::GET);
        pages.map(|route| route.path).collect()
    });
    PAGES.contains(&pattern)
}

/// Is there a page at this path that users of this role may see?
pub fn opens(role: Role, path: &str) -> bool {
    let path: Vec<&str> = path
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .split('/')
        .collect();
    let is_at = |pattern: &str| {
        let pattern: Vec<&str> = pattern.split('/').collect();
        let is_like = |(part, given): (&&str, &&str)| part == given || part.starts_with('{');
        pattern.len() == path.len() && pattern.iter().zip(&path).all(is_like)
    };
    let mut pages = table()
        .into_iter()
        .filter(|route| route.method == Method::GET);
    pages.any(|route| route.who.admits(role) && is_at(route.path))
}

/// Puts the table into the web server. Sorted, because the first match wins and `{` sorts after letters:
/// `/slots/new` comes before `/slots/{id}`. What takes any rest of a path comes last.
pub fn configure(config: &mut ServiceConfig, app: &Data<App>) {
    config.app_data(Data::new(login::Opens(opens)));
    let mut paths: BTreeMap<(bool, &str), Vec<Route>> = BTreeMap::new();
    for route in table() {
        let takes_any_rest = route.path.ends_with(":.*}");
        let key = (takes_any_rest, route.path);
        paths.entry(key).or_default().push(route);
    }
    for ((_, path), routes) in paths {
        let allowed = allowed(&routes);
        let keeps_sessions = routes.iter().any(|route| route.keeps_session);
        let mut resource = web::resource(path).default_service(web::to(move || {
            let answer = HttpResponse::MethodNotAllowed()
                .insert_header((header::ALLOW, allowed.clone()))
                .finish();
            async { answer }
        }));
        for route in routes {
            resource = resource.route(route.endpoint);
        }
        if keeps_sessions {
            config.service(resource.wrap(sessions::middleware(app)));
        } else {
            config.service(resource);
        }
    }
}

fn allowed(routes: &[Route]) -> String {
    let mut names: Vec<&str> = routes.iter().map(|route| route.method.as_str()).collect();
    if names.contains(&"GET") {
        names.push("HEAD");
    }
    names.sort_unstable();
    names.join(", ")
}

/// `/static/{hash}/{path:.*}` reads `/static/{hash}/{path}`.
fn without_patterns(path: &str) -> String {
    path.split('/')
        .map(|segment| match segment.split_once(':') {
            Some((name, _)) => format!("{name}}}"),
            None => segment.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("/")
}
