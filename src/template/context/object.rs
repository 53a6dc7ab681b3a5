//! Things with attributes and methods that are neither lists nor dicts, and what happens when they are used.

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use super::column::Column;
use super::datetime::Moment;
use super::graph::Node;
use super::iterate::Items;
use super::pattern::Match;
use super::relation::Relation;
use super::{adapter, column, config, datetime, exceptions, graph, modules, pattern, relation};
use crate::template::ast::For;
use crate::template::function::{Args, Function, Scope};
use crate::template::held::Held;
use crate::template::marked::Text;
use crate::template::methods;
use crate::template::operators;
use crate::template::print;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::{Key, Map, Name, Value};
use crate::text::Span;

#[derive(Debug)]
pub(in crate::template) enum Object {
    Namespace(RefCell<Held<Map>>),
    Loop(Loop),
    /// One group of `groupby`: what its items share, and the items.
    Group(Value, Value),
    Cycler(Held<Vec<Value>>, Cell<usize>),
    Joiner(Text, Cell<bool>),
    Relation(Relation),
    Column(Column),
    Moment(Moment),
    Match(Match),
    Pattern(Rc<regex::Regex>),
    Node(Node),
    /// The macros of a package, as `dbt_utils` in `dbt_utils.star`.
    Package(Arc<str>),
    /// A name of the context that is one of a kind: `adapter`, `api`, `config`, `graph`, ..
    Part(&'static str),
    /// A dotted path under `modules`.
    Module(Rc<str>),
    /// `super` in a block, or one of `self`: what it renders to with these variables.
    Block {
        name: Arc<str>,
        level: usize,
        scope: Rc<Scope>,
    },
}

/// What a loop body knows of its loop.
#[derive(Debug)]
pub(in crate::template) struct Loop {
    pub(in crate::template) level: usize,
    /// The loop and its scope, where it may be called to go deeper.
    pub(in crate::template) again: Option<(Arc<For>, Rc<Scope>)>,
    index: Cell<usize>,
    length: Cell<usize>,
    neighbours: RefCell<(Option<Value>, Option<Value>)>,
    last_changed: RefCell<Option<Vec<Value>>>,
}

impl Loop {
    pub(in crate::template) fn new(level: usize, again: Option<(Arc<For>, Rc<Scope>)>) -> Loop {
        let (index, length) = (Cell::new(0), Cell::new(0));
        Loop { level, again, index, length, neighbours: RefCell::default(), last_changed: RefCell::new(None) }
    }

    pub(in crate::template) fn advance(&self, index: usize, items: &Items) {
        self.index.set(index);
        self.length.set(items.len());
        let before = index.checked_sub(1).and_then(|before| items.at(before));
        *self.neighbours.borrow_mut() = (before, items.at(index + 1));
    }

    fn attribute(&self, name: &str) -> Value {
        let (index, length) = (self.index.get(), self.length.get());
        let number = Value::count;
        let neighbour = |value: &Option<Value>, name: &str| value.clone().unwrap_or_else(|| Value::undefined(name));
        match name {
            "index" => number(index + 1),
            "index0" => number(index),
            "revindex" => number(length.saturating_sub(index)),
            "revindex0" => number(length.saturating_sub(index + 1)),
            "first" => Value::Bool(index == 0),
            "last" => Value::Bool(index + 1 >= length),
            "length" => number(length),
            "depth" => number(self.level + 1),
            "depth0" => number(self.level),
            "previtem" => neighbour(&self.neighbours.borrow().0, "loop.previtem"),
            "nextitem" => neighbour(&self.neighbours.borrow().1, "loop.nextitem"),
            _ => Value::undefined(name),
        }
    }

