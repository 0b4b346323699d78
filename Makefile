# What CI and the README call. `make help` lists it.

SHELL := /bin/sh
.DEFAULT_GOAL := help

# Tools come from .venv, at the versions of requirements.txt.
VENV := $(CURDIR)/.venv
export PATH := $(VENV)/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0
# The TLS library's own source of entropy costs start-up time, and Lambda's kernel has a good one.
export AWS_LC_SYS_NO_JITTER_ENTROPY := 1

SLUGS := aliyun-vod aliyun-ims tencent-ci tencent-vod
FUNCTIONS := $(SLUGS) dispatch tencent-vod-pull aliyun-mns-pull
PACKAGES := $(addprefix --package=,$(FUNCTIONS))

# x86_64 or arm64: what `build` builds for. This machine's unless it is set.
ARCH ?= $(patsubst aarch64,arm64,$(shell uname -m))
TARGET_FLAG := $(if $(filter arm64,$(ARCH)),--arm64,--x86-64)

.PHONY: help
help: ## list the targets
	@echo 'make demo and make test need nothing but Rust, Python 3 and make. Targets:'
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 18

.PHONY: setup
setup: $(VENV)/ready ## install the pinned tools into .venv

$(VENV)/ready: requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

types/node_modules/ready: types/package-lock.json $(VENV)/ready
	npm ci --prefix types --silent --no-audit --no-fund
	@touch $@

.PHONY: demo
demo: build ## send every sample to its function in the Lambda runtime, and show what comes out
	@cargo run --quiet --locked --package emulator --bin demo

.PHONY: demo-aws
demo-aws: build ## send every sample through queue, dispatch and bus, against the AWS APIs on this machine
	@cargo run --quiet --locked --package emulator --bin demo-aws

.PHONY: test
test: build test-types ## run all tests
	cargo test --locked --workspace

# How many callbacks are sent.
N ?= 6000

.PHONY: test-loss
test-loss: build ## count what arrives of N=6000 callbacks while the AWS APIs and the functions fail
	LOSS_CALLBACKS=$(N) cargo test --locked --package emulator --test loss -- --nocapture

MEDIAHOOK := cargo run --quiet --locked --package mediahook --

# The types are those of the schema, a consumer's code compiles with them, and the events of all samples have them.
.PHONY: test-types
test-types: types/node_modules/ready
	npm run --prefix types --silent generate | diff types/mediahook.d.ts - || { echo 'run `make events`' >&2; exit 1; }
	{ echo 'import type { CloudEvent } from "./mediahook.js";'; echo 'export default ['; \
	  $(MEDIAHOOK) samples --decoded | sed 's/$$/,/'; echo '] satisfies CloudEvent[];'; } >types/samples.ts
	npm run --prefix types --silent test

.PHONY: lint
lint: setup ## check format, lints, documentation and template; warnings are errors
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS='--deny warnings' cargo doc --quiet --locked --workspace --no-deps --document-private-items
	sam validate --lint

# How many inputs each fuzz target gets, and its tool, which builds into the checkout.
RUNS ?= 20000
FUZZ := $(CURDIR)/target/tools/bin/cargo-fuzz

$(FUZZ):
	cargo install cargo-fuzz --quiet --locked --version 0.13.2 --root $(CURDIR)/target/tools

# The parsers start from the test data, verification from seeds of its own. What is found is kept in fuzz/corpus.
.PHONY: fuzz
fuzz: $(FUZZ) ## give the parsers and verification RUNS inputs of a fuzzer's making
	@for target in $$($(FUZZ) list); do \
	  seeds=shared/callbacks/testdata/$$(echo $$target | tr _ -); [ -d $$seeds ] || seeds=fuzz/seeds/$$target; \
	  mkdir -p fuzz/corpus/$$target; \
	  $(FUZZ) run --sanitizer none $$target fuzz/corpus/$$target $$seeds -- -runs=$(RUNS) -max_len=65536 -verbosity=0 -print_final_stats=1 || exit 1; \
	done

