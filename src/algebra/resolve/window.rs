//! An OVER clause in, a window of rows out: named windows are spelled out.

use super::Resolver;
use super::scope::Scope;
use crate::algebra::expr::{Expr, ExprKind, Frame, SortKey};
use crate::algebra::sql_type::Type;
use crate::syntax::ast::{self, WindowType};
use crate::text::Span;

/// The parts of a call before its window is known.
pub(super) struct Call {
    pub(super) function: String,
    pub(super) args: Vec<Expr>,
    pub(super) distinct: bool,
    pub(super) filter: Option<Box<Expr>>,
    pub(super) order: Vec<SortKey>,
    pub(super) ty: Type,
}

impl Resolver<'_> {
    pub(super) fn windowed(&mut self, call: Call, over: &WindowType, scope: &Scope, span: Span) -> Expr {
        let spec = match over {
            WindowType::WindowSpec(spec) => spec.clone(),
            WindowType::NamedWindow(name) => self.named_window(name, span),
        };
        let base = spec.window_name.as_ref().map(|name| self.named_window(name, span));
        let mut partition: Vec<Expr> = Vec::new();
        let mut order: Vec<SortKey> = Vec::new();
        let mut frame = spec.window_frame.clone();
        for part in base.iter().chain(std::iter::once(&spec)) {
            partition.extend(part.partition_by.iter().map(|expr| self.expr(expr, scope)).collect::<Vec<_>>());
            order.extend(
                part.order_by
                    .iter()
                    .map(|key| super::set::sort_key(self.expr(&key.expr, scope), &key.options))
                    .collect::<Vec<_>>(),
            );
            frame = frame.or_else(|| part.window_frame.clone());
        }
        order.extend(call.order);
        let frame = frame.map(|frame| frame_text(&frame));
        let Call { function, args, distinct, filter, ty, .. } = call;
        Expr::new(ExprKind::Window { function, args, distinct, filter, partition, order, frame }, ty, span)
    }

    fn named_window(&mut self, name: &ast::Ident, span: Span) -> ast::WindowSpec {
        let key = name.value.to_ascii_lowercase();
        if let Some(spec) = self.windows.iter().rev().find_map(|windows| windows.get(&key)) {
            return spec.clone();
        }
        self.partial("unknown window", name.value.clone(), span);
        ast::WindowSpec { window_name: None, partition_by: Vec::new(), order_by: Vec::new(), window_frame: None }
    }
}

fn frame_text(frame: &ast::WindowFrame) -> Frame {
    let end = frame.end_bound.as_ref().map_or_else(|| "CURRENT ROW".to_owned(), ToString::to_string);
    let text = format!("{} BETWEEN {} AND {end}", frame.units, frame.start_bound);
    Frame { text: text.to_ascii_uppercase() }
}