    fn method(&self, name: &str, args: Args) -> Result<Value, Stop> {
        match name {
            "cycle" if !args.positional.is_empty() => {
                Ok(args.positional[self.index.get() % args.positional.len()].clone())
            }
            "changed" => {
                let mut last = self.last_changed.borrow_mut();
                let same = last.as_ref().is_some_and(|last| {
                    last.len() == args.positional.len()
                        && last.iter().zip(&args.positional).all(|(a, b)| operators::equal(a, b))
                });
                *last = Some(args.positional);
                Ok(Value::Bool(!same))
            }
            _ => Err(Stop::fault(format!("a loop has no method `{name}`"))),
        }
    }
}

impl Object {
    pub(in crate::template) fn kind(&self) -> &'static str {
        match self {
            Object::Namespace(_) => "namespace",
            Object::Loop(_) => "loop",
            Object::Group(..) => "group",
            Object::Cycler(..) | Object::Joiner(..) => "function",
            Object::Relation(_) => "relation",
            Object::Column(_) => "column",
            Object::Moment(moment) => moment.kind(),
            Object::Match(_) => "match",
            Object::Pattern(_) => "pattern",
            Object::Node(_) => "node",
            Object::Package(_) => "package",
            Object::Part(name) => name,
            Object::Module(_) => "module",
            Object::Block { .. } => "block",
        }
    }

    pub(in crate::template) fn display(&self) -> String {
        match self {
            Object::Relation(relation) => relation.render(),
            Object::Moment(moment) => moment.to_string(),
            _ => self.repr(),
        }
    }

    pub(in crate::template) fn repr(&self) -> String {
        match self {
            Object::Column(column) => format!("<Column {} ({})>", column.name, column.data_type),
            Object::Moment(moment) => moment.repr(),
            other => format!("<{}>", other.kind()),
        }
    }

    pub(in crate::template) fn truth(&self) -> bool {
        match self {
            Object::Moment(moment) => moment.truth(),
            _ => true,
        }
    }

    /// What two equal things of this kind share, as a key of dicts.
    pub(in crate::template) fn path(&self) -> String {
        match self {
            Object::Relation(_) | Object::Moment(_) => self.display(),
            Object::Column(column) => column.name.clone(),
            Object::Package(name) => name.to_string(),
            Object::Module(name) => name.to_string(),
            other => other.kind().to_owned(),
        }
    }

    pub(in crate::template) fn equals(&self, other: &Object) -> bool {
        match (self, other) {
            (Object::Relation(a), Object::Relation(b)) => a.same(b),
            (Object::Column(a), Object::Column(b)) => a == b,
            (Object::Moment(a), Object::Moment(b)) => a.order(b) == Some(Ordering::Equal),
            (Object::Package(a), Object::Package(b)) => a == b,
            (Object::Part(a), Object::Part(b)) => a == b,
            (Object::Module(a), Object::Module(b)) => a == b,
            (Object::Node(a), Object::Node(b)) => a == b,
            _ => false,
        }
    }

    pub(in crate::template) fn order(&self, other: &Object) -> Option<Ordering> {
        match (self, other) {
            (Object::Moment(a), Object::Moment(b)) => a.order(b),
            _ => None,
        }
    }

    pub(in crate::template) fn contains(&self, item: &Value) -> Result<bool, Stop> {
        match self {
            Object::Namespace(map) => Ok(Key::new(item.clone()).is_some_and(|key| map.borrow().contains_key(&key))),
            Object::Relation(_) => {
                Ok(item.as_str().is_some_and(|name| ["database", "schema", "identifier", "type"].contains(&name)))
            }
            Object::Part(_) | Object::Node(_) | Object::Package(_) => Ok(item.as_str().is_some()),
            other => Err(Stop::fault(format!("`in` needs something to look in, not a {}", other.kind()))),
        }
    }

    pub(in crate::template) fn slice(&self, bounds: [Option<i64>; 3]) -> Result<Value, Stop> {
        match self {
            Object::Group(key, items) => methods::slice(&Value::tuple([key.clone(), items.clone()]), bounds),
            other => Err(Stop::fault(format!("a {} cannot be sliced", other.kind()))),
        }
    }

    pub(in crate::template) fn is_iterable(&self) -> bool {
        matches!(
            self,
            Object::Group(..)
                | Object::Loop(_)
                | Object::Relation(_)
                | Object::Node(_)
                | Object::Part("graph.nodes" | "graph.sources")
        )
    }

    pub(in crate::template) fn is_sequence(&self) -> bool {
        matches!(self, Object::Group(..)) || self.is_mapping()
    }

    /// dbt's relations count as mappings: macros tell relations from texts by that.
    pub(in crate::template) fn is_mapping(&self) -> bool {
        matches!(
            self,
            Object::Relation(_) | Object::Node(_) | Object::Part("graph" | "graph.nodes" | "graph.sources" | "context")
        )
    }

