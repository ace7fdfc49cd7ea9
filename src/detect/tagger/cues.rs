//! Words that tell something about the words beside them.

use std::sync::LazyLock;

use super::hash::hash;

/// A class of such words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Cue {
    None,
    Title,
    Named,
    Greeting,
    Saying,
    Person,
    Company,
    Street,
    Place,
    Preposition,
    Particle,
    Pronoun,
    Article,
    Date,
    Label,
}

/// The words of each class, in lower case. A word of several classes counts for the first.
const CUES: &[(Cue, &str)] = &[
    (
        Cue::Title,
        "mr mrs ms miss dr prof professor sir madam lady lord captain sergeant judge senator president herr frau monsieur \
         madame mme mlle señor señora sr sra signor signora don doña dhr mevr mevrouw meneer uncle aunt sister brother \
         father saint rev mister doctor doktor detective officer king queen prince princess dott avv ing sig",
    ),
    (
        Cue::Named,
        "name named names called nickname surname firstname lastname heiße heisse heißt appelle llamo llama chiamo chiama \
         heet chamo nom nombre nome naam i'm je known",
    ),
    (
        Cue::Greeting,
        "hi hello hey dear thanks thank regards sincerely cheers hallo bonjour hola ciao liebe lieber cher chère querido \
         querida caro cara beste bye best love yours welcome congratulations sorry",
    ),
    (
        Cue::Saying,
        "said says say asked asks replied told tells wrote writes thinks thought answered cried added sagte sagt dit dijo \
         disse zei explained called loves likes wants lives works met married knows email ask tell call text contact \
         message remind invite meet",
    ),
    (
        Cue::Person,
        "mother mom dad son daughter wife husband friend boss manager author actor actress singer writer director ceo \
         founder patient client customer employee teacher colleague nurse artist poet philosopher scientist player coach \
         girlfriend boyfriend cousin nephew niece grandmother grandfather attorney lawyer",
    ),
    (
        Cue::Company,
        "inc ltd llc corp company gmbh ag plc group university college school hospital bank institute museum foundation \
         association club fc team council committee department ministry party band records magazine \
         industries enterprises corporation solutions systems labs partners holdings technologies services logistics",
    ),
    (
        Cue::Street,
        "street st road rd avenue ave lane ln drive boulevard blvd square place court way straße strasse rue calle via \
         plaza piazza park bridge station airport straat apt suite str gasse weg platz allee ul ulica ulice náměstí utca út útja vej gade allé \
         gatan vägen väg katu avenida av avda rua travessa largo praça paseo carrera camino viale corso strada vicolo chemin allée impasse quai \
         laan plein dreef crescent hwy parkway pkwy mews trg cesta ulitsa улица ул проспект площадь \
         вулиця вул jalan jl οδός οδος λεωφόρος postfach",
    ),
    (
        Cue::Place,
        "city town county state river lake mount mountain island north south east west northern southern eastern western \
         new san santa republic united district province valley bay fort port",
    ),
    (
        Cue::Preposition,
        "in at on from to with by for of about near and or as than like nach bei mit von aus à chez avec par con por para \
         met bij door und et y e en",
    ),
    (Cue::Particle, "van von der den de del della di da dos du la le bin ibn al el ter ten zu zur mac st jr ii iii"),
    (
        Cue::Pronoun,
        "i you he she it we they his her my your their our who whose him me us them ich er sie il elle ik hij",
    ),
    (Cue::Article, "the a an this that these those das die ein eine les un une los las het een"),
    (
        Cue::Date,
        "january february march april may june july august september october november december monday tuesday wednesday \
         thursday friday saturday sunday jan feb mar apr jun jul aug sep oct nov dec",
    ),
    (
        Cue::Label,
        "patient applicant user sender recipient attn contact reporter witness defendant plaintiff signed cc employee \
         assigned owner prepared reviewed requested provider physician insured beneficiary",
    ),
];

/// Places of the table, as bits: several for each word, so that most look-ups end at the first.
const PLACE_BITS: u32 = 11;
const PLACES: usize = 1 << PLACE_BITS;

/// The hash and cue of the word at each place; [`Cue::None`] where there is none.
type Places = [(u32, Cue); PLACES];

/// The hashes of all words, each at the first free place from that of its own first bits on.
static WORDS: LazyLock<Box<Places>> = LazyLock::new(|| {
    let mut places = Box::new([(0, Cue::None); PLACES]);
    for (cue, list) in CUES {
        for word in list.split_whitespace() {
            let hash = hash(&word.chars().collect::<Vec<_>>());
            let at = place(&places, hash);
            if let Some(free) = places.get_mut(at).filter(|(_, cue)| *cue == Cue::None) {
                *free = (hash, *cue);
            }
        }
    }
    places
});

/// Returns the place of a hash, or the free one where it would be.
#[inline]
fn place(places: &Places, hash: u32) -> usize {
    let mut at = (hash >> (32 - PLACE_BITS)) as usize;
    while places.get(at).is_some_and(|&(of, cue)| cue != Cue::None && of != hash) {
        at = (at + 1) % PLACES;
    }
    at
}

/// Returns the class of a word by the hash of its lower case.
#[inline]
pub(crate) fn cue(hash: u32) -> Cue {
    let places = &**WORDS;
    places.get(place(places, hash)).map_or(Cue::None, |&(_, cue)| cue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_has_the_first_of_its_cues() {
        let cue_of = |word: &str| cue(hash(&word.chars().collect::<Vec<_>>()));
        let words = || CUES.iter().flat_map(|(cue, list)| list.split_whitespace().map(move |word| (*cue, word)));
        for (_, word) in words() {
            assert_eq!(Some(cue_of(word)), words().find(|&(_, other)| other == word).map(|(cue, _)| cue), "{word}");
        }
        assert_eq!(cue_of("banister"), Cue::None);
        assert!(words().count() < PLACES / 2);
    }
}
