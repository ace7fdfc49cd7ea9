# Sourced by the tests that need the wheel, after install_python.

# install_wheel: builds the wheel without optimization, and installs it for $BANISTER_PYTHON.
install_wheel() {
    rm -rf "$folder/wheels"
    "$BANISTER_PYTHON" -m maturin build --quiet --locked --manifest-path crates/python/Cargo.toml --out "$folder/wheels"
    "$BANISTER_PYTHON" -m pip install --quiet --disable-pip-version-check --no-deps --no-index --force-reinstall "$folder"/wheels/*.whl
}
