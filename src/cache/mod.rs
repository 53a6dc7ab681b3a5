//! Digests of what a step read in, the step's shared result out: what two Snapshots have in common is done once.
//!
//! Knows nothing of what it keeps. In memory, for the life of one process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::text::Digest;

/// Results of one kind of step, by the digest of all that the step read.
pub struct Store<V> {
    shards: Vec<Mutex<BTreeMap<Digest, Arc<V>>>>,
}

const SHARDS: usize = 16;

impl<V> Default for Store<V> {
    fn default() -> Self {
        Store { shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }
}

impl<V> Store<V> {
    /// The result under `key`; `make` is called where there is none yet.
    pub fn get_or(&self, key: Digest, make: impl FnOnce() -> V) -> Arc<V> {
        if let Some(found) = self.get(key) {
            return found;
        }
        // Not under the lock: another thread may make the same value meanwhile; the first one stays.
        let made = Arc::new(make());
        let mut shard = self.shard(key).lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(shard.entry(key).or_insert(made))
    }

    pub fn get(&self, key: Digest) -> Option<Arc<V>> {
        self.shard(key).lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
    }

    /// How many results are kept.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    fn shard(&self, key: Digest) -> &Mutex<BTreeMap<Digest, Arc<V>>> {
        &self.shards[key.bucket(SHARDS)]
    }
}

#[cfg(test)]
mod tests {
    use super::Store;
    use crate::text::Digest;

    #[test]
    fn equal_keys_are_made_once() {
        let store = Store::default();
        let key = Digest::of(b"select 1");
        assert_eq!(*store.get_or(key, || 1), 1);
        assert_eq!(*store.get_or(key, || 2), 1);
        assert_eq!(*store.get_or(Digest::of(b"select 2"), || 3), 3);
        assert_eq!(store.len(), 2);
    }
}
