//! Scala: blocks as arguments, curried calls, and specs written as infix sentences.

use tree_sitter::Node as Syntax;

use super::lower::Lowering;
use super::node::{Kind, Node, Role};

/// Words that declare a test or suite when a block follows.
const DECLARING: &[&str] = &["in", "ignore", "is", "should", "must", "can", "when", "which", "that", "-", ">>"];

pub(super) fn reshape(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    match node.kind() {
        "call_expression" => call(lowering, node),
        "generic_function" => generic(lowering, node),
        "infix_expression" => sentence(lowering, node),
        "for_expression" => comprehension(lowering, node),
        "assignment_expression" => property(lowering, node),
        "function_definition" | "val_definition" => suite_value(lowering, node),
        _ => None,
    }
}

fn is_block(node: Syntax<'_>) -> bool {
    matches!(node.kind(), "block" | "case_block" | "colon_argument" | "indented_block" | "indented_cases")
}

fn block_as_lambda(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let mut body = lowering.lower_one(node)?;
    if body.is(Kind::Block) && body.children.len() == 1 && body.nodes().all(|only| only.is(Kind::Lambda)) {
        // `{ x => … }`
        body = body.children.pop()?.1;
    }
    if body.is(Kind::Lambda) {
        return Some(body);
    }
    Some(Node::with(Kind::Lambda, lowering.span(node), vec![(Role::Body, body)]))
}

/// `test("x") { … }` is one call; a block in place of arguments is a function.
fn call(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let function = node.child_by_field_name("function")?;
    let arguments = node.child_by_field_name("arguments")?;
    let callee = lowering.lower_one(function)?;
    let span = lowering.span(node);
    let continues = matches!(function.kind(), "call_expression" | "generic_function") && callee.is(Kind::Call);
    let declares = continues && declares_test(&callee);
    let of_zio = continues && !is_block(arguments) && is_value_of_zio(&callee);
    let callee = if of_zio { renamed(callee, "assertZIO") } else { callee };
    let merges = is_block(arguments) || declares || of_zio || function.kind() == "generic_function";
    let mut made = match continues && merges {
        true => Node { span, ..callee },
        false => Node::with(Kind::Call, span, vec![(Role::Callee, callee)]),
    };
    if is_block(arguments) {
        made.children.extend(block_as_lambda(lowering, arguments).map(|block| (Role::Argument, block)));
    } else if declares {
        // `test("x")(assertTrue(…))`, `suite("x")(test(…), test(…))`
        let mut given = Vec::new();
        lowering.lower_into(arguments, Role::Item, &mut given);
        let items = given.into_iter().map(|(_, item)| (Role::Item, item)).collect();
        let body = Node::with(Kind::Block, lowering.span(arguments), items);
        let body = vec![(Role::Body, body)];
        made.children.push((Role::Argument, Node::with(Kind::Lambda, lowering.span(arguments), body)));
    } else {
        let mut given = Vec::new();
        lowering.lower_into(arguments, Role::Argument, &mut given);
        for (_, mut argument) in given {
            if argument.is(Kind::Assign) && argument.child(Role::Target).is_some_and(|target| target.is(Kind::Name)) {
                let name = argument.child(Role::Target).map(|target| target.text.clone()).unwrap_or_default();
                argument.children.retain(|(role, _)| *role == Role::Value);
                argument = Node { kind: Kind::Keyword, text: name, ..argument };
            }
            made.children.push((Role::Argument, argument));
        }
    }
    if made.child(Role::Callee).is_some_and(|callee| &*callee.text == "property") {
        made.children.iter_mut().filter(|(_, given)| given.is(Kind::Lambda)).for_each(|(_, body)| answer(body));
    }
    modified_title(&mut made);
    Some(made)
}

/// `property("x") = forAll { … }`
fn property(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let (left, right) = (node.child_by_field_name("left")?, node.child_by_field_name("right")?);
    let is_title = left.kind() == "call_expression"
        && left.child_by_field_name("function").is_some_and(|name| lowering.source(name) == "property");
    if !is_title {
        return None;
    }
    let mut made = lowering.lower_one(left)?;
    let mut body = block_as_lambda(lowering, right)?;
    answer(&mut body);
    made.span = lowering.span(node);
    made.children.push((Role::Argument, body));
    Some(made)
}

