//! Reads a text of ours as Markdown: its code blocks, and whatever a payload could have smuggled in.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// What a text shows.
#[derive(Debug, Default)]
pub struct Page {
    /// The contents of its code blocks.
    pub blocks: Vec<String>,
    /// Addresses of links and images.
    pub addresses: Vec<String>,
    /// Raw HTML.
    pub html: String,
    /// What stands outside code: where GitHub looks for mentions and references.
    pub text: String,
}

/// Reads `text`.
pub fn page(text: &str) -> Page {
    let extensions =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_FOOTNOTES;
    let mut page = Page::default();
    let mut in_block = false;
    for event in Parser::new_ext(text, extensions) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => {
                in_block = true;
                page.blocks.push(String::new());
            }
            Event::End(TagEnd::CodeBlock) => in_block = false,
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                page.addresses.push(dest_url.to_string());
            }
            Event::Text(text) if in_block => page.blocks.last_mut().unwrap().push_str(&text),
            Event::Text(text) => page.text.push_str(&text),
            Event::Html(html) | Event::InlineHtml(html) => page.html.push_str(&html),
            Event::End(_) | Event::SoftBreak | Event::HardBreak => page.text.push('\n'),
            _ => {}
        }
    }
    page
}
