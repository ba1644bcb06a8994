//! Draws hunks: a column of line numbers and a column of code, each one `<pre>`. Stretches of added and removed lines
//! are one element each; colours, marked words and a link for every line come only where they are asked for.

use std::fmt::Write as _;

use super::dress::{Dress, dress, dressed};
use super::html::{content, escape};
use super::open::{STEP_LINES, Step};
use super::{Hunk, Line, Tag};
use crate::engine::highlight::Highlighter;

/// The rest of a longer line is not shown, in bytes.
const MAX_LINE_BYTES: usize = 2_000;

/// How a file is drawn.
pub(in crate::entry::web) struct Look<'a> {
    /// What the names of its lines begin with: letters, digits and `-` only.
    pub(in crate::entry::web) id: &'a str,
    /// The path, which tells the language.
    pub(in crate::entry::web) path: &'a str,
    /// With colours, marked words and links.
    pub(in crate::entry::web) rich: bool,
    /// For our own script: it writes the numbers, which are a fifth of what would be sent.
    pub(in crate::entry::web) compact: bool,
    /// More lines are left out.
    pub(in crate::entry::web) max_lines: usize,
    /// Where what lies between the hunks can be seen; `None` when there is nothing more to see.
    pub(in crate::entry::web) unfold: Option<&'a Unfold<'a>>,
}

/// Where folded lines can be seen.
pub(in crate::entry::web) struct Unfold<'a> {
    /// The whole file.
    pub(in crate::entry::web) whole: String,
    /// Some lines of a fold.
    pub(in crate::entry::web) some: Box<dyn Fn(Step) -> String + 'a>,
}

impl Unfold<'_> {
    /// What the script puts a step behind, as an attribute.
    fn prefix(&self) -> String {
        let step = Step { first: 1, down: true, lines: 1 };
        let link = (self.some)(step);
        let mut out = String::from(" data-at=\"");
        escape(link.strip_suffix(&step.text()).unwrap_or_default(), &mut out);
        out + "\""
    }
}

/// A drawn file.
pub(in crate::entry::web) struct Drawing {
    pub(in crate::entry::web) html: String,
    pub(in crate::entry::web) lines: usize,
    pub(in crate::entry::web) left_out: usize,
}

/// What colours texts; one for each page, so that its time is bounded.
pub(in crate::entry::web) struct Pen(pub(in crate::entry::web) Highlighter);

/// Draws a file's hunks.
pub(in crate::entry::web) fn draw(hunks: &[Hunk], look: &Look<'_>, pen: &mut Pen) -> Drawing {
    let last = hunks.last().map_or(1, |hunk| hunk.old_end().max(hunk.new_end()));
    let mut sheet =
        Sheet { look, width: last.to_string().len(), numbers: String::new(), code: String::new(), lines: 0 };
    let mut before = (1, 1);
    for hunk in hunks {
        if sheet.lines >= look.max_lines {
            break;
        }
        sheet.gap(hunk.old_start.saturating_sub(before.0), before.1);
        sheet.hunk(hunk, pen);
        before = (hunk.old_end(), hunk.new_end());
    }
    let all: usize = hunks.iter().map(|hunk| hunk.lines.len()).sum();
    let left_out = all - sheet.lines;
    if left_out == 0 && look.unfold.is_some() {
        sheet.rest(before.1);
    }
    let (width, numbers, code, lines) = (sheet.width, sheet.numbers, sheet.code, sheet.lines);
    let numbers = if look.compact { format!(" data-n=\"{width}{numbers}\">") } else { format!(">\n{numbers}") };
    let folds = look.unfold.filter(|_| look.compact).map(Unfold::prefix).unwrap_or_default();
    let html = format!(
        "<div class=\"d\"><pre class=\"g\" aria-hidden=\"true\"{numbers}</pre>\
         <pre class=\"x\" tabindex=\"0\"{folds}>\n{code}</pre></div>"
    );
    Drawing { html, lines, left_out }
}

struct Sheet<'a> {
    look: &'a Look<'a>,
    /// Digits of the largest number.
    width: usize,
    numbers: String,
    code: String,
    lines: usize,
}