/// What a property comes to is what it demands: `forAll { (a: Int, b: Int) => a + b == b + a }`.
fn answer(node: &mut Node) {
    match node.kind {
        // A property that is written elsewhere.
        Kind::Name => {
            let name = std::mem::take(node);
            *node = Node::with(Kind::Call, name.span, vec![(Role::Callee, name)]);
        }
        Kind::Block => {
            if let Some((_, last)) = node.children.last_mut() {
                answer(last);
            }
        }
        Kind::Lambda => {
            node.children.iter_mut().filter(|(role, _)| *role == Role::Body).for_each(|(_, body)| answer(body))
        }
        Kind::Call
            if node.children.last().is_some_and(|(role, given)| *role == Role::Argument && given.is(Kind::Lambda)) =>
        {
            if let Some((_, last)) = node.children.last_mut() {
                answer(last);
            }
        }
        Kind::If | Kind::Match | Kind::Arm => {
            let branches = node.children.iter_mut();
            let outcome = |role: &Role| matches!(role, Role::Then | Role::Else | Role::Body | Role::Item);
            branches.filter(|(role, _)| outcome(role)).for_each(|(_, branch)| answer(branch));
        }
        Kind::Binary if matches!(&*node.text, "==" | "!=" | "<" | "<=" | ">" | ">=" | "===" | "=!=") => {
            if &*node.text == "===" {
                node.text = "==".into();
            }
            let span = node.span;
            *node = demand(std::mem::take(node), span);
        }
        Kind::Binary if matches!(&*node.text, "&&" | "||" | "==>") => {
            let parts = if &*node.text == "==>" { 1 } else { 0 };
            node.children.iter_mut().skip(parts).for_each(|(_, part)| answer(part));
        }
        Kind::Member | Kind::Call => {
            let name = match node.child(Role::Callee) {
                Some(callee) => callee.text.clone(),
                None => node.text.clone(),
            };
            let asks = ["is", "contains", "exists", "forall", "sameElements", "nonEmpty"];
            if asks.iter().any(|word| name.starts_with(word)) {
                let span = node.span;
                *node = demand(std::mem::take(node), span);
            }
        }
        _ => {}
    }
}

/// ZIO Test gives value and matcher apart: `assert(value)(equalTo(3))`.
fn is_value_of_zio(call: &Node) -> bool {
    let named = call.child(Role::Callee).is_some_and(|name| matches!(&*name.text, "assert" | "assertZIO" | "assertM"));
    named && call.children_in(Role::Argument).count() == 1
}

fn renamed(mut call: Node, name: &str) -> Node {
    if let Some((_, callee)) = call.children.iter_mut().find(|(role, _)| *role == Role::Callee) {
        *callee = Node::name(name, callee.span);
    }
    call
}

/// Calls that take a title first and what they declare in a second list of arguments.
fn declares_test(call: &Node) -> bool {
    let Some(callee) = call.child(Role::Callee) else { return false };
    let mut root = callee;
    while let Some(inner) = root.child(Role::Receiver).or(root.child(Role::Callee)) {
        root = inner;
    }
    let known = ["test", "testM", "suite", "suiteM", "it", "describe", "property", "pureTest", "loggedTest"];
    known.contains(&&*root.text)
        && call.child(Role::Argument).is_some_and(|title| matches!(title.kind, Kind::Text | Kind::Template))
}

/// `test("name".ignore.tag(Slow)) { … }` reads as `test.ignore.tag(Slow)("name") { … }`.
fn modified_title(call: &mut Node) {
    let Some(at) = call.children.iter().position(|(role, _)| *role == Role::Argument) else { return };
    if !matches!(call.child(Role::Callee).map(|callee| callee.kind), Some(Kind::Name)) {
        return;
    }
    let mut steps = Vec::new();
    let mut inner = &call.children[at].1;
    let title = loop {
        match inner.kind {
            Kind::Text | Kind::Template => break inner.clone(),
            Kind::Member => {
                steps.push((inner.text.clone(), None));
                let Some(receiver) = inner.child(Role::Receiver) else { return };
                inner = receiver;
            }
            Kind::Call => {
                let Some(callee) = inner.child(Role::Callee).filter(|callee| callee.is(Kind::Member)) else { return };
                let given: Vec<(Role, Node)> =
                    inner.children.iter().filter(|(role, _)| *role == Role::Argument).cloned().collect();
                steps.push((callee.text.clone(), Some(given)));
                let Some(receiver) = callee.child(Role::Receiver) else { return };
                inner = receiver;
            }
            _ => return,
        }
    };
    if steps.is_empty()
        || steps.iter().any(|(name, _)| !matches!(&**name, "ignore" | "only" | "fail" | "flaky" | "pending" | "tag"))
    {
        return;
    }
    let span = title.span;
    call.children[at].1 = title;
    for (name, given) in steps.into_iter().rev() {
        let Some((_, callee)) = call.children.iter_mut().find(|(role, _)| *role == Role::Callee) else { return };
        *callee = modified(std::mem::take(callee), &name, given, span);
    }
}