    pub(in crate::template) fn is_callable(&self) -> bool {
        matches!(
            self,
            Object::Cycler(..)
                | Object::Joiner(..)
                | Object::Loop(_)
                | Object::Module(_)
                | Object::Part(_)
                | Object::Block { .. }
        )
    }
}

pub(in crate::template) fn attribute(run: &mut Run<'_>, object: &Rc<Object>, name: &Arc<str>, span: Span) -> Value {
    let method = || Value::function(Function::Method(Value::Object(object.clone()), name.clone()));
    let missing = || Value::undefined(name);
    match &**object {
        Object::Namespace(map) => map.borrow().get(&Name(name)).cloned().unwrap_or_else(missing),
        Object::Loop(_) if matches!(&**name, "cycle" | "changed") => method(),
        Object::Loop(state) => state.attribute(name),
        Object::Group(key, items) => match &**name {
            "grouper" => key.clone(),
            "list" => items.clone(),
            _ => missing(),
        },
        Object::Cycler(items, at) => match &**name {
            "current" if !items.is_empty() => items[at.get() % items.len()].clone(),
            _ => method(),
        },
        Object::Relation(relation) => relation.attribute(name).unwrap_or_else(method),
        Object::Column(column) => column.attribute(run, name, span).unwrap_or_else(method),
        Object::Moment(moment) => moment.attribute(name).unwrap_or_else(method),
        Object::Match(_) if !pattern::MATCH_METHODS.contains(&&**name) => missing(),
        Object::Joiner(..) => missing(),
        Object::Match(_) | Object::Pattern(_) => method(),
        Object::Node(node) => graph::attribute(run, node, name, span).unwrap_or_else(method),
        Object::Package(package) => match run.env.package_macro(package, name) {
            Some(code) => Value::function(Function::Macro { code, scope: None, calls: None }),
            None => run.absent_macro(package, name, span),
        },
        Object::Part(part) => part_attribute(run, part, name).unwrap_or_else(method),
        Object::Module(path) => modules::attribute(path, name),
        Object::Block { name: block, level, scope } if &**name == "super" => {
            Value::object(Object::Block { name: block.clone(), level: level + 1, scope: scope.clone() })
        }
        Object::Block { .. } => missing(),
    }
}

fn part_attribute(run: &mut Run<'_>, part: &'static str, name: &Arc<str>) -> Option<Value> {
    match part {
        "api" => match &**name {
            "Relation" => Some(Value::object(Object::Part("api.Relation"))),
            "Column" => Some(Value::object(Object::Part("api.Column"))),
            _ => Some(Value::undefined(name)),
        },
        "adapter" => match &**name {
            "Relation" => Some(Value::object(Object::Part("api.Relation"))),
            "Column" => Some(Value::object(Object::Part("api.Column"))),
            _ => None,
        },
        "api.Relation" => match &**name {
            "Table" => Some(Value::text("table")),
            "View" => Some(Value::text("view")),
            "CTE" => Some(Value::text("cte")),
            "External" => Some(Value::text("external")),
            "MaterializedView" => Some(Value::text("materialized_view")),
            _ => None,
        },
        "self" => Some(run.own_block(name).unwrap_or_else(|| Value::undefined(name))),
        "builtins" => super::native(name),
        "context" => super::global(run, name).or_else(|| Some(Value::undefined(name))),
        "config" => config::attribute(run, name),
        "graph" | "graph.nodes" | "graph.sources" => graph::part(run, part, name),
        "ref" if &**name == "config" => Some(super::reference::project_config(run)),
        "modules" => Some(Value::object(Object::Module(Rc::from(&**name)))),
        _ => None,
    }
}

pub(in crate::template) fn item(run: &mut Run<'_>, object: &Rc<Object>, item: &Value) -> Result<Value, Stop> {
    match (&**object, item) {
        (Object::Group(key, items), item) => {
            let found = item.as_int().and_then(|at| methods::at(&Value::tuple([key.clone(), items.clone()]), at));
            match (found, item) {
                (Some(found), _) => Ok(found),
                (None, Value::Str(name)) => Ok(attribute(run, object, &name.text.clone(), Span::default())),
                _ => Ok(Value::undefined("an item of a group")),
            }
        }
        (_, Value::Str(name)) => Ok(attribute(run, object, &name.text.clone(), Span::default())),
        (Object::Match(found), item) => Ok(found.group(item)),
        (_, other) => Ok(Value::undefined(&print::plain(other))),
    }
}

