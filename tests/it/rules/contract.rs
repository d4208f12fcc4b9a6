//! The headings of the contract: `## R5 Title` begins a chapter, `### R5.3 Title` states a rule.

const CONTRACT: &str = include_str!("../../../src/contract.md");

/// A chapter or a rule of the contract.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Heading<'t> {
    pub(super) name: &'t str,
    pub(super) title: &'t str,
    /// Whether it states a rule: a chapter does if it has no parts.
    pub(super) is_rule: bool,
}

/// The headings of the contract, in order.
pub(super) fn headings() -> Vec<Heading<'static>> {
    read(CONTRACT)
}

fn read(text: &str) -> Vec<Heading<'_>> {
    let lines: Vec<_> = text.lines().filter(|line| split_heading(line).is_some()).collect();
    let next_lines = lines.iter().skip(1).copied().map(Some).chain([None]);
    let mut headings = Vec::new();
    for (line, next) in lines.iter().zip(next_lines) {
        let has_parts = is_chapter(line) && next.is_some_and(|next| !is_chapter(next));
        let names = split_heading(line);
        headings.extend(names.map(|(name, title)| Heading { name, title, is_rule: !has_parts }));
    }
    headings
}

/// The name and the title of a line that is a heading.
fn split_heading(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("### ").or(line.strip_prefix("## "))?.split_once(' ')
}

fn is_chapter(line: &str) -> bool {
    line.starts_with("## ")
}

fn names<'t>(headings: &[Heading<'t>]) -> Vec<&'t str> {
    headings.iter().map(|heading| heading.name).collect()
}

#[test]
fn headings_are_chapters_and_rules() {
    let text = "# The contract\n\nR1.1 x\n## R1 One\n### R1.1 One one\n### R1.2 Two # two\n\
                ## R2 Two\n### R2.0 Zero\n## R3 Three\n";
    let (rules, chapters): (Vec<_>, Vec<_>) = read(text).into_iter().partition(|one| one.is_rule);
    assert_eq!(names(&rules), ["R1.1", "R1.2", "R2.0", "R3"]);
    assert_eq!(names(&chapters), ["R1", "R2"]);
    assert_eq!(read(text)[2].title, "Two # two");
}

/// A link such as `contract#R5.3` needs an anchor of that name; and a part stands in its chapter.
#[test]
fn every_heading_has_its_anchor_and_its_place() {
    let (mut before, mut chapter, mut names) = ("", "", Vec::new());
    for line in CONTRACT.lines() {
        if let Some((name, title)) = split_heading(line) {
            assert_eq!(before, format!("<a id=\"{name}\"></a>"));
            assert!(title.len() <= 50 && !title.ends_with('.'), "{line}");
            assert!(!names.contains(&name), "{name} comes twice");
            names.push(name);
            chapter = if is_chapter(line) { name } else { chapter };
            let is_part = name.strip_prefix(chapter).is_some_and(|part| part.starts_with('.'));
            assert!(is_chapter(line) || is_part, "{name} is not a part of {chapter}");
        }
        before = line;
    }
    assert_eq!(names, self::names(&headings()));
    assert_eq!(CONTRACT.matches("<a id=").count(), names.len());
}
