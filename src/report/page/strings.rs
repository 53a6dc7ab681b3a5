//! Texts in, each once, and a number for each out.

use std::collections::BTreeMap;

/// A table of texts. The empty text is number 0.
pub(super) struct Strings {
    numbers: BTreeMap<String, u32>,
    pub(super) list: Vec<String>,
}

impl Default for Strings {
    fn default() -> Self {
        Strings { numbers: BTreeMap::from([(String::new(), 0)]), list: vec![String::new()] }
    }
}

impl Strings {
    pub(super) fn add(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.list.len() as u32;
        self.list.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }

    pub(super) fn add_all<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) -> Vec<u32> {
        texts.into_iter().map(|text| self.add(text)).collect()
    }
}
