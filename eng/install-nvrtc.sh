#!/usr/bin/env bash
# Brings NVRTC 12.4 for tests: Debian 13's non-free packages libnvrtc12 and libnvrtc-builtins12.4, taken from the mirror that this
# machine's own apt uses, unpacked under .nvrtc/ in the repository (which git ignores). Nothing is installed system-wide, no root
# is needed. Where it cannot be had, the script says why and exits 0: tests that need NVRTC then skip with a reason.
#
#   eng/install-nvrtc.sh            unpack under .nvrtc/
#   eng/install-nvrtc.sh FOLDER     unpack under FOLDER (set SAM_NVRTC_PATH to it for the tests)
set -u

suite=trixie
packages=(libnvrtc12 libnvrtc-builtins12.4)
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
target="${1:-$root/.nvrtc}"

leave() {
    echo "install-nvrtc: $1; tests that need NVRTC will skip"
    exit 0
}

if [ -e "$target/libnvrtc.so.12" ] && [ -e "$target/libnvrtc-builtins.so.12.4" ]; then
    echo "install-nvrtc: already there"
    exit 0
fi
command -v apt-get > /dev/null && command -v dpkg-deb > /dev/null || leave "this machine has no apt"
[ "$(dpkg --print-architecture)" = amd64 ] || leave "the packages are for amd64"

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || leave "Debian's archive keyring is not installed"

# The mirrors of the machine's own sources, in their order; suites of security updates live apart and have no non-free part.
mapfile -t mirrors < <(apt-get indextargets --no-release-info --format '$(REPO_URI)' 2> /dev/null | grep -v -- '-security' | awk '!seen[$0]++')
[ "${#mirrors[@]}" -gt 0 ] || leave "apt has no mirror configured"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/parts" "$work/unpacked"
: > "$work/status"

# A private apt: only its own source list, state and cache; proxies and credentials stay the machine's.
options=(
    -o "Dir::Etc::sourcelist=$work/sources.list"
    -o "Dir::Etc::sourceparts=$work/parts"
    -o "Dir::Etc::preferences=$work/none"
    -o "Dir::Etc::preferencesparts=$work/parts"
    -o "Dir::State=$work"
    -o "Dir::State::lists=$work/lists"
    -o "Dir::State::status=$work/status"
    -o "Dir::Cache=$work"
    -o "Dir::Cache::archives=$work/archives"
    -o "APT::Sandbox::User="
    -o "APT::Update::Post-Invoke=true"
    -o "APT::Update::Post-Invoke-Success=true"
    -o "Acquire::Languages=none"
    -o "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false"
    -o "Acquire::Retries=2"
)

fetched=no
for mirror in "${mirrors[@]}"; do
    echo "deb [signed-by=$keyring arch=amd64] $mirror $suite non-free" > "$work/sources.list"
    if apt-get "${options[@]}" -qq update > "$work/log" 2>&1 &&
        (cd "$work/archives" && apt-get "${options[@]}" -qq download "${packages[@]}") >> "$work/log" 2>&1; then
        fetched=yes
        break
    fi
done
if [ "$fetched" = no ]; then
    sed 's/^/    /' "$work/log" | tail -5
    leave "no configured mirror gave ${packages[*]} of Debian $suite"
fi

for package in "$work"/archives/*.deb; do
    dpkg-deb -x "$package" "$work/unpacked" || leave "$(basename "$package") does not unpack"
done
mkdir -p "$target"
find "$work/unpacked" \( -name 'libnvrtc*.so*' -o -name copyright \) -print0 |
    while IFS= read -r -d '' file; do
        case "$file" in
            */copyright) cp "$file" "$target/copyright.$(basename "$(dirname "$file")")" ;;
            *) cp -P "$file" "$target/" ;;
        esac
    done
[ -e "$target/libnvrtc.so.12" ] || leave "the packages hold no libnvrtc.so.12"
echo "install-nvrtc: NVRTC is in place"
