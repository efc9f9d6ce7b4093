//! Replies that providers are known to give, and what to do about each.
use super::{Course, HOUR, Scope, Verdict, cause, verdict};
use crate::mail::smtp::{Reply, Report};

/// A reply is known by its code (none: any), by words that all occur in it, and by the server's name.
struct Known {
    codes: &'static [u16],
    words: &'static [&'static str],
    host: &'static str,
    scope: Scope,
    course: Course,
    hint: &'static str,
}

/// The meaning of a reply that is known; the first that fits.
pub(super) fn find(report: &Report, reply: &Reply) -> Option<Verdict> {
    // An address may look like anything.
    let text = cause::without_addresses(&reply.text()).to_lowercase();
    let known = KNOWN.iter().find(|known| {
        (known.codes.is_empty() || known.codes.contains(&reply.code))
            && known.words.iter().all(|word| text.contains(word))
            && report.host.ends_with(known.host)
    })?;
    Some(verdict(known.scope, known.course, known.hint))
}

const fn settings(
    codes: &'static [u16],
    words: &'static [&'static str],
    hint: &'static str,
) -> Known {
    Known {
        codes,
        words,
        host: "",
        scope: Scope::Settings,
        course: Course::Again,
        hint,
    }
}

const fn server(
    codes: &'static [u16],
    words: &'static [&'static str],
    course: Course,
    hint: &'static str,
) -> Known {
    Known {
        codes,
        words,
        host: "",
        scope: Scope::Server,
        course,
        hint,
    }
}

/// The same where only the server's name tells whose reply it is.
const fn at(host: &'static str, known: Known) -> Known {
    Known { host, ..known }
}

