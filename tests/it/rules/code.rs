//! The functions of a file, read from its text: comments and literals are blanked, and braces show
//! where a function ends.

/// A function, as far as its text tells.
pub(super) struct Function {
    /// The number of its file.
    pub(super) file: usize,
    pub(super) name: String,
    /// The rules that its doc comment names.
    pub(super) rules: Vec<String>,
    pub(super) is_test: bool,
    pub(super) is_ignored: bool,
    /// Whether its body asserts something itself.
    pub(super) asserts: bool,
    pub(super) calls: Vec<Call>,
}

/// A function that is called.
pub(super) struct Call {
    pub(super) name: String,
    /// Whether it is a method, or another function of a type.
    pub(super) is_of_a_type: bool,
}

/// What a body that asserts something has in it.
const ASSERTING: [&str; 4] = ["assert", "panic!", "expect_err", "unwrap_err"];

/// The functions of a file.
pub(super) fn functions(file: usize, code: &str) -> Vec<Function> {
    let (mut functions, mut rules, mut attributes) = (Vec::new(), Vec::new(), Vec::new());
    let blanked = blanked(code);
    let mut rest = &*blanked;
    for line in code.lines().map(str::trim) {
        let (bare, behind) = rest.split_once('\n').unwrap_or((rest, ""));
        if let Some(text) = line.strip_prefix("///") {
            rules.extend(rules_in(text));
        } else if line.starts_with("#[") {
            attributes.push(line);
        } else {
            if let Some((_, signature)) = bare.split_once("fn ") {
                let has = |start: &str| attributes.iter().any(|text| text.starts_with(start));
                let body = body(rest);
                functions.push(Function {
                    file,
                    name: signature.split(['(', '<']).next().unwrap().to_owned(),
                    rules: rules.clone(),
                    is_test: has("#[test]") || has("#[tokio::test"),
                    is_ignored: has("#[ignore"),
                    asserts: ASSERTING.iter().any(|word| body.contains(word)),
                    calls: calls(body),
                });
            }
            rules.clear();
            attributes.clear();
        }
        rest = behind;
    }
    functions
}

/// From the first brace to the one that closes it.
fn body(text: &str) -> &str {
    let mut depth = 0;
    let start = text.find('{').unwrap_or(text.len());
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return &text[start..at],
            b'}' => depth -= 1,
            _ => {}
        }
    }
    &text[start..]
}

fn calls(body: &str) -> Vec<Call> {
    let before = body.match_indices('(').map(|(at, _)| &body[..at]);
    let call = |before| {
        let (rest, name) = split_word(before);
        let of = rest.strip_suffix("::").map_or("", |path| split_word(path).1);
        let is_of_a_type = rest.ends_with('.') || of.starts_with(|c: char| c.is_ascii_uppercase());
        Call { name: name.to_owned(), is_of_a_type }
    };
    before.map(call).collect()
}

/// Takes the last word off.
fn split_word(text: &str) -> (&str, &str) {
    let rest = text.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    (rest, &text[rest.len()..])
}

/// The code line by line, with blanks for its comments and literals.
fn blanked(code: &str) -> String {
    let (mut blanked, mut rest) = (String::new(), code);
    while let Some(first) = rest.chars().next() {
        let (inert, behind) = rest.split_at(inert(rest));
        blanked.extend(inert.chars().map(|c| if c == '\n' { c } else { ' ' }));
        rest = behind;
        if inert.is_empty() {
            blanked.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    blanked
}

/// The length of the comment or literal that begins here; 0 if none does.
fn inert(code: &str) -> usize {
    let until = |start: usize, end: &str| {
        let found = code[start..].find(end);
        found.map_or(code.len(), |at| start + at + end.len())
    };
    let raw = code.strip_prefix('r').map(|code| code.trim_start_matches('#'));
    let mut characters = code.char_indices();
    let mut unescaped = |quote| loop {
        match characters.next() {
            Some((_, '\\')) => drop(characters.next()),
            Some((at, c)) if at > 0 && c == quote => return at + 1,
            Some(_) => {}
            None => return code.len(),
        }
    };
    match code.as_bytes() {
        [b'/', b'/', ..] => code.find('\n').unwrap_or(code.len()),
        [b'/', b'*', ..] => until(2, "*/"),
        [b'"', ..] => unescaped('"'),
        // A character; a lifetime has no second quote.
        [b'\'', b'\\', ..] => unescaped('\''),
        [b'\'', ..] if code.chars().nth(2) == Some('\'') => unescaped('\''),
        [b'r', ..] if raw.is_some_and(|raw| raw.starts_with('"')) => {
            let hashes = code.len() - 1 - raw.map_or(0, str::len);
            until(hashes + 2, &format!("\"{}", "#".repeat(hashes)))
        }
        _ => 0,
    }
}

/// `R` followed by digits, and possibly a dot and more digits.
pub(super) fn rules_in(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_'));
    let words = words.map(|word| word.trim_end_matches('.'));
    let is_rule = |word: &&str| {
        let number = word.strip_prefix('R').unwrap_or_default();
        !number.is_empty() && number.split('.').all(|part| part.parse::<u8>().is_ok())
    };
    words.filter(is_rule).map(str::to_owned).collect()
}
