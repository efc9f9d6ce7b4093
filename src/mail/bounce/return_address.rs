//! The address that undeliverable messages come back to: each has its own, signed (VERP).
use std::fmt;

use lettre::Address;

use crate::{
    error::{Error, Result},
    mail::signed_id::SignedIds,
    secret::Secret,
    settings::Settings,
};

const PURPOSE: &str = "return-address";

/// Makes return addresses, `bounces+42-0f…@example.com`, and recognises them; and what messages are called in reports,
/// which is signed in the same way.
#[derive(Clone)]
pub struct ReturnAddress {
    /// Local part and domain; none where messages come back to their sender.
    own: Option<(String, String)>,
    ids: SignedIds,
}

impl fmt::Debug for ReturnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReturnAddress(***)")
    }
}

impl ReturnAddress {
    /// As the settings have it; none where nobody reads what comes back. Where a mailbox is read and no address named,
    /// the mailbox is the sender's.
    pub fn configured(settings: &Settings) -> Option<Self> {
        let bounces = &settings.bounces;
        if bounces.address.is_none() && bounces.imap.is_none() {
            return None;
        }
        let earlier = settings.secret_key_fallbacks.iter().map(Secret::expose);
        let secret = settings.secret_key.expose();
        Some(Self::new(bounces.address.as_ref(), secret, earlier))
    }

    /// From the configured address, the installation's secret and its earlier ones.
    pub fn new<'a>(
        address: Option<&Address>,
        secret: &str,
        earlier: impl Iterator<Item = &'a str>,
    ) -> Self {
        let parts = |address: &Address| {
            let (user, domain) = (address.user(), address.domain());
            (user.to_lowercase(), domain.to_lowercase())
        };
        Self {
            own: address.map(parts),
            ids: SignedIds::new(PURPOSE, secret, earlier),
        }
    }

    /// Where messages come back to that are no rows, like those of the doctor; what comes back is about none of ours.
    /// None where that is their sender.
    pub fn of_none(&self) -> Result<Option<Address>> {
        self.of(0)
    }

    /// Where calendars answer to, so that it is read; the sender itself where messages come back to it.
    pub fn for_answers(&self, sender: &Address) -> Result<Address> {
        let Some((local, domain)) = &self.own else {
            return Ok(sender.clone());
        };
        let address = Address::new(local, domain);
        address.map_err(|_| Error::Mail("the return address is not one".into()))
    }

    /// What a message is called before mail servers, which tell it again in their reports (RFC 3461 §4.4): signed as well.
    pub fn envelope_id(&self, email_id: i64) -> String {
        self.ids.sign(email_id)
    }

    /// The message that is called so; none when we did not.
    pub fn of_envelope(&self, envelope_id: &str) -> Option<i64> {
        self.ids.read(&envelope_id.to_lowercase())
    }

    /// Where a message comes back to; none where that is its sender.
    pub fn of(&self, email_id: i64) -> Result<Option<Address>> {
        let Some((local, domain)) = &self.own else {
            return Ok(None);
        };
        let local = format!("{local}+{}", self.envelope_id(email_id));
        let address = Address::new(local, domain);
        let address = address.map_err(|_| Error::Mail("the return address is not one".into()));
        address.map(Some)
    }

    /// The message whose return address stands somewhere in a text; none when it is not one of ours.
    pub fn find(&self, text: &str) -> Option<i64> {
        // Some servers write addresses in capitals.
        let text = text.to_lowercase();
        let (local, domain) = self.own.as_ref()?;
        let begin = format!("{local}+");
        text.match_indices(&begin)
            .find_map(|(at, _)| self.read(text.get(at + begin.len()..)?, domain))
    }

    /// `42-0f…@example.com`, and what follows it.
    fn read(&self, text: &str, domain: &str) -> Option<i64> {
        let (token, rest) = text.split_once('@')?;
        let after = rest.strip_prefix(domain)?;
        let goes_on = after.starts_with(|c: char| c.is_alphanumeric() || c == '-')
            || after
                .strip_prefix('.')
                .is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
        self.ids.read(token).filter(|_| !goes_on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made_with(secret: &str, earlier: &[&str]) -> ReturnAddress {
        let address = "Bounces@Example.com".parse().expect("an address");
        ReturnAddress::new(Some(&address), secret, earlier.iter().copied())
    }

    #[test]
    fn a_return_address_names_its_message_wherever_it_stands() {
        let ours = made_with("a secret", &[]);
        let address = ours
            .of(i64::MAX)
            .expect("an address")
            .expect("its own")
            .to_string();
        assert!(
            address.starts_with("bounces+9223372036854775807-"),
            "{address}"
        );
        for text in [
            address.clone(),
            format!("<{}>", address.to_uppercase()),
            format!("Someone <bounces+1-2@example.com>, {address}."),
            format!("from x by y for <{address}>; Mon, 4 Jan 2027"),
        ] {
            assert_eq!(ours.find(&text), Some(i64::MAX), "{text}");
        }
    }

    #[test]
    fn an_envelope_id_is_as_good_as_the_address_and_as_hard_to_forge() {
        let ours = made_with("a secret", &[]);
        let id = ours.envelope_id(7);
        assert!(id.len() <= 100, "{id}");
        assert_eq!(ours.of_envelope(&id), Some(7));
        assert_eq!(ours.of_envelope(&id.to_uppercase()), Some(7));
        assert_eq!(made_with("new", &["a secret"]).of_envelope(&id), Some(7));
        for forged in [
            id.replace("7-", "8-"),
            format!("{id}0"),
            "7-".into(),
            String::new(),
        ] {
            assert_eq!(ours.of_envelope(&forged), None, "{forged}");
        }
        assert_eq!(made_with("another", &[]).of_envelope(&id), None);
    }

    #[test]
    fn an_address_of_an_earlier_key_works_while_that_key_is_named() {
        let old = made_with("old", &[])
            .of(7)
            .expect("an address")
            .expect("its own")
            .to_string();
        assert_eq!(made_with("new", &["old"]).find(&old), Some(7));
        assert_eq!(made_with("new", &[]).find(&old), None);
    }

    #[test]
    fn what_we_did_not_sign_is_not_ours() {
        let ours = made_with("a secret", &[]);
        let address = ours
            .of(7)
            .expect("an address")
            .expect("its own")
            .to_string();
        for forged in [
            address.replace("+7-", "+8-"),
            address.replace("bounces", "jobs"),
            address.replace("example.com", "example.net"),
            address.replace("example.com", "example.com.evil.net"),
            format!("{}0@example.com", address.split('@').next().unwrap()),
            "bounces+7-@example.com".into(),
            "bounces+@example.com".into(),
            "bounces+".into(),
            String::new(),
        ] {
            assert_eq!(ours.find(&forged), None, "{forged}");
        }
    }

    #[test]
    fn its_keys_are_not_printed() {
        assert_eq!(
            format!("{:?}", made_with("a secret", &[])),
            "ReturnAddress(***)"
        );
    }
}
