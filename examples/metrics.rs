//! An observer that counts what the guardrail does, with the `metrics` facade: any of its exporters works.
//!
//! For logs and spans, install a `tracing` subscriber: at the level `DEBUG`, target `banister`, there is an event for each finding and each
//! assessment. Neither holds text.

mod common;

use banister::{AssessmentEvent, BedrockService, Guardrail, GuardrailLayer, Policy};
use metrics::{counter, histogram};
use metrics_util::debugging::DebuggingRecorder;
use tower::{BoxError, ServiceBuilder, ServiceExt};

/// Receives every assessment: of requests, responses and streams, whether they passed or not.
fn record(event: &AssessmentEvent<'_>) {
    let assessment = event.assessment();
    let (direction, outcome) = (assessment.source().name(), assessment.outcome().name());
    let operation = event.operation().name();
    counter!("guardrail_assessments_total", "operation" => operation, "direction" => direction, "outcome" => outcome)
        .increment(1);
    histogram!("guardrail_seconds", "operation" => operation, "direction" => direction)
        .record(event.elapsed().as_secs_f64());
    for found in assessment.findings() {
        let finding = found.finding();
        let (rule, action) = (finding.rule().to_owned(), finding.action().name());
        counter!("guardrail_findings_total", "rule" => rule, "action" => action, "direction" => direction).increment(1);
    }
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    // In a server: `metrics_exporter_prometheus::PrometheusBuilder::new().install()`.
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    recorder.install()?;

    let simulator = common::simulator().await?;
    let layer = GuardrailLayer::new(Guardrail::new(Policy::from_pack("banking")?)).on_assessment(record);
    let bedrock = ServiceBuilder::new().layer(layer).service(BedrockService::new(common::client(&simulator)));
    for prompt in ["Hello", "Write to jane.roe@example.com", "Which stocks should I buy?"] {
        bedrock.clone().oneshot(common::input(prompt)?).await?;
    }

    let mut lines: Vec<String> = Vec::new();
    for (key, _, _, value) in snapshotter.snapshot().into_vec() {
        let labels: Vec<_> = key.key().labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        lines.push(format!("{} {} {value:?}", key.key().name(), labels.join(" ")));
    }
    lines.sort();
    println!("{}", lines.join("\n"));
    let blocked = "guardrail_assessments_total operation=Converse direction=INPUT outcome=blocked Counter(1)";
    assert!(lines.iter().any(|line| line == blocked), "{lines:#?}");
    Ok(())
}
