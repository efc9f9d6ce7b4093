//! Errors that token endpoints are known to give, and what is wrong then.
//!
//! Microsoft's numbers may change, it says; where one is unknown the error of the RFC is what counts.
use super::Cause;

/// Microsoft Entra ID's numbers (AADSTS…).
const NUMBERS: &[(u32, Cause)] = &[
    // The tenant is not found, or is no name of one; or it has no Exchange Online.
    (90002, Cause::WrongTenant),
    (900_021, Cause::WrongTenant),
    (900_023, Cause::WrongTenant),
    (500_011, Cause::WrongTenant),
    // The app is not found in the directory, or is disabled there.
    (700_016, Cause::UnknownClient),
    (7_000_112, Cause::UnknownClient),
    (7_000_215, Cause::WrongSecret),
    (7_000_222, Cause::ExpiredSecret),
    // A secret is wanted; an app for people needs "Allow public client flows" to go without.
    (7_000_216, Cause::SecretMissing),
    (7_000_218, Cause::SecretMissing),
    (700_025, Cause::SecretUnwanted),
    (65001, Cause::ConsentMissing),
    (65004, Cause::ConsentMissing),
    (90094, Cause::ConsentMissing),
    (70011, Cause::WrongScope),
    (28002, Cause::WrongScope),
    (28003, Cause::WrongScope),
    (1_002_012, Cause::WrongScope),
    // Expired, revoked, replaced by a new password, or in need of another factor: the person signs in again.
    (70000, Cause::Revoked),
    (70008, Cause::Revoked),
    (700_081, Cause::Revoked),
    (700_082, Cause::Revoked),
    (700_084, Cause::Revoked),
    (50173, Cause::Revoked),
    (50076, Cause::Revoked),
    (50078, Cause::Revoked),
    (50079, Cause::Revoked),
    (50034, Cause::Revoked),
    (50057, Cause::Revoked),
    (53003, Cause::Revoked),
    // Passes by itself.
    (90006, Cause::Away),
    (90024, Cause::Away),
    (90033, Cause::Away),
];

/// Other words of Google's, beside those of the RFC: an error, and what its description must contain.
const WORDS: &[(&str, &str, Cause)] = &[
    ("invalid_client", "was not found", Cause::UnknownClient),
    ("deleted_client", "", Cause::UnknownClient),
    ("disabled_client", "", Cause::UnknownClient),
    ("invalid_client", "", Cause::WrongSecret),
    ("invalid_grant", "", Cause::Revoked),
    ("interaction_required", "", Cause::Revoked),
    ("login_required", "", Cause::Revoked),
    ("invalid_rapt", "", Cause::Revoked),
    ("consent_required", "", Cause::ConsentMissing),
    ("access_denied", "", Cause::ConsentMissing),
    ("authorization_declined", "", Cause::ConsentMissing),
    ("admin_policy_enforced", "", Cause::ConsentMissing),
    ("org_internal", "", Cause::ConsentMissing),
    ("invalid_scope", "", Cause::WrongScope),
    ("invalid_target", "", Cause::WrongScope),
    ("invalid_resource", "", Cause::WrongScope),
    ("unauthorized_client", "", Cause::NotAllowed),
    ("unsupported_grant_type", "", Cause::NotAllowed),
    ("temporarily_unavailable", "", Cause::Away),
    ("server_error", "", Cause::Away),
    ("internal_failure", "", Cause::Away),
    ("rate_limit_exceeded", "", Cause::Away),
    ("slow_down", "", Cause::Away),
];

/// What is wrong, if it is known.
pub(super) fn cause(error: &str, description: &str) -> Option<Cause> {
    by_number(description).or_else(|| {
        let description = description.to_lowercase();
        let mut words = WORDS.iter();
        let found = words.find(|(known, word, _)| *known == error && description.contains(word));
        found.map(|(_, _, cause)| *cause)
    })
}

/// Microsoft's code, to be looked up by whoever reads of it.
pub(super) fn code(description: &str) -> Option<String> {
    numbers(description)
        .next()
        .map(|number| format!("AADSTS{number}"))
}

