//! The five integrations.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use banister::AssessmentEvent;
use banister::{BedrockService, Guardrail, GuardrailInterceptor, GuardrailLayer, Policy};
use banister_gateway::{Gateway, Policies, Upstream};
use banister_simulator::{RecordedRequest, Simulator};
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tower::{BoxError, Service, ServiceBuilder, ServiceExt};

use crate::case::{Case, Op};
use crate::input::Input;
use crate::replay::{Raw, replayed};
use crate::sdk::{self, SdkResponse};

/// An integration, and how it is called.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Integration {
    /// The layer on the SDK's inputs.
    Layer,
    /// The layer on HTTP.
    Http,
    /// The interceptor in a client of the SDK.
    Interceptor,
    /// The gateway, called by a client of the SDK.
    GatewaySdk,
    /// The gateway, called by plain HTTP.
    GatewayHttp,
}

impl Integration {
    pub(crate) const ALL: [Self; 5] = [Self::Http, Self::Layer, Self::Interceptor, Self::GatewaySdk, Self::GatewayHttp];

    fn is_http(self) -> bool {
        matches!(self, Self::Http | Self::GatewayHttp)
    }
}

/// The result of a case.
pub(crate) struct Outcome {
    /// The requests that the model received.
    pub(crate) sent: Vec<Value>,
    /// Their bodies.
    pub(crate) bodies: Vec<Bytes>,
    /// The response that the caller received.
    pub(crate) response: SdkResponse,
    /// The response in bytes, if the integration returns bytes.
    pub(crate) raw: Option<Raw>,
    /// The assessments that the observer received.
    pub(crate) assessments: Vec<Value>,
}

type Assessments = Arc<Mutex<Vec<Value>>>;

/// Runs a case through an integration.
pub(crate) async fn run(integration: Integration, case: &Case, policy: &Policy) -> Outcome {
    let simulator = Simulator::start(case.options()).await.expect("a loopback port");
    let assessments = Assessments::default();
    let (response, raw) = if integration.is_http() {
        let raw = match integration {
            Integration::Http => {
                let service = ServiceBuilder::new().layer(layer(case, policy, &assessments)).service(http_client());
                send(service, case, &simulator.endpoint()).await
            }
            _ => {
                let gateway = Running::start(case, policy, &simulator, &assessments).await;
                send(http_client(), case, &gateway.endpoint).await
            }
        };
        // The SDK parses it, as it would for its callers.
        let response = sdk::call(Input::bare(case.operation), BedrockService::new(replayed(&raw))).await;
        (response, Some(raw))
    } else {
        let input = Input::of(case).await;
        let response = match integration {
            Integration::Layer => {
                let client = sdk::client(sdk::config(), simulator.endpoint());
                let layer = layer(case, policy, &assessments);
                sdk::call(input, ServiceBuilder::new().layer(layer).service(BedrockService::new(client))).await
            }
            Integration::Interceptor => {
                let guard = GuardrailInterceptor::new(layer(case, policy, &assessments));
                let client = sdk::client(sdk::config().interceptor(guard), simulator.endpoint());
                sdk::call(input, BedrockService::new(client)).await
            }
            _ => {
                let gateway = Running::start(case, policy, &simulator, &assessments).await;
                let client = sdk::client(sdk::config(), gateway.endpoint.clone());
                sdk::call(input, BedrockService::new(client)).await
            }
        };
        (response, None)
    };
    let requests = simulator.requests();
    simulator.shutdown().await;
    let assessments = std::mem::take(&mut *assessments.lock().expect("not poisoned"));
    let bodies = requests.iter().map(|request| request.body.clone()).collect();
    Outcome { sent: requests.iter().map(sent).collect(), bodies, response, raw, assessments }
}

fn layer(case: &Case, policy: &Policy, assessments: &Assessments) -> GuardrailLayer {
    let assessments = Arc::clone(assessments);
    let layer = GuardrailLayer::new(Guardrail::new(policy.clone()))
        .on_assessment(move |call| assessments.lock().expect("not poisoned").push(assessed(call)));
    let layer = case.config.on(layer);
    match case.config.max_body_bytes {
        Some(limit) => layer.max_body_bytes(limit),
        None => layer,
    }
}

/// A gateway that serves until it is dropped.
struct Running {
    endpoint: String,
    _stop: oneshot::Sender<()>,
}

