//! Trains a linear-chain conditional random field directly in the table of hashed features, so that collisions are trained in.

use crate::random::Random;
use crate::tagger::features::{FEATURES, ROW_BITS};
use crate::tagger::labels::LABELS;

/// A run of candidates with its right labels.
pub struct Run {
    pub rows: Vec<[u16; FEATURES]>,
    pub labels: Vec<u8>,
}

const PASSES: usize = 8;
const RATE: f64 = 0.07;
const SPARSITY: f64 = 1e-4;

/// The weights: of each row for the labels after the first, and of each step.
pub struct Weights {
    pub rows: Vec<[f64; 2]>,
    pub steps: [[f64; LABELS]; LABELS],
}

/// The sum of squared gradients of each weight.
struct Squares {
    rows: Vec<[f64; 2]>,
    steps: [[f64; LABELS]; LABELS],
}

/// Trains the weights. The order of the runs is shuffled, always in the same way.
pub fn train(runs: &[Run]) -> Weights {
    let mut weights = Weights { rows: vec![[0.0; 2]; 1 << ROW_BITS], steps: [[0.0; LABELS]; LABELS] };
    let mut squares = Squares { rows: vec![[0.0; 2]; 1 << ROW_BITS], steps: [[0.0; LABELS]; LABELS] };
    let mut order: Vec<usize> = (0..runs.len()).collect();
    let mut random = Random::new(0x9E37_79B9_7F4A_7C15);
    for pass in 0..PASSES {
        random.shuffle(&mut order);
        let loss: f64 = order.iter().map(|&at| learn(&runs[at], &mut weights, &mut squares)).sum();
        eprintln!("pass {}: loss {:.4} a run", pass + 1, loss / runs.len() as f64);
    }
    weights
}

fn log_sum(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = values.clone().fold(f64::NEG_INFINITY, f64::max);
    most + values.map(|value| (value - most).exp()).sum::<f64>().ln()
}

fn scores(rows: &[u16; FEATURES], weights: &Weights) -> [f64; LABELS] {
    let mut scores = [0.0; LABELS];
    for &row in rows {
        let [begin, inside] = weights.rows[usize::from(row)];
        scores[1] += begin;
        scores[2] += inside;
    }
    scores
}

/// Takes one step, and returns the loss before it. Before and after the run is label 0.
fn learn(run: &Run, weights: &mut Weights, squares: &mut Squares) -> f64 {
    let length = run.rows.len();
    let own: Vec<[f64; LABELS]> = run.rows.iter().map(|rows| scores(rows, weights)).collect();
    let steps = weights.steps;
    let mut forward = vec![[0.0; LABELS]; length];
    let mut backward = vec![[0.0; LABELS]; length];
    for at in 0..length {
        for to in 0..LABELS {
            let before = if at == 0 {
                steps[0][to]
            } else {
                log_sum((0..LABELS).map(|from| forward[at - 1][from] + steps[from][to]))
            };
            forward[at][to] = before + own[at][to];
        }
    }
    for at in (0..length).rev() {
        for from in 0..LABELS {
            backward[at][from] = if at + 1 == length {
                steps[from][0]
            } else {
                log_sum((0..LABELS).map(|to| steps[from][to] + own[at + 1][to] + backward[at + 1][to]))
            };
        }
    }
    let all = log_sum((0..LABELS).map(|label| forward[length - 1][label] + steps[label][0]));
    let mut gold = 0.0;
    let mut step_gradient = [[0.0; LABELS]; LABELS];
    let mut before = 0;
    for at in 0..length {
        let label = usize::from(run.labels[at]);
        gold += own[at][label] + steps[before][label];
        step_gradient[before][label] += 1.0;
        for to in 0..LABELS {
            if at == 0 {
                step_gradient[0][to] -= (forward[0][to] + backward[0][to] - all).exp();
            } else {
                for from in 0..LABELS {
                    let sum = forward[at - 1][from] + steps[from][to] + own[at][to] + backward[at][to];
                    step_gradient[from][to] -= (sum - all).exp();
                }
            }
        }
        before = label;
    }
    gold += steps[before][0];
    step_gradient[before][0] += 1.0;
    for from in 0..LABELS {
        step_gradient[from][0] -= (forward[length - 1][from] + steps[from][0] - all).exp();
    }
    for at in 0..length {
        for label in 1..LABELS {
            let probability = (forward[at][label] + backward[at][label] - all).exp();
            let gradient = f64::from(u8::from(usize::from(run.labels[at]) == label)) - probability;
            if gradient.abs() > 1e-5 {
                for &row in &run.rows[at] {
                    let row = usize::from(row);
                    step(&mut weights.rows[row][label - 1], &mut squares.rows[row][label - 1], gradient);
                }
            }
        }
    }
    for from in 0..LABELS {
        for to in 0..LABELS {
            step(&mut weights.steps[from][to], &mut squares.steps[from][to], step_gradient[from][to]);
        }
    }
    all - gold
}

/// AdaGrad with a penalty on the absolute value.
fn step(weight: &mut f64, square: &mut f64, gradient: f64) {
    *square += gradient * gradient;
    let rate = RATE / (*square + 1e-8).sqrt();
    let moved = *weight + rate * gradient;
    *weight = moved.signum() * (moved.abs() - rate * SPARSITY).max(0.0);
}
