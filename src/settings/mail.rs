//! How mail leaves: the backend, the mail server, the sender.
use lettre::message::Mailbox;

use super::{
    base_url::is_loopback_host,
    oauth::Auth,
    reader::Reader,
    smtp::{REQUIRED, SmtpSettings},
};

/// How mail leaves.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// `EMAIL_BACKEND`.
    pub backend: Backend,
    /// `EMAIL_FALLBACK_…`: the mail server that takes over while the first one takes nothing.
    pub fallback: Option<SmtpSettings>,
    /// `EMAIL_MAX_PER_SECOND`: the most messages a second that a mail server is given.
    pub max_per_second: MaxPerSecond,
    /// `DEFAULT_FROM_EMAIL`: the mailbox that every message comes from.
    pub from: Mailbox,
    /// `EMAIL_CONSOLE_FALLBACK`: print a message, too, when SMTP did not take it.
    pub console_fallback: bool,
}

/// Where messages go.
#[derive(Clone, Debug)]
pub enum Backend {
    /// Printed; nobody receives them.
    Console,
    /// To a mail server.
    Smtp(SmtpSettings),
}

/// How many messages a second a mail server is given at the most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxPerSecond {
    /// One for a server elsewhere, any number for one on this machine.
    Usual,
    /// Any number.
    Unlimited,
    /// So many.
    Of(f64),
}

impl MaxPerSecond {
    /// The limit for a server; none is no limit.
    pub fn for_host(self, host: &str) -> Option<f64> {
        match self {
            Self::Unlimited => None,
            Self::Of(limit) => Some(limit),
            Self::Usual if is_loopback_host(host) => None,
            Self::Usual => Some(1.0),
        }
    }
}

/// `EMAIL_BACKEND`, whatever it needs besides.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Console,
    Smtp,
}

/// `smtp` and `console` in any case, and Django's paths to the same.
fn backend_kind(text: &str) -> Result<Kind, String> {
    let lower = text.to_lowercase();
    let path = lower.strip_prefix("django.core.mail.backends.");
    let name = path.map_or(&*lower, |path| path.trim_end_matches(".emailbackend"));
    let why = match name {
        "console" => return Ok(Kind::Console),
        "smtp" => return Ok(Kind::Smtp),
        "locmem" => "which keeps emails in memory for Django's tests",
        "dummy" => "which discards emails",
        "filebased" => "which writes emails to files",
        other if other.starts_with("anymail.") => {
            "a class of django-anymail, which uses a service's API; the same service accepts email over SMTP (docs/mail.md)"
        }
        other if other.contains('.') => "a Django class, which Greenroom can't load",
        _ => {
            return Err(format!("is {text:?}; it must be smtp or console"));
        }
    };
    Err(format!(
        "is {text:?}, {why}. Use smtp (emails go to a mail server) or console (emails are printed and nobody receives them)"
    ))
}

fn sender(text: &str) -> Result<Mailbox, String> {
    if text.is_empty() {
        return Err(format!("{REQUIRED}: the sender address of your emails"));
    }
    let quoted = ['\'', '"'].iter().any(|quote| {
        text.len() > 1
            && text.starts_with(*quote)
            && text.ends_with(*quote)
            && !text.contains("\" <")
    });
    if quoted {
        return Err(format!(
            "{text:?} is in quotes, which count as part of the value. Remove them: docker --env-file and systemd's Environment= take values literally"
        ));
    }
    text.parse::<Mailbox>().map_err(|_| {
        format!(
            "{text:?} is not a sender address like Greenroom <jobs@example.com>; put it in single quotes in .env: 'Greenroom <jobs@example.com>'"
        )
    })
}

impl Reader {
    pub(super) fn backend(&mut self) -> Option<Kind> {
        self.parse("EMAIL_BACKEND", "console", backend_kind)
    }

    pub(super) fn mail(&mut self, kind: Option<Kind>, auth: &Auth) -> Option<MailSettings> {
        let backend = match kind {
            Some(Kind::Console) => Some(Backend::Console),
            Some(Kind::Smtp) => self.smtp("EMAIL_", auth).map(Backend::Smtp),
            // Whoever names a server means it; what is wrong with it is told along with the backend.
            None => {
                self.text("EMAIL_HOST")
                    .and_then(|_| self.smtp("EMAIL_", auth));
                None
            }
        };
        // What a backend needs that nobody knows is not known either.
        let default_from = match kind {
            Some(Kind::Smtp) => "",
            Some(Kind::Console) | None => "Greenroom <greenroom@localhost>",
        };
        let from = self.parse("DEFAULT_FROM_EMAIL", default_from, sender);
        let fallback = self.fallback(kind);
        let max_per_second = self.max_per_second();
        let console_fallback = self.flag("EMAIL_CONSOLE_FALLBACK", false);
        Some(MailSettings {
            backend: backend?,
            fallback,
            max_per_second: max_per_second?,
            from: from?,
            console_fallback,
        })
    }

    fn fallback(&mut self, kind: Option<Kind>) -> Option<SmtpSettings> {
        if self.is_known("EMAIL_FALLBACK_HOST") {
            self.text("EMAIL_FALLBACK_HOST")?;
        }
        if kind == Some(Kind::Console) {
            self.contradiction(
                "EMAIL_FALLBACK_HOST",
                &["EMAIL_BACKEND"],
                "is set, but EMAIL_BACKEND is console: set EMAIL_BACKEND=smtp and a main mail server first",
            );
            return None;
        }
        self.smtp("EMAIL_FALLBACK_", &Auth::Password)
    }

    fn max_per_second(&mut self) -> Option<MaxPerSecond> {
        self.parse("EMAIL_MAX_PER_SECOND", "usual", |text| match text {
            "usual" => Ok(MaxPerSecond::Usual),
            "unlimited" => Ok(MaxPerSecond::Unlimited),
            number => match number.parse::<f64>() {
                Ok(limit) if limit.is_finite() && limit > 0.0 => Ok(MaxPerSecond::Of(limit)),
                _ => Err(format!(
                    "{text:?} is not a number like 0.5 or 14, or unlimited"
                )),
            },
        })
    }
}
