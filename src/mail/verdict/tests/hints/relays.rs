//! What relay services reply.
use super::*;

#[test]
fn amazon_is_understood() {
    check(&[
        (
            SES,
            Body,
            "554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: jobs@acme.example",
            Settings,
            AGAIN,
            &["verify", "region", "sandbox"],
        ),
        (
            SES,
            Auth,
            "535 Authentication Credentials Invalid",
            Settings,
            AGAIN,
            &["SMTP credentials", "access key", "region"],
        ),
        (
            SES,
            Body,
            "554 Access denied: User `arn:aws:iam::1:user/x' is not authorized to perform `ses:SendRawEmail' on resource `x'",
            Settings,
            AGAIN,
            &["ses:SendRawEmail"],
        ),
        (
            SES,
            Body,
            "454 Throttling failure: Maximum sending rate exceeded.",
            Server,
            ROOM,
            &["slows down"],
        ),
        (
            SES,
            Body,
            "454 Throttling failure: Daily message quota exceeded.",
            Server,
            LATER_TODAY,
            &["quota"],
        ),
        (
            SES,
            Banner,
            "421 Too many concurrent SMTP connections",
            Server,
            ROOM,
            &["connections"],
        ),
    ]);
}

#[test]
fn relay_services_are_understood() {
    check(&[
        (
            SENDGRID,
            Auth,
            "535 Authentication failed: The provided authorization grant is invalid, expired, or revoked",
            Settings,
            AGAIN,
            &["apikey", "Mail Send"],
        ),
        (
            SENDGRID,
            Auth,
            "451 Authentication failed: Maximum credits exceeded",
            Settings,
            AGAIN,
            &["credits", "plan"],
        ),
        (
            SENDGRID,
            Data,
            "403 You are not authorized to send from that email address",
            Settings,
            AGAIN,
            &["verify", "DEFAULT_FROM_EMAIL"],
        ),
        (
            SENDGRID,
            Data,
            "550 You are not authorized to send from that email address",
            Settings,
            AGAIN,
            &["verify", "DEFAULT_FROM_EMAIL"],
        ),
        (
            SENDGRID,
            Body,
            "550 The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.",
            Settings,
            AGAIN,
            &["verify", "DEFAULT_FROM_EMAIL"],
        ),
        (
            MAILGUN,
            Data,
            "421 Domain sandbox0.mailgun.org is not allowed to send: Sandbox subdomains are for test purposes only. Please add your own domain or add the address to authorized recipients in Account Settings.",
            Settings,
            AGAIN,
            &["sandbox", "own domain", "authorised"],
        ),
        (
            MAILGUN,
            Body,
            "554 Sandbox subdomains are for test purposes only.",
            Settings,
            AGAIN,
            &["sandbox", "own domain"],
        ),
        (
            MAILGUN,
            Auth,
            "535 Authentication failed",
            Settings,
            AGAIN,
            &["postmaster@", "smtp.eu.mailgun.org"],
        ),
        (
            "smtp.postmarkapp.com",
            Auth,
            "535 5.7.8 Error: authentication failed",
            Settings,
            AGAIN,
            &["Server API token", "both"],
        ),
        (
            BREVO,
            MailFrom,
            "525 5.7.1 Unauthorized IP address",
            Settings,
            AGAIN,
            &["address", "authorised"],
        ),
        (
            BREVO,
            Auth,
            "535 5.7.8 Authentication failed",
            Settings,
            AGAIN,
            &["SMTP key", "not an API key"],
        ),
        (
            "smtp-relay.sendinblue.com",
            Auth,
            "535 5.7.8 Authentication failed",
            Settings,
            AGAIN,
            &["SMTP key"],
        ),
    ]);
}
