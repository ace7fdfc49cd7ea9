//! Random text, out of the words of a policy.

use super::vocabulary::{GLUE, MARKS, PLAIN, WRAPPERS};
use super::{Rng, Rules, disguise, run_of};

/// Makes text for one policy.
pub(crate) struct Texts {
    material: Vec<String>,
}

impl Texts {
    pub(crate) fn new(rng: &mut Rng, rules: &Rules) -> Self {
        let mut material = rules.material(rng);
        if material.is_empty() {
            material.push("a".to_owned());
        }
        Self { material }
    }

    /// Makes text out of this material, which must not be empty.
    pub(crate) fn of(material: Vec<String>) -> Self {
        Self { material }
    }

    /// Returns words and material with one space between.
    pub(crate) fn spaced(&self, rng: &mut Rng, pieces: usize) -> String {
        let piece = |rng: &mut Rng| {
            if rng.chance(60) { rng.item(&self.material).clone() } else { rng.pick(PLAIN).to_owned() }
        };
        (0..rng.below(pieces + 1)).map(|_| piece(rng)).collect::<Vec<_>>().join(" ")
    }

    /// Returns a text of up to about `pieces` pieces.
    pub(crate) fn text(&self, rng: &mut Rng, pieces: usize) -> String {
        // Text of one kind of joint alone is a kind of its own: all spaces, all glued.
        let glue = if rng.chance(30) { Some(rng.pick(GLUE)) } else { None };
        let mut text = String::new();
        for _ in 0..rng.below(pieces + 1) {
            text.push_str(&self.piece(rng));
            let joint = glue.unwrap_or_else(|| rng.pick(GLUE));
            text.push_str(joint);
        }
        text
    }

    fn piece(&self, rng: &mut Rng) -> String {
        match rng.below(20) {
            0..7 => rng.item(&self.material).clone(),
            7 | 8 => self.near_miss(rng),
            9 => self.part(rng),
            10..12 => rng.pick(WRAPPERS).replace("{}", rng.item(&self.material).as_str()),
            12 => format!("{}{}", rng.item(&self.material), rng.pick(MARKS)),
            13 => {
                let piece = rng.item(&self.material);
                disguise::disguised(rng, piece)
            }
            14 => self.spread(rng),
            15 => self.broken_by_run(rng),
            16 => run_of(rng),
            _ => rng.pick(PLAIN).to_owned(),
        }
    }

    /// Some of the material with one character dropped, doubled, or changed.
    fn near_miss(&self, rng: &mut Rng) -> String {
        let mut chars: Vec<char> = rng.item(&self.material).chars().collect();
        let at = rng.below(chars.len());
        match rng.below(3) {
            0 => drop(chars.remove(at)),
            1 => chars.insert(at, chars[at]),
            _ => chars[at] = *rng.item(&['0', '9', 'a', 'Z', '-', ' ', 'é', '中', '_']),
        }
        chars.into_iter().collect()
    }

    /// The beginning or the end of some of the material.
    fn part(&self, rng: &mut Rng) -> String {
        let whole = rng.item(&self.material);
        let (head, tail) = whole.split_at(rng.boundary(whole));
        if rng.chance(50) { head.to_owned() } else { tail.to_owned() }
    }

    /// Some of the material with other white space between its words.
    fn spread(&self, rng: &mut Rng) -> String {
        let space = rng.pick(&["\t", "  ", "\n", "\r\n", " \n", "\n\n", "\n \n", "\u{a0}", "\u{3000}\u{3000}"]);
        rng.item(&self.material).replace(' ', space)
    }

    /// Some of the material with a run of one character inside, before or after it.
    fn broken_by_run(&self, rng: &mut Rng) -> String {
        let mut text = rng.item(&self.material).clone();
        let at = if rng.chance(50) { rng.boundary(&text) } else { *rng.item(&[0, text.len()]) };
        text.insert_str(at, &run_of(rng));
        text
    }
}
