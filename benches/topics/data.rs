//! clinc150, and draws from it.

use std::path::Path;
use std::{fs, io};

use super::random::below;

/// A sentence and what it is about.
#[derive(Clone, Debug)]
pub(crate) struct Utterance {
    pub(crate) text: String,
    pub(crate) intent: String,
}

/// All of clinc150, whichever part it is in.
#[derive(Debug, Default)]
pub(crate) struct Clinc {
    pub(crate) utterances: Vec<Utterance>,
    pub(crate) out_of_scope: Vec<String>,
}

/// The intents of the domains "banking" and "credit cards".
pub(crate) const MONEY: &[&str] = &[
    "account_blocked",
    "application_status",
    "apr",
    "balance",
    "bill_balance",
    "bill_due",
    "card_declined",
    "credit_limit",
    "credit_limit_change",
    "credit_score",
    "damaged_card",
    "expiration_date",
    "freeze_account",
    "improve_credit_score",
    "interest_rate",
    "international_fees",
    "min_payment",
    "new_card",
    "order_checks",
    "pay_bill",
    "pin_change",
    "redeem_rewards",
    "replacement_card_duration",
    "report_fraud",
    "report_lost_card",
    "rewards_balance",
    "routing",
    "spending_history",
    "transactions",
    "transfer",
];

impl Clinc {
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let value: serde_json::Value = serde_json::from_slice(&fs::read(path)?)?;
        let pairs = |part: &str| {
            let rows = value.get(part).and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
            rows.into_iter().filter_map(|row| serde_json::from_value::<(String, String)>(row).ok())
        };
        let mut clinc = Self::default();
        for part in ["train", "val", "test"] {
            clinc.utterances.extend(pairs(part).map(|(text, intent)| Utterance { text, intent }));
            clinc.out_of_scope.extend(pairs(&format!("oos_{part}")).map(|(text, _)| text));
        }
        Ok(clinc)
    }

    /// All intents, in the order of their names.
    pub(crate) fn intents(&self) -> Vec<&str> {
        let mut intents: Vec<&str> = self.utterances.iter().map(|utterance| utterance.intent.as_str()).collect();
        intents.sort_unstable();
        intents.dedup();
        intents
    }

    /// The utterances of some intents.
    pub(crate) fn of(&self, intents: &[&str]) -> Vec<&Utterance> {
        self.utterances.iter().filter(|utterance| intents.contains(&utterance.intent.as_str())).collect()
    }
}

/// The messages of a `.jsonl`; none if it cannot be read.
pub(crate) fn chat(path: &Path) -> Vec<String> {
    let content = fs::read_to_string(path).unwrap_or_default();
    let values = content.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    values.filter_map(|value| Some(value.get("text")?.as_str()?.to_owned())).collect()
}

/// Pseudo-random choices, the same on every machine.
pub(crate) struct Draws(Box<dyn FnMut(usize) -> usize>);

impl Draws {
    pub(crate) fn new(seed: usize) -> Self {
        let seed = 0x9E37_79B9_7F4A_7C15 ^ (seed as u64 + 1).wrapping_mul(0xD129_0ED1_5E13_2A4B);
        Self(Box::new(below(seed)))
    }

    /// Some of these, each once.
    pub(crate) fn choose<T: Clone>(&mut self, from: &[T], count: usize) -> Vec<T> {
        let mut left = from.to_vec();
        (0..count.min(left.len())).map(|_| left.swap_remove((self.0)(left.len()))).collect()
    }
}
