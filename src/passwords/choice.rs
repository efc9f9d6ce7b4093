//! Which passwords may be chosen: long ones that nobody tries first.
use std::fmt;

use zxcvbn::{Entropy, Score, feedback::Warning, matching::patterns::MatchPattern};

use super::{
    MAX_BYTES, composed,
    guesses::{bare_forms, is_short_word, weigh, without_years},
};

/// The shortest password, in characters.
const MIN_CHARS: usize = 12;
/// The product: the first thing that somebody tries who has seen the sign-in page.
const PRODUCT: &str = "Greenroom";
/// What must remain when the words that are about somebody are taken away.
const MIN_OTHER_CHARS: usize = 8;

/// A password that may be chosen.
#[derive(Clone)]
pub struct NewPassword(String);

/// Whom a password is for: what others know of them is no secret.
#[derive(Clone, Debug, Default)]
pub struct About {
    words: Vec<String>,
}

impl About {
    /// A user and their company.
    pub fn new(email: &str, name: &str, company: &str) -> Self {
        let mut words = Vec::new();
        let (local, domain) = email.split_once('@').unwrap_or((email, ""));
        for text in [email, local, domain, name, company, PRODUCT] {
            words.push(text.to_lowercase());
            words.extend(bare_forms(text));
            for part in text.split(|c: char| !c.is_alphanumeric()) {
                words.push(part.to_lowercase());
                words.extend(bare_forms(part));
            }
        }
        words.retain(|word| word.chars().count() >= 3);
        // The longest first: "samplecompany" is taken away before "sample" is.
        words.sort_by_key(|word| (std::cmp::Reverse(word.chars().count()), word.clone()));
        words.dedup();
        Self { words }
    }

    /// Is so little left without the words about them that they are the password?
    fn is_most_of(&self, typed: &str) -> bool {
        bare_forms(typed).into_iter().any(|bare| {
            let mut left = bare.clone();
            for word in &self.words {
                left = left.replace(word.as_str(), "");
            }
            left != bare && left.chars().count() < MIN_OTHER_CHARS
        })
    }

    /// With what stands between words and without it: neither must make it look better than it is.
    fn weigh(&self, text: &str) -> Entropy {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        let whole = weigh(text, &words);
        let joined: String = text.chars().filter(|c| !" -_.,+/".contains(*c)).collect();
        let joined = weigh(&joined, &words);
        match joined.guesses() > 0 && joined.guesses() < whole.guesses() {
            true => joined,
            false => whole,
        }
    }

    fn names(&self, weighed: &Entropy) -> bool {
        weighed.sequence().iter().any(|part| match &part.pattern {
            MatchPattern::Dictionary(found) => self.words.contains(&found.matched_word),
            _ => false,
        })
    }
}

/// Why a password may not be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer than [`MIN_CHARS`] characters.
    TooShort,
    /// More than [`MAX_BYTES`] bytes.
    TooLong,
    /// Little more than what others know of its owner.
    Personal,
    /// Little more than a word and a year.
    WordAndYear,
    /// The same again and again, neighbours on the keyboard or in the alphabet.
    Pattern,
    /// Among the first that anybody tries.
    Common,
}

impl Weakness {
    /// What to tell the person who chose it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::TooShort => "Use at least 12 characters; a few words are easy to remember.",
            Self::TooLong => "Use at most 1024 bytes.",
            Self::Personal => {
                "This is mostly your name, your email address, your company or Greenroom: others would try that first. Use a few unrelated words instead."
            }
            Self::WordAndYear => {
                "A season, month or word with a year is easy to guess. Use a few unrelated words instead."
            }
            Self::Pattern => {
                "Repeats, sequences and rows of keys are easy to guess. Use a few unrelated words instead."
            }
            Self::Common => {
                "This is like passwords that are tried first everywhere. Use a few unrelated words instead."
            }
        }
    }
}

impl NewPassword {
    /// Takes a password as typed. Any characters will do; length and rarity decide.
    pub(super) fn parse(typed: &str, about: &About) -> Result<Self, Weakness> {
        if typed.len() > MAX_BYTES {
            return Err(Weakness::TooLong);
        }
        let typed = composed(typed).into_owned();
        if typed.chars().count() < MIN_CHARS {
            return Err(Weakness::TooShort);
        }
        if about.is_most_of(&typed) {
            return Err(Weakness::Personal);
        }
        let timeless = without_years(&typed);
        let has_year = timeless != typed;
        let weighed = about.weigh(&timeless);
        let is_strong = weighed.score() >= Score::Three;
        if is_strong && !(has_year && is_short_word(&timeless)) {
            return Ok(Self(typed));
        }
        Err(
            match weighed.feedback().and_then(|advice| advice.warning()) {
                _ if !is_strong && about.names(&weighed) => Weakness::Personal,
                _ if has_year => Weakness::WordAndYear,
                Some(
                    Warning::RepeatsLikeAaaAreEasyToGuess
                    | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess
                    | Warning::SequencesLikeAbcAreEasyToGuess
                    | Warning::StraightRowsOfKeysAreEasyToGuess
                    | Warning::ShortKeyboardPatternsAreEasyToGuess,
                ) => Weakness::Pattern,
                _ => Weakness::Common,
            },
        )
    }

