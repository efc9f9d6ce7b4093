//! Markdown that users typed, as HTML that can do no harm.
use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};

/// HTML for a section of a page: raw HTML is shown as text, links lead to the web or to a mailbox,
/// images are their descriptions. Headings begin below the page's own, and none is skipped on the way down.
pub fn to_html(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut link_is_open = false;
    let mut outline = Outline::default();
    let events = Parser::new_ext(markdown, options).filter_map(|event| match event {
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            ..
        }) => {
            let address = address(link_type, &dest_url)?;
            link_is_open = true;
            Some(Event::InlineHtml(
                format!(r#"<a href="{address}" rel="noopener nofollow">"#).into(),
            ))
        }
        Event::End(TagEnd::Link) => {
            std::mem::take(&mut link_is_open).then(|| Event::InlineHtml("</a>".into()))
        }
        Event::Start(Tag::Heading { level, .. }) => Some(Event::Start(Tag::Heading {
            level: outline.enter(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        })),
        Event::End(TagEnd::Heading(_)) => Some(Event::End(TagEnd::Heading(outline.level()))),
        event => harmless(event),
    });
    let mut html = String::new();
    html::push_html(&mut html, events);
    html
}

fn harmless(event: Event) -> Option<Event> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        event => Some(event),
    }
}

/// The headings that the text is under, as they were typed.
#[derive(Default)]
struct Outline(Vec<HeadingLevel>);

impl Outline {
    /// Goes to a heading: back to where it belongs, or one step down however much smaller it was typed.
    fn enter(&mut self, typed: HeadingLevel) -> HeadingLevel {
        while self.0.last().is_some_and(|above| *above >= typed) {
            self.0.pop();
        }
        self.0.push(typed);
        self.level()
    }

    /// The page's heading is h1, its sections' are h2.
    fn level(&self) -> HeadingLevel {
        match self.0.len() {
            0 | 1 => HeadingLevel::H3,
            2 => HeadingLevel::H4,
            3 => HeadingLevel::H5,
            _ => HeadingLevel::H6,
        }
    }
}

/// Where a link leads, ready to stand between quotes; none when it leads anywhere else.
fn address(link_type: LinkType, target: &CowStr) -> Option<String> {
    let target = match link_type {
        LinkType::Email => format!("mailto:{target}"),
        _ => target.trim().to_owned(),
    };
    let lower = target.to_ascii_lowercase();
    let is_allowed = ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme))
        && !target.chars().any(char::is_control);
    is_allowed.then(|| {
        target
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
            .replace('\'', "&#39;")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_html_below_the_headings_of_the_page() {
        let html = to_html("# Tasks\n\n- **lead** the _team_\n\n| a | b |\n|---|---|\n| 1 | 2 |");
        assert!(html.contains("<h3>Tasks</h3>"), "{html}");
        assert!(
            html.contains("<strong>lead</strong> the <em>team</em>"),
            "{html}"
        );
        assert!(html.contains("<td>1</td>"), "{html}");
    }

    #[test]
    fn headings_go_down_step_by_step_whatever_was_typed() {
        for (typed, levels) in [
            ("# A", "3"),
            ("###### A", "3"),
            ("# A\n## B\n### C\n#### D\n##### E", "34566"),
            ("## A\n#### B\n## C", "343"),
            ("### A\n# B\n### C\n## D", "3344"),
            ("A\n===\nB\n---\n###### C", "345"),
        ] {
            let html = to_html(typed);
            for end in ["<h", "</h"] {
                let found: String = html.split(end).skip(1).map(|rest| &rest[..1]).collect();
                assert_eq!(found, levels, "{typed:?}: {html}");
            }
        }
    }

    #[test]
    fn raw_html_is_text() {
        for typed in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "<div style=\"position:fixed\">\n\nx\n\n</div>",
            "<!-- x --><svg onload=alert(1)>",
            "| <b>x</b> |\n|---|\n| <i>y</i> |",
            "[<img src=x>](https://x.example)",
            "`<b>`\n\n```\n<u>\n```",
            "```\"><script>\nx\n```",
        ] {
            let html = to_html(typed);
            let made: Vec<&str> = html
                .split('<')
                .skip(1)
                .map(|rest| rest.split([' ', '>', '\n']).next().unwrap_or_default())
                .filter(|name| ["script", "img", "div", "svg", "b", "i", "u", "!--"].contains(name))
                .collect();
            assert!(made.is_empty(), "{typed}: {html}");
        }
    }

    #[test]
    fn links_lead_to_the_web_or_to_a_mailbox_only() {
        assert_eq!(
            to_html("[us](https://x.example/?a=1&b=%22 \"title\")").trim(),
            r#"<p><a href="https://x.example/?a=1&amp;b=%22" rel="noopener nofollow">us</a></p>"#
        );
        assert!(to_html("<jobs@x.example>").contains(r#"href="mailto:jobs@x.example""#));
        for target in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "&#106;avascript:alert(1)",
            "/jobs",
            "//x.example",
            "vbscript:x",
            "file:///etc/passwd",
        ] {
            let html = to_html(&format!("[text]({target}) after"));
            assert_eq!(html.trim(), "<p>text after</p>", "{target}");
        }
        let html = to_html("[x](<https://x.example/\"onclick=\"alert(1)>)");
        assert!(
            html.contains(r#"href="https://x.example/&quot;onclick=&quot;alert(1)""#),
            "{html}"
        );
    }

    #[test]
    fn an_image_is_its_description() {
        assert_eq!(
            to_html("![our office](https://tracker.example/x.png)").trim(),
            "<p>our office</p>"
        );
    }
}
