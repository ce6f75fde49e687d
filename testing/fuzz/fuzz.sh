#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# bazel run //testing/fuzz -- [--minutes=N] [--only=REGEX] [--jobs=N] [--corpus=DIRECTORY]
#
# Builds the fuzz targets with --config=fuzz and runs each for so long (1
# minute), so many at once (1). What they learn is kept in DIRECTORY
# (~/.cache/flint-fuzz) for the next time. Exits with 1 if there are findings.
set -uo pipefail

minutes=1
only=.
jobs=1
directory=${XDG_CACHE_HOME:-$HOME/.cache}/flint-fuzz
for argument in "$@"; do
  case $argument in
    --minutes=*) minutes=${argument#*=} ;;
    --only=*) only=${argument#*=} ;;
    --jobs=*) jobs=${argument#*=} ;;
    --corpus=*) directory=${argument#*=} ;;
    *)
      sed -n '/^# bazel run/,/^set/s/^# \{0,1\}//p' "$0" >&2
      exit 2
      ;;
  esac
done

cd "${BUILD_WORKSPACE_DIRECTORY:?is set by bazel run}" || exit
mapfile -t targets < <(
  bazel query --ui_event_filters=-info --noshow_progress 'kind("cc_binary", //...)' |
    grep '_fuzzer$' | grep -E -- "$only"
)
if [ ${#targets[@]} -eq 0 ]; then
  echo "no fuzz target matches $only" >&2
  exit 2
fi
bazel build --config=fuzz "${targets[@]}" || exit
bin=$(bazel info --config=fuzz bazel-bin 2>/dev/null)
seconds=$(awk "BEGIN { print int($minutes * 60 + 0.5) }")

# name_of //fs/fat:fat_fuzz_test_fuzzer: fs/fat:fat_fuzz_test
name_of() {
  local name=${1#//}
  echo "${name%_fuzzer}"
}

# home_of TARGET: where what belongs to it is kept.
home_of() {
  local name
  name=$(name_of "$1")
  echo "$directory/${name//[\/:]/-}"
}

# prepare TARGET: the program, which later builds leave alone, and as seeds the
# corpus that is replayed as a test.
prepare() {
  local home program seed
  home=$(home_of "$1")
  program=$bin/$(tr : / <<<"${1#//}")
  rm -rf "$home"/{status,log,seeds}
  mkdir -p "$home"/{corpus,findings,seeds}
  cp -f "$program" "$home/fuzzer"
  echo "$program.runfiles/flint" >"$home/runfiles"
  bazel query --ui_event_filters=-info --noshow_progress "labels(data, //$(name_of "$1"))" |
    while read -r seed; do cp "$(tr : / <<<"${seed#//}")" "$home/seeds"; done
}

# fuzz TARGET: one fuzzer from its first input to its last.
fuzz() {
  local home
  home=$(home_of "$1")
  cd "$(cat "$home/runfiles")" || return
  "$home/fuzzer" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=4096 \
    -print_final_stats=1 -artifact_prefix="$home/findings/" \
    "$home/corpus" "$home/seeds" >"$home/log" 2>&1
  echo $? >"$home/status"
}

# last PATTERN FILE: the last number behind PATTERN.
last() { grep -oE "$1 *[0-9]+" "$2" 2>/dev/null | tail -1 | grep -oE '[0-9]+$' || echo 0; }

# line TARGET: how far it is.
line() {
  local name home executions status
  name=$(name_of "$1")
  home=$(home_of "$1")
  executions=$(last 'stat::number_of_executed_units:' "$home/log")
  [ "$executions" -eq 0 ] && executions=$(last '^#' "$home/log")
  status=$(cat "$home/status" 2>/dev/null || echo running)
  case $status in
    0) status="no finding" ;;
    [0-9]*) status="FINDING: $home" ;;
  esac
  printf '%-48s %12s %8s %8s  %s\n' "$name" "$executions" "$(last 'cov:' "$home/log")" \
    "$(find "$home/corpus" -type f | wc -l)" "$status"
}

# progress: on a terminal, one line that changes.
progress() {
  [ -t 2 ] || return
  local target text done_count
  while sleep 2; do
    text= done_count=0
    for target in "${targets[@]}"; do
      if [ -e "$(home_of "$target")/status" ]; then
        done_count=$((done_count + 1))
      elif [ -e "$(home_of "$target")/log" ]; then
        text+=" $(name_of "$target") #$(last '^#' "$(home_of "$target")/log")"
      fi
    done
    printf '\r\e[K%d of %d done, now%s' "$done_count" ${#targets[@]} "$text" >&2
  done
}

for target in "${targets[@]}"; do prepare "$target"; done
printf '%-48s %12s %8s %8s\n' target executions edges corpus
progress &
progress=$!
fuzzers() { jobs -rp | grep -vx "$progress"; }
for target in "${targets[@]}"; do
  while [ "$(fuzzers | wc -l)" -ge "$jobs" ]; do wait -n; done
  (
    fuzz "$target"
    [ -t 2 ] && printf '\r\e[K' >&2
    line "$target"
  ) &
done
while [ -n "$(fuzzers)" ]; do wait -n; done
kill "$progress" 2>/dev/null

findings=0
for target in "${targets[@]}"; do
  [ "$(cat "$(home_of "$target")/status")" = 0 ] || findings=$((findings + 1))
done
echo "${#targets[@]} targets, $minutes minutes each: $findings with findings"
[ "$findings" -eq 0 ]
