//! Logging in with access tokens: what their issuer is asked with, and the first one.
use std::{collections::HashMap, io, sync::Arc};

use super::{answers::Answers, talk::Talk, trial::Question};
use crate::{
    cli::mail::sign_in,
    http_client::HttpClient,
    mail::{
        oauth::Tokens,
        providers::{Provider, Service},
    },
    mailing::access::Account,
    secret::Secret,
    settings::{Login, OAuthSettings, Proof},
};

/// All that is set for access tokens, as docs/operating.md lists it.
pub(super) const NAMES: [&str; 8] = [
    "EMAIL_AUTH",
    "EMAIL_OAUTH_PROVIDER",
    "EMAIL_OAUTH_TENANT",
    "EMAIL_OAUTH_CLIENT_ID",
    "EMAIL_OAUTH_CLIENT_SECRET",
    "EMAIL_OAUTH_TOKEN_ENDPOINT",
    "EMAIL_OAUTH_DEVICE_ENDPOINT",
    "EMAIL_OAUTH_SCOPE",
];
pub(super) const SECRET: &str = "EMAIL_OAUTH_CLIENT_SECRET";
/// For an answer: nothing.
const NONE: &str = "-";

impl Answers {
    /// Asks which of the two ways it shall be, where there are two.
    pub(super) fn asks_for_token(&self, talk: &Talk) -> io::Result<bool> {
        let Some(provider) = self.provider else {
            return Ok(self.is_custom);
        };
        let way = match provider.service {
            Service::Microsoft365 => {
                "2  With a password, which Microsoft turns off by default at the end of December 2026"
            }
            Service::Gmail => "2  With an App Password",
            _ => return Ok(false),
        };
        talk.say("How does Greenroom log in?");
        talk.add("1  With access tokens: you register an app once (docs/mail.md)");
        talk.add(way);
        let is_token = match &self.settings.login {
            Some(login) => login.oauth().is_some() || self.value("EMAIL_AUTH") == "oauth2",
            None => {
                self.value("EMAIL_AUTH") == "oauth2" || provider.service == Service::Microsoft365
            }
        };
        let proposal = if is_token { "1" } else { "2" };
        loop {
            match talk.ask("Number", proposal)?.as_str() {
                "1" => return Ok(true),
                "2" => return Ok(false),
                _ => talk.add("Please type 1 or 2."),
            }
        }
    }

    /// Asks for the mailbox, and for what its issuer has to be told.
    pub(super) fn ask_app(&mut self, talk: &Talk) -> io::Result<()> {
        let proposal = self.settings.login.as_ref().map(|login| login.user.clone());
        let proposal = proposal.unwrap_or_else(|| self.value("EMAIL_HOST_USER"));
        let user = talk.ask_something("Mailbox that sends (its address)", &proposal)?;
        loop {
            let variables = self.ask_variables(talk)?;
            let mut all = self.before.clone();
            for name in NAMES {
                all.remove(name);
            }
            let own = variables.iter();
            all.extend(own.map(|(name, value)| ((*name).to_owned(), value.clone())));
            // Proposed again where something else is wrong.
            self.variables = variables;
            match OAuthSettings::from_vars(all) {
                Ok(settings) => {
                    self.settings.login = Some(Login {
                        user,
                        proof: Proof::Token(settings),
                    });
                    return Ok(());
                }
                Err(mistakes) => {
                    for mistake in mistakes {
                        talk.add(&format!("! {mistake}."));
                    }
                }
            }
        }
    }

