//! A model of the growth of the automaton in `src/detect/pattern/dfa.rs`: several threads step it at once, and loom tries every
//! interleaving of what they do.
//!
//! Run it with `cargo test --manifest-path tools/loom/Cargo.toml`.

#![allow(dead_code, missing_docs)]

#[path = "../../src/text/char_class.rs"]
mod char_class;
mod text {
    pub(crate) use crate::char_class;
}

#[path = "../../src/detect/pattern/alternatives.rs"]
mod alternatives;
#[path = "../../src/detect/pattern/assertions.rs"]
mod assertions;
#[path = "../../src/detect/pattern/dfa.rs"]
mod dfa;
#[path = "../../src/detect/pattern/nfa.rs"]
mod nfa;

/// Loom's counterpart of `src/detect/pattern/sync.rs`.
mod sync {
    use std::fmt;

    use loom::sync::atomic::AtomicBool;
    pub(crate) use loom::sync::atomic::{AtomicU32, Ordering};
    pub(crate) use loom::sync::{Mutex, MutexGuard};

    /// A cell that is set once. Loom has none: the flag makes it see who may read the value.
    pub(crate) struct OnceLock<T> {
        is_set: AtomicBool,
        value: std::sync::OnceLock<T>,
    }

    impl<T> OnceLock<T> {
        pub(crate) fn new() -> Self {
            Self { is_set: AtomicBool::new(false), value: std::sync::OnceLock::new() }
        }

        pub(crate) fn get(&self) -> Option<&T> {
            if self.is_set.load(Ordering::Acquire) { self.value.get() } else { None }
        }

        pub(crate) fn get_or_init(&self, init: impl FnOnce() -> T) -> &T {
            let value = self.value.get_or_init(init);
            self.is_set.store(true, Ordering::Release);
            value
        }
    }

    impl<T> fmt::Debug for OnceLock<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("OnceLock")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use loom::sync::Arc;
    use loom::thread;
    use regex_automata::nfa::thompson::{Compiler, Config, NFA, WhichCaptures};

    use super::assertions::EdgeSet;
    use super::dfa::{DEAD, Dfa, StateRef};

    const CAP: usize = 4;

    fn nfa() -> NFA {
        let config = Config::new().utf8(false).which_captures(WhichCaptures::None);
        Compiler::new().configure(config).build_many(&["ab?", "aa"]).expect("small patterns")
    }

    fn automaton(nfa: &NFA, capacity: usize) -> Dfa {
        Dfa::new(nfa.clone(), &[CAP; 2], vec![EdgeSet::of(&[]); 2], capacity)
    }

    /// For each prefix of the text, the patterns that match there; the last one may be dead.
    fn read(dfa: &Dfa, text: &[u8]) -> Vec<Option<Vec<u32>>> {
        let mut state = Some(dfa.start(0..2));
        text.iter()
            .map(|&byte| {
                if let Some(StateRef::State(number)) = state
                    && let Some((next, matches)) = dfa.next(number, byte)
                    && next != DEAD
                {
                    // A number that a thread can see has its description.
                    let info = dfa.info(next).expect("a number stands for a described state");
                    assert_eq!(matches, !info.matches.is_empty());
                }
                state = dfa.step(state.as_ref()?, byte);
                match state.as_ref()? {
                    StateRef::State(number) => Some(dfa.info(*number).expect("described").matches.iter().collect::<Vec<_>>()),
                    StateRef::Unnumbered(set) => Some(dfa.describe(set).matches.iter().collect::<Vec<_>>()),
                }
            })
            .collect()
    }

    /// Every thread reads what it would read alone, whatever the others do, with room for `capacity` numbers.
    fn check(capacity: usize, texts: &'static [&'static [u8]]) {
        let nfa = nfa();
        let expected: &'static [(&[u8], &[Option<&[u32]>])] = &[
            (b"ab", &[Some(&[0]), Some(&[0])]),
            (b"aa", &[Some(&[0]), Some(&[1])]),
            (b"ax", &[Some(&[0]), None]),
        ];
        let expected: HashMap<&[u8], Vec<Option<Vec<u32>>>> = expected
            .iter()
            .map(|(text, all)| (*text, all.iter().map(|at| at.map(<[u32]>::to_vec)).collect()))
            .collect();
        loom::model(move || {
            let dfa = Arc::new(automaton(&nfa, capacity));
            let threads: Vec<_> = texts
                .iter()
                .map(|&text| {
                    let dfa = Arc::clone(&dfa);
                    thread::spawn(move || read(&dfa, text))
                })
                .collect();
            for (thread, text) in threads.into_iter().zip(texts) {
                assert_eq!(thread.join().expect("it does not panic"), expected[text]);
            }
        });
    }

    #[test]
    fn threads_share_one_path() {
        check(8, &[b"ab", b"ab"]);
    }

    #[test]
    fn threads_grow_different_states() {
        check(8, &[b"ab", b"aa"]);
    }

    #[test]
    fn a_dead_end_is_one_for_all() {
        check(8, &[b"ax", b"ab"]);
    }

    #[test]
    fn threads_compete_for_the_last_number() {
        check(5, &[b"ab", b"aa"]);
    }

    #[test]
    fn without_numbers_threads_step_sets() {
        check(2, &[b"ab", b"aa"]);
    }
}
