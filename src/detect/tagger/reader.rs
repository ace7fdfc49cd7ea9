//! Names and addresses in text that arrives in chunks.

use std::collections::VecDeque;
use std::ops::Range;

use super::addresses::{AddressReader, MAX_ADDRESS_BYTES, MAX_ADDRESS_WAIT_BYTES};
use super::model::{Biased, Model};
use super::names::{MAX_RUN_WAIT_BYTES, NameReader};
use super::ring::{KEPT, Ring};
use super::signs::Signs;
use super::token::Next;
use super::tokens::Tokens;
use super::word::Word;

/// The most bytes after a name that decide it: an address that contains it must have ended.
pub(crate) const MAX_NAME_WAIT_BYTES: usize = MAX_ADDRESS_BYTES + MAX_ADDRESS_WAIT_BYTES;
const _: () = assert!(MAX_NAME_WAIT_BYTES >= MAX_RUN_WAIT_BYTES, "a run of names is labelled while addresses are read");

/// What to look for: what is added to the label outside, for each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) names: Option<i32>,
    pub(crate) addresses: Option<i32>,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Name,
    Address,
}

/// The models that are in use.
#[derive(Clone, Copy, Debug)]
struct Readers<'a> {
    names: Option<Biased<'a>>,
    biased: Option<Biased<'a>>,
    unbiased: Option<Biased<'a>>,
}

impl<'a> Readers<'a> {
    fn of(model: &'a Model<'a>, wanted: Wanted) -> Self {
        let addresses = |bias: i32| Biased { weights: &model.addresses, bias };
        Self {
            names: wanted.names.map(|bias| Biased { weights: &model.names, bias }),
            biased: wanted.addresses.filter(|&bias| bias != 0).map(addresses),
            unbiased: (wanted.addresses == Some(0) || wanted.names.is_some()).then(|| addresses(0)),
        }
    }
}

/// What is remembered of some text.
#[derive(Debug, Default)]
pub(crate) struct Tagger {
    unread: Tokens,
    tokens: Ring,
    names: NameReader,
    /// Addresses that are wanted, by their own bias, if that is not 0.
    biased: AddressReader,
    /// Addresses without bias: names in them are none. Which names are found must not depend on the bias for addresses.
    unbiased: AddressReader,
    /// The bias of the addresses that are wanted.
    wanted_bias: Option<i32>,
    /// Names that an address may still contain, in text order.
    waiting: VecDeque<(Range<usize>, Signs)>,
    /// The last of the addresses that hide names, in text order.
    hides: VecDeque<Range<usize>>,
}

