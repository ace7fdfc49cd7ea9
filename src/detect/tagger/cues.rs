//! Words that tell something about the words beside them.

use std::collections::HashMap;
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
         association club fc team council committee department ministry party band records magazine",
    ),
    (
        Cue::Street,
        "street st road rd avenue ave lane ln drive boulevard blvd square place court way straße strasse rue calle via \
         plaza piazza park bridge station airport straat apt suite",
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

static WORDS: LazyLock<HashMap<u32, Cue>> = LazyLock::new(|| {
    let mut words = HashMap::new();
    for (cue, list) in CUES {
        for word in list.split_whitespace() {
            words.entry(hash(&word.chars().collect::<Vec<_>>())).or_insert(*cue);
        }
    }
    words
});

/// Returns the class of a word by the hash of its lower case.
pub(crate) fn cue(hash: u32) -> Cue {
    WORDS.get(&hash).copied().unwrap_or(Cue::None)
}
