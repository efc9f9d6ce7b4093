//! Who tells.

/// Who tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provider {
    /// Postmark.
    Postmark,
    /// Resend.
    Resend,
    /// Mailgun by Sinch.
    Mailgun,
    /// Twilio SendGrid.
    Sendgrid,
    /// Amazon SES, through SNS.
    Ses,
    /// Brevo, earlier Sendinblue.
    Brevo,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Postmark,
        Self::Resend,
        Self::Mailgun,
        Self::Sendgrid,
        Self::Ses,
        Self::Brevo,
    ];

    /// The one with this word, in exactly this spelling.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }

    /// Its word in addresses and settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Postmark => "postmark",
            Self::Resend => "resend",
            Self::Mailgun => "mailgun",
            Self::Sendgrid => "sendgrid",
            Self::Ses => "ses",
            Self::Brevo => "brevo",
        }
    }

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postmark => "Postmark",
            Self::Resend => "Resend",
            Self::Mailgun => "Mailgun",
            Self::Sendgrid => "SendGrid",
            Self::Ses => "Amazon SES",
            Self::Brevo => "Brevo",
        }
    }

    /// What proves that a post is its, in words for a setting; none where there is nothing but the secret in the address.
    pub fn key(self) -> Option<&'static str> {
        match self {
            Self::Postmark | Self::Brevo => None,
            Self::Resend => Some("the webhook's signing secret, whsec_…"),
            Self::Mailgun => Some("the account's HTTP webhook signing key"),
            Self::Sendgrid => Some("the verification key of the signed event webhook"),
            Self::Ses => Some("the ARN of the SNS topic, arn:aws:sns:…"),
        }
    }
}