fn modified(callee: Node, name: &str, given: Option<Vec<(Role, Node)>>, span: super::Span) -> Node {
    let mut member = Node::with(Kind::Member, span, vec![(Role::Receiver, callee)]);
    member.text = name.into();
    match given {
        Some(mut given) => {
            given.insert(0, (Role::Callee, member));
            Node::with(Kind::Call, span, given)
        }
        None => member,
    }
}

/// `def spec = suite(…)(…)`, `val tests = Tests { … }`: what is declared stands in the class.
fn suite_value(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let (name, value) = match node.kind() {
        "function_definition" => (node.child_by_field_name("name")?, node.child_by_field_name("body")?),
        _ => (node.child_by_field_name("pattern")?, node.child_by_field_name("value")?),
    };
    // `lazy val roundTrip: Prop = forAll { … }`, which a `property("…")(roundTrip)` runs.
    let is_property = node.kind() == "val_definition"
        && ["forAll", "Prop.forAll"].iter().any(|start| lowering.source(value).starts_with(start));
    if is_property {
        let name = lowering.source(name).to_owned();
        let mut body = lowering.lower_one(value)?;
        answer(&mut body);
        let mut made = Node::with(Kind::Function, lowering.span(node), vec![(Role::Body, body)]);
        made.text = name.into();
        return Some(made);
    }
    if !matches!(lowering.source(name), "spec" | "tests") || node.child_by_field_name("parameters").is_some() {
        return None;
    }
    let body = lowering.lower_one(value)?;
    matches!(body.kind, Kind::Call | Kind::Block).then_some(body)
}

/// `test("x") { … } @@ TestAspect.ignore`: aspects that say how a test runs.
fn aspect(lowering: &mut Lowering<'_>, left: Syntax<'_>, right: Syntax<'_>) -> Option<Node> {
    let mut declared = lowering.lower_one(left)?;
    let aspect = lowering.lower_one(right)?;
    let (name, given) = match aspect.kind {
        Kind::Call => {
            let name = aspect.child(Role::Callee)?.text.clone();
            (name, Some(aspect.children.iter().filter(|(role, _)| *role == Role::Argument).cloned().collect()))
        }
        _ => (aspect.text.clone(), None),
    };
    let known = lowering.language.tests.modify.contains_key(&*name);
    if declared.is(Kind::Call)
        && known
        && let Some((_, callee)) = declared.children.iter_mut().find(|(role, _)| *role == Role::Callee)
    {
        *callee = modified(std::mem::take(callee), &name, given, lowering.span(right));
    }
    Some(declared)
}

/// Statements that compare: `f() === 3`, `f() ==> 3`.
fn stands_alone(node: Syntax<'_>) -> bool {
    node.parent()
        .is_some_and(|parent| matches!(parent.kind(), "block" | "template_body" | "indented_block" | "case_clause"))
}

/// `intercept[X]`
fn generic(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let mut callee = lowering.lower_one(node.child_by_field_name("function")?)?;
    // `x shouldBe a [Foo]`
    let article = callee.is(Kind::Binary)
        && callee
            .child(Role::Right)
            .is_some_and(|word| matches!(&*word.text, "a" | "an" | "be" | "throwA" | "throwAn"));
    if article {
        let right = callee.children.pop()?.1;
        let mut children = vec![(Role::Callee, right)];
        children.extend(type_arguments(lowering, node));
        let span = lowering.span(node);
        callee.children.push((Role::Right, Node::with(Kind::Call, span, children)));
        callee.span = span;
        return Some(callee);
    }
    let mut children = vec![(Role::Callee, callee)];
    children.extend(type_arguments(lowering, node));
    Some(Node::with(Kind::Call, lowering.span(node), children))
}

fn type_arguments(lowering: &Lowering<'_>, node: Syntax<'_>) -> Vec<(Role, Node)> {
    let mut found = Vec::new();
    if let Some(types) = node.child_by_field_name("type_arguments") {
        let mut cursor = types.walk();
        for one in types.named_children(&mut cursor) {
            found.push((Role::Type, Node::name(lowering.source(one), lowering.span(one))));
        }
    }
    found
}

