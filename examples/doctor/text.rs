//! Text in columns.

/// How wide a page is.
const WIDTH: usize = 100;

/// A text that begins behind so many columns. Words that do not fit go on below its beginning.
pub(crate) fn hanging(text: &str, indent: usize) -> String {
    let margin = format!("\n{:indent$}", "");
    let (mut lines, mut column) = (String::new(), indent);
    for word in text.split(' ') {
        let width = word.chars().count();
        if column == indent {
            column += width;
        } else if column + 1 + width <= WIDTH {
            lines.push(' ');
            column += 1 + width;
        } else {
            lines.push_str(&margin);
            column = indent + width;
        }
        lines.push_str(word);
    }
    lines
}
