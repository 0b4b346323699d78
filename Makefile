# What CI and the README call. `make help` lists it.

SHELL := /bin/sh
.DEFAULT_GOAL := help
# Targets share .venv and cargo's lock, and cargo uses all processors by itself.
.NOTPARALLEL:

define HELP
make demo, make demo-aws and make test need nothing but Rust, Python 3 and make.

  demo       send every sample to its function in the Lambda runtime, and show what comes out
  demo-aws   send every sample through queue, dispatch and bus, against the AWS APIs on this machine
  test       run all tests; those of the inspector's page only where there is a browser, or root can install one with apt-get
  test-loss  count what arrives of N=6000 callbacks while the AWS APIs and the functions fail
  test-outage  confirm events while the vendors' APIs are down for MINUTES=10, and print what becomes of them and when
  dev        show callbacks as they arrive, in the browser: the local inspector; FLAGS for `mediahook dev`
  test-web   test the inspector's page in Chromium, which root gets with apt-get where it is missing
  screens    take pictures of the inspector's screens into target/screens
  prove      run dispatch, receiving, confirming and pulling in every interleaving of runs, faults and time, compare them with a model
             of the protocol, and find eleven seeded bugs; BUG=ShortLease leaves one of them in, and fails;
             REPLAY=<bounds>:<choices> prints what happens in the schedule that a failure names
  prove-random  run CALLBACKS=1000000 callbacks through random schedules, from SEED=1 on
  mutants    change the code that delivers, confirms and reconciles events in every small way, and see that a test fails;
             .cargo/mutants.toml lists what is accepted; FLAGS for `cargo mutants`, such as --re=delivery/src/bus.rs
  protocol   show the model of the protocol in a browser, one step at a time, on http://localhost:3000/: PORT=3000
  bench      build the functions as they are deployed, measure them beside an empty one and handlers in Python and Node, and write
             docs/benchmarks.md; as root also with the processor time that Lambda gives
  bench-profiles  build one function in each way that docs/adr/0012-release-profile.md compares, and measure them side by side
  instructions  count the instructions that parsing takes, and compare them with tools/decode-bench/instructions.tsv
  instructions-table  write that table
  lint       check format, lints, documentation, dependencies, templates, workflows and the instructions that parsing takes;
             warnings are errors
  fuzz       fuzz the parsers and signature verification with RUNS=20000 inputs each
  drift      print fields of the vendors' newest SDKs that the parser does not know
  events     regenerate what is generated in events/, schema/, types/, python/ and docs/kinds.md
  invoke     invoke one function in Docker: FUNCTION=aliyun-ims EVENT=snapshot-complete
  install    install the tool, mediahook; FLAGS for `cargo install`
  watch      serve the functions on http://localhost:9000/lambda-url/<function>/, on this machine only, rebuilt on every
             change; FLAGS for `cargo lambda watch`
  functions  build the functions for this machine, unoptimised, as the tests run them
  build      build the functions for Lambda: ARCH=arm64 or x86_64
  deploy     build for DEPLOY_ARCH=arm64 and deploy the stack STACK=mediahook to AWS; PARAMETERS="Name=value ..." for the
             template, FLAGS for `sam deploy`, CONFIG=ci asks no questions
  package    build a release, from which `sam deploy` works without Rust: ARCH=arm64 or x86_64, VERSION=0.1.0
  test-package  make a release for this machine, and try it as whoever downloads it does: unpack it, upload it with `sam package`
             to a stand-in of S3, and run the functions of its zips
  packages   make the packages for consumers, in TypeScript and Python, in target/package
  token      print the callback URL of FUNCTION=aliyun-ims, with its token, of the stack STACK=mediahook
  urls       print the callback URLs and the other outputs of the stack STACK=mediahook; FLAGS for `sam list stack-outputs`
  setup      install all pinned tools into .venv; the other targets install what they need
endef

.PHONY: help
help:
	$(info $(HELP))
	@:

# The functions, by their names in the template.
AliyunVodFunction := aliyun-vod
AliyunImsFunction := aliyun-ims
TencentCiFunction := tencent-ci
TencentVodFunction := tencent-vod
DispatchFunction := dispatch
ConfirmFunction := confirm
ReconcileFunction := reconcile
TencentVodPullFunction := tencent-vod-pull
AliyunMnsPullFunction := aliyun-mns-pull

