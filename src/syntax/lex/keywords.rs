//! A word in, the parser's keyword for it out.

use std::sync::LazyLock;

use sqlparser::keywords::{ALL_KEYWORDS, ALL_KEYWORDS_INDEX, Keyword};

/// Slots of the table: many more than there are keywords, so that nearly every word is told by one look.
const SLOTS: usize = 1 << 13;
const LONGEST: usize = 40;

/// Where each keyword stands in the parser's list, by the hash of its upper-case letters; zero is an empty slot.
static TABLE: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut table = vec![0u16; SLOTS];
    for (at, keyword) in ALL_KEYWORDS.iter().enumerate() {
        let mut slot = hash(keyword.as_bytes());
        while table[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        table[slot] = u16::try_from(at + 1).expect("there are fewer than 65,535 keywords");
    }
    table
});

/// The keyword that `word`, which is not quoted, is in any case.
pub(super) fn keyword(word: &[u8]) -> Keyword {
    let mut upper = [0u8; LONGEST];
    let Some(upper) = upper.get_mut(..word.len()) else { return Keyword::NoKeyword };
    upper.copy_from_slice(word);
    upper.make_ascii_uppercase();
    let mut slot = hash(upper);
    while let Some(at) = TABLE[slot].checked_sub(1).map(usize::from) {
        if ALL_KEYWORDS[at].as_bytes() == upper {
            return ALL_KEYWORDS_INDEX[at];
        }
        slot = (slot + 1) % SLOTS;
    }
    Keyword::NoKeyword
}

/// Is it a word of the language in some dialect?
pub fn is_keyword(word: &str) -> bool {
    keyword(word.as_bytes()) != Keyword::NoKeyword
}

/// Fowler, Noll and Vo's hash, cut to a slot.
fn hash(word: &[u8]) -> usize {
    let mixed = word.iter().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    ((mixed ^ (mixed >> 15)) as usize) % SLOTS
}

#[cfg(test)]
mod tests {
    use sqlparser::keywords::{ALL_KEYWORDS, ALL_KEYWORDS_INDEX, Keyword};

    use super::{LONGEST, keyword};

    #[test]
    fn every_keyword_is_found_in_any_case() {
        for (word, expected) in ALL_KEYWORDS.iter().zip(ALL_KEYWORDS_INDEX) {
            assert!(word.len() <= LONGEST, "{word}");
            assert_eq!(keyword(word.to_ascii_lowercase().as_bytes()), *expected);
        }
        assert_eq!(keyword(b"customer_id"), Keyword::NoKeyword);
    }
}
