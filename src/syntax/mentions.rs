//! The tokens of one statement in, the names that it may read or write out, for where there is no tree.

use std::collections::BTreeSet;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use super::lex::Piece;

/// Names after FROM, JOIN, INTO, USING and TABLE, and after a comma in such a list; sorted, without repeats.
pub(super) fn mentions(pieces: &[Piece]) -> Vec<Vec<String>> {
    let mut found = BTreeSet::new();
    // Per open bracket: is this a list of relations, and is the next word the name of one?
    let mut lists = vec![List::default()];
    let mut at = 0;
    while at < pieces.len() {
        let list = lists.last().copied().unwrap_or_default();
        let (next, after) = step(pieces, at, list, &mut found);
        match pieces[at].token {
            Token::LParen => lists.push(next),
            Token::RParen if lists.len() > 1 => {
                lists.pop();
            }
            _ => lists.iter_mut().rev().take(1).for_each(|last| *last = next),
        }
        at = after;
    }
    found.into_iter().collect()
}

#[derive(Clone, Copy, Default)]
struct List {
    relations: bool,
    name_is_next: bool,
}

/// Reads the token at `at`; gives what holds after it, and where the next one is.
fn step(pieces: &[Piece], at: usize, list: List, found: &mut BTreeSet<Vec<String>>) -> (List, usize) {
    let piece = &pieces[at];
    if opens_list(piece) {
        return (List { relations: true, name_is_next: true }, at + 1);
    }
    match piece.token {
        Token::Comma => (List { name_is_next: list.relations, ..list }, at + 1),
        // `from (a join b)` and `from (select ..)`: a name may follow, or a word that is none.
        Token::LParen => (List { relations: list.name_is_next, ..list }, at + 1),
        Token::Word(_) if is_noise(piece) => (list, at + 1),
        Token::Word(_) if ends_list(piece) => (List::default(), at + 1),
        Token::Word(_) if list.name_is_next => {
            let (name, after) = name(pieces, at);
            if pieces.get(after).is_none_or(|piece| piece.token != Token::LParen) {
                found.insert(name);
            }
            (List { name_is_next: false, ..list }, after)
        }
        _ => (list, at + 1),
    }
}

fn opens_list(piece: &Piece) -> bool {
    let words = [Keyword::FROM, Keyword::JOIN, Keyword::INTO, Keyword::USING, Keyword::TABLE, Keyword::UPDATE];
    words.contains(&piece.keyword())
}

fn name(pieces: &[Piece], mut at: usize) -> (Vec<String>, usize) {
    let mut parts = Vec::new();
    while let Some(Piece { token: Token::Word(word), .. }) = pieces.get(at) {
        // BigQuery quotes a whole path at once.
        if word.quote_style == Some('`') {
            parts.extend(word.value.split('.').map(str::to_owned));
        } else {
            parts.push(word.value.clone());
        }
        at += 1;
        if pieces.get(at).is_none_or(|piece| piece.token != Token::Period) {
            break;
        }
        at += 1;
    }
    (parts, at)
}

/// Words between the opener and the name.
fn is_noise(piece: &Piece) -> bool {
    let words = [Keyword::LATERAL, Keyword::ONLY, Keyword::IF, Keyword::NOT, Keyword::EXISTS];
    words.contains(&piece.keyword())
}

/// Words that are no name and no alias.
fn ends_list(piece: &Piece) -> bool {
    matches!(
        piece.keyword(),
        Keyword::SELECT
            | Keyword::WITH
            | Keyword::VALUES
            | Keyword::WHERE
            | Keyword::ON
            | Keyword::SET
            | Keyword::GROUP
            | Keyword::ORDER
            | Keyword::UNNEST
            | Keyword::INNER
            | Keyword::LEFT
            | Keyword::RIGHT
            | Keyword::FULL
            | Keyword::CROSS
            | Keyword::UNION
            | Keyword::LIMIT
            | Keyword::HAVING
            | Keyword::QUALIFY
            | Keyword::WHEN
    )
}

#[cfg(test)]
mod tests {
    use sqlparser::dialect::BigQueryDialect;

    use super::mentions;
    use crate::syntax::lex::{Letters, lex};

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = mentions(&lex(text, &BigQueryDialect, &Letters::new(&BigQueryDialect)).pieces)
            .iter()
            .map(|name| name.join("."))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn names_are_found_without_a_tree() {
        check("select ) from a.b x, c as y join `p.d.t` using (id) where e, f", &["a.b", "c", "id", "p.d.t"]);
        check("merge into t using (select a, b from s) on", &["s", "t"]);
        check("select extract(year from d) from f((select x from v)), u", &["d", "u", "v"]);
    }
}