pub(in crate::template) fn method(
    run: &mut Run<'_>,
    object: &Rc<Object>,
    name: &Arc<str>,
    args: Args,
    span: Span,
) -> Result<Value, Stop> {
    match &**object {
        Object::Loop(state) => state.method(name, args),
        Object::Relation(own) => relation::method(run, own, name, &args, span),
        Object::Column(own) => column::method(run, own, name, span),
        Object::Moment(moment) => datetime::method(moment, name, &args),
        Object::Match(found) => found.method(name, &args),
        Object::Pattern(own) => pattern::method(run, own, name, &args),
        Object::Module(path) => modules::call(run, &format!("{path}.{name}"), args),
        Object::Part("adapter") => adapter::method(run, name, &args, span),
        Object::Part("config") => config::method(run, name, &args, span),
        Object::Part("exceptions") => exceptions::raise(run, name, &args, span),
        Object::Part("api.Relation") => relation::class_method(run, name, &args),
        Object::Part("api.Column") => column::class_method(run, name, &args),
        Object::Part("var") if &**name == "has_var" => super::variables::has(run, &args),
        Object::Part(part @ ("graph" | "graph.nodes" | "graph.sources")) => graph::method(run, part, name, &args),
        Object::Part("context") if &**name == "get" => {
            let found = super::global(run, args.text(0, "key")?);
            Ok(found.or_else(|| args.get(1, "default").cloned()).unwrap_or(Value::None))
        }
        Object::Node(node) => match graph::node_method(run, node, name, &args, span) {
            Some(result) => result,
            None => call_attribute(run, object, name, args, span),
        },
        Object::Cycler(items, at) => match &**name {
            "next" if !items.is_empty() => {
                at.set(at.get() + 1);
                Ok(items[(at.get() - 1) % items.len()].clone())
            }
            "reset" => {
                at.set(0);
                Ok(Value::None)
            }
            _ => Err(Stop::fault(format!("a cycler has no method `{name}`"))),
        },
        Object::Namespace(map)
            if matches!(&**name, "get" | "items" | "keys" | "values") && !map.borrow().contains_key(&Name(name)) =>
        {
            methods::call(run, &Value::dict(Map::clone(&map.borrow())), name, &args)
        }
        _ => call_attribute(run, object, name, args, span),
    }
}

fn call_attribute(
    run: &mut Run<'_>,
    object: &Rc<Object>,
    name: &Arc<str>,
    args: Args,
    span: Span,
) -> Result<Value, Stop> {
    let found = attribute(run, object, name, span);
    if let Value::Function(function) = &found
        && let Function::Method(..) = &**function
    {
        return Err(Stop::fault(format!("`{}` has no `{name}`", object.kind())));
    }
    run.call(&found, args, span)
}

pub(in crate::template) fn call(run: &mut Run<'_>, object: &Rc<Object>, args: Args, span: Span) -> Result<Value, Stop> {
    match &**object {
        Object::Part(part @ ("config" | "var" | "ref" | "adapter")) => super::functions::call(run, part, args, span),
        Object::Part("api.Column") => column::class_method(run, "create", &args),
        Object::Part("api.Relation") => relation::class_method(run, "create", &args),
        Object::Module(path) => modules::call(run, &path.clone(), args),
        Object::Joiner(separator, used) => {
            Ok(if used.replace(true) { Value::Str(separator.clone()) } else { Value::text("") })
        }
        Object::Block { name, level, scope } => run.block(name, *level, scope, span),
        other => Err(Stop::fault(format!("a {} cannot be called", other.kind()))),
    }
}

/// `name`, `arguments` and `package` of a macro.
pub(in crate::template) fn function_attribute(run: &Run<'_>, function: &Function, name: &str) -> Value {
    match (function, name) {
        (Function::Native("ref" | "source"), "config") => super::reference::project_config(run),
        (Function::Macro { code, .. }, "name") => Value::text(code.name.clone()),
        (Function::Macro { code, .. }, "arguments") => {
            Value::tuple(code.params.iter().map(|param| Value::text(param.name.clone())))
        }
        (Function::Macro { code, .. }, "package_name") => Value::text(code.source.package.clone()),
        (Function::Native(own), "name") => Value::text(*own),
        _ => Value::undefined(name),
    }
}
