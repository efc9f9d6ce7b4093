//! Mailboxes as mail programs write them: `Ada Lovelace <ada@example.com>; "Lovelace, Ada" <ada@example.com>`.

/// A name, may be empty, and an address, not yet looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Without quotes, the given name first.
    pub name: String,
    /// What stands between the brackets.
    pub address: String,
}

/// The mailboxes that a line is made of; none when anything else stands in it.
pub fn read(line: &str) -> Option<Vec<Mailbox>> {
    const BETWEEN: [char; 5] = [' ', ',', ';', '\t', '\r'];
    let mut rest = line.trim_matches(BETWEEN);
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (before, after) = rest.split_once('<')?;
        let (address, after) = after.split_once('>')?;
        let name = before.trim_matches(BETWEEN);
        let is_mailbox = address.contains('@') && !name.contains([';', '\t', '\n', '@', '>']);
        if !is_mailbox {
            return None;
        }
        found.push(Mailbox {
            name: given_name_first(name),
            address: address.trim().trim_start_matches("mailto:").to_owned(),
        });
        rest = after.trim_start_matches(BETWEEN);
    }
    (!found.is_empty()).then_some(found)
}

/// `Lovelace, Ada` is Ada Lovelace; `Ada Lovelace, Jr.` is as it should be.
pub fn given_name_first(name: &str) -> String {
    let name = name.trim_matches(['"', '\'', ' ']);
    match name.split_once(',') {
        Some((last, first)) if !first.contains(',') && !is_suffix(first) => {
            format!("{} {}", first.trim(), last.trim())
        }
        _ => name.to_owned(),
    }
}

/// Does it follow a name, instead of being one? So does nothing at all.
fn is_suffix(text: &str) -> bool {
    const SUFFIXES: [&str; 12] = [
        "", "jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "msc", "bsc", "esq",
    ];
    let bare = text.trim().replace(['.', ' '], "").to_lowercase();
    SUFFIXES.contains(&bare.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_mailboxes_is_each_of_them() {
        for (line, expected) in [
            (
                "Ada Lovelace <ada@x.org>",
                vec![("Ada Lovelace", "ada@x.org")],
            ),
            (
                "\"Lovelace, Ada\" <ada@x.org>,",
                vec![("Ada Lovelace", "ada@x.org")],
            ),
            (
                "Lovelace, Ada <ada@x.org>",
                vec![("Ada Lovelace", "ada@x.org")],
            ),
            ("<mailto:ada@x.org>", vec![("", "ada@x.org")]),
            (
                "Ada <ada@x.org>; Bob B. <bob@x.org>, <eve@x.org>;",
                vec![
                    ("Ada", "ada@x.org"),
                    ("Bob B.", "bob@x.org"),
                    ("", "eve@x.org"),
                ],
            ),
        ] {
            let found = read(line).unwrap_or_default();
            let found: Vec<_> = found.iter().map(|it| (&*it.name, &*it.address)).collect();
            assert_eq!(found, expected, "{line}");
        }
        for line in [
            "",
            "ada@x.org",
            "Ada <ada>",
            "Ada <ada@x.org",
            "Ada <ada@x.org> +49 30",
            "1;Ada <ada@x.org>",
            "ada@x.org <ada@x.org>",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
