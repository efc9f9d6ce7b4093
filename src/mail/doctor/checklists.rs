//! The two lists that people look for first, as whoever reads them on a terminal sees them.

/// Their home.
const GUIDE: &str = include_str!("../../../docs/mail.md");
const CHAPTERS: [&str; 2] = ["Quick checklist", "The candidate did not get it"];

/// Both lists.
pub fn checklists() -> String {
    let chapters = CHAPTERS.map(|title| format!("{title}\n\n{}", plain(chapter(title))));
    chapters.join("\n\n")
}

/// Empty when the guide has no such chapter.
fn chapter(title: &str) -> &'static str {
    let heading = format!("\n## {title}\n");
    let (_, after) = GUIDE.split_once(&heading).unwrap_or_default();
    let end = after.find("\n## ").unwrap_or(after.len());
    after[..end].trim()
}

/// Without the marks that only matter on a page.
fn plain(markdown: &str) -> String {
    markdown.replace(['`', '*'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_doctor_and_the_guide_say_the_same() {
        for title in CHAPTERS {
            let lines: Vec<_> = chapter(title).lines().collect();
            assert!(lines.len() >= 5, "{title}");
            assert!(lines[0].starts_with("1. "), "{lines:?}");
            for line in lines {
                assert!(checklists().contains(&plain(line)), "{line}");
            }
        }
    }
}