.PHONY: events
events: types/node_modules/ready ## write anew what is generated: events/, schema/, types/ and docs/kinds.md
	$(MEDIAHOOK) events events
	$(MEDIAHOOK) kinds >docs/kinds.md
	$(MEDIAHOOK) schema >schema/cloudevent-1.schema.json
	$(MEDIAHOOK) schema --data >schema/event-1.schema.json
	npm run --prefix types --silent generate >types/mediahook.d.ts

.PHONY: build
build: setup ## build the functions into target/lambda, for this machine or ARCH=arm64
	cargo lambda build --quiet --locked --release $(TARGET_FLAG) $(PACKAGES)

# `sam build` calls these, one for each function of the template; the first compiles for all.
build-AliyunVodFunction: artifact-aliyun-vod
build-AliyunImsFunction: artifact-aliyun-ims
build-TencentCiFunction: artifact-tencent-ci
build-TencentVodFunction: artifact-tencent-vod
build-DispatchFunction: artifact-dispatch
build-TencentVodPullFunction: artifact-tencent-vod-pull
build-AliyunMnsPullFunction: artifact-aliyun-mns-pull

artifact-%: build
	cp target/lambda/$*/bootstrap $(ARTIFACTS_DIR)/

.PHONY: invoke
invoke: setup ## invoke one function in Docker: FUNCTION=aliyun-ims EVENT=snapshot-complete
	@test -f 'events/$(FUNCTION)/$(EVENT).json' || { echo 'usage: make invoke FUNCTION=aliyun-ims EVENT=snapshot-complete (a file of events/<function>/)' >&2; exit 2; }
	@mkdir -p target; sam build --config-env $(SAM_LOCAL) >target/sam-build.log 2>&1 || { cat target/sam-build.log >&2; exit 1; }
	sam local invoke --config-env $(SAM_LOCAL) $(call logical,$(FUNCTION)) --event events/$(FUNCTION)/$(EVENT).json

# The environment of samconfig.toml for this machine, and a function's name in the template.
SAM_LOCAL := $(if $(filter arm64,$(ARCH)),arm64,default)
logical = $(patsubst build-%:,%,$(firstword $(shell grep '^build-.*Function: artifact-$(1)$$' Makefile)))

.PHONY: watch
watch: setup ## serve the functions on http://localhost:9000/lambda-url/<function>/, built anew on every change; FLAGS are for `cargo lambda watch`
	MEDIAHOOK_ALLOW_UNSIGNED=true cargo lambda watch --invoke-address 127.0.0.1 $(FLAGS)

# The stack's architecture and the one that its functions are built for are the same.
DEPLOY_ARCH ?= arm64
# Another stack than `mediahook`.
STACK_NAME := $(addprefix --stack-name ,$(STACK))
# `sam deploy` takes the last --parameter-overrides that it is given for all of them, and then those of samconfig.toml for
# none. So there is one list: what is kept in parameters.yaml, the architecture, and what FLAGS adds.
OVERRIDES := --parameter-overrides $(addprefix file://,$(wildcard parameters.yaml)) Architecture=$(DEPLOY_ARCH)

.PHONY: deploy
deploy: setup ## build for DEPLOY_ARCH=arm64 and deploy the stack to AWS; FLAGS are for `sam deploy`, STACK= names another stack
	$(if $(findstring Architecture=,$(FLAGS)),$(error the architecture is what is built for: use DEPLOY_ARCH=x86_64))
	ARCH=$(DEPLOY_ARCH) sam build --config-env deploy
	sam deploy --config-env deploy $(STACK_NAME) \
	  $(if $(findstring --parameter-overrides,$(FLAGS)),$(subst --parameter-overrides,$(OVERRIDES),$(FLAGS)),$(FLAGS) $(OVERRIDES))

.PHONY: urls
urls: setup ## print the callback URLs and the other outputs of the deployed stack; FLAGS are for `sam list stack-outputs`, STACK= as above
	@outputs=$$(sam list stack-outputs --config-env deploy --output json $(STACK_NAME) $(FLAGS)) && printf '%s' "$$outputs" | \
	  python -c 'import json, sys; [print(output["OutputKey"].ljust(30), output["OutputValue"]) for output in json.load(sys.stdin)]'
