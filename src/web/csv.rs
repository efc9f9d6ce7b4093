//! Tables as text (RFC 4180), safe to open in a program that calculates.

/// A line of cells, ended as the RFC wants it.
pub fn line(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}

/// What could be read as a formula begins with an apostrophe, which makes it text.
fn cell(text: &str) -> String {
    let mark = if may_calculate(text) { "'" } else { "" };
    let needs_quotes = |c| matches!(c, '"' | ',' | '\r' | '\n');
    match text.contains(needs_quotes) {
        true => format!("\"{mark}{}\"", text.replace('"', "\"\"")),
        false => format!("{mark}{text}"),
    }
}

/// Programs pass over blanks and what cannot be seen before they look whether it is a formula.
fn may_calculate(text: &str) -> bool {
    let begins_one = |c| "=+-@\t\r\n\0＝＋－＠".contains(c);
    let is_passed_over = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}')
    };
    text.starts_with(begins_one)
        || text
            .trim_start_matches(is_passed_over)
            .starts_with(begins_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_only_where_they_must_be() {
        assert_eq!(line(&["a", "b c", ""]), "a,b c,\r\n");
        assert_eq!(line(&["a,b", "say \"x\""]), "\"a,b\",\"say \"\"x\"\"\"\r\n");
        assert_eq!(line(&["two\r\nlines"]), "\"two\r\nlines\"\r\n");
    }

    #[test]
    fn no_cell_is_read_as_a_formula() {
        for (typed, written) in [
            ("=1+1", "'=1+1"),
            ("+49 30 1234567", "'+49 30 1234567"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "'  =1"),
            ("\u{feff}=1", "'\u{feff}=1"),
            ("\u{a0}\u{3000}@x", "'\u{a0}\u{3000}@x"),
            ("\tx", "'\tx"),
            ("\0x", "'\0x"),
            ("\0=x", "'\0=x"),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠x", "'＠x"),
            ("\r=1", "\"'\r=1\""),
            ("\nx", "\"'\nx\""),
            (
                "=HYPERLINK(\"x\",\"y\")",
                "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"",
            ),
        ] {
            assert_eq!(cell(typed), written, "{typed:?}");
        }
    }

    #[test]
    fn what_is_harmless_stays_as_it_is() {
        for text in [
            "",
            " ",
            "jane@example.com",
            "a=b",
            "2027-01-04",
            "Zoë Núñez",
        ] {
            assert_eq!(cell(text), text);
        }
    }
}
