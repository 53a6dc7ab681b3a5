//! Digests of what a step read in, the step's shared result out: what two Snapshots have in common is done once.
//!
//! Knows nothing of what it keeps. In memory, for the life of one process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::text::Digest;

/// Results of one kind of step. A step reads what its key is the digest of, and may ask for more (of type `Q`) as it
/// goes; a result stands where everything that was asked for it would be answered the same.
pub struct Store<V, Q = ()> {
    shards: Vec<Mutex<Shard<V, Q>>>,
}

type Shard<V, Q> = BTreeMap<Digest, Vec<Kept<V, Q>>>;

struct Kept<V, Q> {
    asked: Arc<[Q]>,
    answers: Digest,
    value: Arc<V>,
}

const SHARDS: usize = 16;

impl<V, Q> Default for Store<V, Q> {
    fn default() -> Self {
        Store { shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }
}

impl<V> Store<V> {
    /// The result under `key` of a step that asks for nothing more.
    pub fn get_or(&self, key: Digest, make: impl FnOnce() -> V) -> Arc<V> {
        self.get_or_ask(key, |_| key, || (Vec::new(), make()))
    }
}

impl<V, Q> Store<V, Q> {
    /// The result under `key`. `answers` is the digest of what certain questions are answered now; `make` is called
    /// where no result stands, and gives what it asked for with its result.
    pub fn get_or_ask(
        &self,
        key: Digest,
        answers: impl Fn(&[Q]) -> Digest,
        make: impl FnOnce() -> (Vec<Q>, V),
    ) -> Arc<V> {
        let asked: Vec<(Arc<[Q]>, Digest, Arc<V>)> = self.shard(key, |shard| {
            let kept = shard.get(&key).into_iter().flatten();
            kept.map(|kept| (Arc::clone(&kept.asked), kept.answers, Arc::clone(&kept.value))).collect()
        });
        if let Some((.., value)) = asked.into_iter().find(|(asked, known, _)| answers(asked) == *known) {
            return value;
        }
        // Not under the lock: another thread may make the same value meanwhile; either is right.
        let (asked, value) = make();
        let (answers, value) = (answers(&asked), Arc::new(value));
        let kept = Kept { asked: asked.into(), answers, value: Arc::clone(&value) };
        self.shard(key, |shard| shard.entry(key).or_default().push(kept));
        value
    }

    /// How many results are kept.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        let lock = |shard: &Mutex<Shard<V, Q>>| {
            shard.lock().unwrap_or_else(PoisonError::into_inner).values().map(Vec::len).sum::<usize>()
        };
        self.shards.iter().map(lock).sum()
    }

    fn shard<R>(&self, key: Digest, work: impl FnOnce(&mut Shard<V, Q>) -> R) -> R {
        work(&mut self.shards[key.bucket(SHARDS)].lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::Store;
    use crate::text::Digest;

    #[test]
    fn a_result_stands_while_its_questions_have_the_same_answers() {
        let store: Store<u8, usize> = Store::default();
        let key = Digest::of(b"select 1");
        let check = |world: [&str; 2], asks: usize, makes: u8| {
            let answers =
                |asked: &[usize]| Digest::of(asked.iter().map(|at| world[*at]).collect::<String>().as_bytes());
            *store.get_or_ask(key, answers, || (vec![asks], makes))
        };
        assert_eq!(check(["a", "b"], 0, 1), 1);
        assert_eq!(check(["a", "c"], 0, 2), 1, "what was not asked may change");
        assert_eq!(check(["x", "c"], 1, 3), 3);
        assert_eq!(check(["x", "d"], 1, 4), 4);
        assert_eq!(check(["y", "c"], 1, 5), 3, "an earlier result stands again");
        assert_eq!(store.len(), 3);
    }
}