RECEIVERS := aliyun-vod aliyun-ims tencent-ci tencent-vod
FUNCTIONS := $(RECEIVERS) confirm reconcile dispatch tencent-vod-pull aliyun-mns-pull
LOGICAL_IDS := AliyunVodFunction AliyunImsFunction TencentCiFunction TencentVodFunction DispatchFunction \
  TencentVodPullFunction AliyunMnsPullFunction ConfirmFunction ReconcileFunction

# Tools. Each target installs those that it needs into .venv, at the versions in requirements/.

VENV := $(CURDIR)/.venv
export PATH := $(VENV)/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0

# The AWS CLI and the Rust SDK read AWS_REGION, SAM and boto3 AWS_DEFAULT_REGION: here they are the same.
ifneq ($(AWS_REGION),)
export AWS_DEFAULT_REGION := $(AWS_REGION)
else ifneq ($(AWS_DEFAULT_REGION),)
export AWS_REGION := $(AWS_DEFAULT_REGION)
endif

.PHONY: setup
setup: $(VENV)/test.ready $(VENV)/build.ready $(VENV)/lint.ready $(VENV)/checkov.ready $(VENV)/awscli.ready $(VENV)/bench.ready \
  types/node_modules/ready

$(VENV)/bin/python:
	python3 -m venv $(VENV)