impl<'a> Sheet<'a> {
    /// Lines between two hunks: all of them, or some from either side.
    fn gap(&mut self, hidden: usize, first: usize) {
        if hidden == 0 {
            return;
        }
        let text = format!("{hidden} unchanged line{}", if hidden == 1 { "" } else { "s" });
        let Some(unfold) = self.fold() else {
            let _ = writeln!(self.code, "<span class=\"gap\">{text}</span>");
            return;
        };
        let is_first = self.lines == 0;
        if self.look.compact {
            let up = if is_first { ",1" } else { "" };
            let _ = write!(self.code, "<span class=\"gap\" data-f=\"{first},{hidden}{up}\"></span>");
            return;
        }
        self.code.push_str("<span class=\"gap\">");
        self.link(&(unfold.some)(Step { first, down: !is_first, lines: hidden }), first, &text);
        if hidden > STEP_LINES {
            let step = |down| (unfold.some)(Step { first, down, lines: STEP_LINES });
            if !is_first {
                self.link(&step(true), first, &format!("↓ {STEP_LINES}"));
            }
            self.link(&step(false), first, &format!("↑ {STEP_LINES}"));
        }
        self.code.push_str("\n</span>");
    }

    /// What is behind the last hunk: nobody has counted it.
    fn rest(&mut self, first: usize) {
        let Some(unfold) = self.fold() else { return };
        if self.look.compact {
            let _ = write!(self.code, "<span class=\"gap\" data-f=\"{first}\"></span>");
            return;
        }
        self.code.push_str("<span class=\"gap\">");
        self.link(&(unfold.some)(Step { first, down: true, lines: STEP_LINES }), first, &format!("↓ {STEP_LINES}"));
        self.link(&unfold.whole, first, "whole file");
        self.code.push_str("\n</span>");
    }

    fn fold(&mut self) -> Option<&'a Unfold<'a>> {
        if self.look.compact {
            self.numbers.push_str(" ~");
        } else {
            let _ = writeln!(self.numbers, "{:>w$} ", "⋯", w = self.width);
        }
        self.look.unfold
    }

    fn link(&mut self, to: &str, first: usize, text: &str) {
        self.code.push_str("<a class=\"fold\" href=\"");
        escape(to, &mut self.code);
        let _ = write!(self.code, "#{}-R{first}\">{text}</a>", self.look.id);
    }

    fn hunk(&mut self, hunk: &Hunk, pen: &mut Pen) {
        let room = self.look.max_lines - self.lines;
        let dressed = if self.look.rich { dress(hunk, self.look.path, &mut pen.0) } else { Vec::new() };
        let (mut old, mut new) = (hunk.old_start, hunk.new_start);
        let mut at = 0;
        if self.look.compact {
            let _ = write!(self.numbers, " @{old},{new}");
        }
        for run in hunk.lines.get(..room.min(hunk.lines.len())).unwrap_or_default().chunk_by(|a, b| a.tag == b.tag) {
            let tag = run.first().map_or(Tag::Same, |line| line.tag);
            self.open(tag, old, new);
            self.stretch(tag, run.len());
            for line in run {
                self.number(tag, old, new);
                self.line(line, dressed.get(at));
                (old, new) = (old + usize::from(tag != Tag::Added), new + usize::from(tag != Tag::Removed));
                at += 1;
            }
            self.close(tag);
        }
        self.lines += at;
    }

    fn open(&mut self, tag: Tag, old: usize, new: usize) {
        let (element, side, number) = match tag {
            Tag::Same => return,
            Tag::Removed => ("del", 'L', old),
            Tag::Added => ("ins", 'R', new),
        };
        // The script finds a line by its number.
        let _ = if self.look.rich || self.look.compact {
            write!(self.code, "<{element}>")
        } else {
            write!(self.code, "<{element} id=\"{}-{side}{number}\">", self.look.id)
        };
    }

    fn close(&mut self, tag: Tag) {
        self.code.push_str(match tag {
            Tag::Same => "",
            Tag::Removed => "</del>",
            Tag::Added => "</ins>",
        });
    }

    /// So many lines of one kind, as the script reads it.
    fn stretch(&mut self, tag: Tag, lines: usize) {
        if self.look.compact {
            let sign = match tag {
                Tag::Same => '=',
                Tag::Removed => '-',
                Tag::Added => '+',
            };
            let _ = write!(self.numbers, " {sign}{lines}");
        }
    }

