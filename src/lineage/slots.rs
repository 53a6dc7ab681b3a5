//! Names in, small numbers out, and back: how the graph keeps each name once and finds it without making a string.

/// Numbers found by a hash. Filled and asked, never listed, so that no order can leak.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots {
    slots: Vec<u32>,
    taken: usize,
}

const FREE: u32 = u32::MAX;

impl Slots {
    /// The number of this hash for which `is` holds.
    pub(super) fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at] != FREE {
            if is(self.slots[at]) {
                return Some(self.slots[at]);
            }
            at = (at + 1) & mask;
        }
        None
    }

    /// Keeps a number that is not kept yet. `hash_of` says the hash of any number kept before.
    pub(super) fn insert(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        if (self.taken + 1) * 2 > self.slots.len() {
            let wider = vec![FREE; (self.slots.len() * 2).max(16)];
            for number in std::mem::replace(&mut self.slots, wider).into_iter().filter(|number| *number != FREE) {
                self.put(hash_of(number), number);
            }
        }
        self.put(hash, number);
        self.taken += 1;
    }

    fn put(&mut self, hash: u64, number: u32) {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at] != FREE {
            at = (at + 1) & mask;
        }
        self.slots[at] = number;
    }
}

/// FNV-1a over the name's bytes in lower case, with its high bits mixed down.
pub(super) fn hash_folded(name: &str, seed: u32) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let hash = name
        .bytes()
        .fold(start, |hash, byte| (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3));
    hash ^ (hash >> 32)
}

/// Each name once, numbered as they come. Names that differ in case are two.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    names: Vec<Box<str>>,
    slots: Slots,
}

impl Names {
    pub(super) fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.find(name) {
            return number;
        }
        let number = self.names.len() as u32;
        let names = &self.names;
        self.slots.insert(hash_folded(name, 0), number, |number| hash_folded(&names[number as usize], 0));
        self.names.push(name.into());
        number
    }

    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.slots.find(hash_folded(name, 0), |number| &*self.names[number as usize] == name)
    }

    pub(super) fn get(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn every_name_is_found_under_its_own_number() {
        let mut names = Names::default();
        let all: Vec<String> = (0..1000).map(|n| format!("name_{}", n % 500)).collect();
        let numbers: Vec<u32> = all.iter().map(|name| names.number(name)).collect();
        assert_eq!((names.len(), numbers[7], numbers[507]), (500, 7, 7));
        assert!(all.iter().zip(&numbers).all(|(name, number)| names.get(*number) == name));
        assert_eq!(names.find("NAME_7"), None);
    }
}
