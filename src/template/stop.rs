//! Why an evaluation ends before its end: a fault, or a jump that somebody above waits for.

use super::marked::From;
use super::value::Value;

pub(super) enum Stop {
    Fault(Box<Problem>),
    /// `return(value)`, caught by the macro it stands in.
    Return(Value),
    Break,
    Continue,
    /// A query was asked of the warehouse: the model is rendered again as dbt does before it has one.
    Query,
}

/// Something that could not be done, and where.
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) rule: &'static str,
    /// The innermost expression; [`From::Nowhere`] until somebody knows it.
    pub(super) at: From,
}

impl Stop {
    pub(super) fn fault(message: impl Into<String>) -> Stop {
        let message = message.into();
        Stop::Fault(Box::new(Problem { message, help: None, rule: "template-error", at: From::Nowhere }))
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Stop {
        if let Stop::Fault(problem) = &mut self {
            problem.help = Some(help.into());
        }
        self
    }

    pub(super) fn rule(mut self, rule: &'static str) -> Stop {
        if let Stop::Fault(problem) = &mut self {
            problem.rule = rule;
        }
        self
    }

    /// Says where it happened, unless that is known already.
    pub(super) fn at(mut self, place: From) -> Stop {
        if let Stop::Fault(problem) = &mut self
            && problem.at == From::Nowhere
        {
            problem.at = place;
        }
        self
    }
}
