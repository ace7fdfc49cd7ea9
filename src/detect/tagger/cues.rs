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

/// The hash and cue of the word at each place.
type Places = Box<[Option<(u32, Cue)>]>;

/// The hashes of all words, each at the first free place from that of its own first bits on.
static WORDS: LazyLock<Places> = LazyLock::new(|| {
    let mut places = vec![None; 1 << PLACE_BITS].into_boxed_slice();
    for (cue, list) in CUES {
        for word in list.split_whitespace() {
            let hash = hash(&word.chars().collect::<Vec<_>>());
            if find(&places, hash).is_none() {
                let free = order(hash).find(|&place| matches!(places.get(place), Some(None)));
                if let Some(place) = free.and_then(|place| places.get_mut(place)) {
                    *place = Some((hash, *cue));
                }
            }
        }
    }
    places
});

/// Returns the places of a hash in the order in which they are tried.
fn order(hash: u32) -> impl Iterator<Item = usize> {
    let first = (hash >> (32 - PLACE_BITS)) as usize;
    (0..1 << PLACE_BITS).map(move |step| (first + step) % (1 << PLACE_BITS))
}

fn find(places: &[Option<(u32, Cue)>], hash: u32) -> Option<Cue> {
    let taken = order(hash).map_while(|place| places.get(place).copied().flatten());
    taken.into_iter().find(|&(of, _)| of == hash).map(|(_, cue)| cue)
}

/// Returns the class of a word by the hash of its lower case.
pub(crate) fn cue(hash: u32) -> Cue {
    find(&WORDS, hash).unwrap_or(Cue::None)
}
