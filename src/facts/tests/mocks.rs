//! What a body replaces by a stand-in: patched names, stubbed methods, spies with an implementation of their own.

use super::chain::{Chain, Segment, argument};
use super::reader::Reader;
use super::vocabulary::Words;
use crate::lang::{Kind, Node, Role};

/// Something that answers in place of the code it is named after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mock {
    /// The dotted path of what is replaced, as far as it is written: `app`, `billing`, `total`.
    pub target: Vec<String>,
    /// A module, of which these names are replaced; all where none are named.
    pub names: Option<Vec<String>>,
    pub line: u32,
    pub text: String,
}

impl<'a> Reader<'_, 'a> {
    /// Every stand-in that a body, or a statement outside of cases, puts in place.
    pub fn mocks_of(&mut self, node: &'a Node) -> Vec<Mock> {
        let before = self.scope.clone();
        let mut found = Vec::new();
        self.find_mocks(node, 0, &mut found);
        self.scope = before;
        found
    }

    fn find_mocks(&mut self, node: &'a Node, depth: usize, found: &mut Vec<Mock>) {
        if depth > 200 {
            return;
        }
        if node.is(Kind::Call) || is_infix(node) {
            let chain = Chain::of(node);
            if self.declares(&chain) {
                return;
            }
            found.extend(self.mock(&chain, node));
        }
        node.nodes().for_each(|child| self.find_mocks(child, depth + 1, found));
        if node.is(Kind::Assign)
            && let (Some(target), Some(value)) = (node.child(Role::Target), node.child(Role::Value))
        {
            found.extend(self.replaced(target, value, node));
            let resolved = node.text.is_empty().then(|| self.scope.resolve(value));
            self.scope.bind_pattern(target, resolved.as_ref());
        }
    }

    fn mock(&self, chain: &Chain<'a>, node: &Node) -> Option<Mock> {
        let last = chain.last()?;
        let arguments = last.arguments.as_deref()?;
        let path = self.known_path(chain);
        if let Some(words) = self.file().vocabulary.calls.get(&path).filter(|words| words.first().starts_with("mock")) {
            return self.patched(words, arguments, node);
        }
        // `vi.spyOn(billing, "total").mockReturnValue(3)`: the spy is a stand-in once it has an answer of its own.
        let spied = chain.segments.iter().enumerate().find_map(|(at, segment)| {
            let words = self.file().vocabulary.calls.get(&self.unalias(chain.path(at)))?;
            (words.first() == "spy").then_some((at, segment, words.clone()))
        });
        if let Some((at, spy, words)) = spied {
            let answers = chain.segments[at + 1..].iter().any(|segment| gives_an_answer(segment));
            let through = chain.segments[at + 1..].iter().any(|segment| calls_through(segment.name));
            return (answers && !through).then(|| self.patched(&words, spy.arguments.as_deref()?, node))?;
        }
        self.stubbed(chain, node)
    }

    /// The target named by the arguments of a call that patches.
    pub fn patched(&self, words: &Words, arguments: &[&Node], node: &Node) -> Option<Mock> {
        let wraps = argument(arguments, "wraps").is_some();
        if wraps {
            return None;
        }
        let mut target = Vec::new();
        for which in words.0.iter().skip(1) {
            // The rest of a path may stand in the next argument, or not: `setattr("a.b", f)`, `setattr(a, "b", f)`.
            let Some(part) = argument(arguments, which) else { continue };
            if !target.is_empty() && !part.is(Kind::Text) {
                break;
            }
            target.extend(self.segments(part));
        }
        if target.is_empty() {
            return None;
        }
        let names = (words.first() == "mock-module").then(|| names_of(arguments)).flatten();
        if words.first() == "mock-module" {
            let keep = target.join(".");
            let module = keep.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default().to_owned();
            target = vec![module];
        }
        Some(Mock { target, names, line: node.span.line, text: self.excerpt(node.span) })
    }

    /// `allow(billing).to receive(:total).and_return(3)`, `when(billing.total()).thenReturn(3)`, `doReturn(3).when(b).total()`.
    fn stubbed(&self, chain: &Chain<'a>, node: &Node) -> Option<Mock> {
        let first = chain.segments.first()?;
        let made = |target: Vec<String>| {
            Some(Mock { target, names: None, line: node.span.line, text: self.excerpt(node.span) })
        };
        let last = chain.last()?;
        if let Some(target) = self.named_by_an_argument(chain) {
            return made(target);
        }
        match first.name {
            "allow" | "allow_any_instance_of" => {
                let object = first.arguments.as_deref()?.first()?;
                let given = last.arguments.as_deref()?.first()?;
                let receive = Chain::of(given);
                let start = receive.segments.first().filter(|segment| segment.name == "receive")?;
                let answers =
                    receive.segments.iter().any(|segment| segment.name == "and_return" || segment.name == "and_raise");
                let name = start.arguments.as_deref()?.first()?;
                let mut target = self.segments(object);
                target.push(name.text.trim_start_matches(':').to_owned());
                answers.then(|| made(target))?
            }
            "doReturn" | "doThrow" | "doAnswer" | "doNothing" => {
                let object =
                    chain.segments.iter().find(|segment| segment.name == "when")?.arguments.as_deref()?.first()?;
                let mut target = self.segments(object);
                target.push(last.name.to_owned());
                (last.name != "when").then(|| made(target))?
            }
            _ => {
                let answers = matches!(
                    last.name,
                    "thenReturn" | "thenThrow" | "thenAnswer" | "willReturn" | "returns" | "throws" | "answers"
                );
                let when =
                    chain.segments.iter().rev().find(|segment| matches!(segment.name, "when" | "given" | "every"))?;
                let call = when.arguments.as_deref()?.first()?;
                let inner = if call.is(Kind::Lambda) { call.child(Role::Body)? } else { call };
                let inner = if inner.is(Kind::Block) { inner.nodes().last()? } else { inner };
                let path = Chain::of(inner);
                let mut target: Vec<String> = path.full_path().iter().map(|name| (*name).to_owned()).collect();
                if let [object, method] = target.as_slice()
                    && let Some(value) = self.scope.get(object)
                {
                    let method = method.clone();
                    target = self.segments(value);
                    target.push(method);
                }
                (answers && path.last()?.arguments.is_some()).then(|| made(target))?
            }
        }
    }

    /// `billing.On("Total").Return(3)`, `$billing->method('total')->willReturn(3)`, `billing.Setup(b => b.Total()).Returns(3)`
    fn named_by_an_argument(&self, chain: &Chain<'a>) -> Option<Vec<String>> {
        let is_start = |segment: &Segment<'_>| matches!(segment.name, "On" | "method" | "Setup" | "shouldReceive");
        let at = chain.segments.iter().position(|segment| segment.arguments.is_some() && is_start(segment))?;
        let answers = chain.segments[at + 1..].iter().any(|segment| {
            matches!(segment.name, "Return" | "Returns" | "ReturnsAsync" | "Throws" | "andReturn" | "andThrow")
                || segment.name.starts_with("willReturn")
                || segment.name.starts_with("willThrow")
        });
        let given = *chain.segments[at].arguments.as_deref()?.first()?;
        let name = match given.kind {
            Kind::Text => given.text.to_string(),
            Kind::Lambda => Chain::of(given.child(Role::Body)?).last()?.name.to_owned(),
            _ => return None,
        };
        let mut target = self.segments(chain.receiver(at)?);
        target.push(name);
        answers.then_some(target)
    }

    /// `billing.total = lambda: 3`
    fn replaced(&self, target: &Node, value: &Node, node: &Node) -> Option<Mock> {
        if !target.is(Kind::Member) || matches!(&*target.child(Role::Receiver)?.text, "self" | "this" | "@") {
            return None;
        }
        let stands_in = value.is(Kind::Lambda) || {
            let chain = Chain::of(value);
            let path = chain.full_path();
            value.is(Kind::Call)
                && path.last().is_some_and(|last| {
                    matches!(
                        *last,
                        "fn" | "MagicMock" | "Mock" | "AsyncMock" | "stub" | "mockReturnValue" | "mockResolvedValue"
                    )
                })
        };
        let path = Chain::of(target);
        let target = path.full_path().iter().map(|name| (*name).to_owned()).collect();
        stands_in.then(|| Mock { target, names: None, line: node.span.line, text: self.excerpt(node.span) })
    }

    /// A path as words: of a dotted string, a name, or the class that a local was made from.
    fn segments(&self, node: &Node) -> Vec<String> {
        let resolved = self.scope.resolve(node);
        match resolved.kind {
            Kind::Text => resolved.text.split('.').map(str::to_owned).collect(),
            Kind::Call => Chain::of(&resolved).full_path().iter().map(|name| (*name).to_owned()).collect(),
            _ => resolved.words().into_iter().flat_map(|word| word.split('.')).map(str::to_owned).collect(),
        }
    }
}