const KNOWN: &[Known] = &[
    // Gmail and Google Workspace
    settings(
        &[534, 535],
        &["application-specific password"],
        APP_PASSWORD,
    ),
    settings(&[534, 535], &["invalidsecondfactor"], APP_PASSWORD),
    settings(&[535], &["badcredentials"], APP_PASSWORD),
    at(
        "gmail.com",
        settings(&[535], &["not accepted"], APP_PASSWORD),
    ),
    settings(
        &[534],
        &["5.7.14"],
        "Google wants you to sign in to this account once in a browser; then it lets Greenroom in.",
    ),
    server(
        &[550, 454, 452],
        &["daily user sending limit"],
        Course::AgainAfter(HOUR),
        "This Gmail account has sent all that it may today. Google opens it again within 24 hours; for more mail use a relay service.",
    ),
    server(
        &[550],
        &["5.4.5"],
        Course::AgainAfter(HOUR),
        "This account has sent all that it may today. It opens again within 24 hours; for more mail use a relay service.",
    ),
    settings(
        &[421, 530],
        &["must issue a starttls"],
        "The mail server insists on encryption: set EMAIL_USE_TLS=true.",
    ),
    settings(
        &[421, 451],
        &["tls required"],
        "The mail server insists on encryption: set EMAIL_USE_TLS=true.",
    ),
    at(
        "gmail.com",
        server(&[421, 454], &["4.7.0"], Course::Again, SLOW_DOWN),
    ),
    at(
        "gmail.com",
        server(&[421], &["4.4.5"], Course::Again, SLOW_DOWN),
    ),
    Known {
        codes: &[550, 554],
        words: &["5.7.26"],
        host: "",
        scope: Scope::Message,
        course: Course::Never,
        hint: "The receiving server cannot tell that the message is from us: the sender's domain needs SPF and DKIM records for this mail server, or DEFAULT_FROM_EMAIL must be on a domain that has them.",
    },
    // Microsoft 365
    settings(
        &[535],
        &["smtpclientauthentication is disabled"],
        "Microsoft 365 has SMTP AUTH switched off: an administrator can switch it on for the organisation and for this mailbox.",
    ),
    settings(
        &[535],
        &["security defaults"],
        "Microsoft 365's security defaults lock this login: an administrator must allow SMTP AUTH for the mailbox, or use a relay.",
    ),
    settings(
        &[535],
        &["did not meet the criteria"],
        "Microsoft 365 does not let this login in: check the password, and have SMTP AUTH switched on for the mailbox.",
    ),
    settings(&[535], &["basic authentication is disabled"], NO_PASSWORDS),
    settings(&[550], &["5.7.30"], NO_PASSWORDS),
    server(
        &[550, 554],
        &["submissionquotaexceeded"],
        Course::AgainAfter(HOUR),
        "This Microsoft 365 mailbox has sent all that it may for now. It opens again within 24 hours; for more mail use a relay service.",
    ),
    settings(
        &[],
        &["5.7.57"],
        "The mail server wants a login first: set EMAIL_HOST_USER and EMAIL_HOST_PASSWORD, and on Microsoft 365 have SMTP AUTH switched on.",
    ),
    settings(
        &[535],
        &["5.7.3 "],
        "Microsoft 365 does not know this user name and password, or has SMTP AUTH switched off for the mailbox.",
    ),
    // What an app that signs in by itself is told after its message, which no other account ever sees.
    settings(&[], &["mailbox logon failure"], MAILBOX_RIGHT),
    settings(&[], &["mapiexceptionlogonfailed"], MAILBOX_RIGHT),
    settings(&[550, 554], &["5.7.60"], SEND_AS),
    settings(&[550, 554], &["sendasdenied"], SEND_AS),
    // Amazon SES
    settings(
        &[554],
        &["email address is not verified"],
        "Amazon SES does not know this address in the region that the reply names: verify the sender's domain there, or use the EMAIL_HOST of the region where it is verified. While the account is in the sandbox, recipients must be verified, too: ask AWS to take it out.",
    ),
    settings(
        &[535],
        &["authentication credentials invalid"],
        "Amazon SES wants its own SMTP credentials, not an access key, and each region has its own.",
    ),
    settings(
        &[554],
        &["not authorized to perform", "ses:"],
        "These SMTP credentials of Amazon SES may not send: create new ones in the SES console, or allow ses:SendRawEmail for their user.",
    ),
    server(
        &[454],
        &["daily message quota"],
        Course::AgainAfter(HOUR),
        "This Amazon SES account has sent all that it may in 24 hours. Ask AWS for a higher quota.",
    ),
    server(
        &[454],
        &["throttling"],
        Course::WhenThereIsRoom,
        "Amazon SES limits how fast this account may send. Greenroom slows down by itself.",
    ),
    server(
        &[421],
        &["too many concurrent"],
        Course::WhenThereIsRoom,
        "The mail server allows fewer connections at a time. Greenroom comes back by itself.",
    ),
    // SendGrid, Mailgun, Postmark, Brevo
    at(
        "sendgrid.net",
        settings(
            &[535],
            &[],
            "SendGrid wants EMAIL_HOST_USER to be the word apikey, and EMAIL_HOST_PASSWORD an API key that may send mail (Mail Send).",
        ),
    ),
    settings(
        &[],
        &["maximum credits exceeded"],
        "This SendGrid account has used up its credits: raise its plan, or wait for the next period.",
    ),
    settings(&[403, 550], &["not authorized to send from"], UNVERIFIED),
    settings(&[550], &["verified sender identity"], UNVERIFIED),
    settings(
        &[],
        &["sandbox subdomains"],
        "This Mailgun domain is a sandbox for tests: add your own domain, or enter the recipient as authorised.",
    ),
    at(
        "mailgun.org",
        settings(
            &[535],
            &[],
            "Mailgun wants the SMTP login of the domain (postmaster@…) and its SMTP password, not an API key; a domain in Europe has the host smtp.eu.mailgun.org.",
        ),
    ),
    at(
        "postmarkapp.com",
        settings(
            &[535],
            &[],
            "Postmark wants the Server API token both as EMAIL_HOST_USER and as EMAIL_HOST_PASSWORD, and SMTP switched on for that server.",
        ),
    ),
    settings(
        &[525],
        &["unauthorized ip"],
        "The mail service does not know this machine's address: enter it among the authorised ones (Brevo: Security → Authorised IPs).",
    ),
    at("brevo.com", settings(&[535], &[], SMTP_KEY)),
    at("sendinblue.com", settings(&[535], &[], SMTP_KEY)),
    // Anybody's
    settings(
        &[503, 530, 550, 553, 554],
        &["authentication required"],
        LOGIN_FIRST,
    ),
    settings(&[550, 554], &["relay not permitted"], RELAY),
    settings(&[550, 551, 553, 554], &["relay access denied"], RELAY),
    settings(&[550, 551, 553, 554], &["relaying denied"], RELAY),
    settings(&[550, 551, 553, 554], &["unable to relay"], RELAY),
    settings(
        &[502, 503, 504],
        &["auth"],
        "The mail server knows no login here. Most offer it only after encryption: set EMAIL_USE_TLS=true.",
    ),
];

const APP_PASSWORD: &str = "Gmail wants an App Password here, not the account's own password: switch on 2-Step Verification, create one at https://myaccount.google.com/apppasswords and put its 16 letters into EMAIL_HOST_PASSWORD. Accounts under Advanced Protection cannot have one: use another account or a relay service.";
const SLOW_DOWN: &str =
    "Google wants us to come back later and to send more slowly. Greenroom does both by itself.";
const NO_PASSWORDS: &str = "Microsoft no longer takes passwords for sending here. For Microsoft 365, an administrator may still be able to allow them for a while; then use its High Volume Email, a connector, or another relay.";
const UNVERIFIED: &str = "The mail service does not know our sender: verify the address or domain of DEFAULT_FROM_EMAIL there.";
const SMTP_KEY: &str = "Brevo wants the login that is shown under SMTP & API, and an SMTP key made there (xsmtpsib-…), not an API key.";
const MAILBOX_RIGHT: &str = "Missing right to the mailbox: give the app's service principal the right with Add-MailboxPermission -Identity <mailbox> -User <service principal ID> -AccessRights FullAccess. It can take an hour to take effect.";
const SEND_AS: &str = "This login may not send as our sender: set DEFAULT_FROM_EMAIL to its own address, or grant it Send As.";
const LOGIN_FIRST: &str =
    "The mail server wants a login: set EMAIL_HOST_USER and EMAIL_HOST_PASSWORD.";
pub(super) const RELAY: &str = "The mail server takes mail for its own domains only: it wants a login (EMAIL_HOST_USER, EMAIL_HOST_PASSWORD), or is the wrong one.";
