use super::*;
use crate::RepoPath;

/// Comments in brackets, strings in angle brackets.
fn marked(path: &str, text: &str) -> String {
    let spans = spans(text, syntax(&RepoPath::from(path)).expect("a known extension"));
    let (mut marked, mut at) = (String::new(), 0);
    for span in spans {
        let (open, close) = if span.kind == Kind::Comment { ('[', ']') } else { ('<', '>') };
        marked.push_str(&text[at..span.range.start]);
        marked.push(open);
        marked.push_str(&text[span.range.clone()]);
        marked.push(close);
        at = span.range.end;
    }
    marked + &text[at..]
}

#[test]
fn comments_strings_and_code_are_told_apart() {
    let expectations = [
        ("a.rs", "let x: &'a str = \"//\"; // c", "let x: &'a str = <\"//\">; [// c]"),
        (
            "a.rs",
            "r#\"a \"// b\"#; 'x'; '\"'; /* a /* b */ c */ d",
            "<r#\"a \"// b\"#>; <'x'>; <'\"'>; [/* a /* b */ c */] d",
        ),
        (
            "a.py",
            "def f():\n    \"\"\"doc\"\"\"\n    x = '''#'''  # c",
            "def f():\n    [\"\"\"doc\"\"\"]\n    x = <'''#'''>  [# c]",
        ),
        ("a.py", "x = f(\n  \"\"\"text\"\"\")", "x = f(\n  <\"\"\"text\"\"\">)"),
        ("a.ts", "a = /[\"/*]/; b = x / 2 / y // c", "a = </[\"/*]/>; b = x / 2 / y [// c]"),
        ("a.js", "`a\n// ${b}`; 'it\\'s' // c", "<`a\n// ${b}`>; <'it\\'s'> [// c]"),
        (
            "a.rb",
            "expect(<<~RUBY, 1) # c\n  # TODO\n RUBY\nx # d",
            "expect(<<~RUBY, 1) [# c]\n<  # TODO\n RUBY\n>x [# d]",
        ),
        ("a.rb", "x << Y\n\"#{a}\" # c", "x << Y\n<\"#{a}\"> [# c]"),
        ("a.sh", "a#b $# # c\n'\n# d'", "a#b $# [# c]\n<'\n# d'>"),
        ("a.go", "x := `// no` // yes", "x := <`// no`> [// yes]"),
        ("a.cpp", "R\"x(a)\" // b)x\"; 1'000 // c", "<R\"x(a)\" // b)x\">; 1'000 [// c]"),
        ("a.cs", "@\"c:\\\" + \"a\" // c", "<@\"c:\\\"> + <\"a\"> [// c]"),
        ("a.sql", "select '--' -- c", "select <'--'> [-- c]"),
        ("a.html", "<p>it's</p><!-- c -->", "<p>it's</p>[<!-- c -->]"),
        ("Dockerfile", "RUN a # c", "RUN a [# c]"),
    ];
    for (path, text, expected) in expectations {
        assert_eq!(marked(path, text), expected, "{path}");
    }
}

#[test]
fn masking_keeps_columns() {
    let text = "a(\"b\") // c\nd";
    let spans = spans(text, syntax(&RepoPath::from("x.js")).unwrap());
    assert_eq!(masked(text, 0..11, &spans, None), "a(   )     ");
    assert_eq!(masked(text, 0..11, &spans, Some(Kind::Comment)), "       // c");
    assert_eq!(masked(text, 0..11, &spans, Some(Kind::Text)), "  \"b\"      ");
    assert_eq!(masked(text, 12..13, &spans, None), "d");
}

proptest::proptest! {
    #[test]
    fn any_text_gives_ordered_spans_on_character_boundaries(text in "[a-z\"'`/*#<~\\-A-Z\\\\\n(){}é ]{0,80}", which in 0usize..8) {
        let path = ["a.rs", "a.py", "a.ts", "a.rb", "a.cpp", "a.sh", "a.php", "a.hs"][which];
        let mut end = 0;
        for span in spans(&text, syntax(&RepoPath::from(path)).unwrap()) {
            assert!(span.range.start >= end && span.range.end > span.range.start, "{span:?}");
            assert!(text.get(span.range.clone()).is_some(), "{span:?} splits a character");
            end = span.range.end;
        }
    }
}