/// `"a stack" should "pop" in { … }` becomes a call of `in` with the sentence and a function.
fn sentence(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let operator = lowering.source(node.child_by_field_name("operator")?).to_owned();
    let (left, right) = (node.child_by_field_name("left")?, node.child_by_field_name("right")?);
    let span = lowering.span(node);
    if DECLARING.contains(&operator.as_str()) && is_block(right) && says_words(lowering, left) {
        let words = lowering.lower_one(left)?.words().join(" ");
        let body = block_as_lambda(lowering, right)?;
        let title = Node::leaf(Kind::Text, &words, lowering.span(left));
        let children =
            vec![(Role::Callee, Node::name(&operator, span)), (Role::Argument, title), (Role::Argument, body)];
        return Some(Node::with(Kind::Call, span, children));
    }
    if operator == "@@" {
        return aspect(lowering, left, right);
    }
    let left = lowering.lower_one(left)?;
    let right = if is_block(right) { block_as_lambda(lowering, right)? } else { lowering.lower_one(right)? };
    // ScalaCheck's demands, wherever they stand: `f() ?= 3`, `3 =? f()`.
    let (left, right) = if operator == "=?" { (right, left) } else { (left, right) };
    let mut made = Node::binary(&operator, left, right);
    made.span = span;
    if matches!(operator.as_str(), "?=" | "=?") {
        made.text = "==".into();
        return Some(demand(made, span));
    }
    if matches!(operator.as_str(), "===" | "==>" | "====" | "=!=" | "!==") && stands_alone(node) {
        made.text = if matches!(operator.as_str(), "=!=" | "!==") { "!=".into() } else { "==".into() };
        return Some(demand(made, span));
    }
    Some(made)
}

fn demand(condition: Node, span: super::Span) -> Node {
    Node::with(Kind::Call, span, vec![(Role::Callee, Node::name("assert", span)), (Role::Argument, condition)])
}

/// Whether the leftmost part is a string, or `it`, `they`, `behavior`.
fn says_words(lowering: &Lowering<'_>, node: Syntax<'_>) -> bool {
    match node.kind() {
        "infix_expression" => node.child_by_field_name("left").is_some_and(|left| says_words(lowering, left)),
        "string" | "interpolated_string_expression" => true,
        "identifier" => matches!(lowering.source(node), "it" | "they" | "ignore" | "behavior"),
        "field_expression" => node.child_by_field_name("value").is_some_and(|value| says_words(lowering, value)),
        _ => false,
    }
}

fn comprehension(lowering: &mut Lowering<'_>, node: Syntax<'_>) -> Option<Node> {
    let mut cursor = node.walk();
    let enumerators = node.named_children(&mut cursor).find(|child| child.kind() == "enumerators")?;
    let yields = {
        let mut cursor = node.walk();
        node.children(&mut cursor).any(|child| child.kind() == "yield")
    };
    let body = node.child_by_field_name("body").and_then(|body| lowering.lower_one(body));
    let mut bound = Vec::new();
    let mut cursor = enumerators.walk();
    for one in enumerators.named_children(&mut cursor) {
        let count = u32::try_from(one.named_child_count()).ok()?;
        let (Some(target), Some(value)) = (one.named_child(0), one.named_child(count.saturating_sub(1))) else {
            continue;
        };
        if count < 2 {
            continue;
        }
        bound.push((lowering.lower_one(target)?, lowering.lower_one(value)?, lowering.span(one)));
    }
    let span = lowering.span(node);
    if yields {
        // One step after the other: `for { x <- f } yield expect(x == 1)`.
        let assigned = |(target, value, span)| {
            (Role::Item, Node::with(Kind::Assign, span, vec![(Role::Target, target), (Role::Value, value)]))
        };
        let mut children: Vec<(Role, Node)> = bound.into_iter().map(assigned).collect();
        children.extend(body.map(|body| (Role::Item, body)));
        return Some(Node::with(Kind::Block, span, children));
    }
    let mut bound = bound.into_iter();
    let (target, value, _) = bound.next()?;
    let mut children = vec![(Role::Target, target), (Role::Iterable, value)];
    children.extend(body.map(|body| (Role::Body, body)));
    Some(Node::with(Kind::Loop, span, children))
}
