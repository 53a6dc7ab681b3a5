//! Work items in, their results in the same order out: in parallel, on stacks deep enough for any SQL, never a panic.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use crate::syntax::STACK_BYTES;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// A panic of ours that was caught: what the broken invariant said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bug(pub String);

/// Calls `work` on every item, in parallel; results come in the order of `items`. The one way to run things in
/// parallel: its threads have the stacks that deeply nested SQL needs.
pub fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    deep(|| items.par_iter().map(&work).collect())
}

/// Like [`each`]; a panic costs only its own item.
pub fn each_guarded<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<Result<R, Bug>> {
    each(items, |item| guard(|| work(item)))
}

/// Runs `work` on one of the threads with a deep stack.
pub fn deep<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    static POOL: OnceLock<Option<rayon::ThreadPool>> = OnceLock::new();
    let pool = POOL.get_or_init(|| rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build().ok());
    match pool {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

/// Is a panic on this thread going to be caught and told as a diagnostic?
pub fn guarded() -> bool {
    GUARDED.with(Cell::get)
}

/// Runs `work`; a panic in it becomes a value.
pub fn guard<R>(work: impl FnOnce() -> R) -> Result<R, Bug> {
    let before = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    result.map_err(|payload| Bug(message(payload.as_ref())))
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Bug, each, each_guarded};

    #[test]
    fn results_keep_the_order_of_items() {
        let items: Vec<usize> = (0..1000).collect();
        assert_eq!(each(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
    }

    #[test]
    fn one_panic_costs_one_item() {
        let results = each_guarded(&[1, 2, 3], |item| {
            assert!(*item != 2, "two is not allowed");
            *item
        });
        assert_eq!(results, [Ok(1), Err(Bug("two is not allowed".to_owned())), Ok(3)]);
    }
}
