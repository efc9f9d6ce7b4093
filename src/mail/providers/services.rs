//! Hosts, ports, logins, senders and limits, provider by provider.
/// A service that takes mail for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Gmail and Google Workspace.
    Gmail,
    /// Microsoft 365 and Outlook.
    Microsoft365,
    /// Amazon SES.
    Ses,
    /// Twilio SendGrid.
    SendGrid,
    /// Mailgun by Sinch.
    Mailgun,
    /// Postmark.
    Postmark,
    /// Brevo, earlier Sendinblue.
    Brevo,
}

/// How a service is reached, and what it expects.
#[derive(Debug)]
pub struct Provider {
    /// Which one it is.
    pub service: Service,
    /// As people call it.
    pub name: &'static str,
    /// For `EMAIL_HOST`; `REGION` stands for a part that the customer knows.
    pub host: &'static str,
    /// All its hosts, with `*` for such a part.
    pub(super) hosts: &'static [&'static str],
    /// Ports that begin in clear and are upgraded, the usual one first.
    pub starttls_ports: &'static [u16],
    /// Ports that are encrypted from the first byte; empty when there are none.
    pub implicit_ports: &'static [u16],
    /// What its login looks like.
    pub login: Login,
    /// Which senders it takes, in a sentence.
    pub from: &'static str,
    /// How much it takes, in a sentence.
    pub limit: &'static str,
    /// How fast it takes it, by its own documentation; what is not documented is none.
    pub pace: Pace,
}

/// How fast a service takes mail from one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// So many connections at once, over all processes.
    pub connections: Option<u32>,
    /// So many messages within any minute.
    pub per_minute: Option<u32>,
}

/// Nothing is documented that would be slower than what every server is spared.
const UNKNOWN: Pace = Pace {
    connections: None,
    per_minute: None,
};

/// What the two halves of a login look like, a sentence each.
#[derive(Debug)]
pub struct Login {
    /// For `EMAIL_HOST_USER`.
    pub user: &'static str,
    /// For `EMAIL_HOST_PASSWORD`.
    pub password: &'static str,
}

impl Provider {
    /// The port that fits most; it wants STARTTLS.
    pub fn port(&self) -> u16 {
        self.starttls_ports[0]
    }

    /// Its host for accounts in Europe, if those have one of their own.
    pub fn european_host(&self) -> Option<&'static str> {
        self.hosts
            .iter()
            .copied()
            .find(|host| host.contains(".eu."))
    }

    /// The ports that it listens on, in words.
    pub fn ports(&self) -> String {
        let list = |ports: &[u16]| {
            let ports: Vec<_> = ports.iter().map(ToString::to_string).collect();
            ports.join(", ")
        };
        let mut text = format!("{} (STARTTLS)", list(self.starttls_ports));
        if !self.implicit_ports.is_empty() {
            text += &format!(
                " and {} (TLS from the first byte)",
                list(self.implicit_ports)
            );
        }
        text
    }

    /// Is there a mail server on this port?
    pub(super) fn listens_on(&self, port: u16) -> bool {
        self.starttls_ports.contains(&port) || self.implicit_ports.contains(&port)
    }
}

