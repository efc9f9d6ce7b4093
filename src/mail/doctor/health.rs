//! What all checks together mean.
use entity::{mail_check::Health, transport::Name};

use super::{
    SLOW,
    check::{Check, Grade},
};

/// Mail can be sent as long as one server takes it, and nothing that all of them need is wrong.
pub fn health(checks: &[Check]) -> Health {
    let has = |grade| checks.iter().any(|check| check.grade == grade);
    let asked = |server: Option<Name>| checks.iter().filter(move |check| check.server == server);
    let fails = |server| asked(server).any(|check| check.grade == Grade::Fail);
    let mut servers = [Name::Primary, Name::Fallback].map(Some).to_vec();
    servers.retain(|server| asked(*server).next().is_some());
    let no_server_works = !servers.is_empty() && servers.into_iter().all(fails);
    if fails(None) || no_server_works {
        Health::Broken
    } else if has(Grade::Fail) || has(Grade::Warn) {
        Health::Warnings
    } else {
        Health::Well
    }
}

/// Was the time over before it was known whether mail can be sent?
pub fn is_unfinished(checks: &[Check]) -> bool {
    checks.iter().any(|check| check.cause.starts_with(SLOW))
}

#[cfg(test)]
mod tests {
    use super::{
        super::check::{Found, Step},
        *,
    };

    fn check(step: Step, server: Option<Name>, found: Found) -> Check {
        Check::new(step, server, found, 0)
    }

    #[test]
    fn mail_can_be_sent_while_one_server_takes_it() {
        let fine = |server| check(Step::Login, Some(server), Found::pass());
        let refused = |server| check(Step::Login, Some(server), Found::fail("no", "do"));
        assert_eq!(health(&[fine(Name::Primary)]), Health::Well);
        assert_eq!(health(&[refused(Name::Primary)]), Health::Broken);
        assert_eq!(
            health(&[refused(Name::Primary), fine(Name::Fallback)]),
            Health::Warnings
        );
        assert_eq!(
            health(&[fine(Name::Primary), refused(Name::Fallback)]),
            Health::Warnings
        );
        assert_eq!(
            health(&[refused(Name::Primary), refused(Name::Fallback)]),
            Health::Broken
        );
        let console = check(Step::Transport, None, Found::fail("no", "do"));
        assert_eq!(health(&[console, fine(Name::Primary)]), Health::Broken);
        let dns = check(Step::SenderDomain, None, Found::warn("no SPF", "add it"));
        assert_eq!(health(&[fine(Name::Primary), dns]), Health::Warnings);
        let skipped = check(Step::Queue, None, Found::skipped("no database"));
        assert_eq!(health(&[fine(Name::Primary), skipped]), Health::Well);
    }
}
