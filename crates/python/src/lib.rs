//! The native part of the Python package `banister`. What it exports is documented in `python/banister/_banister.pyi`.

#![cfg_attr(not(test), warn(clippy::string_slice, clippy::indexing_slicing, clippy::unwrap_used))]

mod assessment;
mod audit;
mod body;
mod call;
mod contain;
mod direction;
mod error;
mod guardrail;
mod layer;
mod offsets;
mod stream;

#[pyo3::pymodule]
mod _banister {
    #[pymodule_export]
    use crate::assessment::{Assessment, Finding, TopicScore};
    #[pymodule_export]
    use crate::audit::{AuditScan, UnitScanner};
    #[pymodule_export]
    use crate::call::Call;
    #[pymodule_export]
    use crate::error::{AuditError, BanisterError, GuardError, PolicyError, Problem};
    #[pymodule_export]
    use crate::guardrail::{Conversation, Guardrail};
    #[pymodule_export]
    use crate::layer::Layer;
    #[pymodule_export]
    use crate::stream::StreamGuard;

    #[pymodule_init]
    fn init(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        crate::contain::print_locations();
        crate::contain::add_test_panic(module)
    }

    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the name that Python expects")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
