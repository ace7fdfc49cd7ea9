//! Selects the layer of a call by the guardrail that its body names.

use std::fmt;
use std::sync::Arc;

use tower::BoxError;

use super::layer::GuardrailLayer;

type Select = dyn Fn(&str) -> Result<Option<GuardrailLayer>, BoxError> + Send + Sync;

/// Selects the layer of a Converse or ConverseStream call by the guardrail that its body names.
///
/// Insert it into the extensions of an HTTP request. The layer that receives the request reads and parses the body, and then calls the
/// selector with the identifier in `guardrailConfig`. The call continues under the layer that it returns, or, if that is `None` or the body
/// names no guardrail, under the layer that received it. If the selector fails, the call fails with its error, and nothing is forwarded.
///
/// The limit on the body is that of the layer that received the request.
///
/// ```
/// use banister::{Guardrail, GuardrailLayer, LayerSelector, Policy};
///
/// # fn main() -> Result<(), banister::PolicyError> {
/// let strict = GuardrailLayer::new(Guardrail::new(Policy::from_pack("pii")?)).guardrail_identifier("strict");
/// let mut request = http::Request::new(());
/// request.extensions_mut().insert(LayerSelector::new(move |identifier| {
///     Ok((identifier == "strict").then(|| strict.clone()))
/// }));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct LayerSelector(Arc<Select>);

impl LayerSelector {
    /// Creates a selector that calls `select` with the identifier.
    #[must_use]
    pub fn new(select: impl Fn(&str) -> Result<Option<GuardrailLayer>, BoxError> + Send + Sync + 'static) -> Self {
        Self(Arc::new(select))
    }

    pub(super) fn select(&self, identifier: &str) -> Result<Option<GuardrailLayer>, BoxError> {
        (self.0)(identifier)
    }
}

impl fmt::Debug for LayerSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LayerSelector").finish_non_exhaustive()
    }
}