impl Tagger {
    /// Reads `text`, which begins at `base` of all text, and reports what is wanted.
    pub(crate) fn read(
        &mut self,
        (text, base): (&str, usize),
        is_last: bool,
        (model, wanted): (&Model<'_>, Wanted),
        out: &mut impl FnMut(Found, Range<usize>, Signs),
    ) {
        self.wanted_bias = wanted.addresses;
        let readers = Readers::of(model, wanted);
        // Not in memory while tokens are read.
        let mut unread = std::mem::take(&mut self.unread);
        while let Some((token, word)) = unread.next((text, base), is_last, &model.lists) {
            self.tokens.push(&token, &word);
            // Most tokens are far from all names and addresses.
            let skips_address = self.skip_address((&word, token.next), &readers);
            let skips_name = self.names.skips(&self.tokens, &word);
            if !skips_address {
                self.read_address(token.next, &readers, out);
            }
            if !skips_name {
                self.read_name(token.next, &readers);
            }
            if !(skips_address && skips_name) {
                self.release(&readers, out);
            }
        }
        self.unread = unread;
        if is_last {
            self.tokens.end();
            self.finish(readers, out);
        }
    }

    /// Reads the last token, if that decides nothing about addresses. What the two readers skip is the same.
    #[inline]
    fn skip_address(&mut self, token: (&Word, Next), readers: &Readers<'_>) -> bool {
        let skips_biased = readers.biased.is_none() || self.biased.skip(&self.tokens, token);
        let skips_unbiased = readers.unbiased.is_none() || self.unbiased.skip(&self.tokens, token);
        skips_biased && skips_unbiased
    }

    /// Reads the last token as a part of an address.
    #[inline(never)]
    fn read_address(&mut self, next: Next, readers: &Readers<'_>, out: &mut impl FnMut(Found, Range<usize>, Signs)) {
        let token = (self.tokens.before(1), next);
        if let Some(mut scorer) = readers.biased {
            let mut out = |span, signs| out(Found::Address, span, signs);
            self.biased.read(&self.tokens, token, &mut scorer, &mut out);
        }
        if let Some(mut scorer) = readers.unbiased {
            let mut note = note(&mut self.hides, self.wanted_bias == Some(0), out);
            self.unbiased.read(&self.tokens, token, &mut scorer, &mut note);
        }
    }

    /// Reads the last token as a part of a name.
    #[inline(never)]
    fn read_name(&mut self, next: Next, readers: &Readers<'_>) {
        let Some(mut labeler) = readers.names else { return };
        let mut wait = |span, signs| self.waiting.push_back((span, signs));
        self.names.read(&self.tokens, (self.tokens.before(1), next), &mut labeler, &mut wait);
    }

    /// Reports what the end of the text decides.
    fn finish(&mut self, readers: Readers<'_>, out: &mut impl FnMut(Found, Range<usize>, Signs)) {
        let tokens = &self.tokens;
        if let Some(mut scorer) = readers.biased {
            self.biased.finish(tokens, &mut scorer, &mut |span, signs| out(Found::Address, span, signs));
        }
        if let Some(mut scorer) = readers.unbiased {
            let mut note = note(&mut self.hides, self.wanted_bias == Some(0), out);
            self.unbiased.finish(tokens, &mut scorer, &mut note);
        }
        if let Some(mut labeler) = readers.names {
            self.names.finish(tokens, &mut labeler, &mut |span, signs| self.waiting.push_back((span, signs)));
        }
        self.release(&readers, out);
    }

    /// Forgets the text. What was allocated for it is kept.
    pub(crate) fn clear(&mut self) {
        (self.unread, self.names) = (Tokens::default(), NameReader::default());
        (self.biased, self.unbiased) = (AddressReader::default(), AddressReader::default());
        self.wanted_bias = None;
        self.tokens.clear();
        self.waiting.clear();
        self.hides.clear();
        // Few names and addresses wait.
        self.waiting.shrink_to(KEPT);
        self.hides.shrink_to(KEPT);
    }

    /// Reports the names that no address that is not known yet can contain.
    #[inline]
    fn release(&mut self, readers: &Readers<'_>, out: &mut impl FnMut(Found, Range<usize>, Signs)) {
        if !(self.waiting.is_empty() && self.hides.is_empty()) {
            self.release_some(out);
        }
        if readers.names.is_none() {
            self.hides.clear();
        }
    }

    fn release_some(&mut self, out: &mut impl FnMut(Found, Range<usize>, Signs)) {
        let known_until = self.unbiased.open_start(&self.tokens).unwrap_or(usize::MAX);
        while let Some(name) = self.waiting.front().map(|(name, _)| name).filter(|name| name.start < known_until) {
            // Addresses before this name are before all later ones.
            while self.hides.front().is_some_and(|address| address.end <= name.start) {
                self.hides.pop_front();
            }
            let is_hidden =
                self.hides.front().is_some_and(|address| address.start <= name.start && name.end <= address.end);
            let name = self.waiting.pop_front();
            if let Some((name, signs)) = name.filter(|_| !is_hidden) {
                out(Found::Name, name, signs);
            }
        }
        if self.waiting.is_empty() {
            let open = self.names.open_start(&self.tokens).unwrap_or(usize::MAX);
            while self.hides.front().is_some_and(|address| address.end <= open) {
                self.hides.pop_front();
            }
        }
    }

    /// Returns the earliest offset at which something may begin that is not reported yet. `text` begins at `base` of all text and ends with what has
    /// arrived.
    pub(crate) fn open_start(&self, text: (&str, usize)) -> Option<usize> {
        let waiting = self.waiting.front().map(|(name, _)| name.start);
        let addresses = self.wanted_bias.map(|bias| if bias == 0 { &self.unbiased } else { &self.biased });
        let address = addresses.and_then(|addresses| addresses.open_start(&self.tokens));
        let open = [waiting, self.names.open_start(&self.tokens), address, self.unread.unread(text)];
        open.into_iter().flatten().min()
    }
}

/// Notes an address that hides names, and reports it if it is wanted.
fn note(
    hides: &mut VecDeque<Range<usize>>,
    is_wanted: bool,
    out: &mut impl FnMut(Found, Range<usize>, Signs),
) -> impl FnMut(Range<usize>, Signs) {
    move |span, signs| {
        hides.push_back(span.clone());
        if is_wanted {
            out(Found::Address, span, signs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Weights;
    use super::super::random::below;
    use super::*;

    const PARTS: &[&str] = &[
        "Anna",
        "anna",
        "Keller",
        "KELLER",
        "Dr.",
        "mr",
        "O'Brien",
        "van",
        "der",
        " ",
        " ",
        " ",
        " ",
        ". ",
        ", ",
        "\n",
        "'s ",
        "-",
        "J.",
        "said",
        "the",
        "@",
        "example.com",
        "1",
        "é",
        "中文",
        "Jesus",
        "{NAME}",
        "supercalifragilisticexpialidociousness",
        "my name is ",
        "12 ",
        "350 ",
        "90210 ",
        "10:30",
        "Main Street ",
        "Apt. ",
        "Springfield, ",
        "rue de ",
        "Lindenstraße ",
        "Tomasz ",
    ];

    fn random_text(below: &mut impl FnMut(usize) -> usize) -> String {
        (0..=below(40)).filter_map(|_| PARTS.get(below(PARTS.len()))).copied().collect()
    }

    /// Reads some text in chunks that end at multiples of `step` characters. No span may begin before an offset that was open to be released.
    fn read(model: &Model<'_>, wanted: Wanted, text: &str, step: usize) -> Vec<(usize, usize, Found, Signs)> {
        let (mut tagger, mut spans) = (Tagger::default(), Vec::new());
        let ends = text.char_indices().map(|(at, _)| at).skip(step).step_by(step);
        let mut released = 0;
        for (end, is_last) in ends.map(|end| (end, false)).chain([(text.len(), true)]) {
            let part = text.get(..end).unwrap_or_default();
            let known = spans.len();
            tagger.read((part, 0), is_last, (model, wanted), &mut |what, span, signs| {
                spans.push((span.start, span.end, what, signs));
            });
            assert!(spans.iter().skip(known).all(|span| span.0 >= released), "{text:?}: {spans:?} after {released}");
            released = tagger.open_start((part, 0)).unwrap_or(end);
            assert!(
                end - released <= MAX_ADDRESS_BYTES + MAX_NAME_WAIT_BYTES,
                "{text:?}: {} bytes held",
                end - released
            );
        }
        spans.sort_by_key(|&(start, end, what, _)| (start, end, what == Found::Name));
        spans
    }

    /// However text is cut, the findings are the same.
    #[test]
    fn findings_do_not_depend_on_chunks() {
        let model = Model::read(include_bytes!("names.bin"), include_bytes!("addresses.bin")).expect("a model");
        let biases = |weights: &Weights<'_>| [None, Some(weights.bias_low), Some(0), Some(weights.bias_high)];
        let mut below = below(0x2545_F491_4F6C_DD1D);
        let mut found = [0, 0];
        // `BANISTER_CASES` is the number of cases, as for the properties.
        let cases = std::env::var("BANISTER_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(4000);
        for number in 0..cases {
            let text = random_text(&mut below);
            let wanted =
                Wanted { names: biases(&model.names)[number % 4], addresses: biases(&model.addresses)[number / 4 % 4] };
            let whole = read(&model, wanted, &text, usize::MAX);
            for step in [1, 2, 7] {
                assert_eq!(read(&model, wanted, &text, step), whole, "{text:?} in steps of {step}");
            }
            for (_, _, what, _) in whole {
                found[usize::from(what == Found::Address)] += 1;
            }
        }
        assert!(found.iter().all(|&found| found > cases / 20), "{found:?} names and addresses");
    }

    /// Tokens that are skipped leave the readers as they would be.
    #[test]
    fn skipped_tokens_change_nothing() {
        let model = Model::read(include_bytes!("names.bin"), include_bytes!("addresses.bin")).expect("a model");
        let (mut names, mut addresses) =
            (Biased { weights: &model.names, bias: 0 }, Biased { weights: &model.addresses, bias: 0 });
        let (mut below, mut skipped, mut read) = (below(0x2545_F491_4F6C_DD1D), [0, 0], [0, 0]);
        for _ in 0..2000 {
            let text = random_text(&mut below);
            let (mut unread, mut tokens) = (Tokens::default(), Ring::default());
            let mut quick = (NameReader::default(), AddressReader::default(), Vec::new());
            let mut plain = (NameReader::default(), AddressReader::default(), Vec::new());
            while let Some((token, word)) = unread.next((&text, 0), true, &model.lists) {
                tokens.push(&token, &word);
                let token = (&word, token.next);
                let skips = [quick.0.skips(&tokens, &word), quick.1.skip(&tokens, token)];
                for (reader, skips) in [(&mut quick, skips), (&mut plain, [false; 2])] {
                    let mut out = |span: Range<usize>, signs: Signs| reader.2.push((span, signs));
                    if !skips[0] {
                        reader.0.read(&tokens, token, &mut names, &mut out);
                    }
                    if !skips[1] {
                        reader.1.read(&tokens, token, &mut addresses, &mut out);
                    }
                }
                assert_eq!(quick.2, plain.2, "{text:?}");
                assert_eq!(quick.0.open_start(&tokens), plain.0.open_start(&tokens), "{text:?}");
                assert_eq!(quick.1.open_start(&tokens), plain.1.open_start(&tokens), "{text:?}");
                skips.iter().zip(&mut skipped).for_each(|(&skips, count)| *count += usize::from(skips));
                skips.iter().zip(&mut read).for_each(|(&skips, count)| *count += usize::from(!skips));
            }
            tokens.end();
            for reader in [&mut quick, &mut plain] {
                let mut out = |span: Range<usize>, signs: Signs| reader.2.push((span, signs));
                reader.0.finish(&tokens, &mut names, &mut out);
                reader.1.finish(&tokens, &mut addresses, &mut out);
            }
            assert_eq!(quick.2, plain.2, "{text:?}");
        }
        assert!(skipped.iter().chain(&read).all(|&count| count > 1000), "{skipped:?} skipped, {read:?} read");
    }

    /// Which names are found depends on the text alone, not on whether and how readily addresses are.
    #[test]
    fn the_bias_for_addresses_does_not_change_names() {
        let model = Model::read(include_bytes!("names.bin"), include_bytes!("addresses.bin")).expect("a model");
        let mut below = below(0x9E37_79B9_7F4A_7C15);
        for _ in 0..300 {
            let text = random_text(&mut below);
            let names = |addresses| {
                let mut found = read(&model, Wanted { names: Some(0), addresses }, &text, usize::MAX);
                found.retain(|&(_, _, what, _)| what == Found::Name);
                found
            };
            assert_eq!(names(None), names(Some(model.addresses.bias_high)), "{text:?}");
        }
    }
}
