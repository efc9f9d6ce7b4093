//! What a server says that it can do.
use super::reply::Reply;

/// The lines of a reply to EHLO that matter to us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// RFC 3207.
    pub starttls: bool,
    /// Login mechanisms, in capitals (RFC 4954).
    pub auth: Vec<String>,
    /// RFC 6152.
    pub eight_bit_mime: bool,
    /// RFC 6531.
    pub smtp_utf8: bool,
    /// RFC 3461.
    pub dsn: bool,
    /// Whether SIZE is understood (RFC 1870).
    pub size: bool,
    /// The longest message in octets, when the server names one.
    pub longest: Option<u64>,
}

impl Offers {
    pub(super) fn parse(reply: &Reply) -> Self {
        let mut offers = Self::default();
        for line in reply.lines.iter().skip(1) {
            // Some old servers write `AUTH=LOGIN`.
            let line = line.to_ascii_uppercase().replacen('=', " ", 1);
            let mut words = line.split_whitespace();
            match words.next() {
                Some("STARTTLS") => offers.starttls = true,
                Some("8BITMIME") => offers.eight_bit_mime = true,
                Some("SMTPUTF8") => offers.smtp_utf8 = true,
                Some("DSN") => offers.dsn = true,
                Some("SIZE") => {
                    offers.size = true;
                    // 0 says: no fixed limit.
                    let longest = words.next().and_then(|octets| octets.parse().ok());
                    offers.longest = longest.filter(|octets| *octets > 0);
                }
                Some("AUTH") => offers.auth.extend(words.map(str::to_owned)),
                _ => {}
            }
        }
        offers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_read_whatever_their_spelling() {
        let lines = [
            "mail.example.com AUTH PLAIN",
            "size 35882577",
            "AUTH LOGIN PLAIN XOAUTH2",
            "auth=login",
            "StartTLS",
            "8BITMIME",
            "dsn",
        ];
        let offers = Offers::parse(&Reply {
            code: 250,
            lines: lines.map(str::to_owned).to_vec(),
        });
        assert!(offers.starttls && offers.eight_bit_mime && offers.size && !offers.smtp_utf8);
        assert!(offers.dsn);
        assert_eq!(offers.longest, Some(35_882_577));
        assert_eq!(offers.auth, ["LOGIN", "PLAIN", "XOAUTH2", "LOGIN"]);
    }

    #[test]
    fn a_size_of_zero_is_no_limit() {
        let offers = Offers::parse(&Reply {
            code: 250,
            lines: vec!["hi".into(), "SIZE 0".into()],
        });
        assert_eq!((offers.size, offers.longest), (true, None));
    }
}