# A list includes others of requirements/.
$(VENV)/%.ready: requirements/%.txt $(wildcard requirements/*.txt) | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# Checkov needs other versions of what the SAM CLI needs.
$(VENV)/checkov.ready: requirements/checkov.txt
	python3 -m venv $(VENV)/checkov
	$(VENV)/checkov/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# So does the AWS CLI.
$(VENV)/awscli.ready: requirements/awscli.txt
	python3 -m venv $(VENV)/awscli
	$(VENV)/awscli/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

types/node_modules/ready: types/package-lock.json $(VENV)/types.ready
	npm ci --prefix types --silent --no-audit --no-fund
	@touch $@

# The inspector's page. Node comes with the types' tools.

WEB := tools/inspector/web

$(WEB)/node_modules/ready: $(WEB)/package-lock.json $(VENV)/types.ready
	npm ci --prefix $(WEB) --silent --no-audit --no-fund
	@touch $@

# Its files and its libraries, as the tool takes them in.
.PHONY: web
web: $(WEB)/node_modules/ready
	npm run --prefix $(WEB) --silent build

.PHONY: dev
dev: web mediahook
	@$(MEDIAHOOK) dev $(FLAGS)

# The browser of the page's tests. Without one they are left out of `make test`.
BROWSER := $(firstword $(foreach name,chromium chromium-browser google-chrome,$(shell command -v $(name))))
CAN_INSTALL := $(and $(filter 0,$(shell id -u)),$(shell command -v apt-get))

.PHONY: browser
browser:
ifeq ($(BROWSER),)
	@test -n '$(CAN_INSTALL)' || { echo 'the tests of the page need Chromium or Chrome: install it with the package manager' >&2; exit 1; }
	apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null
endif

.PHONY: test-web
test-web: web mediahook browser
	npm run --prefix $(WEB) --silent check
	$(if $(BROWSER),CHROMIUM=$(BROWSER) )MEDIAHOOK=$(MEDIAHOOK) npm test --prefix $(WEB) --silent

.PHONY: no-browser
no-browser:
	@echo 'There is no browser here: the tests of the page are left out (make test-web).'

.PHONY: screens
screens: web mediahook browser
	$(if $(BROWSER),CHROMIUM=$(BROWSER) )MEDIAHOOK=$(MEDIAHOOK) npm run --prefix $(WEB) --silent screens

# The tool. It need not be as small as a function, so it is built in another profile, faster.

.PHONY: install
install: web
	cargo install --locked --profile tool --path tools/mediahook $(FLAGS)
	@echo 'Completions for bash, zsh and fish: mediahook completions --help. Manual pages: mediahook man --help.'

# Demos and tests. All of them run one build for this machine, in cargo's dev profile.

TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
# What cargo installs for these targets.
TOOLS := $(TARGET)/tools
# Cargo compiles a dependency again for another set of its features. `--workspace --examples` selects the features that
# `cargo test --workspace` needs (there are no examples), so that what one command has compiled serves the others.
CARGO_BUILD := cargo build --locked --workspace --examples
MEDIAHOOK := $(TARGET)/debug/mediahook

.PHONY: demo
demo: $(VENV)/demo.ready
	$(CARGO_BUILD) $(addprefix --bin=,$(RECEIVERS) demo)
	@$(TARGET)/debug/demo

.PHONY: demo-aws
demo-aws: $(VENV)/aws.ready
	$(CARGO_BUILD) $(addprefix --bin=,$(RECEIVERS) dispatch demo-aws)
	@$(TARGET)/debug/demo-aws

.PHONY: functions
functions:
	$(CARGO_BUILD) $(addprefix --bin=,$(FUNCTIONS))

.PHONY: mediahook
mediahook:
	$(CARGO_BUILD) --bin=mediahook

.PHONY: test
test: $(VENV)/test.ready $(VENV)/build.ready functions test-types test-python test-template test-documents \
  $(if $(BROWSER)$(CAN_INSTALL),test-web,no-browser)
	cargo test --locked --workspace

# How many callbacks are sent.
N ?= 6000

.PHONY: test-loss
test-loss: $(VENV)/aws.ready
	$(CARGO_BUILD) $(addprefix --bin=,$(RECEIVERS) dispatch)
	LOSS_CALLBACKS=$(N) cargo test --locked --workspace --test loss -- --nocapture

# For how long the vendors' APIs are down.
MINUTES ?= 10

.PHONY: test-outage
test-outage: $(VENV)/aws.ready
	$(CARGO_BUILD) $(addprefix --bin=,$(RECEIVERS) confirm)
	OUTAGE_MINUTES=$(MINUTES) cargo test --locked --workspace --test confirm outage::while_the_api_is_down -- --nocapture

# The explored code is optimised, unlike in other tests.
PROVE := cargo test --quiet --locked --workspace --lib \
  $(foreach package,delivery explorer lambda protocol stateright,--config 'profile.dev.package.$(package).opt-level=2')

BUGS := ClaimWithoutLease CompleteBeforePublish ReleaseOfAnothers ShortLease PartialFailuresIgnored DeadlineIgnored \
  IdOfDelivery EndIgnored AnswerBeforeStore RetryLosesBatch ConfirmBeforeStore

.PHONY: prove
prove: $(VENV)/aws.ready
ifdef REPLAY
	PROVE_REPLAY=$(REPLAY) $(PROVE) proof::a_schedule_is_told -- --nocapture
else ifdef BUG
	$(if $(filter $(BUG),$(BUGS)),,$(error BUG is one of $(BUGS)))
	PROVE_BUG=$(BUG) $(PROVE) proof:: -- --nocapture --test-threads 1
else
	PROVE=1 $(PROVE) proof:: -- --nocapture --test-threads 1
endif

$(TOOLS)/bin/cargo-mutants:
	cargo install cargo-mutants --quiet --locked --version 27.1.0 --root $(TOOLS)

# It works on a copy, and keeps what it has compiled. What the quick tests miss is tried again with all but two that need Python,
# and say nothing of the mutated code: one is of the proof's table, the other of the vendors' signatures. Mutants that never end are
# found, too: status 3, which hides that others were missed.
MUTANTS := CARGO_TARGET_DIR=$(TARGET)/mutants $(TOOLS)/bin/cargo-mutants mutants --output $(TARGET)

.PHONY: mutants
mutants: $(TOOLS)/bin/cargo-mutants
	$(MUTANTS) --cargo-arg=--lib $(FLAGS) -- -- --skip proof --skip outage --skip vendors_clients || [ $$? -le 3 ]
	$(MUTANTS) --iterate $(FLAGS) -- -- --skip moto --skip vendors_clients || { [ $$? -eq 3 ] && [ ! -s $(TARGET)/mutants.out/missed.txt ]; }

PORT ?= 3000

.PHONY: protocol
protocol:
	$(CARGO_BUILD) --bin=protocol
	@$(TARGET)/debug/protocol $(PORT)

# How many callbacks are sent through random schedules, and with which seed the first is made.
CALLBACKS ?= 1000000
SEED ?= 1

.PHONY: prove-random
prove-random:
	PROVE_CALLBACKS=$(CALLBACKS) PROVE_SEED=$(SEED) $(PROVE) proof::random_schedules -- --nocapture

# The types are those of the schema, a consumer's code compiles with them, and the events of all samples have them.
.PHONY: test-types
test-types: types/node_modules/ready mediahook
	npm run --prefix types --silent generate | diff types/src/model.ts - || { echo 'run `make events`' >&2; exit 1; }
	$(MEDIAHOOK) samples --decoded | node types/write-samples.mjs >types/test/samples.ts
	npm run --prefix types --silent test

# The commands that the documents show run, and print what the documents say.
.PHONY: test-documents
test-documents: $(VENV)/test.ready $(VENV)/build.ready $(VENV)/awscli.ready types/node_modules/ready web functions mediahook
	npm run --prefix types --silent generate-vendor
	PROGRAMS=$(TARGET)/debug $(VENV)/bin/python -W ignore -m unittest discover --quiet --start-directory docs/tests

# The models for Python are those of the schema, and the events of all samples have them.
.PHONY: test-python
test-python: $(VENV)/test.ready mediahook
	MEDIAHOOK=$(MEDIAHOOK) PYTHONPATH=python AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test \
	  $(VENV)/bin/python -m unittest discover --quiet --start-directory python/tests

# The test runs with the pinned SDKs in `make test`; here it runs with the newest.
.PHONY: drift
drift: $(VENV)/test.ready
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade \
	  --target $(TARGET)/drift tencentcloud-sdk-python-vod
	PYTHONPATH=$(TARGET)/drift cargo test --quiet --locked --package callbacks drift -- --nocapture

# What CloudFormation makes of the template, for the products and options that one can choose.
.PHONY: test-template
test-template: $(VENV)/test.ready
	AWS_DEFAULT_REGION=eu-central-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test \
	  $(VENV)/bin/python -m unittest discover --quiet --start-directory deploy/tests

.PHONY: events
events: types/node_modules/ready $(VENV)/python.ready mediahook
	$(MEDIAHOOK) events events
	$(MEDIAHOOK) kinds >docs/kinds.md
	$(MEDIAHOOK) schema >schema/cloudevent-1.schema.json
	$(MEDIAHOOK) schema --data >schema/event-1.schema.json
	WRITE_SCHEMAS=1 cargo test --quiet --locked --workspace --lib vendor_schemas
	npm run --prefix types --silent generate >types/src/model.ts
	$(VENV)/bin/python python/generate.py python/mediahook_events
	$(VENV)/bin/python deploy/schemas.py >schemas.yaml

# Speed. Instructions are the same however busy a machine is, so that CI compares them; times are measured only on demand.

.PHONY: valgrind
valgrind:
	@command -v valgrind >/dev/null || { sudo=$$([ "$$(id -u)" = 0 ] || echo sudo -n); \
	  $$sudo apt-get update --quiet && $$sudo apt-get install --yes --quiet valgrind; } || \
	  { echo 'valgrind is needed, which counts instructions: install it with the package manager of this system' >&2; exit 1; }

INSTRUCTIONS := cargo run --quiet --locked --profile instructions --package decode-bench --bin instructions

.PHONY: instructions
instructions: valgrind
	$(INSTRUCTIONS)

.PHONY: instructions-table
instructions-table: valgrind
	$(INSTRUCTIONS) -- --write

$(TOOLS)/bin/cargo-deny:
	cargo install cargo-deny --quiet --locked --version 0.20.2 --root $(TOOLS)

.PHONY: lint
lint: $(TOOLS)/bin/cargo-deny lint-templates lint-workflows instructions
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS='--deny warnings' cargo doc --quiet --locked --workspace --no-deps --document-private-items
	$(TOOLS)/bin/cargo-deny --locked check bans licenses sources

TEMPLATES := template.yaml monitoring.yaml schemas.yaml $(wildcard examples/*/template.yaml)

