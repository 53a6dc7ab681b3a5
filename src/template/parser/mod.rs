//! Template text in, its tree out, with every fault at its place: one broken tag costs only itself.

mod expression;
mod inherit;
mod literal;

use std::sync::Arc;

use super::ast::{Arm, Block, Expr, ExprKind, Fault, Filter, For, Macro, Node, Param, Source, Target};
use super::lexer::{Kind, Token, tokens};
use crate::text::{Span, closest};

/// A parsed template.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) source: Arc<Source>,
    /// The bytes of the source that were read.
    pub(super) part: Span,
    pub(super) body: Vec<Node>,
    pub(super) faults: Vec<Fault>,
    /// All blocks in it, however deep.
    pub(super) blocks: Vec<Arc<Block>>,
}

/// Blocks and expressions nested deeper than this are refused, so that no text can exhaust the stack.
const MAX_DEPTH: usize = 64;

/// Reads the bytes `body` of a source.
pub(super) fn parse(source: &Arc<Source>, body: Span) -> Template {
    let text = source.text.clone();
    let (tokens, faults) = tokens(&text, body);
    let mut parser = Parser {
        text: &text,
        source,
        tokens,
        at: 0,
        faults,
        open: Vec::new(),
        depth: 0,
        special: Special::default(),
        blocks: Vec::new(),
    };
    let part = body;
    let (body, _) = parser.nodes(&[]);
    let Parser { mut faults, blocks, .. } = parser;
    faults.sort_by_key(|fault| fault.span);
    faults.dedup_by_key(|fault| fault.span);
    Template { source: source.clone(), part, body, faults, blocks }
}

/// The names that a macro's text must mention to be given what they stand for.
#[derive(Clone, Copy, Default)]
struct Special {
    varargs: bool,
    kwargs: bool,
    caller: bool,
}

/// A fault was noted; the reader of the tag decides where to go on.
struct Noted;

type Read<T> = Result<T, Noted>;

struct Parser<'t> {
    text: &'t str,
    source: &'t Arc<Source>,
    tokens: Vec<Token>,
    at: usize,
    faults: Vec<Fault>,
    /// Blocks that wait for their end.
    open: Vec<&'static str>,
    depth: usize,
    special: Special,
    blocks: Vec<Arc<Block>>,
}

/// Tags that open a block, with the tag that ends it.
const BLOCKS: [(&str, &str); 16] = [
    ("if", "endif"),
    ("for", "endfor"),
    ("macro", "endmacro"),
    ("call", "endcall"),
    ("filter", "endfilter"),
    ("set", "endset"),
    ("with", "endwith"),
    ("block", "endblock"),
    ("autoescape", "endautoescape"),
    ("snapshot", "endsnapshot"),
    ("test", "endtest"),
    ("data_test", "enddata_test"),
    ("materialization", "endmaterialization"),
    ("docs", "enddocs"),
    ("raw", "endraw"),
    ("trans", "endtrans"),
];

const STATEMENTS: [&str; 10] =
    ["do", "print", "break", "continue", "include", "import", "from", "extends", "elif", "else"];

