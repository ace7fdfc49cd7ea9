# Sourced by the tests with clients, at the root of the repository.

# fail MESSAGE: ends the tests of $tests.
fail() {
    echo "$tests tests: $1" >&2
    exit 1
}

# install_python REQUIREMENTS [OPTION...]: installs these versions once, with these options of pip, below the target directory. Sets $folder, and exports BANISTER_PYTHON.
install_python() {
    command -v python3 >/dev/null || fail "there is no python3 on the PATH"
    mkdir -p "${CARGO_TARGET_DIR:-target}/$tests"
    folder=$(cd "${CARGO_TARGET_DIR:-target}/$tests" && pwd)
    local wanted
    wanted="$(python3 -VV) $(cat "$1")"
    if [ "$(cat "$folder/installed" 2>/dev/null)" != "$wanted" ]; then
        rm -rf "$folder/venv" "$folder/installed"
        python3 -m venv "$folder/venv" || fail "python3 has no working venv module (on Debian: the package python3-venv)"
        "$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: "${@:2}" -r "$1" ||
            fail "PyPI cannot be reached, or has no wheels of $1 for this Python"
        printf '%s' "$wanted" >"$folder/installed"
    fi
    export BANISTER_PYTHON="$folder/venv/bin/python"
}
