# Short names for what the scripts do. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: images compose-check monitoring-check vendor-types-check terraform help setup check fix test run bench train docs lock prices audit

PY := .venv/bin/python
UV_COMPILE := .venv/bin/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock" $(UPGRADE)

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the program and the development tools into .venv
	@./scripts/aiguardian.sh setup

check: ## ruff, mypy, import-linter, bandit, our own scanner, shellcheck, pip-audit
	@./scripts/aiguardian.sh check

fix: setup ## let ruff mend and format what it can
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

test: ## everything a change must pass
	@./scripts/aiguardian.sh test

run: ## the gateway in the foreground, on PORT (8000)
	@./scripts/aiguardian.sh dev

bench: setup ## measure, and write benchmarks/results/
	@$(PY) -m benchmarks

TRAIN_PY ?= .train/bin/python
train: ## make weights again: M=encoder ARGS="--out build" (see training/README.md)
	@test -n "$(M)" || { echo "name a trainer: make train M=encoder; see training/README.md"; exit 2; }
	@PYTHONPATH=src:. $(TRAIN_PY) -m training.$(M) $(ARGS)

docs: setup ## check links and commands in the documents, and say where to read
	@$(PY) -m pytest tests/project/test_documents.py
	@echo "Start at docs/index.md. The API: /docs on a running gateway."

lock: setup ## resolve the lock files again; newest versions with UPGRADE=--upgrade
	@$(UV_COMPILE) -o requirements.lock
	@$(UV_COMPILE) --group dev -c requirements.lock -o requirements-dev.lock

prices: setup ## write the price table again from its sources (review the difference)
	@$(PY) training/prices.py

audit: setup ## look up known vulnerabilities of what is locked, and fail where none can be looked up
	@$(PY) scripts/known_vulnerabilities.py --must

TAG ?= dev
BUILDER ?= docker build
images: ## build all seven images (BUILDER="buildah bud --format docker", TAG=1.2.3)
	@for target in gateway tokenguard trustguard contextguard biasguard securityguard healthguard; do \
		$(BUILDER) --target $$target -t aiguards-$$target:$(TAG) \
			--build-arg REVISION=$$(git rev-parse HEAD 2>/dev/null || echo unknown) $(BUILD_ARGS) . || exit 1; \
	done

compose-check: setup ## check the compose files, the Dockerfile and the catalogue
	@$(PY) -m pytest -q tests/deploy

monitoring-check: setup ## execute every rule and panel over a gateway under load (needs prometheus)
	@$(PY) deploy/check_monitoring.py; status=$$?; [ $$status -eq 3 ] || exit $$status

vendor-types-check: setup ## hold dashboards and templates against Grafana's and Elastic's types (needs npm)
	@$(PY) deploy/check_vendor_types.py; status=$$?; [ $$status -eq 3 ] || exit $$status

terraform: setup ## check the Terraform code; against an emulated AWS, too: ARGS=--rehearse
	@$(PY) -m tests.terraform.checks $(ARGS)
