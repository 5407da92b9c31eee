#!/bin/sh
# Runs the compiler for cargo (as RUSTC_WORKSPACE_WRAPPER). The link of a canister, in which most functions meet, inlines less
# than the compiler would by itself: see docs/decisions/0018-less-inlining.md.
case " $* " in
*" cdylib "*) exec "$@" -C llvm-args=-inline-threshold=100 -C link-arg=--compress-relocations ;;
*) exec "$@" ;;
esac
