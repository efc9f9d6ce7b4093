//! Text as people type it: cleaned, checked, or refused with words that help.
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};

use unicode_normalization::UnicodeNormalization;

use crate::zones::Tz;

/// Why a text is refused, in words that stand beside the field.
pub type Refusal = &'static str;

/// The years in which anything asked for can lie.
pub const YEARS: RangeInclusive<i32> = 1900..=9998;

/// Beside a time that nobody plans for.
pub const TOO_FAR: Refusal = "This is more than five years away. Check the year.";

/// Beside a slot whose start somebody has to confirm first.
pub const UNSETTLED: Refusal = "Time zone rules have changed for this slot. Confirm its new start under Time zone changes first.";

/// One line: NFC, trimmed, with something to see in it, at most `max` characters, no control or direction characters.
pub fn line(text: &str, max: usize) -> Result<String, Refusal> {
    let text = optional_line(text, max)?;
    if text.is_empty() {
        Err("Please fill this in.")
    } else {
        Ok(text)
    }
}

/// One line that may be empty; it is when there is nothing to see in it.
pub fn optional_line(text: &str, max: usize) -> Result<String, Refusal> {
    let text: String = text.trim().nfc().collect();
    if text.chars().any(is_forbidden) {
        return Err(
            "This contains an invisible control character. Delete the text and type it again.",
        );
    }
    within(text, max)
}

/// Several lines, may be empty: NFC, line ends as `\n`, no other control characters.
pub fn lines(text: &str, max: usize) -> Result<String, Refusal> {
    let text: String = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .trim()
        .nfc()
        .collect();
    if text
        .chars()
        .any(|c| c != '\n' && c != '\t' && is_forbidden(c))
    {
        return Err(
            "This contains an invisible control character. Delete the text and type it again.",
        );
    }
    within(text, max)
}

/// The text, unless it is too long; nothing when all of it is invisible.
fn within(text: String, max: usize) -> Result<String, Refusal> {
    if text.chars().all(is_invisible) {
        Ok(String::new())
    } else if text.chars().count() > max {
        Err("This is too long. Shorten it.")
    } else {
        Ok(text)
    }
}

/// A mail address in canonical form: NFKC, lower case, domain as A-label (RFC 5891).
/// One `@`, a dot in the domain, at most 254 octets (RFC 5321 §4.5.3.1).
pub fn email(text: &str) -> Result<String, Refusal> {
    const WRONG: Refusal = "This is not an email address. It should look like name@example.com.";
    let text: String = text.trim().nfkc().collect::<String>().to_lowercase();
    if text.is_empty() {
        return Err("Please fill this in.");
    }
    let (local, domain) = text.split_once('@').ok_or(WRONG)?;
    let domain = idna::domain_to_ascii_strict(domain).map_err(|_| WRONG)?;
    let address = format!("{local}@{domain}");
    let is_well_formed = !local.is_empty()
        && local.len() <= 64
        && domain.contains('.')
        && domain
            .rsplit('.')
            .next()
            .is_some_and(|last| last.chars().any(char::is_alphabetic))
        && address.len() <= 254
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(is_plain_in_local_part);
    if is_well_formed {
        Ok(address)
    } else {
        Err(WRONG)
    }
}

/// A phone number as people write it; may be empty.
pub fn phone(text: &str) -> Result<String, Refusal> {
    let phone = optional_line(text, 50)?;
    let is_dialled = |c: char| c.is_ascii_digit() || "+-()/. x#*".contains(c);
    match phone.chars().all(is_dialled) {
        true => Ok(phone),
        false => Err("This is not a phone number. Use a format such as +49 30 1234567."),
    }
}

