//! What ordinary text costs after much other text: the automata are shared, and have room for a number of states.

use std::hint::black_box;

use banister::Source;

use crate::each::ns_per_byte;
use crate::search::{Mutations, filled};
use crate::text::{Rng, workload};

/// Bytes of each text.
const BYTES: usize = 3072;

/// Reads so many mutated texts, then the workloads. Prints nanoseconds per byte of both, as multiples of those of a new guardrail.
pub fn worn(policy: &str, seed: u64, texts: usize) {
    let (new, worn) = (crate::policies::policy(policy), crate::policies::policy(policy));
    let (mut rng, mut mutations) = (Rng(seed), Mutations::default());
    for _ in 0..texts {
        let unit = mutations.next(&mut rng);
        black_box(worn.assess(Source::Output, &filled(&unit, BYTES)));
    }
    for name in ["chat", "prose", "logs", "csv", "json", "ordinary", "1.23", "1.2.3.", "Mr ", "1²"] {
        let text = workload(name, 16 * BYTES);
        let (of_new, of_worn) = (ns_per_byte(&new, &text, 5), ns_per_byte(&worn, &text, 5));
        println!("{name:10} {of_new:8.1} ns per byte, after other text {of_worn:8.1}: {:.2} times", of_worn / of_new);
    }
}
