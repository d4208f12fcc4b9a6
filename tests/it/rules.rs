//! Every rule of the contract has a test that names it, no test asserts nothing, and no rule is
//! cited that the contract does not have.
//!
//! A test names a rule in its doc comment. It asserts something if its body does, or a function of
//! the suite that it calls.

mod bugs;
mod citations;
mod code;
mod contract;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use self::code::{Call, Function, functions};
use self::contract::headings;

/// Every rule by its name, as the contract's headings have them.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    headings().into_iter().filter(|heading| heading.is_rule).map(|heading| heading.name)
}

#[test]
fn every_rule_is_tested() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = fs::read_dir(root.join("crates")).unwrap().map(|entry| entry.unwrap().path());
    let mut files = Vec::new();
    for package in crates.chain([root.to_path_buf()]) {
        for folder in ["src", "tests/it"] {
            read(&package.join(folder), folder == "src", &mut files);
        }
    }
    let (tested, idle) = judge(&files);
    assert!(idle.is_empty(), "tests that are ignored or assert nothing: {idle:?}");
    let missing: Vec<_> = all().filter(|rule| !tested.contains(*rule)).collect();
    assert!(missing.is_empty(), "no test is about {missing:?}");
}

/// The test code below a folder. What comes before the tests of a module is not among it.
fn read(folder: &Path, with_modules: bool, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, with_modules, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let code = fs::read_to_string(&path).unwrap();
            let tests = code.split_once("#[cfg(test)]\nmod ").map(|(_, tests)| tests.to_owned());
            let is_whole = !with_modules || path.ends_with("tests.rs");
            files.extend(if is_whole { Some(code) } else { tests });
        }
    }
}

/// The rules of the tests that assert something, and the names of the other tests.
fn judge(files: &[String]) -> (BTreeSet<String>, Vec<String>) {
    let files = files.iter().enumerate();
    let functions: Vec<_> = files.flat_map(|(file, code)| functions(file, code)).collect();
    let (mut tested, mut idle) = (BTreeSet::new(), Vec::new());
    for (function, asserts) in functions.iter().zip(asserting(&functions)) {
        if function.is_test && asserts && !function.is_ignored {
            tested.extend(function.rules.iter().cloned());
        } else if function.is_test {
            idle.push(function.name.clone());
        }
    }
    (tested, idle)
}

/// Which functions assert something, themselves or by way of others.
fn asserting(functions: &[Function]) -> Vec<bool> {
    let mut known: Vec<_> = functions.iter().map(|function| function.asserts).collect();
    loop {
        let by_others = |function: &Function| {
            let file = function.file;
            function.calls.iter().any(|call| call_asserts(call, file, functions, &known))
        };
        let pairs = functions.iter().zip(&known);
        let found: Vec<_> = pairs.map(|(one, known)| *known || by_others(one)).collect();
        if found == known {
            return known;
        }
        known = found;
    }
}

/// Whether what is called asserts something, whichever function of that name is meant: one of the
/// same file, else one of any other. What belongs to a type of another file does not count: a
/// method may as well be one of `std`'s, and a constructor asserts no more than that it worked.
fn call_asserts(call: &Call, file: usize, functions: &[Function], known: &[bool]) -> bool {
    let named = functions.iter().zip(known).filter(|(function, _)| function.name == call.name);
    let (own, others): (Vec<_>, Vec<_>) = named.partition(|(function, _)| function.file == file);
    let candidates = if own.is_empty() && !call.is_of_a_type { others } else { own };
    !candidates.is_empty() && candidates.iter().all(|(_, asserts)| **asserts)
}

/// What is tested, and which tests are idle.
fn judged(files: &[&str]) -> (String, String) {
    let files: Vec<_> = files.iter().map(ToString::to_string).collect();
    let (tested, idle) = judge(&files);
    (tested.into_iter().collect::<Vec<_>>().join(" "), idle.join(" "))
}

#[test]
fn rules_are_read_from_comments_of_tests_only() {
    let code = "/// R1.1, R2.10: x.\n#[test]\nfn a() { assert!(x); }\n/// R3.1\nfn b() {}\n\
                // R4.1\n#[test]\nfn c() { panic!(); }\n/// R5.1\n\n#[test]\nfn d() { assert!(x); }";
    assert_eq!(judged(&[code]), ("R1.1 R2.10".into(), String::new()));
}

#[test]
fn a_test_asserts_something() {
    for body in [
        "assert_eq!(1, 1);",
        "prop_assert!(x);",
        "let Some(x) = y else { panic!() };",
        "f(x).unwrap_err();",
        "f(x).expect_err(\"none\");",
        "f(\"}\", '}', '\\'', '\"', b'{', r\"\\\", r#\"\"}\"#, /* } */ x); // }\nassert!(x);",
        "let x: &'a str = f::<'a>(); { assert!(x) }",
    ] {
        let test = format!("/// R1.1\n#[test]\nfn a() {{ {body} }}\nfn b() {{}}");
        assert_eq!(judged(&[&test]), ("R1.1".into(), String::new()), "{body}");
    }
    for body in [
        "",
        "f(x);",
        "// assert!(x)\n",
        "f(\"assert!\");",
        "f('\"'); f(r#\"\"panic!\"#);",
        "} fn b() { assert!(x);",
    ] {
        let test = format!("/// R1.1\n#[test]\nfn a() {{ {body} }}");
        assert_eq!(judged(&[&test]), (String::new(), "a".into()), "{body}");
    }
}

#[test]
fn every_kind_of_test_is_one() {
    for (before, tested) in [
        ("/// R1.1\n#[test]\n", true),
        ("/// R1.1\n#[cfg(feature = \"psl\")]\n#[test]\n", true),
        ("/// R1.1\n#[tokio::test(flavor = \"current_thread\")]\nasync ", true),
        ("proptest! {\n/// R1.1\n#[test]\n", true),
        ("/// R1.1\n#[test]\n#[ignore]\n", false),
        ("/// R1.1\n#[test]\n#[ignore = \"slow\"]\n", false),
    ] {
        let expected = if tested { ("R1.1", "") } else { ("", "a") };
        let found = judged(&[&format!("{before}fn a(x in 0..9) {{ assert!(x); }}")]);
        assert_eq!((&*found.0, &*found.1), expected, "{before}");
    }
}

#[test]
fn helpers_assert_for_their_callers() {
    let test = |body: &str| format!("/// R1.1\n#[test]\nfn a() {{ {body} }}\n");
    let helpers = "fn b() { c(1) }\nfn c<T>(x: T) { assert!(x); }\nfn d() { d() }\n";
    for (body, other, asserts) in [
        ("b()", "", true),
        ("x.b()", "", true),
        ("d()", "", false),
        ("e()", "fn e() { assert!(x) }", true),
        ("support::e(1)", "fn e(x: u8) { panic!() }", true),
        // Which one is meant is not known.
        ("x.e()", "fn e() { assert!(x) }", false),
        ("Proxy::e()", "fn e() { assert!(x) }", false),
        ("e()", "fn e() { assert!(x) }\nfn e() {}", false),
        // The nearer one counts.
        ("d()", "fn d() { assert!(x) }", false),
        ("e", "fn e() { assert!(x) }", false),
    ] {
        let expected = if asserts { ("R1.1", "") } else { ("", "a") };
        let found = judged(&[&(test(body) + helpers), other]);
        assert_eq!((&*found.0, &*found.1), expected, "{body} {other}");
    }
}