/// `every { billing.total() } returns 3`
fn is_infix(node: &Node) -> bool {
    node.is(Kind::Binary) && matches!(&*node.text, "returns" | "throws" | "answers")
}

fn gives_an_answer(segment: &Segment<'_>) -> bool {
    segment.arguments.is_some()
        && (segment.name.starts_with("mock")
            || matches!(segment.name, "returnValue" | "callFake" | "throwError" | "returns" | "resolves" | "rejects"))
}

fn calls_through(name: &str) -> bool {
    matches!(
        name,
        "callThrough" | "and_call_original" | "mockRestore" | "mockReset" | "mockClear" | "thenCallRealMethod"
    )
}

/// The names that a module's factory replaces; none of what it takes from the original.
fn names_of(arguments: &[&Node]) -> Option<Vec<String>> {
    let factory = arguments.iter().find(|argument| argument.is(Kind::Lambda))?;
    let mut keys = Vec::new();
    let mut object = None;
    factory.walk(&mut |node| {
        if node.is(Kind::Map) && object.is_none() {
            object = Some(node.clone());
        }
    });
    for pair in object?.nodes().filter(|pair| pair.is(Kind::Pair)) {
        keys.extend(pair.child(Role::Left).map(|key| key.text.to_string()));
    }
    Some(keys)
}
