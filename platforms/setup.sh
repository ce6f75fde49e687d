#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what building and testing Flint needs, on Debian 12. Safe to run
# again: what is there already is left alone. Says what it does.
#
#   platforms/setup.sh
set -euo pipefail

# Where .bazelrc looks for archives (FLINT_DISTDIR) and .ci/run for buildifier.
readonly SHARE=/usr/local/share/flint
readonly DISTDIR=$SHARE/distdir
readonly BUILDIFIER_VERSION=8.2.1

readonly PACKAGES=(
  # Build: Bazel, one version of Clang, lld and libc++ for everything.
  bazel-bootstrap
  clang-19 clang-format-19 clang-tidy-19 lld-19 llvm-19
  libc++-19-dev libc++abi-19-dev libclang-rt-19-dev libstdc++-12-dev
  # Test: virtual machines, and the tools that make their disks.
  qemu-system-x86
  cpio dosfstools e2fsprogs fdisk gdisk mtools tar xorriso xz-utils zstd
  # Fetch: source packages (dpkg-dev unpacks), packages, buildifier.
  ca-certificates dpkg-dev git
)

# Source packages, and the archive of each that the build pins by checksum.
readonly SOURCES=(
  abseil:abseil_20220623.1.orig.tar.gz
  bazel-rules-cc:bazel-rules-cc_0.0.4.orig.tar.xz
  bazel-skylib:bazel-skylib_1.0.3.orig.tar.xz
  benchmark:benchmark_1.7.1.orig.tar.gz
  googletest:googletest_1.12.1.orig.tar.gz
)

say() { printf 'setup: %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
  local missing=()
  for package in "${PACKAGES[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' ||
      missing+=("$package")
  done
  # Any npm will do: buildifier comes from there.
  command -v npm >/dev/null || missing+=(npm)
  # Tests download further packages by themselves: they want current lists.
  say "updating package lists"
  as_root apt-get -q update
  if [ ${#missing[@]} -eq 0 ]; then
    say "all packages are installed"
    return
  fi
  say "installing: ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q install -y --no-install-recommends "${missing[@]}"
}

# Writes, into directory $1, apt sources for the source packages of the Debian
# suites that this machine uses: its own entries with another type.
write_source_lists() {
  local file
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    [ -e "$file" ] || continue
    case $file in
      *.list) sed -n 's/^deb \(.*debian.*\)/deb-src \1/p' "$file" >"$1/$(basename "$file")" ;;
      # Paragraphs; those of Debian itself are known by their keyring.
      *.sources) awk -v RS= -v ORS='\n\n' '/debian-archive/ {
        sub(/Types:[^\n]*/, "Types: deb-src"); print }' "$file" >"$1/$(basename "$file")" ;;
    esac
  done
}

fetch_sources() {
  local missing=()
  for source in "${SOURCES[@]}"; do
    [ -e "$DISTDIR/${source#*:}" ] || missing+=("${source%%:*}")
  done
  if [ ${#missing[@]} -eq 0 ]; then
    say "all source archives are in $DISTDIR"
    return
  fi
  say "fetching the sources of ${missing[*]} into $DISTDIR"
  # In an apt state of our own: the machine's lists stay as they are.
  local directory
  directory=$(mktemp -d)
  mkdir -p "$directory/sources" "$directory/lists/partial"
  write_source_lists "$directory/sources"
  local apt=(apt-get -q -o APT::Sandbox::User= -o Dir::Etc::SourceList=/dev/null
    -o "Dir::Etc::SourceParts=$directory/sources" -o "Dir::State::Lists=$directory/lists")
  "${apt[@]}" update
  (cd "$directory" && "${apt[@]}" source --download-only --tar-only "${missing[@]}")
  as_root install -d "$DISTDIR"
  for source in "${SOURCES[@]}"; do
    if [ -e "$directory/${source#*:}" ]; then
      as_root install -m 644 "$directory/${source#*:}" "$DISTDIR/"
    fi
  done
  rm -r "$directory"
  for source in "${SOURCES[@]}"; do
    [ -e "$DISTDIR/${source#*:}" ] && continue
    say "no ${source#*:} among Debian's sources: Bazel will download upstream's"
  done
}

install_buildifier() {
  local directory=$SHARE/buildifier-$BUILDIFIER_VERSION
  if [ ! -e "$directory/node_modules/@bazel/buildifier" ]; then
    say "installing buildifier $BUILDIFIER_VERSION into $directory"
    as_root npm install --silent --no-fund --no-audit --prefix "$directory" \
      "@bazel/buildifier@$BUILDIFIER_VERSION"
  fi
  as_root ln -sfn \
    "$directory/node_modules/@bazel/buildifier/buildifier-linux_amd64" \
    "$SHARE/buildifier"
}

install_packages
fetch_sources
install_buildifier
say "done; now: bazel test //..."
