//! One guarded HTTP call, without input or output: the caller sends the request that this returns, and passes the response to it.
//!
//! The layer of the library runs unchanged over a service that waits for its caller. Nothing ever wakes its future: it is polled again
//! whenever the caller has passed something on.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use banister::{GuardrailLayer, ResponseBody};
use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::Body as _;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use tower::{BoxError, Layer as _, Service};

use crate::body::{FedBody, Feed, WholeBody};
use crate::contain::detached;
use crate::error::GuardError;
use crate::layer::Layer;

/// Names and values.
type Headers = Vec<(String, Vec<u8>)>;
type GuardedResponse = Response<ResponseBody<FedBody>>;
type ResponseFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// What passes between the service and the caller.
#[derive(Debug, Default)]
struct Desk {
    request: Option<Request<WholeBody>>,
    response: Option<Response<FedBody>>,
}

/// The service inside the layer: the caller.
#[derive(Clone, Debug, Default)]
struct Waiting(Arc<Mutex<Desk>>);

impl Waiting {
    fn desk<T>(&self, with: impl FnOnce(&mut Desk) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Service<Request<WholeBody>> for Waiting {
    type Response = Response<FedBody>;
    type Error = BoxError;
    type Future = ResponseFuture<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<WholeBody>) -> Self::Future {
        self.desk(|desk| desk.request = Some(request));
        let this = self.clone();
        Box::pin(std::future::poll_fn(move |_| match this.desk(|desk| desk.response.take()) {
            Some(response) => Poll::Ready(Ok(response)),
            None => Poll::Pending,
        }))
    }
}

/// How far a call is.
enum Progress {
    /// The response is not known yet.
    Waiting(ResponseFuture<GuardedResponse>),
    /// The body of the response is being read.
    Body(Pin<Box<ResponseBody<FedBody>>>),
    /// Nothing follows.
    Ended,
}

struct State {
    progress: Progress,
    waiting: Waiting,
    feed: Feed,
    response: Option<(u16, Headers)>,
    out: Vec<u8>,
}

/// A guarded call.
#[pyclass(frozen, module = "banister")]
pub(crate) struct Call(Mutex<State>);

impl State {
    fn new(layer: &GuardrailLayer, request: Request<WholeBody>) -> Self {
        let waiting = Waiting::default();
        let future = layer.layer(waiting.clone()).call(request);
        Self {
            progress: Progress::Waiting(Box::pin(future)),
            waiting,
            feed: Feed::default(),
            response: None,
            out: Vec::new(),
        }
    }

    /// Does all that can be done with what has been passed so far.
    fn advance(&mut self) -> Result<(), BoxError> {
        let mut context = Context::from_waker(Waker::noop());
        loop {
            match &mut self.progress {
                Progress::Waiting(future) => match future.as_mut().poll(&mut context) {
                    Poll::Pending => return Ok(()),
                    Poll::Ready(Err(error)) => {
                        self.progress = Progress::Ended;
                        return Err(error);
                    }
                    Poll::Ready(Ok(response)) => {
                        let (head, body) = response.into_parts();
                        self.response = Some((head.status.as_u16(), to_headers(&head.headers)));
                        self.progress = Progress::Body(Box::pin(body));
                    }
                },
                Progress::Body(body) => match body.as_mut().poll_frame(&mut context) {
                    Poll::Pending => return Ok(()),
                    Poll::Ready(None) => self.progress = Progress::Ended,
                    Poll::Ready(Some(Err(error))) => {
                        self.progress = Progress::Ended;
                        return Err(error);
                    }
                    Poll::Ready(Some(Ok(frame))) => {
                        if let Ok(data) = frame.into_data() {
                            self.out.extend_from_slice(&data);
                        }
                    }
                },
                Progress::Ended => return Ok(()),
            }
        }
    }
}

fn to_headers(map: &HeaderMap) -> Headers {
    map.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect()
}

fn to_map(headers: Headers) -> PyResult<HeaderMap> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let header = name.parse::<HeaderName>().ok().zip(HeaderValue::from_bytes(&value).ok());
        // Without the value, which may hold text.
        let (key, value) = header.ok_or_else(|| PyValueError::new_err(format!("{name:?}: is no valid header")))?;
        map.append(key, value);
    }
    Ok(map)
}

impl Call {
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        with: impl FnOnce(&mut State) -> Result<T, BoxError> + Send,
    ) -> PyResult<T> {
        let result = detached(py, || self.0.lock().ok().map(|mut state| with(&mut state)))?;
        match result {
            Some(result) => result.map_err(|error| GuardError::new_err(error.to_string())),
            None => Err(GuardError::new_err("an internal error ended the call")),
        }
    }
}

#[pymethods]
impl Call {
    #[new]
    fn new(
        py: Python<'_>,
        layer: &Layer,
        method: &str,
        path: &str,
        headers: Headers,
        body: PyBackedBytes,
    ) -> PyResult<Self> {
        let head = Request::builder().method(method).uri(path);
        let mut request = head
            .body(WholeBody::from(Bytes::copy_from_slice(&body)))
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        *request.headers_mut() = to_map(headers)?;
        let call = Self(Mutex::new(State::new(&layer.inner, request)));
        call.with(py, State::advance)?;
        Ok(call)
    }

    /// Returns the headers and the body to send, once; `None` if the call must not be sent.
    fn request<'py>(&self, py: Python<'py>) -> PyResult<Option<(Headers, Bound<'py, PyBytes>)>> {
        let request = self.with(py, |state| Ok(state.waiting.desk(|desk| desk.request.take())))?;
        Ok(request.map(|request| {
            let headers = to_headers(request.headers());
            (headers, PyBytes::new(py, &request.into_body().into_bytes()))
        }))
    }

    /// Passes the head of the response.
    fn respond(&self, py: Python<'_>, status: u16, headers: Headers) -> PyResult<()> {
        let status = StatusCode::from_u16(status)
            .map_err(|_| PyValueError::new_err(format!("{status} is no status of a response")))?;
        let headers = to_map(headers)?;
        self.with(py, |state| {
            let mut response = Response::new(state.feed.body());
            (*response.status_mut(), *response.headers_mut()) = (status, headers);
            state.waiting.desk(|desk| desk.response = Some(response));
            state.advance()
        })
    }

    /// Passes a part of the body, and returns what the caller may see of it. After an error nothing follows.
    fn push<'py>(&self, py: Python<'py>, chunk: PyBackedBytes) -> PyResult<Bound<'py, PyBytes>> {
        let out = self.with(py, |state| {
            state.feed.push(&chunk);
            state.advance().map(|()| std::mem::take(&mut state.out))
        })?;
        Ok(PyBytes::new(py, &out))
    }

    /// Ends the body, and returns the rest of what the caller may see.
    fn finish<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let out = self.with(py, |state| {
            state.feed.end();
            state.advance().map(|()| std::mem::take(&mut state.out))
        })?;
        Ok(PyBytes::new(py, &out))
    }

    /// Ends the call: text that is buffered is not released.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |state| {
            state.progress = Progress::Ended;
            Ok(())
        })
    }

    /// The status and headers of the response, once they are known.
    #[getter]
    fn response(&self, py: Python<'_>) -> PyResult<Option<(u16, Headers)>> {
        self.with(py, |state| Ok(state.response.clone()))
    }

    /// Whether nothing follows, whatever the upstream may send.
    #[getter]
    fn is_over(&self, py: Python<'_>) -> PyResult<bool> {
        self.with(py, |state| Ok(matches!(state.progress, Progress::Ended)))
    }

    fn __repr__(&self) -> &'static str {
        "Call()"
    }
}
