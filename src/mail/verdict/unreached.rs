//! Attempts in which the message was not offered: no server, no safe connection, or one that lacks something.
use entity::attempt::Stage;

use super::{Course, Scope, Verdict, too_big, verdict};
use crate::mail::smtp::{Missing, Outcome, Report};

pub(super) fn lacks(missing: &Missing) -> Verdict {
    match missing {
        Missing::Starttls => verdict(
            Scope::Settings,
            Course::Again,
            "The mail server doesn't offer STARTTLS on this port. Use its port for encrypted email (587, or 465 with EMAIL_USE_SSL=true). If this is the right port, something between this machine and the server removes the offer. Nothing was sent unencrypted.",
        ),
        Missing::Login => verdict(
            Scope::Settings,
            Course::Again,
            "The mail server offers no login. Most servers offer it only after encryption: set EMAIL_USE_TLS=true. If the server needs no login, leave EMAIL_HOST_USER and EMAIL_HOST_PASSWORD empty.",
        ),
        Missing::Mechanism(offered) => verdict(
            Scope::Settings,
            Course::Again,
            format!(
                "The mail server doesn't accept passwords, only {}. Create an app password with the provider, or use another relay.",
                offered.join(", ")
            ),
        ),
        Missing::Tokens(offered) => verdict(
            Scope::Settings,
            Course::Again,
            format!(
                "The mail server doesn't accept access tokens (XOAUTH2), only {}. Check EMAIL_HOST, or set EMAIL_AUTH=password.",
                offered.join(", ")
            ),
        ),
        Missing::Token => verdict(
            Scope::Server,
            Course::Again,
            "There is no access token for the mail server yet. Greenroom keeps trying.",
        ),
        Missing::SmtpUtf8 => verdict(
            Scope::Recipient,
            Course::Never,
            "This mail server can't send to an address with such letters before the @. Ask the candidate for another address.",
        ),
        Missing::Size { .. } => too_big(),
    }
}

pub(super) fn untrusted(text: &str) -> Verdict {
    let hint = if text.contains("InvalidContentType") {
        "This port starts without encryption. Set EMAIL_USE_TLS=true and EMAIL_USE_SSL=false, or use port 465."
    } else if text.contains("UnknownIssuer") {
        "The mail server's certificate comes from an authority that this machine doesn't trust. Add that authority to the machine's certificates, or set SSL_CERT_FILE to its file."
    } else if text.contains("not valid for name") || text.contains("NotValidForName") {
        "The mail server's certificate is for another host name. Set EMAIL_HOST to the name that your provider gives you."
    } else if text.contains("xpired") {
        "The mail server's certificate has expired. Its operator must renew it. Check this machine's clock, too."
    } else if text.contains("CaUsedAsEndEntity") {
        "The mail server uses the certificate of a certificate authority as its own. It needs a separate certificate that is signed by an authority."
    } else if text.contains("ca-certificates") {
        "This machine has no trusted certificates. Install the package ca-certificates, or set SSL_CERT_FILE."
    } else {
        return verdict(
            Scope::Server,
            Course::Again,
            "No encrypted connection with the mail server could be established. Greenroom keeps trying.",
        );
    };
    verdict(Scope::Settings, Course::Again, hint)
}

pub(super) fn out_of_reach(report: &Report) -> Verdict {
    let hint = match (&report.outcome, report.stage) {
        (Outcome::NoAddress(_), _) => {
            "The mail server's name can't be found. Check EMAIL_HOST and this machine's DNS."
        }
        (Outcome::Timeout(_), Stage::Connect) => {
            "The mail server doesn't answer at all. The usual cause is a firewall. Many hosting providers block port 25: use 587 or 465."
        }
        (Outcome::Network(text), Stage::Connect) if text.contains("refused") => {
            "Nothing is listening on that port. Check EMAIL_HOST and EMAIL_PORT, or start the mail server."
        }
        (Outcome::Network(_), Stage::Connect) => {
            "The mail server can't be reached from here. Check this machine's network."
        }
        (Outcome::Timeout(_), Stage::Banner) if report.tls.is_none() => {
            "The mail server sends nothing. If the port is 465, it expects encryption from the first byte: set EMAIL_USE_SSL=true and EMAIL_USE_TLS=false."
        }
        (Outcome::Timeout(_), _) => "The mail server stopped answering. Greenroom keeps trying.",
        (Outcome::Unexpected(_), _) => {
            "What answers there isn't a mail server. Check EMAIL_HOST and EMAIL_PORT."
        }
        (Outcome::Withheld, _) => "Not sent yet. Nothing is lost.",
        _ => "The connection to the mail server broke. Greenroom keeps trying.",
    };
    verdict(Scope::Server, Course::Again, hint)
}
