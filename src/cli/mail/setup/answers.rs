//! What was answered so far, each answer checked as it comes.
use std::{collections::HashMap, io};

use lettre::message::Mailbox;

use super::{
    choice,
    talk::Talk,
    tokens::{self, SignedIn},
    trial::Question,
};
use crate::{
    mail::{
        mailbox,
        providers::{self, Provider},
    },
    settings::{Security, SmtpSettings},
};

/// How mail shall leave.
pub struct Answers {
    pub(super) provider: Option<&'static Provider>,
    pub(super) settings: SmtpSettings,
    pub(super) from: Option<Mailbox>,
    /// A provider that is none of ours, and issues access tokens.
    pub(super) is_custom: bool,
    /// What is set for access tokens, when they are to be used.
    pub(super) variables: Vec<(&'static str, String)>,
    /// What came of asking for them.
    pub(super) signed_in: Option<SignedIn>,
    /// What was set before.
    pub(super) before: HashMap<String, String>,
}

impl Answers {
    /// Asks everything once. What is set already is proposed again if it fits the provider.
    pub fn ask(talk: &Talk, before: &HashMap<String, String>) -> io::Result<Self> {
        let choice = choice::choose(talk, before)?;
        let provider = choice.provider;
        let mut answers = Self {
            provider,
            settings: choice::proposal(provider, before),
            from: before
                .get("DEFAULT_FROM_EMAIL")
                .and_then(|from| from.parse().ok()),
            is_custom: choice.is_custom,
            variables: Vec::new(),
            signed_in: None,
            before: before.clone(),
        };
        answers.ask_server(talk, false)?;
        answers.ask_login(talk, true)?;
        answers.ask_sender(talk)?;
        Ok(answers)
    }

    /// Asks for some answers again, with those of before as proposals.
    pub fn ask_again(&mut self, talk: &Talk, questions: &[Question]) -> io::Result<()> {
        talk.say("Please answer again. An empty answer keeps the value in brackets.");
        for question in questions {
            match question {
                Question::Server => self.ask_server(talk, true)?,
                Question::Login => self.ask_login(talk, false)?,
                Question::Sender => self.ask_sender(talk)?,
                // The next trial asks for it.
                Question::Recipient => {}
            }
        }
        Ok(())
    }

    /// What to try.
    pub fn settings(&self) -> &SmtpSettings {
        &self.settings
    }

    /// The sender as messages have it.
    pub fn sender(&self) -> crate::error::Result<mailbox::Mailbox> {
        let from = self.from();
        mailbox::Mailbox::new(
            from.name.as_deref().unwrap_or_default(),
            from.email.as_ref(),
        )
    }

    /// All that is to be set.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let is = |security| (self.settings.security == security).to_string();
        let login = self.settings.login.as_ref();
        // Exposed to be written into the file that it is read from.
        let password = login.and_then(|login| login.password());
        let password = password.map(|password| password.expose().to_owned());
        let mut variables = vec![
            ("EMAIL_BACKEND", "smtp".into()),
            ("EMAIL_HOST", self.settings.host.clone()),
            ("EMAIL_PORT", self.settings.port.to_string()),
            ("EMAIL_USE_TLS", is(Security::Starttls)),
            ("EMAIL_USE_SSL", is(Security::Implicit)),
            (
                "EMAIL_HOST_USER",
                login.map(|login| login.user.clone()).unwrap_or_default(),
            ),
            ("EMAIL_HOST_PASSWORD", password.unwrap_or_default()),
            ("DEFAULT_FROM_EMAIL", self.from().to_string()),
        ];
        variables.extend(self.variables.iter().cloned());
        variables.extend(tokens::emptied(&self.before, &self.variables));
        variables
    }

    fn from(&self) -> Mailbox {
        let nobody = || "nobody@nowhere.invalid".parse().expect("a mailbox");
        self.from.clone().unwrap_or_else(nobody)
    }

    /// Shows what is wrong with some of the answers, and asks whether to go on with it.
    pub(super) fn are_accepted(&self, talk: &Talk, about: &[&str]) -> io::Result<bool> {
        let findings = providers::review(&self.settings, &self.from());
        for finding in findings
            .iter()
            .filter(|finding| about.contains(&finding.about))
        {
            talk.add(&format!(
                "! {} {} {}",
                finding.about, finding.cause, finding.fix
            ));
            if !talk.confirm("Use it anyway?", !finding.is_fatal)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