impl Parser<'_> {
    fn token(&self) -> Token {
        self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn ahead(&self, by: usize) -> Token {
        self.tokens[(self.at + by).min(self.tokens.len() - 1)]
    }

    fn word(&self) -> &str {
        let token = self.token();
        if token.kind == Kind::Name { &self.text[token.span.range()] } else { "" }
    }

    fn is_op(&self, op: &str) -> bool {
        matches!(self.token().kind, Kind::Op(found) if found == op)
    }

    fn skip_op(&mut self, op: &str) -> bool {
        let found = self.is_op(op);
        self.at += usize::from(found);
        found
    }

    fn skip_word(&mut self, word: &str) -> bool {
        let found = self.word() == word;
        self.at += usize::from(found);
        found
    }

    fn fault(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) -> Noted {
        self.faults.push(Fault { span, message: message.into(), help: help.into() });
        Noted
    }

    /// Notes what stands here where `wanted` should.
    fn expected(&mut self, wanted: &str) -> Noted {
        let token = self.token();
        if token.kind == Kind::Op("!") && token.span.is_empty() {
            // The mark of a tag that the lexer gave up on; its fault is noted already.
            return Noted;
        }
        let found = match token.kind {
            Kind::End => "the end of the text".to_owned(),
            Kind::CloseBlock | Kind::ClosePrint => "the end of the tag".to_owned(),
            _ => format!("`{}`", &self.text[token.span.range()]),
        };
        self.fault(
            token.span,
            format!("expected {wanted}, found {found}"),
            "Mend the tag; the rest of the file was read.",
        )
    }

    fn expect_op(&mut self, op: &str) -> Read<()> {
        if self.skip_op(op) { Ok(()) } else { Err(self.expected(&format!("`{op}`"))) }
    }

    fn name(&mut self) -> Read<Arc<str>> {
        let word = Arc::from(self.word());
        if self.token().kind != Kind::Name {
            return Err(self.expected("a name"));
        }
        self.at += 1;
        Ok(word)
    }

    /// Goes past the end of the tag at hand; what stands before it was already faulted or is a fault now.
    fn close(&mut self, quiet: bool) {
        if !matches!(self.token().kind, Kind::CloseBlock | Kind::ClosePrint | Kind::End) && !quiet {
            self.expected("the end of the tag");
        }
        while !matches!(self.token().kind, Kind::CloseBlock | Kind::ClosePrint | Kind::End | Kind::Text) {
            self.at += 1;
        }
        if matches!(self.token().kind, Kind::CloseBlock | Kind::ClosePrint) {
            self.at += 1;
        }
    }

    /// Nodes up to one of the tags `until`, which is consumed up to its name; `None` where that tag never came.
    fn nodes(&mut self, until: &[&'static str]) -> (Vec<Node>, Option<&'static str>) {
        let mut nodes = Vec::new();
        loop {
            let token = self.token();
            match token.kind {
                Kind::Text => {
                    nodes.push(Node::Text(token.span));
                    self.at += 1;
                }
                Kind::OpenPrint => {
                    self.at += 1;
                    let expr = self.tuple(true);
                    let quiet = expr.is_err();
                    self.close(quiet);
                    let span = token.span.cover(self.tokens[self.at - 1].span);
                    let expr = expr.unwrap_or(Expr { kind: ExprKind::Broken, span });
                    nodes.push(Node::Print { expr, span });
                }
                Kind::OpenBlock => {
                    self.at += 1;
                    let word = self.word();
                    if let Some(end) = until.iter().find(|end| **end == word) {
                        self.at += 1;
                        return (nodes, Some(end));
                    }
                    if word.starts_with("end") && self.open.contains(&word) {
                        self.at -= 1;
                        return (nodes, None);
                    }
                    self.statement(token.span, &mut nodes);
                }
                Kind::End => return (nodes, None),
                _ => self.at += 1,
            }
        }
    }

    /// The body of a block up to `end` (or one of `also`), and which it was. A missing end is a fault at `opened`.
    fn body(&mut self, opened: Span, end: &'static str, also: &[&'static str]) -> (Vec<Node>, Option<&'static str>) {
        if self.depth >= MAX_DEPTH {
            self.fault(opened, "blocks are nested too deeply", "Split the template into macros.");
            self.at = self.tokens.len() - 1;
            return (Vec::new(), None);
        }
        let until: Vec<_> = also.iter().copied().chain([end]).collect();
        self.depth += 1;
        self.open.push(end);
        let (nodes, found) = self.nodes(&until);
        self.open.pop();
        self.depth -= 1;
        if found.is_none() {
            let word = end.trim_start_matches("end");
            self.fault(
                opened,
                format!("this `{word}` block is never closed"),
                format!("Close it with `{{% {end} %}}`."),
            );
        } else if found == Some(end) {
            // `{% endmacro name %}` may repeat the name.
            if self.token().kind == Kind::Name {
                self.at += 1;
            }
            self.close(false);
        }
        (nodes, found)
    }

    fn statement(&mut self, open: Span, nodes: &mut Vec<Node>) {
        let word = self.word().to_owned();
        let opened = open.cover(self.token().span);
        self.at += usize::from(!word.is_empty());
        let read = match word.as_str() {
            "if" => Ok(self.conditional(opened)),
            "for" => self.for_loop(opened),
            "set" => self.assignment(opened),
            "macro" => self.macro_block(opened, "", "endmacro").map(|found| Node::Macro(Arc::new(found))),
            "test" => self.macro_block(opened, "test_", "endtest").map(|found| Node::Macro(Arc::new(found))),
            "data_test" => self.macro_block(opened, "test_", "enddata_test").map(|found| Node::Macro(Arc::new(found))),
            "call" => self.call_block(opened),
            "filter" => self.filter_block(opened),
            "with" => Ok(self.with_block(opened)),
            "do" => self.tuple(true).map(Node::Do),
            "print" => self.print(opened),
            "break" => Ok(Node::Break),
            "continue" => Ok(Node::Continue),
            "block" => self.block(opened),
            "autoescape" | "snapshot" => {
                let end = BLOCKS.iter().find(|(name, _)| *name == word).map_or("endblock", |(_, end)| end);
                self.close(true);
                Ok(Node::Scope(self.body(opened, end, &[]).0))
            }
            "materialization" | "docs" => {
                let end = if word == "docs" { "enddocs" } else { "endmaterialization" };
                self.close(true);
                self.body(opened, end, &[]);
                return;
            }
            "include" => self.include(opened),
            "import" => self.import(opened),
            "from" => self.import_parts(opened),
            "extends" => self.extends(opened),
            _ => Err(self.unknown_tag(opened, &word)),
        };
        match read {
            Ok(node) => {
                let simple = matches!(node, Node::Do(_) | Node::Print { .. } | Node::Break | Node::Continue)
                    || matches!(node, Node::Set { .. } | Node::Include { .. } | Node::Import { .. })
                    || matches!(node, Node::Extends { .. });
                nodes.push(node);
                if simple {
                    self.close(false);
                }
            }
            Err(Noted) => self.close(true),
        }
    }

    fn unknown_tag(&mut self, opened: Span, word: &str) -> Noted {
        if word.is_empty() {
            return self.expected("the name of a tag");
        }
        if let Some((name, _)) = BLOCKS.iter().find(|(_, end)| *end == word) {
            return self.fault(
                opened,
                format!("`{word}` closes nothing: no `{name}` block is open here"),
                "Remove it.",
            );
        }
        if word == "else" || word == "elif" {
            return self.fault(opened, format!("`{word}` stands outside any `if` or `for`"), "Remove it.");
        }
        let known = BLOCKS.iter().flat_map(|(name, end)| [*name, *end]).chain(STATEMENTS);
        let help = match closest(word, known) {
            Some(meant) => format!("Did you mean `{meant}`?"),
            None => "Remove the tag, or write `{{ .. }}` to print a value.".to_owned(),
        };
        self.fault(opened, format!("there is no tag `{word}`"), help)
    }

    /// A condition and the end of its tag. A condition that cannot be read counts as broken, its block is still read.
    fn condition(&mut self) -> Expr {
        let start = self.token().span;
        let test = self.tuple(false);
        self.skip_op(":");
        self.close(test.is_err());
        test.unwrap_or(Expr { kind: ExprKind::Broken, span: start })
    }

    fn conditional(&mut self, opened: Span) -> Node {
        let mut arms = Vec::new();
        let mut test = Some(self.condition());
        loop {
            let start = self.tokens[self.at - 1].span.end;
            let also: &[&str] = if test.is_some() { &["elif", "else"] } else { &[] };
            let (body, found) = self.body(opened, "endif", also);
            let is_last = test.is_none();
            arms.push(Arm { test, body, span: Span { start, end: self.last_tag().max(start) } });
            match found {
                Some("elif") => test = Some(self.condition()),
                Some("else") => {
                    self.skip_op(":");
                    self.close(false);
                    test = None;
                }
                _ if is_last => break,
                _ => {
                    arms.push(Arm { test: None, body: Vec::new(), span: Span { start, end: start } });
                    break;
                }
            }
        }
        Node::If(arms)
    }

    /// Where the tag that was read last begins.
    fn last_tag(&self) -> u32 {
        let tag = self.tokens[..self.at].iter().rev().find(|token| token.kind == Kind::OpenBlock);
        tag.map_or(0, |tag| tag.span.start)
    }

    fn for_loop(&mut self, opened: Span) -> Read<Node> {
        let header = self.for_header();
        self.skip_op(":");
        self.close(header.is_err());
        let (body, found) = self.body(opened, "endfor", &["else"]);
        let mut otherwise = Vec::new();
        if found == Some("else") {
            self.skip_op(":");
            self.close(false);
            otherwise = self.body(opened, "endfor", &[]).0;
        }
        let (target, over, only_if, recursive) = header?;
        Ok(Node::For(Arc::new(For { target, over, only_if, recursive, body, otherwise, span: opened })))
    }

    fn for_header(&mut self) -> Read<(Target, Expr, Option<Expr>, bool)> {
        let target = self.targets()?;
        if !self.skip_word("in") {
            return Err(self.expected("`in`"));
        }
        let over = self.tuple(false)?;
        let only_if = if self.skip_word("if") { Some(self.choice()?) } else { None };
        let recursive = self.skip_word("recursive");
        Ok((target, over, only_if, recursive))
    }

    /// `a`, `a, b`, `(a, (b, c))`, `ns.x`
    fn targets(&mut self) -> Read<Target> {
        let start = self.token().span;
        let first = self.single_target()?;
        if !self.is_op(",") {
            return Ok(first);
        }
        let mut targets = vec![first];
        while self.skip_op(",") {
            if self.token().kind != Kind::Name && !self.is_op("(") || self.word() == "in" {
                break;
            }
            targets.push(self.single_target()?);
        }
        Ok(Target::Tuple(targets, start.cover(self.tokens[self.at - 1].span)))
    }

    fn single_target(&mut self) -> Read<Target> {
        if self.skip_op("(") {
            self.deeper()?;
            let inner = self.targets();
            self.depth -= 1;
            let inner = inner?;
            self.expect_op(")")?;
            return Ok(inner);
        }
        let span = self.token().span;
        let name = self.name()?;
        if self.skip_op(".") {
            let field = self.name()?;
            return Ok(Target::Field(name, field, span));
        }
        Ok(Target::Name(name))
    }

    fn assignment(&mut self, opened: Span) -> Read<Node> {
        let target = self.targets()?;
        if self.skip_op("=") {
            let value = self.tuple(true)?;
            return Ok(Node::Set { target, value });
        }
        let filters = self.filters();
        self.close(filters.is_err());
        let body = self.body(opened, "endset", &[]).0;
        Ok(Node::SetBlock { target, filters: filters?, body, span: opened })
    }

    /// `| a | b(1)`, possibly none.
    fn filters(&mut self) -> Read<Vec<Filter>> {
        let mut filters = Vec::new();
        while self.skip_op("|") {
            filters.push(self.filter()?);
        }
        Ok(filters)
    }

    fn filter_block(&mut self, opened: Span) -> Read<Node> {
        let filters = self.filter().and_then(|first| {
            let mut filters = vec![first];
            filters.extend(self.filters()?);
            Ok(filters)
        });
        self.close(filters.is_err());
        let body = self.body(opened, "endfilter", &[]).0;
        Ok(Node::Filter { filters: filters?, body, span: opened })
    }

    fn with_block(&mut self, opened: Span) -> Node {
        let mut bindings = Vec::new();
        let mut read = Ok(());
        while self.token().kind != Kind::CloseBlock && self.token().kind != Kind::End {
            read = self.binding().map(|binding| bindings.push(binding));
            if read.is_err() || !self.skip_op(",") {
                break;
            }
        }
        self.close(read.is_err());
        let body = self.body(opened, "endwith", &[]).0;
        Node::With { bindings, body }
    }

    fn binding(&mut self) -> Read<(Target, Expr)> {
        let target = self.single_target()?;
        self.expect_op("=")?;
        Ok((target, self.choice()?))
    }

    fn print(&mut self, opened: Span) -> Read<Node> {
        let expr = self.tuple(true)?;
        let span = opened.cover(expr.span);
        Ok(Node::Print { expr, span })
    }

    fn macro_block(&mut self, opened: Span, prefix: &str, end: &'static str) -> Read<Macro> {
        let header = self.name().and_then(|name| Ok((name, self.params()?)));
        if header.is_ok() {
            self.skip_op(":");
        }
        self.close(header.is_err());
        let outer = std::mem::take(&mut self.special);
        let body = self.body(opened, end, &[]).0;
        let special = std::mem::replace(&mut self.special, outer);
        let (name, params) = header?;
        let name = if prefix.is_empty() { name } else { Arc::from(format!("{prefix}{name}")) };
        Ok(self.make_macro((name, params), body, opened, special))
    }

    fn make_macro(&self, header: (Arc<str>, Vec<Param>), body: Vec<Node>, opened: Span, special: Special) -> Macro {
        let (name, params) = header;
        let span = opened.cover(self.tokens[self.at.saturating_sub(1)].span);
        let Special { varargs: takes_varargs, kwargs: takes_kwargs, caller: takes_caller } = special;
        let source = self.source.clone();
        Macro { name, params, body, span, source, takes_varargs, takes_kwargs, takes_caller }
    }

    /// `(a, b=1, c: str = 'x')`
    fn params(&mut self) -> Read<Vec<Param>> {
        self.expect_op("(")?;
        let mut params = Vec::new();
        while !self.skip_op(")") {
            let name = self.name()?;
            if self.skip_op(":") {
                self.choice()?;
            }
            let default = if self.skip_op("=") { Some(self.choice()?) } else { None };
            params.push(Param { name, default });
            if !self.skip_op(",") {
                self.expect_op(")")?;
                break;
            }
        }
        Ok(params)
    }

    fn call_block(&mut self, opened: Span) -> Read<Node> {
        let header = self.call_header();
        self.close(header.is_err());
        let body = self.body(opened, "endcall", &[]).0;
        let (params, call) = header?;
        let caller = Arc::new(self.make_macro((Arc::from("caller"), params), body, opened, Special::default()));
        Ok(Node::Call { caller, call, span: opened })
    }

    fn call_header(&mut self) -> Read<(Vec<Param>, Expr)> {
        let params = if self.is_op("(") { self.params()? } else { Vec::new() };
        let call = self.choice()?;
        if !matches!(call.kind, ExprKind::Call(..)) {
            return Err(self.fault(call.span, "`call` needs a macro call", "Write `{% call name(..) %}`."));
        }
        Ok((params, call))
    }

    fn deeper(&mut self) -> Read<()> {
        if self.depth >= MAX_DEPTH {
            let span = self.token().span;
            return Err(self.fault(span, "this expression is nested too deeply", "Split it with `{% set %}`."));
        }
        self.depth += 1;
        Ok(())
    }
}