impl Running {
    async fn start(case: &Case, policy: &Policy, simulator: &Simulator, assessments: &Assessments) -> Self {
        let (config, assessments) = (case.config, Arc::clone(assessments));
        let upstream = Upstream::new(&simulator.endpoint()).expect("an upstream");
        let mut builder = Gateway::builder(Policies::new(policy.name(), policy.clone()), upstream)
            .configure_layer(move |layer| config.on(layer))
            .on_assessment(move |_, call| assessments.lock().expect("not poisoned").push(assessed(call)));
        if let Some(limit) = config.max_body_bytes {
            builder = builder.max_body_bytes(limit);
        }
        let gateway = builder.bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a gateway");
        let endpoint = format!("http://{}", gateway.address());
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(gateway.serve(async move {
            let _ = stopped.await;
        }));
        Self { endpoint, _stop: stop }
    }
}

type HttpClient = Client<HttpConnector, Full<Bytes>>;

fn http_client() -> HttpClient {
    Client::builder(TokioExecutor::new()).build_http()
}

async fn send<S, R>(service: S, case: &Case, endpoint: &str) -> Raw
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>, Error: Into<BoxError>>,
    R: Body<Data = Bytes>,
{
    let mut request = Request::post(format!("{endpoint}{}", path(case))).header("content-type", "application/json");
    if let Some(metadata) = &case.metadata {
        request = request.header("x-amzn-bedrock-request-metadata", metadata);
    }
    if let Some(trace) = &case.trace {
        request = request.header("x-amzn-bedrock-trace", trace);
    }
    let request = request.body(Full::new(case.body().into())).expect("a request");
    let response = service.oneshot(request).await.map_err(Into::into).expect("a response");
    let (head, body) = response.into_parts();
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let headers = head.headers.iter().map(header).collect();
    let mut body = Box::pin(body);
    let (mut data, mut is_broken) = (Vec::new(), false);
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => data.extend_from_slice(&frame.into_data().unwrap_or_default()),
            Err(_) => is_broken = true,
        }
    }
    Raw { status: head.status.as_u16(), headers, body: data.into(), is_broken }
}

fn path(case: &Case) -> String {
    let name = match case.operation {
        _ if case.path.is_some() => return case.path.clone().unwrap_or_default(),
        Op::StartAsyncInvoke => return "/async-invoke".to_owned(),
        Op::ApplyGuardrail => return format!("/guardrail/{}/version/1/apply", case.model),
        Op::Invoke => "invoke",
        Op::InvokeStream => "invoke-with-response-stream",
        Op::Converse => "converse",
        Op::ConverseStream => "converse-stream",
        Op::CountTokens => "count-tokens",
    };
    format!("/model/{}/{name}", case.model.replace(':', "%3A").replace('/', "%2F"))
}

/// Returns the parts of a request that Bedrock reads.
fn sent(request: &RecordedRequest) -> Value {
    let headers: serde_json::Map<String, Value> = request
        .headers
        .iter()
        .filter(|(name, _)| name.starts_with("x-amzn-bedrock-"))
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect();
    let mut sent = json!({"path": request.path, "body": request.json().unwrap_or_else(|| request.text().into())});
    if !headers.is_empty() {
        sent["headers"] = headers.into();
    }
    sent
}

/// An assessment, all of it but the message. Findings are in the order of their places, for the SDK writes members in an order of its
/// own; and of skipped content the size is left out, which is another before it is written in base64.
fn assessed(call: &AssessmentEvent<'_>) -> Value {
    let assessment = call.assessment();
    let finding = |found: &banister::BodyFinding| {
        let (finding, span) = (found.finding(), found.finding().span());
        let at = match (found.inner_pointer(), found.is_key()) {
            (Some(inner), _) => format!("{}#{inner}", found.pointer()),
            (None, _) => found.pointer().to_owned(),
        };
        let key = if found.is_key() { " key" } else { "" };
        let (kind, action) = (finding.kind(), finding.action());
        format!("{at}{key} {}..{}: {kind:?} {} {action:?}", span.start(), span.end(), finding.rule())
    };
    let mut findings: Vec<String> = assessment.findings().iter().map(finding).collect();
    findings.sort();
    let mut skipped: Vec<String> = assessment
        .skipped()
        .iter()
        .map(|skipped| format!("{}: {}", skipped.pointer(), skipped.reason().as_str()))
        .collect();
    skipped.sort();
    let operation = call.operation().name();
    let mut note = json!({
        "call": format!("{operation} {} {:?}", assessment.source(), assessment.outcome()),
        "inspected": assessment.inspected_bytes(),
    });
    if let Some(model) = call.model_id() {
        note["model"] = model.into();
    }
    if !findings.is_empty() {
        note["findings"] = findings.into();
    }
    if !skipped.is_empty() {
        note["skipped"] = skipped.into();
    }
    note
}