/// An https address that a browser can open; the host is named, no user name hides in it.
pub fn https_url(text: &str) -> Result<String, Refusal> {
    const WRONG: Refusal = "This is not a valid link. It must start with https://.";
    let text = line(text, 2000)?;
    let uri: actix_web::http::Uri = text.parse().map_err(|_| WRONG)?;
    let authority = uri.authority().ok_or(WRONG)?;
    let is_good = uri.scheme_str() == Some("https")
        && !authority.as_str().contains('@')
        && !uri.host().unwrap_or_default().is_empty()
        && text.is_ascii()
        && !text
            .chars()
            .any(|c| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\'));
    if is_good { Ok(text) } else { Err(WRONG) }
}

/// A day, as `<input type="date">` and the API send it. It ends in a year of four digits in every time zone:
/// SQLite compares instants as text.
pub fn date(text: &str) -> Result<NaiveDate, Refusal> {
    const WRONG: Refusal = "Use a date such as 2027-01-05, year first.";
    let text = text.trim();
    if text.len() != 10 || text.starts_with(['+', '-']) {
        return Err(WRONG);
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| WRONG)?;
    match YEARS.contains(&date.year()) {
        true => Ok(date),
        false => Err("Check the year. It looks mistyped."),
    }
}

/// A time of day with or without seconds, as `<input type="time">` and the API send it.
pub fn time(text: &str) -> Result<NaiveTime, Refusal> {
    let text = text.trim();
    let form = match text.len() {
        5 => "%H:%M",
        _ => "%H:%M:%S",
    };
    let time = NaiveTime::parse_from_str(text, form);
    // chrono takes 23:59:60 for a leap second; no clock on a wall shows it.
    time.ok()
        .filter(|time| matches!(text.len(), 5 | 8) && time.nanosecond() == 0)
        .ok_or("Use a time such as 14:30, from 00:00 to 23:59.")
}

/// A currency by its ISO 4217 code.
pub fn currency(text: &str) -> Result<String, Refusal> {
    let code = text.trim().to_uppercase();
    let is_code = code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase());
    is_code
        .then_some(code)
        .ok_or("This is not a currency code. Use three letters, such as EUR.")
}

/// A language by its tag (BCP 47), like `en` or `pt-BR`.
pub fn locale(text: &str) -> Result<String, Refusal> {
    let tag = text.trim();
    let mut parts = tag.split('-');
    let is_language =
        |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic());
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let is_tag = tag.len() <= 35 && parts.next().is_some_and(is_language) && parts.all(is_subtag);
    is_tag
        .then(|| tag.to_owned())
        .ok_or("This is not a language code. Use one such as en or pt-BR.")
}

/// Beside what is no time zone.
pub const NO_ZONE: Refusal =
    "This is not a time zone. Choose one from the list, such as Europe/Berlin.";

/// An IANA time zone by its name.
pub fn zone(text: &str) -> Result<Tz, Refusal> {
    text.trim().parse().map_err(|_| NO_ZONE)
}

/// `j***@e***.com`: enough to recognise an address, too little to learn it.
pub fn masked(address: &str) -> String {
    let Some((local, domain)) = address.split_once('@') else {
        return "***".into();
    };
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    let ending = domain
        .rsplit_once('.')
        .map(|(_, ending)| format!(".{ending}"))
        .unwrap_or_default();
    format!("{}***@{}***{ending}", first(local), first(domain))
}

/// A name by which it is compared with others: case and accents folded, and one blank where there are some.
pub fn folded(text: &str) -> String {
    let folded = without_case_and_accents(text);
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn without_case_and_accents(text: &str) -> String {
    let is_letter = |c: &char| !unicode_normalization::char::is_combining_mark(*c);
    text.nfkd()
        .filter(is_letter)
        .collect::<String>()
        .to_lowercase()
}

/// The words of a text by which it is found: case and accents folded.
pub fn search_words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = without_case_and_accents(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(40).collect())
        .collect();
    words.sort();
    words.dedup();
    words
}

/// Does every word of a search begin one of these words? Both as [`search_words`] folds them.
pub fn finds(search: &[String], words: &[String]) -> bool {
    let begins_one = |beginning: &String| words.iter().any(|word| word.starts_with(beginning));
    search.iter().all(begins_one)
}

/// C0 and C1 controls, direction marks, overrides and isolates, zero-width characters, line separators.
/// The joiners U+200C and U+200D stay: names in some scripts need them.
pub fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// What leaves no mark on a page: white space, what Unicode calls default-ignorable, and letters that are drawn
/// as nothing (fillers of Hangul, the empty Braille cell, a musical note without its head). A name needs something else.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || is_forbidden(c)
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200C}' | '\u{200D}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFF8}' | '\u{13430}'..='\u{13455}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D159}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// RFC 5322 atext and dots, and letters beyond ASCII (RFC 6532); no quoted local parts.
fn is_plain_in_local_part(c: char) -> bool {
    // Some invisible letters are letters all the same.
    (c.is_alphanumeric() && !is_invisible(c))
        || "!#$%&'*+/=?^_`{|}~-.".contains(c)
        || (!c.is_ascii() && !is_invisible(c))
}

#[cfg(test)]
mod tests;
