//! Plain text as mail programs like it: short lines, right-to-left words that stay in their place.
use super::language::Direction;

/// Lines are no longer than this, in columns; links alone on their line may be.
pub const WIDTH: usize = 76;

const BULLET: &str = "• ";

/// Breaks long lines between words; those of a bullet go on under its text. A word that is wider than
/// a line is cut, unless it is a link. Of empty lines in a row one stays.
pub fn wrap(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len() + text.len() / 40);
    for line in text.trim().lines().map(str::trim_end) {
        if line.is_empty() && wrapped.ends_with("\n\n") {
            continue;
        }
        if columns(line) <= WIDTH {
            wrapped.push_str(line);
        } else {
            let indent = if line.starts_with(BULLET) { "  " } else { "" };
            wrap_line(line, indent, &mut wrapped);
        }
        wrapped.push('\n');
    }
    wrapped
}

/// Keeps a line of the other direction from pulling its neighbours along: first-strong isolate around
/// it (UAX #9). Other text stays as it is, because older programs show the marks as boxes.
pub fn isolate(line: &str, around: Direction) -> String {
    let is_foreign = |c: char| match around {
        Direction::Ltr => is_right_to_left(c),
        Direction::Rtl => c.is_alphanumeric() && !is_right_to_left(c),
    };
    if line.chars().any(is_foreign) {
        format!("\u{2068}{line}\u{2069}")
    } else {
        line.to_owned()
    }
}

fn wrap_line(line: &str, indent: &str, out: &mut String) {
    let mut used = 0;
    for word in line.split(' ').flat_map(pieces) {
        let width = columns(word);
        if used > 0 && used + 1 + width > WIDTH {
            out.push('\n');
            out.push_str(indent);
            used = indent.len();
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += width;
    }
}

/// The word itself, or for one that is too wide its parts.
fn pieces(word: &str) -> Vec<&str> {
    let is_link = word.contains("://");
    let mut pieces = Vec::new();
    let mut rest = word;
    while !is_link && columns(rest) > WIDTH - BULLET.chars().count() {
        let mut used = 0;
        let end = rest
            .char_indices()
            .find(|(_, c)| {
                used += columns_of(*c);
                used > WIDTH - BULLET.chars().count()
            })
            .map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// East Asian and emoji characters take two columns; isolates and joiners none.
fn columns_of(c: char) -> usize {
    match u32::from(c) {
        0x200b..=0x200f | 0x2060..=0x2069 | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff => 2,
        0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff => 2,
        0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// Hebrew, Arabic and their neighbours.
fn is_right_to_left(c: char) -> bool {
    matches!(u32::from(c), 0x590..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff | 0x10800..=0x10fff | 0x1e800..=0x1efff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_the_width() {
        for text in [
            "word ".repeat(60),
            format!("• {}", "word ".repeat(60)),
            format!("• Position: {}", "n".repeat(10_000)),
            "山田".repeat(100),
            format!("{} {}", "a".repeat(75), "b".repeat(75)),
        ] {
            for line in wrap(&text).lines() {
                assert!(columns(line) <= WIDTH, "{line:?}");
            }
        }
    }

    #[test]
    fn paragraphs_are_one_empty_line_apart() {
        assert_eq!(wrap("\n\na\n \n\n\nb\nc\n\n"), "a\n\nb\nc\n");
    }

    #[test]
    fn nothing_but_spaces_is_lost() {
        let text = format!("one  two {} three", "x".repeat(200));
        let squeeze = |text: &str| text.replace([' ', '\n'], "");
        assert_eq!(squeeze(&wrap(&text)), squeeze(&text));
    }

    #[test]
    fn a_bullet_goes_on_under_its_text() {
        let wrapped = wrap(&format!("• {}\nnext", "word ".repeat(20)));
        let lines: Vec<_> = wrapped.lines().collect();
        assert_eq!(lines.len(), 3, "{wrapped}");
        assert!(
            lines[1].starts_with("  word") && lines[2] == "next",
            "{wrapped}"
        );
    }

    #[test]
    fn a_link_is_never_cut() {
        let link = format!("https://jobs.example.com/interview/{}", "t".repeat(300));
        assert_eq!(wrap(&link), format!("{link}\n"));
        assert!(wrap(&format!("See {} there", link)).contains(&link));
    }

    #[test]
    fn only_text_of_the_other_direction_is_isolated() {
        assert_eq!(isolate("Dana, 7", Direction::Ltr), "Dana, 7");
        assert_eq!(
            isolate("ליאור (x)", Direction::Ltr),
            "\u{2068}ליאור (x)\u{2069}"
        );
        assert_eq!(isolate("ליאור!", Direction::Rtl), "ליאור!");
        assert_eq!(isolate("Dana", Direction::Rtl), "\u{2068}Dana\u{2069}");
    }
}
