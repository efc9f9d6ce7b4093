//! A small language for phrases: `mailbox ~3 full|voll`, `exceed* ~ quota`.
//!
//! A word stands for itself, with `*` for every word that begins so, with `|` for one of several; `~3` for up to three words
//! of any kind, and `~` for up to six.

/// Words that may stand between two when the phrase does not say how many.
const GAP: usize = 6;

/// Does the phrase occur in these words?
pub(super) fn occurs(phrase: &str, words: &[String]) -> bool {
    let atoms: Vec<&str> = phrase.split(' ').collect();
    (0..words.len()).any(|at| begins(&atoms, &words[at..]))
}

fn begins(atoms: &[&str], words: &[String]) -> bool {
    let Some((atom, rest)) = atoms.split_first() else {
        return true;
    };
    if let Some(gap) = atom.strip_prefix('~') {
        let most = gap.parse().unwrap_or(GAP).min(words.len());
        return (0..=most).any(|at| begins(rest, &words[at..]));
    }
    match words.split_first() {
        Some((word, after)) => fits(atom, word) && begins(rest, after),
        None => false,
    }
}

fn fits(atom: &str, word: &str) -> bool {
    atom.split('|').any(|one| match one.strip_suffix('*') {
        Some(beginning) => word.starts_with(beginning),
        None => word == one,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_found_word_by_word() {
        for (phrase, text, is_there) in [
            ("user unknown", "the user unknown here", true),
            ("user unknown", "the users unknown", false),
            ("user unknown", "unknown user", false),
            ("block* list", "on our blocked list", true),
            ("mailbox ~ full|voll", "mailbox of that one is voll", true),
            ("mailbox ~2 full", "mailbox of that one is full", false),
            ("mailbox ~ full", "mailbox full", true),
            ("mailbox ~ full", "mailbox", false),
            ("a", "", false),
        ] {
            let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            assert_eq!(occurs(phrase, &words), is_there, "{phrase}: {text}");
        }
    }
}