    fn ask_variables(&self, talk: &Talk) -> io::Result<Vec<(&'static str, String)>> {
        let kind = self.provider.map(|provider: &Provider| provider.service);
        let mut variables = vec![("EMAIL_AUTH", "oauth2".to_owned())];
        let mut set = |name: &'static str, value: String| variables.push((name, value));
        let needs_secret = match kind {
            Some(Service::Microsoft365) => {
                set("EMAIL_OAUTH_PROVIDER", "microsoft".into());
                talk.add("Who signs in to the mailbox?");
                talk.add(
                    "1  The app itself, with a client secret. An administrator allows it once.",
                );
                talk.add(
                    "2  A person, once, in a browser. No administrator of Exchange is needed.",
                );
                let is_person =
                    !self.value("EMAIL_OAUTH_TENANT").is_empty() && self.value(SECRET).is_empty();
                let is_app = loop {
                    match talk
                        .ask("Number", if is_person { "2" } else { "1" })?
                        .as_str()
                    {
                        "1" => break true,
                        "2" => break false,
                        _ => talk.add("Please type 1 or 2."),
                    }
                };
                let tenant = "EMAIL_OAUTH_TENANT";
                let question = "Directory (tenant) ID, from the app's Overview page";
                set(tenant, talk.ask_something(question, &self.value(tenant))?);
                Some(is_app)
            }
            Some(_) => {
                set("EMAIL_OAUTH_PROVIDER", "google".into());
                Some(true)
            }
            None => {
                set("EMAIL_OAUTH_PROVIDER", "custom".into());
                let token = "EMAIL_OAUTH_TOKEN_ENDPOINT";
                set(
                    token,
                    talk.ask_something("Token endpoint (https://…)", &self.value(token))?,
                );
                let device = "EMAIL_OAUTH_DEVICE_ENDPOINT";
                let question = "Device authorization endpoint (- if the app signs in by itself)";
                let present = self.value(device);
                let proposal = if present.is_empty() { NONE } else { &present };
                let endpoint = talk.ask_something(question, proposal)?;
                let signs_in = endpoint == NONE;
                set(device, if signs_in { String::new() } else { endpoint });
                let scope = "EMAIL_OAUTH_SCOPE";
                set(scope, talk.ask_something("Scope", &self.value(scope))?);
                signs_in.then_some(true)
            }
        };
        let id = "EMAIL_OAUTH_CLIENT_ID";
        set(id, talk.ask_something("Client ID", &self.value(id))?);
        if needs_secret != Some(false) {
            set(
                SECRET,
                self.ask_client_secret(talk, needs_secret.is_some())?,
            );
        }
        Ok(variables)
    }

    fn ask_client_secret(&self, talk: &Talk, is_needed: bool) -> io::Result<String> {
        let present = self.value(SECRET);
        let question = match (present.is_empty(), is_needed) {
            (false, _) => "Client secret (hidden; leave empty to keep the current one)",
            (true, true) => "Client secret (hidden)",
            (true, false) => "Client secret (hidden; leave empty if the app has none)",
        };
        loop {
            // Exposed to be written into the file that it is read from.
            let typed = talk.ask_secret(question)?.expose().to_owned();
            match typed.as_str() {
                "" if !present.is_empty() || !is_needed => return Ok(present),
                "" => talk.add("Please paste the client secret's value."),
                text if text.contains(char::is_control) => {
                    talk.add(
                        "The client secret contains control characters. Please paste it again.",
                    );
                }
                _ => return Ok(typed),
            }
        }
    }

    /// What was answered just now, or is set already.
    fn value(&self, name: &str) -> String {
        let own = self.variables.iter().find(|(own, _)| *own == name);
        let text = own
            .map(|(_, value)| value)
            .or_else(|| self.before.get(name));
        text.map(|text| text.trim().to_owned()).unwrap_or_default()
    }

    /// The first tokens, unless there are some for the same settings; nothing where there is a password.
    pub(super) async fn sign_in(
        &mut self,
        talk: &Talk,
        http: &HttpClient,
    ) -> Result<(), Vec<Question>> {
        let login = self.settings.login.as_ref();
        let Some(account) = login.and_then(Account::of) else {
            self.signed_in = None;
            return Ok(());
        };
        let is_same = self.signed_in.as_ref().is_some_and(|signed_in| {
            signed_in.user == account.user && *signed_in.settings == *account.settings
        });
        if is_same {
            return Ok(());
        }
        talk.say("Asking for an access token.");
        match sign_in::tokens(http, account).await {
            Ok(tokens) => {
                talk.add("✓ An access token was issued.");
                self.signed_in = Some(SignedIn {
                    user: account.user.to_owned(),
                    settings: Arc::new(account.settings.clone()),
                    tokens,
                });
                Ok(())
            }
            Err(reason) => {
                talk.add(&format!("✗ {reason:#}"));
                Err(vec![Question::Login])
            }
        }
    }

    /// What the mail server is shown.
    pub(super) fn token(&self) -> Option<&Secret> {
        Some(&self.signed_in.as_ref()?.tokens.access)
    }
}

/// What a sign-in brought, and whose it is.
pub(super) struct SignedIn {
    pub(super) user: String,
    pub(super) settings: Arc<OAuthSettings>,
    pub(super) tokens: Tokens,
}

/// Those of a file that has none of them need no line.
pub(super) fn emptied(
    before: &HashMap<String, String>,
    own: &[(&'static str, String)],
) -> Vec<(&'static str, String)> {
    let is_set = |name: &str| {
        before
            .get(name)
            .is_some_and(|value| !value.trim().is_empty())
    };
    let is_own = |name: &str| own.iter().any(|(other, _)| *other == name);
    let left = NAMES
        .into_iter()
        .filter(|name| is_set(name) && !is_own(name));
    left.map(|name| (name, String::new())).collect()
}
