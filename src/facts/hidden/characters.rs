//! Which characters hide, and where they have honest work.

use unicode_security::confusable_detection::skeleton;

use super::What;

/// Why a character is not what the reader sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Reorders what is shown: text is not read in the order in which it is compiled.
    Direction,
    /// Takes no space.
    Invisible,
    /// Tag characters: a whole alphabet nobody sees.
    Tag,
    /// A variation selector where there is nothing to vary.
    Variation,
    /// Terminal escapes, backspaces, returns inside a line.
    Control,
}

impl Sort {
    pub fn name(self) -> &'static str {
        match self {
            Self::Direction => "bidirectional control",
            Self::Invisible => "invisible character",
            Self::Tag => "tag character",
            Self::Variation => "variation selector",
            Self::Control => "control character",
        }
    }
}

/// Hidden characters of a line in order, each with its code point.
pub(super) fn hidden(line: &str, is_first: bool) -> impl Iterator<Item = (Sort, u32)> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let characters: Vec<char> = line.chars().collect();
    let honest_direction = is_honest_direction(&characters);
    (0..characters.len()).filter_map(move |at| {
        let sort = sort(&characters, at, is_first)?;
        (sort != Sort::Direction || !honest_direction).then_some((sort, u32::from(characters[at])))
    })
}

pub(super) fn has_lone_return(run: &str) -> bool {
    run.as_bytes().windows(2).any(|pair| pair[0] == b'\r' && pair[1] != b'\n')
}

fn sort(line: &[char], at: usize, is_first: bool) -> Option<Sort> {
    let before = at.checked_sub(1).and_then(|at| line.get(at)).copied();
    let after = line.get(at + 1).copied();
    match line[at] {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' => {
            Some(Sort::Direction)
        }
        '\u{feff}' if is_first && at == 0 => None,
        '\u{200d}' if joins_emoji(before, after) || joins_letters(before, after) => None,
        '\u{200c}' if joins_letters(before, after) => None,
        '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{2064}'
        | '\u{206a}'..='\u{206f}'
        | '\u{feff}'
        | '\u{180e}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{3164}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' => Some(Sort::Invisible),
        '\u{e0000}'..='\u{e007f}' => (!is_flag(line, at)).then_some(Sort::Tag),
        '\u{fe00}'..='\u{fe0f}' => (!before.is_some_and(varies)).then_some(Sort::Variation),
        '\u{e0100}'..='\u{e01ef}' => (!before.is_some_and(is_ideograph)).then_some(Sort::Variation),
        '\t' | '\u{c}' => None,
        character if character.is_control() => Some(Sort::Control),
        _ => None,
    }
}

/// Whether direction controls do what they are for: isolate or mark right-to-left words, closed on the same line.
/// An override turns even plain text around and has no such use.
fn is_honest_direction(line: &[char]) -> bool {
    let (mut embeddings, mut isolates) = (0i32, 0i32);
    for character in line {
        match character {
            '\u{202d}' | '\u{202e}' => return false,
            '\u{202a}' | '\u{202b}' => embeddings += 1,
            '\u{202c}' => embeddings -= 1,
            '\u{2066}'..='\u{2068}' => isolates += 1,
            '\u{2069}' => isolates -= 1,
            _ => {}
        }
        if embeddings < 0 || isolates < 0 {
            return false;
        }
    }
    embeddings == 0 && isolates == 0 && line.iter().any(|character| is_right_to_left(*character))
}

fn is_right_to_left(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{5ff}' | '\u{600}'..='\u{61b}' | '\u{61d}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{1e900}'..='\u{1eeff}')
}

