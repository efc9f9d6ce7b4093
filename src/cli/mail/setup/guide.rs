//! What to do at each provider before its login can be used here.
use crate::mail::providers::Service;

/// The way to a login, step by step.
pub fn steps(service: Service) -> &'static [&'static str] {
    match service {
        Service::Gmail => &[
            "Gmail requires an App Password: 16 letters made for one program. Google refuses the account's own password.",
            "1. Open https://myaccount.google.com, Security, and turn on 2-Step Verification.",
            "2. Open https://myaccount.google.com/apppasswords, type the name Greenroom and click Create.",
            "3. Copy the 16 letters (the spaces don't matter). Google shows them only once.",
            "In Google Workspace, an administrator may have to allow this. Accounts with Advanced Protection can't have App Passwords.",
        ],
        Service::Microsoft365 => &[
            "An administrator must allow SMTP AUTH: https://admin.microsoft.com, Users, Active users, the user, Mail, Manage email apps, Authenticated SMTP.",
            "If security defaults are on, or if Microsoft no longer accepts passwords for your organization, the login is refused. Then use another relay.",
            "Personal accounts (outlook.com, hotmail.com) don't let programs log in with a password.",
        ],
        Service::Ses => &[
            "1. In the Amazon SES console, in your region, verify the sender's domain (Identities).",
            "2. Open SMTP settings, Create SMTP credentials. User name and password are shown only once. An AWS access key doesn't work here.",
            "3. A new account is in the sandbox and can only send to verified addresses: Account dashboard, Request production access.",
        ],
        Service::SendGrid => &[
            "1. Settings, Sender Authentication: authenticate the sender's domain.",
            "2. Settings, API Keys, Create API Key, Restricted Access with Mail Send. The key is shown only once.",
            "The user name is always the word apikey.",
        ],
        Service::Mailgun => &[
            "1. Sending, Domains: add and verify your own domain. A sandbox domain can only send to five authorized recipients.",
            "2. Domain settings, SMTP credentials: reset the password of postmaster@… or add a login.",
        ],
        Service::Postmark => &[
            "1. Sender Signatures: add and verify the sender's domain.",
            "2. Open your server, API Tokens, and copy the Server API token. Use it as both user name and password.",
        ],
        Service::Brevo => &[
            "1. Senders, Domains & Dedicated IPs: add and authenticate the sender's domain.",
            "2. SMTP & API, SMTP: copy the login and click Generate a new SMTP key. The key is shown only once.",
            "3. Security, Authorised IPs: add this machine's address, or turn off the restriction for SMTP.",
        ],
    }
}
