//! A statement's tokens in, a syntax error out where it is too deep or too long a chain for any stack.
//!
//! The parser recurses into brackets, and a chain such as `a or b or c` is a tree as deep as it is long. Both are cut
//! off here, by counting tokens, so that neither parsing nor walking nor dropping a tree can run out of stack.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use super::lex::Piece;
use super::parsed::SyntaxError;

/// Brackets, CASEs and chained prefix operators inside one another.
const DEEPEST: usize = 300;
/// Operators, set operations or casts of one statement outside of any list: what one chain can hold.
const LONGEST: usize = 20_000;

/// What the parser may recurse: each level of brackets costs it a few.
pub(super) const RECURSION: usize = DEEPEST * 10;

/// The first token that is too deep or too far along a chain.
pub(super) fn exceeded(pieces: &[Piece]) -> Option<SyntaxError> {
    let mut chains = vec![0usize];
    let mut prefix = 0usize;
    for (at, piece) in pieces.iter().enumerate() {
        match piece.token {
            Token::LParen | Token::LBracket | Token::LBrace => chains.push(0),
            Token::RParen | Token::RBracket | Token::RBrace => close(&mut chains),
            // Items of a list do not nest in one another.
            Token::Comma => *chains.last_mut()? = 0,
            _ => {}
        }
        match piece.keyword() {
            Keyword::CASE => chains.push(0),
            Keyword::END => close(&mut chains),
            _ => {}
        }
        let links = usize::from(links(pieces, at));
        prefix = (prefix + 1) * links;
        *chains.last_mut()? += links;
        if chains.len() + prefix > DEEPEST {
            let message = format!("expressions are nested more than {DEEPEST} levels deep");
            return Some(SyntaxError { span: piece.span, message });
        }
        if *chains.last()? > LONGEST {
            let message = format!("more than {LONGEST} operators follow one another");
            return Some(SyntaxError { span: piece.span, message });
        }
    }
    None
}

fn close(chains: &mut Vec<usize>) {
    if chains.len() > 1 {
        chains.pop();
    }
}

/// Does the token join what is before it to what is after it, one level deeper?
fn links(pieces: &[Piece], at: usize) -> bool {
    match &pieces[at].token {
        Token::Word(word) => matches!(
            word.keyword,
            Keyword::AND
                | Keyword::OR
                | Keyword::XOR
                | Keyword::NOT
                | Keyword::UNION
                | Keyword::EXCEPT
                | Keyword::INTERSECT
                | Keyword::IS
                | Keyword::LIKE
                | Keyword::IN
                | Keyword::BETWEEN
                | Keyword::COLLATE
        ),
        Token::Comma
        | Token::LParen
        | Token::RParen
        | Token::LBrace
        | Token::RBrace
        | Token::RBracket
        | Token::SemiColon
        | Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::Period => false,
        // A subscript is a link of a chain `a[1][2]`; any operator is one.
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use sqlparser::dialect::GenericDialect;

    use super::exceeded;
    use crate::syntax::lex::{Letters, lex};

    fn check(text: &str, expected: bool) {
        let pieces = lex(text, &GenericDialect, &Letters::new(&GenericDialect)).pieces;
        assert_eq!(exceeded(&pieces).is_some(), expected);
    }

    #[test]
    fn deep_brackets_and_long_chains_are_cut_off() {
        check(&format!("select {}1{}", "(".repeat(10_000), ")".repeat(10_000)), true);
        check(&format!("select {}1", "not ".repeat(10_000)), true);
        check(&format!("select a{}", " or a".repeat(50_000)), true);
        check(&format!("select {}", "case when a then ".repeat(10_000)), true);
    }

    #[test]
    fn long_lists_are_not() {
        check(&format!("select a in (1{})", ", 1 + 1".repeat(50_000)), false);
        check("select ((((a))))", false);
    }
}