fn joins_emoji(before: Option<char>, after: Option<char>) -> bool {
    let is_emoji = |character| matches!(character, '\u{1f000}'..='\u{1faff}' | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{27bf}' | '\u{2900}'..='\u{2bff}' | '\u{fe0f}');
    before.is_some_and(is_emoji) && after.is_some_and(is_emoji)
}

/// Arabic, Syriac, the scripts of India, Tibet, Myanmar, Khmer and Mongolia shape letters by joiners.
fn joins_letters(before: Option<char>, after: Option<char>) -> bool {
    let shapes = |character| matches!(character, '\u{600}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{11000}'..='\u{11fff}');
    before.is_some_and(shapes) && after.is_none_or(|after| shapes(after) || !after.is_ascii_alphanumeric())
}

/// Whether a tag character belongs to a flag: a black flag, tags, the cancel tag.
fn is_flag(line: &[char], at: usize) -> bool {
    let is_tag = |character: &char| matches!(character, '\u{e0020}'..='\u{e007f}');
    let start = line[..at].iter().rposition(|character| !is_tag(character));
    let end = line[at..].iter().position(|character| *character == '\u{e007f}');
    let all_tags = |end: usize| line[at..at + end].iter().all(is_tag) && end < 8;
    start.is_some_and(|start| line[start] == '\u{1f3f4}' && at - start < 8) && end.is_some_and(all_tags)
}

/// Whether a variation selector has a meaning after the character: symbols, digits of keycaps, ideographs, letters of
/// scripts with registered variants.
fn varies(before: char) -> bool {
    matches!(before, '#' | '*' | '0'..='9' | '\u{a9}' | '\u{ae}')
        || (before >= '\u{1000}'
            && !matches!(before, '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..)
            && !before.is_whitespace())
}

fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Words of mostly Latin letters in which every foreign letter looks like a Latin one, with what they read as.
pub(super) fn lookalikes(line: &str) -> impl Iterator<Item = (String, String)> {
    line.split(|c: char| !c.is_alphabetic()).filter_map(|word| {
        if word.is_ascii() {
            return None;
        }
        let foreign: Vec<char> = word.chars().filter(|c| !c.is_ascii()).collect();
        let latin = word.len() - foreign.iter().map(|c| c.len_utf8()).sum::<usize>();
        if latin < 2 || latin < foreign.len() || !foreign.iter().all(|c| looks_latin(*c)) {
            return None;
        }
        let reads_as = word.chars().map(|c| if c.is_ascii() { c.to_string() } else { latin_reading(c) }).collect();
        Some((word.to_owned(), reads_as))
    })
}

/// Whether a letter of another script is drawn like a Latin one. Accented Latin is no other script.
fn looks_latin(character: char) -> bool {
    let other_script = matches!(character, '\u{370}'..='\u{58f}' | '\u{10a0}'..='\u{10ff}' | '\u{13a0}'..='\u{13ff}' | '\u{1c80}'..='\u{1c8f}' | '\u{1f00}'..='\u{1fff}' | '\u{2c80}'..='\u{2cff}' | '\u{2d00}'..='\u{2d2f}' | '\u{a4d0}'..='\u{a4ff}' | '\u{a640}'..='\u{a69f}' | '\u{ab70}'..='\u{abbf}' | '\u{ff21}'..='\u{ff5a}' | '\u{10400}'..='\u{1044f}' | '\u{1d400}'..='\u{1d7ff}');
    // What a formula is written with stands out as Greek.
    let is_symbol = matches!(
        character,
        'α' | 'β'
            | 'γ'
            | 'σ'
            | 'π'
            | 'ρ'
            | 'μ'
            | 'ω'
            | 'θ'
            | 'τ'
            | 'ε'
            | 'η'
            | 'κ'
            | 'χ'
            | 'φ'
            | 'ψ'
            | 'δ'
            | 'λ'
    );
    other_script && !is_symbol && latin_reading(character).chars().all(|c| c.is_ascii_alphanumeric())
}

fn latin_reading(character: char) -> String {
    skeleton(character.encode_utf8(&mut [0; 4])).collect()
}

/// Where in the line the first of its kind stands, in bytes.
pub(super) fn offset(line: &str, what: &What, is_first: bool) -> usize {
    match what {
        What::Lookalike { word, .. } => line.find(word.as_str()).unwrap_or_default(),
        What::Character { sort: wanted, .. } => {
            let characters: Vec<char> = line.chars().collect();
            let at =
                (0..characters.len()).find(|at| sort(&characters, *at, is_first) == Some(*wanted)).unwrap_or_default();
            characters[..at].iter().map(|character| character.len_utf8()).sum()
        }
    }
}

/// The line with everything hidden written out.
pub(super) fn spelled(line: &str) -> String {
    let line = line.trim_end_matches('\r');
    let characters: Vec<char> = line.chars().collect();
    let mut text = String::with_capacity(line.len());
    for (at, character) in characters.iter().enumerate() {
        match sort(&characters, at, false) {
            Some(_) => text.push_str(&format!("\\u{{{:x}}}", u32::from(*character))),
            None if looks_latin(*character) => text.push_str(&format!("\\u{{{:x}}}", u32::from(*character))),
            None => text.push(*character),
        }
    }
    text.trim().to_owned()
}