.PHONY: lint-templates
lint-templates: $(VENV)/lint.ready $(VENV)/checkov.ready
	for template in $(TEMPLATES); do sam validate --lint --template $$template || exit 1; done
	$(VENV)/checkov/bin/checkov --config-file .checkov.yaml --file $(TEMPLATES)

# The scripts of the workflows are calls of make, which no linter of shell scripts is needed for.
.PHONY: lint-workflows
lint-workflows: $(VENV)/lint.ready
	actionlint -shellcheck= -pyflakes= .github/workflows/*.yml
	zizmor --offline --quiet .github/workflows

# How many inputs each fuzz target gets, and its tool.
RUNS ?= 20000
FUZZ := $(TOOLS)/bin/cargo-fuzz

$(FUZZ):
	cargo install cargo-fuzz --quiet --locked --version 0.13.2 --root $(TOOLS)

# The parsers start from the test data, verification from seeds of its own. What is found is kept in fuzz/corpus.
.PHONY: fuzz
fuzz: $(FUZZ)
	@for target in $$($(FUZZ) list); do \
	  seeds=shared/callbacks/testdata/$$(echo $$target | tr _ -); [ -d $$seeds ] || seeds=fuzz/seeds/$$target; \
	  mkdir -p fuzz/corpus/$$target; \
	  $(FUZZ) run --sanitizer none $$target fuzz/corpus/$$target $$seeds -- -runs=$(RUNS) -max_len=65536 -verbosity=0 -print_final_stats=1 || exit 1; \
	done

# Lambda. Cargo-lambda builds with the C library of Amazon Linux, for either architecture.

# x86_64 or arm64: what is built for. This machine's unless it is set.
ARCH ?= $(patsubst aarch64,arm64,$(shell uname -m))
TARGET_FLAG := $(if $(filter arm64,$(ARCH)),--arm64,--x86-64)
# `make invoke` sets dev, which is built faster.
PROFILE ?= release
# The TLS library's own source of entropy costs time at each start, and Lambda's kernel has a good one.
LAMBDA_BUILD := AWS_LC_SYS_NO_JITTER_ENTROPY=1 cargo lambda build --locked --profile $(PROFILE) $(TARGET_FLAG)

# Rust's standard library for the architecture, which rustup or the distribution installs.
RUST_TARGET := $(if $(filter arm64,$(ARCH)),aarch64,x86_64)-unknown-linux-gnu

.PHONY: preflight
preflight: $(VENV)/build.ready
	@test -d "$$(rustc --print target-libdir --target $(RUST_TARGET))" || { echo "Rust cannot build for $(ARCH) yet. With rustup: \
	rustup target add $(RUST_TARGET). With Fedora's Rust: dnf install rust-std-static-$(RUST_TARGET). With Debian's: use rustup, \
	or ARCH=$$(uname -m | sed s/aarch64/arm64/), DEPLOY_ARCH for make deploy." >&2; exit 1; }

.PHONY: build
build: preflight
	$(LAMBDA_BUILD) $(addprefix --package=,$(FUNCTIONS))

# Measures what is deployed, so it runs here, and ARCH is this machine's.
.PHONY: bench
bench: preflight $(VENV)/bench.ready
	$(LAMBDA_BUILD) --package=empty-function $(addprefix --package=,$(FUNCTIONS))
	cargo build --locked --profile instructions --package decode-bench --package function-bench
	$(TARGET)/instructions/function-bench $(TARGET)/lambda docs

# Other ways to build than `release`, for docs/adr/0012-release-profile.md: the name of each, and what it changes.
PROFILES := z:OPT_LEVEL=z 3:OPT_LEVEL=3 3-thin:OPT_LEVEL=3,LTO=thin unwind:PANIC=unwind
PROFILE_NAMES = $(foreach profile,$(PROFILES),$(firstword $(subst :, ,$(profile))))

.PHONY: bench-profiles
bench-profiles: preflight
	$(LAMBDA_BUILD) --package=tencent-ci --package=empty-function
	for profile in $(PROFILES); do \
	  name=$${profile%%:*} changes=$$(echo "$${profile#*:}" | tr , '\n' | sed 's/^/CARGO_PROFILE_RELEASE_/'); \
	  env $$changes CARGO_TARGET_DIR=$(TARGET)/profiles/$$name $(LAMBDA_BUILD) --package=tencent-ci || exit 1; \
	done
	cargo build --locked --profile instructions --package function-bench
	$(TARGET)/instructions/function-bench --profiles release=$(TARGET)/lambda \
	  $(foreach name,$(PROFILE_NAMES),$(name)=$(TARGET)/profiles/$(name)/lambda)

# `sam build` calls this for each function of the template: build-AliyunVodFunction.
build-%: preflight
	$(LAMBDA_BUILD) --package=$($*)
	cp $(TARGET)/lambda/$($*)/bootstrap $(ARTIFACTS_DIR)/

# A function's name in the template.
logical_id = $(strip $(foreach id,$(LOGICAL_IDS),$(if $(filter $(1),$($(id))),$(id))))
# The environment of samconfig.toml for this machine.
SAM_LOCAL := $(if $(filter arm64,$(ARCH)),arm64,default)

.PHONY: invoke
invoke: $(VENV)/build.ready
	@test -f 'events/$(FUNCTION)/$(EVENT).json' || { echo 'usage: make invoke FUNCTION=aliyun-ims EVENT=snapshot-complete (a file of events/<function>/)' >&2; exit 2; }
	PROFILE=dev sam build --config-env $(SAM_LOCAL) $(call logical_id,$(FUNCTION))
	sam local invoke --config-env $(SAM_LOCAL) $(call logical_id,$(FUNCTION)) --event events/$(FUNCTION)/$(EVENT).json

.PHONY: watch
watch: $(VENV)/build.ready
	@echo 'A function is compiled when its first request comes. That takes minutes, in which the sender waits: begin with' \
	  '`mediahook send … --timeout 900`.'
	MEDIAHOOK_ALLOW_UNSIGNED=true cargo lambda watch --invoke-address 127.0.0.1 $(FLAGS)

# The stack's architecture and the one that its functions are built for are the same.
DEPLOY_ARCH ?= arm64
# Of samconfig.toml: `ci` asks no questions.
CONFIG ?= deploy
STACK ?= mediahook
# `sam deploy` takes one list of parameters: what is kept in parameters.yaml, the architecture, and PARAMETERS.
OVERRIDES := $(addprefix file://,$(wildcard parameters.yaml)) Architecture=$(DEPLOY_ARCH) $(PARAMETERS)

# Whether there are a region and credentials, before anything is built.
.PHONY: account
account: $(VENV)/build.ready
	@$(VENV)/bin/python deploy/account.py $(FLAGS)

.PHONY: deploy
deploy: account
	$(if $(findstring Architecture=,$(PARAMETERS)),$(error the architecture is what is built for: use DEPLOY_ARCH=x86_64))
	$(if $(findstring --parameter-overrides,$(FLAGS)),$(error use PARAMETERS="Name=value ..." for parameters of the template))
	ARCH=$(DEPLOY_ARCH) sam build --config-env $(CONFIG)
	sam deploy --config-env $(CONFIG) --stack-name $(STACK) --parameter-overrides $(OVERRIDES) $(FLAGS)

# The files of a release: target/package/mediahook-<version>-<architecture>, and an archive of it.
VERSION ?= 0.1.0
PACKAGE := $(TARGET)/package

$(TOOLS)/bin/cargo-about:
	cargo install cargo-about --quiet --locked --version 0.9.3 --features cli --root $(TOOLS)
$(TOOLS)/bin/cargo-cyclonedx:
	cargo install cargo-cyclonedx --quiet --locked --version 0.5.9 --root $(TOOLS)

.PHONY: package
package: build $(TOOLS)/bin/cargo-about $(TOOLS)/bin/cargo-cyclonedx
	$(VENV)/bin/python deploy/package.py --version $(VERSION) --architecture $(ARCH) --programs $(TARGET)/lambda \
	  --tools $(TOOLS)/bin --output $(PACKAGE) $(FUNCTIONS)

# What a release has to have, and its functions between the vendors' and AWS's stand-ins. Its functions run here, so ARCH is this
# machine's.
.PHONY: test-package
test-package: package $(VENV)/test.ready
	PACKAGE_ARCHIVE=$(PACKAGE)/mediahook-$(VERSION)-$(ARCH).tar.gz $(VENV)/bin/python -m unittest discover --quiet \
	  --start-directory deploy/tests --pattern 'release.py'
	PACKAGE_ARCHIVE=$(PACKAGE)/mediahook-$(VERSION)-$(ARCH).tar.gz cargo test --locked --workspace --test package

.PHONY: packages
packages: types/node_modules/ready $(VENV)/python.ready
	mkdir -p $(PACKAGE)
	npm pack --silent --pack-destination $(PACKAGE) ./types
	$(VENV)/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir $(PACKAGE) ./python

.PHONY: token
token: $(VENV)/build.ready
	@$(VENV)/bin/python deploy/callback-url.py $(STACK) $(FUNCTION)

.PHONY: urls
urls: $(VENV)/build.ready
	@outputs=$$(sam list stack-outputs --config-env deploy --output json --stack-name $(STACK) $(FLAGS)) && printf '%s' "$$outputs" | \
	  python -c 'import json, sys; [print(output["OutputKey"].ljust(30), output["OutputValue"]) for output in json.load(sys.stdin)]'