    /// A random one, to be told once: 130 bits in groups that can be read aloud.
    pub fn generate() -> Self {
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let random: [u8; 26] = rand::random();
        let letters: Vec<char> = random
            .iter()
            .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
            .collect();
        let groups: Vec<String> = letters
            .chunks(6)
            .map(|group| group.iter().collect())
            .collect();
        Self(groups.join("-"))
    }

    /// The password itself, to show it once to the person who gave it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weak(typed: &str) -> Option<Weakness> {
        let about = About::new(
            "zoe.nunez@acme-tools.example",
            "Zoë Núñez",
            "Müller & Söhne GmbH",
        );
        NewPassword::parse(typed, &about).err()
    }

    #[test]
    fn length_decides_in_characters_and_has_an_end_in_bytes() {
        assert_eq!(weak("elevenchars"), Some(Weakness::TooShort));
        assert_eq!(weak("äöüßäöüßäöü"), Some(Weakness::TooShort));
        assert_eq!(
            weak("ko\u{308}nigswege"),
            Some(Weakness::TooShort),
            "composed, it has eleven"
        );
        assert_eq!(weak(&"x".repeat(1025)), Some(Weakness::TooLong));
        assert_eq!(
            weak(&format!("{}x", "ab3 9zk eight lanterns".repeat(40))),
            None
        );
    }

    #[test]
    fn a_few_unrelated_words_or_random_letters_will_do() {
        for good in [
            "seven tall giraffes",
            "eight green lanterns",
            "correct horse battery staple",
            "Tr0ub4dor&3xx",
            "k3vq7h-2mzp9w",
            "sieben große Löwen",
            "Nunez hates wet lanterns",
            "eight lanterns since 1998",
            "пять зелёных слонов",
        ] {
            assert_eq!(weak(good), None, "{good}");
        }
    }

    #[test]
    fn what_others_know_of_its_owner_is_no_password() {
        for personal in [
            "zoe.nunez@acme-tools.example",
            "Zoe.Nunez1234",
            "zoe.nunez!!!!!",
            "acme-tools.example",
            "AcmeTools2026!",
            "acme-tools-zoe",
            "ZoëNúñez2026!",
            "zoenunezzoenunez",
            "MuellerSoehne1",
            "MüllerSöhne2026",
            "muller&sohne gmbh",
            "Greenroom2026!",
            "greenroom1234",
            "Gr33nroom2026!!",
            "greenroomgreenroom",
            "GREENROOM-GREENROOM",
            "moorneerg2026",
        ] {
            assert_eq!(weak(personal), Some(Weakness::Personal), "{personal}");
        }
    }

    #[test]
    fn a_word_and_a_year_is_no_password() {
        for dated in [
            "Winter2026!!",
            "winter-2026-winter",
            "Sommer 2026 !",
            "Fruehling2026",
            "Frühling 2027",
            "2026Herbst2026",
            "Printemps2026",
            "Winter2026Berlin",
            "January2026!",
            "2026202620262026",
            "Willkommen2026",
            "Admin2026Admin!",
            "letmein2026letmein",
        ] {
            assert_eq!(weak(dated), Some(Weakness::WordAndYear), "{dated}");
        }
    }

    #[test]
    fn what_is_tried_first_everywhere_is_no_password() {
        for (common, why) in [
            ("Password1234", Weakness::Common),
            ("password1234", Weakness::Common),
            ("passwort1234", Weakness::Common),
            ("qwertyuiop123", Weakness::Common),
            ("123456789012", Weakness::Pattern),
            ("aaaaaaaaaaaaa", Weakness::Pattern),
            ("abcdefghijklmnop", Weakness::Pattern),
            ("qx7 qx7 qx7 qx7 qx7 ", Weakness::Pattern),
        ] {
            assert_eq!(weak(common), Some(why), "{common}");
        }
    }

    #[test]
    fn a_generated_password_is_strong_and_never_printed_by_accident() {
        let (one, two) = (NewPassword::generate(), NewPassword::generate());
        assert_eq!(weak(one.expose()), None);
        assert_ne!(one.expose(), two.expose());
        assert_eq!(format!("{one:?}"), "***");
    }
}
