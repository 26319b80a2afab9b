"""Corpora that a package installed on this machine, with the authors and licences its own documents give."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from artia_lab.corpora.corpus import Corpus, Item
from artia_lab.corpora.debian_copyright import Stanza, authors_of, file_stanzas, stanza_for
from artia_lab.corpora.sums import sha256_of
from artia_lab.i18n import Text

SONIC_PI_SAMPLES = Path("/usr/share/sonic-pi/samples")
SONIC_PI_COPYRIGHT = Path("/usr/share/doc/sonic-pi-samples/copyright")

PUBLIC_DOMAIN = "LicenseRef-public-domain"
# From the docstring of each picture's function in skimage.data (0.26). Left out: people (astronaut, camera,
# lfw_subset,
# and eyes, which tell people apart), test charts, and pictures with no licence or only "no known restrictions".
SCIKIT_IMAGE = {
    "brick.png": ("CC0Textures", "CC0-1.0"),
    "cell.png": ("Paul Müller, Mirjam Schürmann, Salvatore Girardo, Gheorghe Cojoc, Jochen Guck", "CC0-1.0"),
    "chelsea.png": ("Stefan van der Walt", "CC0-1.0"),
    "clock_motion.png": ("Stefan van der Walt", PUBLIC_DOMAIN),
    "coffee.png": ("Rachel Michetti", "CC0-1.0"),
    "grass.png": ("linolafett", "CC0-1.0"),
    "gravel.png": ("CC0Textures", "CC0-1.0"),
    "horse.png": ("Andreas Preuss (marauder)", "CC0-1.0"),
    "hubble_deep_field.jpg": ("NASA", PUBLIC_DOMAIN),
    "rocket.jpg": ("SpaceX", PUBLIC_DOMAIN),
}


def every() -> list[Corpus]:
    """List the corpora that packages installed here.

    Returns
    -------
    list of Corpus
        Those whose files and documents are there; their files are read when their items are first wanted.
    """
    return [corpus for corpus in (scikit_image(), sonic_pi()) if corpus]


def scikit_image(folder: Path | None = None) -> Corpus | None:
    """Describe the pictures that come with scikit-image.

    Parameters
    ----------
    folder : Path, optional
        Where they are; by default in the installed package.

    Returns
    -------
    Corpus or None
        None when none is installed.
    """
    if folder is None:
        package = importlib.util.find_spec("skimage")
        if not package or not package.origin:
            return None
        folder = Path(package.origin).parent / "data"
    credits = {name: credit for name, credit in SCIKIT_IMAGE.items() if (folder / name).is_file()}
    if not credits:
        return None
    return _corpus(
        "scikit-image",
        folder,
        "image",
        credits,
        title=Text(fr="Images de scikit-image", en="Pictures of scikit-image"),
        consent=Text(
            fr="Publiées par leurs autrices et auteurs sous la licence de chacune, comme le dit la documentation "
            "de skimage.data.",
            en="Published by their authors under each one's licence, as the documentation of skimage.data says.",
        ),
        description=Text(
            fr="Des images livrées avec le paquet scikit-image : matières, objets, un chat, une fusée, le ciel "
            "profond. Les portraits et les images sans licence claire n’en font pas partie.",
            en="Pictures that come with the scikit-image package: surfaces, objects, a cat, a rocket, the deep "
            "sky. "
            "Portraits and pictures without a clear licence are left out.",
        ),
    )


def sonic_pi(folder: Path = SONIC_PI_SAMPLES, copyright_file: Path = SONIC_PI_COPYRIGHT) -> Corpus | None:
    """Describe the sounds of Debian's sonic-pi-samples.

    Only the sounds that the package's copyright file names are taken: those it does not name fall under the
    licence
    of the program, and who recorded them is not said.

    Parameters
    ----------
    folder : Path, optional
        Where the sounds are.
    copyright_file : Path, optional
        The package's copyright file.

    Returns
    -------
    Corpus or None
        None when the package, or its copyright file, is not installed.
    """
    try:
        stanzas = file_stanzas(copyright_file.read_text("utf-8"))
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return None
    found: dict[str, Stanza] = {}
    for name in names:
        stanza = stanza_for(f"etc/samples/{name}", stanzas)
        if stanza and stanza.licence == "CC0" and "*" not in stanza.files:
            found[name] = stanza
    if not found:
        return None
    return _corpus(
        "sonic-pi",
        folder,
        "audio",
        {name: (authors_of(stanza), "CC0-1.0") for name, stanza in found.items()},
        title=Text(fr="Sons de Sonic Pi", en="Sounds of Sonic Pi"),
        consent=Text(
            fr="Offerts sur freesound.org par les personnes nommées, sous licence CC0, comme le dit le fichier "
            "copyright du paquet Debian sonic-pi-samples.",
            en="Given away on freesound.org by the people named, under CC0, as the copyright file of Debian's "
            "sonic-pi-samples says.",
        ),
        description=Text(
            fr="Les échantillons du paquet Debian sonic-pi-samples : percussions, boucles, ambiances, guitares, "
            "tablas. Ceux dont l’origine n’est pas nommée n’en font pas partie.",
            en="The samples of Debian's sonic-pi-samples: drums, loops, ambiences, guitars, tablas. "
            "Those whose origin is not named are left out.",
        ),
    )


def _corpus(
    name: str,
    folder: Path,
    medium: str,
    credits: dict[str, tuple[str, str]],
    *,
    title: Text,
    consent: Text,
    description: Text,
) -> Corpus:
    def load() -> tuple[Item, ...]:
        return tuple(
            Item(file=file, medium=medium, sha256=sha256_of(folder, file), author=author, licence=licence)
            for file, (author, licence) in credits.items()
        )

    people = dict.fromkeys(author for author, _licence in credits.values())
    return Corpus(
        id=f"system/{name}",
        folder=folder,
        title=str(title),
        authors=tuple(people),
        licence=" AND ".join(sorted({licence for _author, licence in credits.values()})),
        consent=str(consent),
        description=str(description),
        count=len(credits),
        media=(medium,),
        load=load,
    )
