//! The layer around a real SDK client, over HTTP, against the simulator.

mod apply;
mod audit;
mod compatible;
mod converse;
mod held;
mod http;
mod http_hostile;
mod http_stream;
mod interceptor;
mod interceptor_headers;
mod interceptor_slow;
mod invoke;
mod invoke_stream;
mod sdk_errors;
mod selector;
mod stacks;
mod support;
mod trace;
