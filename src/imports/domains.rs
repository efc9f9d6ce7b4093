//! Mistyped domains of mail addresses, with the one that was likely meant. A guess is shown, never taken by itself.

/// Where many people have their mail; the likelier first.
const KNOWN: &[&str] = &[
    "gmail.com",
    "outlook.com",
    "hotmail.com",
    "yahoo.com",
    "icloud.com",
    "googlemail.com",
    "gmx.de",
    "web.de",
    "gmx.net",
    "t-online.de",
    "live.com",
    "aol.com",
    "protonmail.com",
    "proton.me",
    "me.com",
    "msn.com",
    "mac.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "freenet.de",
    "posteo.de",
    "mailbox.org",
    "outlook.de",
    "hotmail.de",
    "yahoo.de",
    "live.de",
    "yahoo.co.uk",
    "hotmail.co.uk",
    "btinternet.com",
    "yahoo.fr",
    "hotmail.fr",
    "orange.fr",
    "free.fr",
    "laposte.net",
    "libero.it",
    "hotmail.it",
    "yahoo.it",
    "yahoo.es",
    "hotmail.es",
    "yahoo.co.jp",
    "yahoo.co.in",
    "yahoo.com.br",
    "hotmail.com.br",
    "uol.com.br",
    "bol.com.br",
    "rediffmail.com",
    "mail.ru",
    "yandex.ru",
    "qq.com",
    "163.com",
    "naver.com",
    "wp.pl",
    "o2.pl",
    "interia.pl",
    "onet.pl",
    "seznam.cz",
    "bluewin.ch",
    "ziggo.nl",
    "comcast.net",
    "verizon.net",
    "att.net",
    "sbcglobal.net",
    "cox.net",
    "fastmail.com",
    "hey.com",
    "zoho.com",
    "mail.com",
    "email.com",
    "ymail.com",
    "rocketmail.com",
    "tutanota.com",
    "hushmail.com",
];

/// What fingers make of the commonest endings. None of these is an ending of its own.
const ENDINGS: &[(&str, &[&str])] = &[
    (
        "com",
        &[
            "con", "cmo", "ocm", "comm", "coom", "vom", "xom", "cim", "cpm", "cok", "conm", "copm",
            "clm",
        ],
    ),
    ("net", &["ney", "nte", "ent", "ner", "nett", "met", "bet"]),
    ("org", &["ogr", "rog", "orgg", "prg", "orh"]),
    ("de", &["dee", "fe", "dw", "ed"]),
];

/// The domain that was likely meant by this one, which is canonical; none when it seems right.
pub fn likely(domain: &str) -> Option<String> {
    if KNOWN.contains(&domain) {
        return None;
    }
    let near = KNOWN
        .iter()
        .filter_map(|known| Some((distance(domain, known)?, *known)));
    // Of those that are as near, the first.
    let nearest = near.min_by_key(|(distance, _)| *distance);
    match nearest {
        Some((_, known)) => Some(known.to_owned()),
        None => with_right_ending(domain),
    }
}

fn with_right_ending(domain: &str) -> Option<String> {
    let (name, ending) = domain.rsplit_once('.')?;
    let (right, _) = ENDINGS.iter().find(|(_, wrong)| wrong.contains(&ending))?;
    Some(format!("{name}.{right}"))
}

/// How many slips of a finger lie between a domain and a known one; none when it is rather another domain.
fn distance(domain: &str, known: &str) -> Option<usize> {
    let (name, ending) = domain.split_once('.')?;
    let (known_name, known_ending) = known.split_once('.')?;
    let in_name = slips(name, known_name);
    let is_slip = match known_name.len() {
        // Of a short name nearly everything is another name.
        0..4 => in_name == 0,
        4 => in_name == 0 || in_name == 1 && is_anagram(name, known_name),
        5 | 6 => in_name <= 1,
        _ => in_name <= 2,
    };
    let in_ending = ending_slips(ending, known_ending, known_name.len() < 4)?;
    let all = in_name + in_ending;
    (is_slip && all > 0).then_some(all)
}

/// Countries have endings of two letters, which lie near to each other: those are meant, and under short names even the
/// ones that look like a cut-off `com`.
fn ending_slips(ending: &str, known: &str, is_short: bool) -> Option<usize> {
    let slips = slips(ending, known);
    let is_slip = match slips {
        0 => true,
        _ if is_short => return None,
        1 | 2 if known == "com" && ["co", "cm", "om", "c", "comn"].contains(&ending) => true,
        _ => ENDINGS
            .iter()
            .any(|(right, wrong)| *right == known && wrong.contains(&ending)),
    };
    is_slip.then_some(slips.min(1))
}

fn is_anagram(a: &str, b: &str) -> bool {
    let sorted = |text: &str| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.sort_unstable();
        bytes
    };
    sorted(a) == sorted(b)
}

/// Letters left out, added, mistaken or swapped with the next (optimal string alignment).
fn slips(a: &str, b: &str) -> usize {
    const FAR: usize = 99;
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > 2 {
        return FAR;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let changed = last[j] + usize::from(x != y);
            let mut least = changed.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_domain_is_told_with_the_one_that_was_meant() {
        for (typed, meant) in [
            ("gmial.con", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("gmail.co", "gmail.com"),
            ("gmail.cm", "gmail.com"),
            ("gmai.com", "gmail.com"),
            ("gamil.com", "gmail.com"),
            ("gnail.com", "gmail.com"),
            ("gmaill.com", "gmail.com"),
            ("hotmial.com", "hotmail.com"),
            ("hotmali.cmo", "hotmail.com"),
            ("hotnail.com", "hotmail.com"),
            ("outlok.com", "outlook.com"),
            ("otulook.com", "outlook.com"),
            ("yaho.com", "yahoo.com"),
            ("yahooo.com", "yahoo.com"),
            ("iclod.com", "icloud.com"),
            ("googelmail.com", "googlemail.com"),
            ("t-onlien.de", "t-online.de"),
            ("gmx.dee", "gmx.de"),
            ("aol.con", "aol.com"),
            ("example.con", "example.com"),
            ("mail.example.cmo", "mail.example.com"),
            ("example.ogr", "example.org"),
            ("yaho.co.uk", "yahoo.co.uk"),
        ] {
            assert_eq!(likely(typed).as_deref(), Some(meant), "{typed}");
        }
    }

    #[test]
    fn what_is_right_or_may_be_somebodys_own_is_left_alone() {
        for domain in KNOWN.iter().copied().chain([
            "example.com",
            "example.co",
            "example.cm",
            "small.com",
            "snail.com",
            "google.com",
            "yahoo.ca",
            "hotmail.ca",
            "hotmail.se",
            "live.se",
            "gmx.fr",
            "me.de",
            "web.com",
            "aon.com",
            "abl.com",
            "lime.com",
            "love.com",
            "olive.com",
            "fre.fr",
            "tree.fr",
            "mails.org",
            "a.b",
            "xn--bcher-kva.example",
            "qq.co",
            "",
            "localhost",
            "hey.io",
        ]) {
            let suggested = likely(domain);
            assert_eq!(suggested, None, "{domain}");
        }
    }
}