fn by_number(description: &str) -> Option<Cause> {
    // Older texts have a general number before the one that says more.
    let mut found = numbers(description).filter_map(|number| {
        let mut known = NUMBERS.iter();
        known.find(|(other, _)| *other == number)
    });
    found.next().map(|(_, cause)| *cause)
}

fn numbers(description: &str) -> impl Iterator<Item = u32> {
    description.split("AADSTS").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit());
        rest[..end.unwrap_or(rest.len())].parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_error_has_its_cause() {
        for (error, description, expected) in [
            (
                "invalid_request",
                "AADSTS90002: Tenant 'x' not found. Check to make sure you have the correct tenant ID",
                Cause::WrongTenant,
            ),
            (
                "invalid_request",
                "AADSTS900023: Specified tenant identifier 'x' is neither a valid DNS name, nor a valid external domain.",
                Cause::WrongTenant,
            ),
            (
                "unauthorized_client",
                "AADSTS700016: Application with identifier 'x' was not found in the directory 'y'.",
                Cause::UnknownClient,
            ),
            (
                "invalid_client",
                "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1",
                Cause::WrongSecret,
            ),
            (
                "invalid_client",
                "AADSTS7000222: The provided client secret keys for app 'x' are expired.",
                Cause::ExpiredSecret,
            ),
            (
                "invalid_client",
                "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
                Cause::SecretMissing,
            ),
            (
                "invalid_client",
                "AADSTS700025: Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
                Cause::SecretUnwanted,
            ),
            (
                "invalid_grant",
                "AADSTS65001: The user or administrator has not consented to use the application",
                Cause::ConsentMissing,
            ),
            (
                "invalid_scope",
                "AADSTS70011: The provided value for the input parameter 'scope' isn't valid.",
                Cause::WrongScope,
            ),
            (
                "invalid_scope",
                "AADSTS1002012: The provided value for scope x is not valid. Client credential flows must have a scope value with /.default",
                Cause::WrongScope,
            ),
            (
                "invalid_grant",
                "AADSTS700082: The refresh token has expired due to inactivity.",
                Cause::Revoked,
            ),
            (
                "invalid_grant",
                "AADSTS50173: The provided grant has expired due to it being revoked",
                Cause::Revoked,
            ),
            (
                "invalid_grant",
                "AADSTS70002: Error validating credentials. AADSTS70000: The provided access grant is invalid",
                Cause::Revoked,
            ),
            (
                "invalid_grant",
                "AADSTS50076: Due to a configuration change made by your administrator",
                Cause::Revoked,
            ),
            (
                "invalid_request",
                "AADSTS90033: A transient error has occurred. Please try again.",
                Cause::Away,
            ),
            (
                "invalid_client",
                "The OAuth client was not found.",
                Cause::UnknownClient,
            ),
            (
                "deleted_client",
                "The OAuth client was deleted.",
                Cause::UnknownClient,
            ),
            ("invalid_client", "Unauthorized", Cause::WrongSecret),
            (
                "invalid_client",
                "The provided client secret is invalid.",
                Cause::WrongSecret,
            ),
            (
                "invalid_grant",
                "Token has been expired or revoked.",
                Cause::Revoked,
            ),
            ("invalid_grant", "Bad Request", Cause::Revoked),
            ("invalid_scope", "Bad Request", Cause::WrongScope),
            ("admin_policy_enforced", "", Cause::ConsentMissing),
            ("unauthorized_client", "Unauthorized", Cause::NotAllowed),
            ("unsupported_grant_type", "", Cause::NotAllowed),
        ] {
            assert_eq!(
                cause(error, description),
                Some(expected),
                "{error} {description}"
            );
        }
        assert_eq!(cause("invalid_request", "AADSTS1: what is this?"), None);
        assert_eq!(cause("new_error", ""), None);
        // A number that nobody knows yet leaves it to the error.
        assert_eq!(
            cause("invalid_grant", "AADSTS999999999999: ?"),
            Some(Cause::Revoked)
        );
    }

    #[test]
    fn the_code_to_look_up_is_the_first() {
        assert_eq!(
            code("AADSTS7000215: Invalid. AADSTS1").as_deref(),
            Some("AADSTS7000215")
        );
        assert_eq!(code("Token has been revoked."), None);
    }
}
