//! What to do at each provider before its login can be used here.
use crate::mail::providers::Service;

/// The way to a login, step by step.
pub fn steps(service: Service) -> &'static [&'static str] {
    match service {
        Service::Gmail => &[
            "Gmail wants an App Password: 16 letters that open this one door. The account's own password is refused.",
            "1. Open https://myaccount.google.com, Security, and switch on 2-Step Verification.",
            "2. Open https://myaccount.google.com/apppasswords, enter the name Greenroom, and press Create.",
            "3. Copy the 16 letters; the spaces between them do not matter. They are shown once.",
            "In Google Workspace an administrator may have to allow this. Accounts under Advanced Protection cannot have App Passwords.",
        ],
        Service::Microsoft365 => &[
            "An administrator must allow SMTP AUTH: https://admin.microsoft.com, Users, Active users, the user, Mail, Manage email apps, Authenticated SMTP.",
            "Where security defaults are on, or where Microsoft has ended passwords for this organisation, the login is refused; then use another relay.",
            "Personal accounts (outlook.com, hotmail.com) let no program in with a password.",
        ],
        Service::Ses => &[
            "1. In the console of Amazon SES, in your region, verify the domain of the sender (Identities).",
            "2. Open SMTP settings, Create SMTP credentials. Both halves are shown once; an access key of AWS is something else.",
            "3. A new account is in the sandbox, which reaches verified addresses only: Account dashboard, Request production access.",
        ],
        Service::SendGrid => &[
            "1. Settings, Sender Authentication: authenticate the domain of the sender.",
            "2. Settings, API Keys, Create API Key, Restricted Access with Mail Send. It is shown once.",
            "The user name is the word apikey for everybody.",
        ],
        Service::Mailgun => &[
            "1. Sending, Domains: add and verify a domain of your own. A sandbox domain reaches five authorised recipients only.",
            "2. Domain settings, SMTP credentials: reset the password of postmaster@… or add a login.",
        ],
        Service::Postmark => &[
            "1. Sender Signatures: add and verify the domain of the sender.",
            "2. Open your server, API Tokens, and copy the Server API token. It is both user name and password.",
        ],
        Service::Brevo => &[
            "1. Senders, Domains & Dedicated IPs: add and authenticate the domain of the sender.",
            "2. SMTP & API, SMTP: the login is shown there; Generate a new SMTP key. It is shown once.",
            "3. Security, Authorised IPs: enter this machine's address, or switch the restriction off for SMTP.",
        ],
    }
}