    fn number(&mut self, tag: Tag, old: usize, new: usize) {
        if self.look.compact {
            return;
        }
        let (side, number, mark) = match tag {
            Tag::Same => ('R', new, ' '),
            Tag::Removed => ('L', old, '−'),
            Tag::Added => ('R', new, '+'),
        };
        let text = number.to_string();
        let pad = self.width.saturating_sub(text.len());
        let id = self.look.id;
        let _ = if self.look.rich {
            writeln!(
                self.numbers,
                "{:pad$}<a id=\"{id}-{side}{text}\" href=\"#{id}-{side}{text}\" tabindex=\"-1\">{text}</a>{mark}",
                ""
            )
        } else {
            writeln!(self.numbers, "{:pad$}{text}{mark}", "")
        };
    }

    fn line(&mut self, line: &Line, dress: Option<&Dress>) {
        let shown = cut(&line.text);
        match dress {
            Some(dress) => dressed(shown, dress, &mut self.code),
            None if self.look.compact => content(shown, &mut self.code),
            None => escape(shown, &mut self.code),
        }
        let hidden = line.text.len() - shown.len();
        if hidden > 0 {
            let _ = write!(self.code, "<em>… {hidden} more bytes</em>");
        }
        if line.open_end {
            self.code.push_str("<em> no line end at the end of the file</em>");
        }
        self.code.push('\n');
    }
}

fn cut(text: &str) -> &str {
    let end = (0..=MAX_LINE_BYTES.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::read;
    use super::*;
    use crate::domain::patch::FileDiff;

    const PATCH: &str =
        "@@ -9,3 +9,3 @@\n def greet(name):\n-    return \"Helo <b>\" + name\n+    return \"Hello <b>\" + name\n \n";

    fn drawn(patch: &str, rich: bool, max_lines: usize, unfold: Option<&str>) -> Drawing {
        let unfold = unfold.map(|link| Unfold {
            whole: format!("{link}&whole"),
            some: Box::new(move |step| format!("{link}&open={}", step.text())),
        });
        let unfold = unfold.as_ref();
        let diff =
            FileDiff { path: "a.py".into(), old_path: None, added_lines: 1, removed_lines: 1, patch: patch.into() };
        let look = Look { id: "A-0f", path: "a.py", rich, compact: false, max_lines, unfold };
        draw(&read(&diff).hunks, &look, &mut Pen(Highlighter::new(Duration::from_secs(20))))
    }

    #[test]
    fn a_rich_file_has_links_colours_and_marks() {
        insta::assert_snapshot!(drawn(PATCH, true, 100, Some("/x?a=1&b=2")).html);
    }

    #[test]
    fn p11_a_plain_file_has_one_element_for_a_stretch_of_lines() {
        insta::assert_snapshot!(drawn(PATCH, false, 100, None).html);
    }

    #[test]
    fn p11_the_script_is_told_numbers_in_short() {
        let diff =
            FileDiff { path: "a.py".into(), old_path: None, added_lines: 1, removed_lines: 1, patch: PATCH.into() };
        let unfold = Unfold { whole: "/x".into(), some: Box::new(|step| format!("/x?a&open=3u9.{}", step.text())) };
        let unfold = Some(&unfold);
        let look = Look { id: "A-0f", path: "a.py", rich: false, compact: true, max_lines: 100, unfold };
        let html = draw(&read(&diff).hunks, &look, &mut Pen(Highlighter::new(Duration::from_secs(20)))).html;
        assert!(html.contains(" data-n=\"2 ~ @9,9 =1 -1 +1 =1 ~\"></pre>"), "{html}");
        assert!(
            html.contains(" data-at=\"/x?a&amp;open=3u9.\">\n<span class=\"gap\" data-f=\"1,8,1\"></span>"),
            "{html}"
        );
        assert!(html.ends_with("<span class=\"gap\" data-f=\"12\"></span></pre></div>"), "{html}");
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let drawing = drawn(PATCH, true, 2, Some("/x"));
        assert_eq!((drawing.lines, drawing.left_out), (2, 2));
        assert!(!drawing.html.contains("Hello") && drawing.html.contains("Helo"), "{}", drawing.html);
    }

    #[test]
    fn a_long_line_is_cut_and_says_so() {
        let drawing = drawn(&format!("@@ -0,0 +1 @@\n+{}\n", "é".repeat(1_500)), true, 9, None);
        assert!(drawing.html.contains("<em>… 1000 more bytes</em>"), "{}", drawing.html);
    }
}
