#!/bin/sh
# Builds agentgate from this folder and installs it. `./install.sh --help` says more.
set -eu

usage() {
    cat <<'END'
Usage: ./install.sh [--prefix DIR] [--program FILE] [--no-demo]
       ./install.sh --uninstall [--prefix DIR]

Builds agentgate and installs the program, its links agentgate-pre-push and
agentgate-ci, manual pages and shell completions. May be run again at any time.

  --prefix DIR     where to install (default: ~/.local)
  --program FILE   install this program instead of building one
  --no-demo        don't end with the demonstration
  --uninstall      remove what was installed there, and nothing else
END
}

fail() {
    printf 'install.sh: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 2
}

has() { command -v "$1" >/dev/null 2>&1; }

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
prefix=
program=
uninstall=
demo=yes
while [ $# -gt 0 ]; do
    case $1 in
        --prefix | --program)
            [ $# -ge 2 ] || fail "$1 needs a value" "see ./install.sh --help"
            if [ "$1" = --prefix ]; then prefix=$2; else program=$2; fi
            shift
            ;;
        --prefix=*) prefix=${1#*=} ;;
        --program=*) program=${1#*=} ;;
        --no-demo) demo= ;;
        --uninstall) uninstall=yes ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) fail "unknown option: $1" "see ./install.sh --help" ;;
    esac
    shift
done

if [ -z "$prefix" ]; then
    [ -n "${HOME:-}" ] || fail "HOME is not set, so there is no default place" "name one with --prefix DIR"
    prefix=$HOME/.local
fi
case $prefix in
    /*) ;;
    *) prefix=$(pwd)/$prefix ;;
esac
# Names what was installed, a path from the prefix on each line; folders that were made end in a slash.
list=share/agentgate/installed

take_out() {
    while IFS= read -r path; do
        case $path in
            '' | /* | */../* | ../*) fail "$prefix/$list is damaged at: $path" "remove the files by hand" ;;
            */) ;;
            *) rm -f -- "$prefix/$path" ;;
        esac
    done <"$prefix/$list"
    folders=$(sed -n 's,/$,,p' "$prefix/$list" | sort -r)
    rm -f -- "$prefix/$list"
    # A folder that someone else uses by now stays.
    printf '%s\n' "$folders" | while IFS= read -r path; do
        if [ -n "$path" ]; then rmdir -- "$prefix/$path" 2>/dev/null || :; fi
    done
}

if [ -n "$uninstall" ]; then
    if [ ! -f "$prefix/$list" ]; then
        echo "nothing of agentgate is installed in $prefix"
        exit 0
    fi
    take_out
    echo "removed agentgate from $prefix"
    echo "repositories keep their hooks until \`agentgate uninstall\` is run in them; the hooks say when the program is gone"
    exit 0
fi

# --- what it takes to build ---------------------------------------------------

wanted_rust=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' "$here/Cargo.toml")

check_toolchain() {
    if ! has cargo || ! has rustc; then
        fail "Rust is needed to build agentgate, and there is no cargo here" \
            "install it from https://rustup.rs, then run this again" \
            "or install a built program: ./install.sh --program FILE"
    fi
    found=$(rustc --version 2>/dev/null | sed -n 's/^rustc \([0-9][0-9.]*\).*/\1/p')
    [ -n "$found" ] || fail "rustc doesn't say its version" "see what \`rustc --version\` prints"
    oldest=$(printf '%s\n%s\n' "$wanted_rust" "$found" | sort -t . -k 1,1n -k 2,2n -k 3,3n | sed 1q)
    [ "$oldest" = "$wanted_rust" ] || fail "Rust $found is too old: agentgate needs $wanted_rust or later" \
        "bring it up to date: rustup update stable"
    if ! has "${CC:-cc}" && ! has gcc && ! has clang; then
        fail "a C compiler is needed to build the grammars, and there is none here" \
            "Debian, Ubuntu: apt install build-essential; macOS: xcode-select --install"
    fi
}

has git || fail "git is needed, and is not here" "see https://git-scm.com/downloads"
if [ -z "$program" ]; then
    check_toolchain
    echo "building agentgate (a few minutes the first time)"
    (cd "$here" && cargo build --release --locked --bin agentgate) ||
        fail "the build failed; nothing was installed" "the compiler's message is above"
    program=${CARGO_TARGET_DIR:-$here/target}/release/agentgate
