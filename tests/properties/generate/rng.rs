//! Random numbers from a seed, and the loop over cases.

/// A small generator (SplitMix64), so that a case is known by its seed alone.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("small")
    }

    /// Returns `true` in `percent` of 100 cases.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    pub(crate) fn item<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Returns a position at a character boundary of the text, its end included.
    pub(crate) fn boundary(&mut self, text: &str) -> usize {
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        *self.item(&ends)
    }
}

/// Seed and number of cases, from `BANISTER_SEED`, `BANISTER_CASES`, and `BANISTER_CASE` for one case alone.
struct Run {
    seed: u64,
    cases: u64,
    only: Option<u64>,
}

impl Run {
    fn of(cases: u64) -> Self {
        let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
        Self {
            seed: number("BANISTER_SEED").unwrap_or(0x5EED),
            cases: number("BANISTER_CASES").unwrap_or(cases),
            only: number("BANISTER_CASE"),
        }
    }
}

/// Names the case whose check panicked.
struct Case(u64);

impl Drop for Case {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("to repeat this case alone: BANISTER_CASE={}", self.0);
        }
    }
}

/// Runs the cases, each with the seed it is known by. With `BANISTER_KEEP_GOING`, runs all of them and counts those that fail.
pub(crate) fn run(cases: u64, mut case: impl FnMut(u64)) {
    let run = Run::of(cases);
    println!("BANISTER_SEED={} BANISTER_CASES={}", run.seed, run.cases);
    let first = run.seed.wrapping_mul(0x1000_0000_01B3);
    let seeds: Vec<u64> =
        run.only.map_or_else(|| (0..run.cases).map(|index| first.wrapping_add(index)).collect(), |only| vec![only]);
    let keep_going = std::env::var_os("BANISTER_KEEP_GOING").is_some();
    let mut failed = 0;
    for &seed in &seeds {
        let mut named = || {
            let _case = Case(seed);
            case(seed);
        };
        if !keep_going {
            named();
        } else if std::panic::catch_unwind(std::panic::AssertUnwindSafe(named)).is_err() {
            failed += 1;
        }
    }
    assert!(failed == 0, "{failed} of {} cases fail", seeds.len());
}
