# Every command. Each does its own set-up first (scripts/setup.sh) and needs nothing prepared.
# GNU make 3.81 is enough.

PORT ?= 5005
ARGS ?=
BIN := .venv/bin
# Its input is for the command that follows.
SET_UP := sh scripts/setup.sh

.DEFAULT_GOAL := help
.PHONY: help chat run train test lint evaluate bench widget

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

chat: ## talk with the assistant in this terminal; questions can be piped in
	@$(SET_UP) run </dev/null
	@exec $(BIN)/ask-resc chat

run: ## run the assistant on 127.0.0.1, PORT=5005
	@$(SET_UP) run </dev/null
	@exec $(BIN)/ask-resc run --port $(PORT)

train: ## train the model if what it is made from has changed
	@$(SET_UP) run </dev/null
	@exec $(BIN)/ask-resc train

test: ## run all tests
	@$(SET_UP) dev </dev/null
	@exec $(BIN)/python -m pytest

lint: ## check style, types and the direction of imports
	@$(SET_UP) dev </dev/null
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

evaluate: ## ask the bot the evaluation questions and count how it does; ARGS=--write, ARGS=--ablate
	@$(SET_UP) dev </dev/null
	@exec $(BIN)/python -m tests.evaluation.evaluate $(ARGS)

widget: ## make widget/ask-resc.js, the file that sites load, from widget/src
	@$(SET_UP) dev </dev/null
	@exec $(BIN)/python -m widget.build

bench: ## measure beside a stock Rasa bot, on Linux; ARGS=--quick, ARGS="--rounds 5 --write"
	@$(SET_UP) dev </dev/null
	@exec $(BIN)/python -m bench.stock $(ARGS)
