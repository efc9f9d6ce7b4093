//! Rows and cells of a text, as spreadsheets and people write them: RFC 4180 with whatever delimiter, read leniently. Rows
//! keep the number of their line and their own text, which no reader for CSV gives.

/// A row with something in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// In which line it begins, from 1.
    pub number: usize,
    /// Without the quotes and blanks around them.
    pub cells: Vec<String>,
    /// As it stands in the text.
    pub raw: String,
}

/// The first wins where two divide as many rows.
const DELIMITERS: [u8; 4] = *b"\t;,|";
/// So many rows show which it is.
const LOOKED_AT: usize = 20;

/// The rows of a text, but one more than `most` at most.
pub fn read(text: &str, most: usize) -> Vec<Row> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Reader::new(text, delimiter(text)).take(most + 1).collect()
}

/// Which character divides most rows into cells.
fn delimiter(text: &str) -> u8 {
    // Spreadsheets may say it themselves.
    let first = text.lines().next().unwrap_or_default();
    if says_delimiter(first) {
        return first.as_bytes()[4];
    }
    let divided = |delimiter: u8| {
        let rows = Reader::new(text, delimiter).take(LOOKED_AT);
        rows.filter(|row| row.cells.len() > 1).count()
    };
    let mut best = (0, DELIMITERS[0]);
    for delimiter in DELIMITERS {
        let count = divided(delimiter);
        if count > best.0 {
            best = (count, delimiter);
        }
    }
    best.1
}

struct Reader<'a> {
    text: &'a str,
    delimiter: u8,
    at: usize,
    number: usize,
    /// A quote that nothing closes is a character like others, and so are all that follow.
    has_open_quote: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, delimiter: u8) -> Self {
        Self {
            text,
            delimiter,
            at: 0,
            number: 1,
            has_open_quote: false,
        }
    }

    /// A row, empty or not.
    fn row(&mut self) -> Row {
        let (number, from) = (self.number, self.at);
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell());
            if self.peek() != Some(self.delimiter) {
                break;
            }
            self.at += 1;
        }
        let raw = self.text[from..self.at].to_owned();
        if self.peek() == Some(b'\r') {
            self.at += 1;
        }
        if self.peek() == Some(b'\n') {
            self.at += 1;
        }
        self.number += 1;
        Row { number, cells, raw }
    }

    fn cell(&mut self) -> String {
        let from = self.at;
        while self.peek() == Some(b' ') && self.delimiter != b' ' {
            self.at += 1;
        }
        let mut cell = String::new();
        if self.peek() == Some(b'"') && !self.has_open_quote {
            match self.quoted() {
                Some(quoted) => cell = quoted,
                None => self.at = from,
            }
        }
        let from = self.at;
        while self.peek().is_some_and(|byte| !self.ends_cell(byte)) {
            self.at += 1;
        }
        cell.push_str(&self.text[from..self.at]);
        cell.trim().to_owned()
    }

    /// What stands in quotes, where they are closed.
    fn quoted(&mut self) -> Option<String> {
        let begin = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut at = begin;
        let end = loop {
            match bytes.get(at) {
                None => {
                    self.has_open_quote = true;
                    return None;
                }
                Some(b'"') if bytes.get(at + 1) == Some(&b'"') => at += 2,
                Some(b'"') => break at,
                Some(_) => at += 1,
            }
        };
        let quoted = &self.text[begin..end];
        self.number += line_ends(quoted);
        self.at = end + 1;
        Some(quoted.replace("\"\"", "\""))
    }

    fn ends_cell(&self, byte: u8) -> bool {
        byte == self.delimiter || byte == b'\n' || byte == b'\r'
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

impl Iterator for Reader<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        while self.at < self.text.len() {
            let row = self.row();
            let is_said =
                row.number == 1 && says_delimiter(self.text.lines().next().unwrap_or_default());
            if !is_said && row.raw.contains(char::is_alphanumeric) {
                return Some(row);
            }
        }
        None
    }
}

/// `sep=;`, the first line of what Excel writes.
fn says_delimiter(line: &str) -> bool {
    let said = line.get(..4).filter(|_| line.len() == 5);
    said.is_some_and(|said| said.eq_ignore_ascii_case("sep="))
}

fn line_ends(text: &str) -> usize {
    let returns = text.matches('\r').count() - text.matches("\r\n").count();
    text.matches('\n').count() + returns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        read(text, 100).into_iter().map(|row| row.cells).collect()
    }

    #[test]
    fn cells_are_divided_by_what_divides_most_rows() {
        for (text, expected) in [
            ("a,b\nc,d", vec![vec!["a", "b"], vec!["c", "d"]]),
            ("a;b,c\nd;e", vec![vec!["a", "b,c"], vec!["d", "e"]]),
            ("a\tb;c\nd\te", vec![vec!["a", "b;c"], vec!["d", "e"]]),
            ("a|b", vec![vec!["a", "b"]]),
            ("alone", vec![vec!["alone"]]),
            ("sep=;\na;b,c,d", vec![vec!["a", "b,c,d"]]),
            ("sep=\na;b", vec![vec!["sep="], vec!["a", "b"]]),
            (
                "\u{feff}a;b\r\nc;d\r\n",
                vec![vec!["a", "b"], vec!["c", "d"]],
            ),
            ("a,b\r\r\nc,d\r", vec![vec!["a", "b"], vec!["c", "d"]]),
            ("\n \n,,\na,b\n", vec![vec!["a", "b"]]),
            ("a,b,\nc", vec![vec!["a", "b", ""], vec!["c"]]),
        ] {
            assert_eq!(cells(text), expected, "{text:?}");
        }
    }

    #[test]
    fn quotes_hold_delimiters_quotes_and_line_ends() {
        for (text, expected) in [
            ("\"a,b\",c", vec![vec!["a,b", "c"]]),
            ("a, \"b \"\"x\"\"\" ,c", vec![vec!["a", "b \"x\"", "c"]]),
            (
                "\"two\r\nlines\",b\nc,d",
                vec![vec!["two\r\nlines", "b"], vec!["c", "d"]],
            ),
            ("\"a\"b,c", vec![vec!["ab", "c"]]),
            // A quote that nothing closes is a character.
            ("\"a,b\nc,d", vec![vec!["\"a", "b"], vec!["c", "d"]]),
            ("say \"x\",b", vec![vec!["say \"x\"", "b"]]),
            ("\"\",b", vec![vec!["", "b"]]),
        ] {
            assert_eq!(cells(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_row_has_the_number_of_its_line() {
        let rows = read("a,b\n\n\"two\nlines\",c\nd,e", 100);
        let numbers: Vec<_> = rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, [1, 3, 5]);
        assert_eq!(rows[1].raw, "\"two\nlines\",c");
    }

    #[test]
    fn no_more_is_read_than_is_asked_for() {
        assert_eq!(read(&"a\n".repeat(50), 10).len(), 11);
    }

    #[test]
    fn nonsense_is_read_to_its_end_and_in_time() {
        for text in [
            "\"".repeat(200_000),
            "\"\",".repeat(100_000),
            "\",\n".repeat(100_000),
            ",\"a\"\"".repeat(60_000),
            "é\u{202e}\"\r".repeat(50_000),
        ] {
            let begun = std::time::Instant::now();
            read(&text, 1000);
            assert!(begun.elapsed().as_secs() < 5, "{}", &text[..20]);
        }
    }
}