/// All of them, in the order in which they are offered.
pub const ALL: &[Provider] = &[
    Provider {
        service: Service::Gmail,
        name: "Gmail or Google Workspace",
        host: "smtp.gmail.com",
        hosts: &[
            "smtp.gmail.com",
            "smtp.googlemail.com",
            "smtp-relay.gmail.com",
        ],
        starttls_ports: &[587, 25],
        implicit_ports: &[465],
        login: Login {
            user: "The full email address of the account.",
            password: "An App Password of 16 letters. Google refuses the account's own password.",
        },
        from: "The account's own address, or one that you set up there under \"Send mail as\".",
        limit: "About 500 recipients a day with gmail.com, 2,000 with Google Workspace.",
        pace: UNKNOWN,
    },
    Provider {
        service: Service::Microsoft365,
        name: "Microsoft 365 or Outlook",
        host: "smtp.office365.com",
        hosts: &[
            "smtp.office365.com",
            "smtp-mail.outlook.com",
            "smtp.outlook.com",
        ],
        starttls_ports: &[587, 25],
        implicit_ports: &[],
        login: Login {
            user: "The full email address of the mailbox.",
            password: "The password of the mailbox. An administrator must turn on SMTP AUTH for it.",
        },
        from: "The mailbox's own address, or one that it has Send As permission for.",
        limit: "30 emails a minute and 10,000 recipients a day.",
        pace: Pace {
            connections: Some(3),
            per_minute: Some(30),
        },
    },
    Provider {
        service: Service::Ses,
        name: "Amazon SES",
        host: "email-smtp.REGION.amazonaws.com",
        hosts: &[
            "email-smtp.*.amazonaws.com",
            "email-smtp-fips.*.amazonaws.com",
        ],
        starttls_ports: &[587, 2587, 25],
        implicit_ports: &[465, 2465],
        login: Login {
            user: "The SMTP user name: AKIA followed by 16 capital letters and digits.",
            password: "The SMTP password that belongs to that user name: 44 characters. An IAM secret key has 40 and is refused.",
        },
        from: "An address or domain that is verified in the same region.",
        limit: "In the sandbox, 200 a day and one a second, to verified addresses only; after that, see the console.",
        pace: Pace {
            connections: None,
            per_minute: Some(60),
        },
    },
    Provider {
        service: Service::SendGrid,
        name: "SendGrid",
        host: "smtp.sendgrid.net",
        hosts: &["smtp.sendgrid.net", "smtp.eu.sendgrid.net"],
        starttls_ports: &[587, 2525, 25],
        implicit_ports: &[465],
        login: Login {
            user: "The literal word apikey.",
            password: "An API key with the Mail Send permission; it starts with SG and a dot.",
        },
        from: "A verified single sender, or any address on an authenticated domain.",
        limit: "Depends on your plan; a trial allows 100 a day.",
        pace: UNKNOWN,
    },
    Provider {
        service: Service::Mailgun,
        name: "Mailgun",
        host: "smtp.mailgun.org",
        hosts: &["smtp.mailgun.org", "smtp.eu.mailgun.org"],
        starttls_ports: &[587, 2525, 25],
        implicit_ports: &[465],
        login: Login {
            user: "The SMTP login of your Mailgun domain, like postmaster@mg.yourdomain.com.",
            password: "The SMTP password of that login, not an API key.",
        },
        from: "Any address on the domain of the login.",
        limit: "Depends on your plan; a sandbox domain can only send to five authorized recipients.",
        pace: UNKNOWN,
    },
    Provider {
        service: Service::Postmark,
        name: "Postmark",
        host: "smtp.postmarkapp.com",
        hosts: &["smtp.postmarkapp.com", "smtp-broadcasts.postmarkapp.com"],
        starttls_ports: &[587, 2525, 25],
        implicit_ports: &[],
        login: Login {
            user: "The Server API token, or the access key of an SMTP token.",
            password: "The same Server API token again, or the secret key of that SMTP token.",
        },
        from: "A confirmed sender signature, or any address on a verified domain.",
        limit: "Depends on your plan; until your account is approved, you can only send to your own domain.",
        pace: UNKNOWN,
    },
    Provider {
        service: Service::Brevo,
        name: "Brevo",
        host: "smtp-relay.brevo.com",
        hosts: &["smtp-relay.brevo.com", "smtp-relay.sendinblue.com"],
        starttls_ports: &[587, 2525],
        implicit_ports: &[465],
        login: Login {
            user: "The login shown under SMTP & API; it looks like an email address.",
            password: "An SMTP key (xsmtpsib-…), not an API key.",
        },
        from: "A verified sender, or any address on an authenticated domain.",
        limit: "Depends on your plan; the free plan allows 300 a day.",
        pace: UNKNOWN,
    },
];
