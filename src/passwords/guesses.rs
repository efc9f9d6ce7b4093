//! How somebody guesses who tries the likely first: words in every spelling, with a year.
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use zxcvbn::{Entropy, zxcvbn};

/// A single word this short that stands beside a year is a season, a month or a name.
const MIN_LETTERS_BESIDE_A_YEAR: usize = 12;
/// So much of a password is weighed: the time that takes grows with the square of it and more.
const WEIGHED_CHARS: usize = 32;

/// How many guesses somebody needs who tries the likely ones first.
pub fn weigh(secret: &str, known_words: &[&str]) -> Entropy {
    let beginning: String = secret.chars().take(WEIGHED_CHARS).collect();
    zxcvbn(&beginning, known_words)
}

/// Letters and digits alone, in lower case and without accents; once with `ue` for `ü`.
pub(super) fn bare_forms(text: &str) -> [String; 2] {
    let bare = |text: &str| -> String {
        let letters = text.nfkd().filter(|c| !is_combining_mark(*c));
        letters
            .flat_map(char::to_lowercase)
            .filter(|c| c.is_alphanumeric())
            .collect()
    };
    let folded = text
        .nfc()
        .collect::<String>()
        .to_lowercase()
        .replace('ß', "ss");
    let spelt = folded
        .replace('ä', "ae")
        .replace('ö', "oe")
        .replace('ü', "ue");
    [bare(&folded), bare(&spelt)]
}

/// Years of this century and the last add next to nothing.
pub(super) fn without_years(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let mut left = String::new();
    let mut at = 0;
    while at < chars.len() {
        let is_century = matches!(chars[at..], ['1', '9', ..] | ['2', '0', ..]);
        if is_century && is_digit(at + 2) && is_digit(at + 3) {
            at += 4;
        } else {
            left.push(chars[at]);
            at += 1;
        }
    }
    left
}

/// Letters and no digit among them, and few.
pub(super) fn is_short_word(text: &str) -> bool {
    let [bare, _] = bare_forms(text);
    bare.chars().count() < MIN_LETTERS_BESIDE_A_YEAR && bare.chars().all(char::is_alphabetic)
}
