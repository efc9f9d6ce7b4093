//! The words of a report that has no other text than HTML.

/// Elements that begin a line.
const BLOCKS: [&str; 9] = ["br", "p", "div", "tr", "li", "h1", "h2", "h3", "table"];

/// The text between the tags, a line for each block. Not for showing: nothing here makes it safe.
pub(in crate::mail) fn text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut is_hidden = false;
    for piece in html.split('<') {
        let (tag, words) = match piece.split_once('>') {
            Some(parted) => parted,
            // What is no tag stands for itself.
            None => ("", piece),
        };
        let closes = tag.starts_with('/');
        let name = tag.trim_start_matches('/');
        let end = name
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(name.len());
        let name = name[..end].to_ascii_lowercase();
        match name.as_str() {
            "style" | "script" | "title" => is_hidden = !closes,
            name if BLOCKS.contains(&name) => text.push('\n'),
            _ => {}
        }
        if !is_hidden {
            text.push_str(&words.replace(['\r', '\n'], " "));
        }
    }
    let codes = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#64;", "@"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    codes
        .iter()
        .fold(text, |text, (code, letter)| text.replace(code, letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_are_left() {
        let html = "<html><style>p{}</style><p>Your\nmessage to <b>jane&#64;example.com</b> <br>was &lt;not&gt; delivered.</p>";
        assert_eq!(
            text(html),
            "\nYour message to jane@example.com \nwas <not> delivered.\n"
        );
    }
}