fi
if [ ! -f "$program" ] || [ ! -x "$program" ]; then fail "$program is not a program"; fi
version=$("$program" --version 2>/dev/null) || fail "$program doesn't run here"

# --- install ------------------------------------------------------------------

work=$(mktemp -d) || fail "no temporary folder can be made"
trap 'rm -rf -- "$work"' EXIT
trap 'exit 2' HUP INT TERM

files=$work/files
mkdir -p "$files/bin" "$files/share/man/man1" "$files/share/bash-completion/completions" \
    "$files/share/zsh/site-functions" "$files/share/fish/vendor_completions.d"
cp -- "$program" "$files/bin/agentgate"
chmod 755 "$files/bin/agentgate"
ln -s agentgate "$files/bin/agentgate-pre-push"
ln -s agentgate "$files/bin/agentgate-ci"
"$program" man "$files/share/man/man1" >/dev/null
"$program" completions bash >"$files/share/bash-completion/completions/agentgate"
"$program" completions zsh >"$files/share/zsh/site-functions/_agentgate"
"$program" completions fish >"$files/share/fish/vendor_completions.d/agentgate.fish"
(cd "$files" && find . ! -type d | sed 's,^\./,,' | sort) >"$work/new"

# What is there and was not put there by us is somebody's.
was_ours() { [ -f "$prefix/$list" ] && grep -Fqx -- "$1" "$prefix/$list"; }
while IFS= read -r path; do
    if { [ -e "$prefix/$path" ] || [ -L "$prefix/$path" ]; } && ! was_ours "$path"; then
        fail "$prefix/$path is there already, and was not installed by this script; nothing was changed" \
            "move it away, or install elsewhere with --prefix DIR"
    fi
done <"$work/new"

mkdir -p -- "$prefix" || fail "$prefix can't be made" "name another place with --prefix DIR"
[ -w "$prefix" ] || fail "$prefix can't be written" "name another place with --prefix DIR"

: >"$work/list"
make_folder() {
    if [ -d "$prefix/$1" ]; then
        # Made by an earlier installation: still ours to remove.
        if was_ours "$1/"; then echo "$1/" >>"$work/list"; fi
        return 0
    fi
    case $1 in */*) make_folder "${1%/*}" ;; esac
    mkdir -- "$prefix/$1"
    echo "$1/" >>"$work/list"
}
all_folders() {
    (cd "$files" && find . -type d | sed -n 's,^\./,,p')
    echo share/agentgate
}
all_folders | sort >"$work/folders"
while IFS= read -r path; do make_folder "$path"; done <"$work/folders"
# Before anything is copied, so that an interrupted installation can be taken out or finished.
cat "$work/new" "$work/list" >"$work/planned"
if [ -f "$prefix/$list" ]; then cat "$prefix/$list" >>"$work/planned"; fi
sort -u "$work/planned" >"$work/all"
cp -- "$work/all" "$prefix/$list"
# Beside and renamed: a running program keeps its file, and nobody meets half of one.
while IFS= read -r path; do
    cp -R -P -- "$files/$path" "$prefix/$path.new-agentgate"
    mv -f -- "$prefix/$path.new-agentgate" "$prefix/$path"
    echo "$path" >>"$work/list"
done <"$work/new"
# What an earlier version installed and this one doesn't.
while IFS= read -r path; do
    case $path in
        '' | /* | */../* | ../* | */) ;;
        *) grep -Fqx -- "$path" "$work/new" || rm -f -- "$prefix/$path" ;;
    esac
done <"$work/all"
sort -u "$work/list" >"$prefix/$list"

if [ -n "$demo" ]; then
    "$prefix/bin/agentgate" demo --discard
    echo
fi
echo "installed $version in $prefix/bin"
case :${PATH:-}: in
    *:"$prefix/bin":*) ;;
    *) printf 'it is not on PATH yet; add to your shell'"'"'s profile:\n  export PATH="%s/bin:$PATH"\n' "$prefix" ;;
esac
echo "next, in a repository: agentgate init, agentgate install"
