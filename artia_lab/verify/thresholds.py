"""Every limit that a verdict rests on, in one place.

Each is the least and the most of one measure. The figures beside them are those of
``tests/benchmarks/calibration.py``, which anyone can run, and which prints the distribution of every measure
beside the limit in force.
"""

from __future__ import annotations

import math

Limits = dict[str, tuple[float, float]]

ANY = math.inf

# The last bits of a result: what other instructions leave of 8-bit pictures is 1 step at PSNR 95 dB.
PICTURE_NUMERIC: Limits = {"max_difference": (0, 2), "psnr_db": (60, ANY)}

# Noise of 1 step and JPEG from quality 90 up: SSIM ≥ 0.979, lowest ≥ 0.69, colours ≤ 0.35 and ≤ 1.8. A speck of
# one pixel: lowest SSIM 0.07. A patch of 8 px from elsewhere: 0.64, and colours 14.7. Gamma 0.95: colours 1.7.
PICTURE_PERCEPTUAL: Limits = {
    "ssim": (0.97, 1.0),
    "ssim_lowest": (0.66, 1.0),
    "colour": (0, 1.5),
    "colour_largest": (0, 6),
    "hash_bits": (0, 3),
}

# Other seeds of the self-mosaic: patches ≤ 0.067, colours ≤ 5.8, spectra ≤ 1.4; other pictures of one corpus:
# patches ≥ 0.14, colours ≥ 9.8.
PICTURE_STATISTICAL: Limits = {"patches": (0, 0.1), "colours": (0, 8.0), "spectrum_db": (0, 3.0)}

# Works drawn together: from how many on they are looked at as a whole, and how many may be anew. A small model
# trained at a lower instruction set draws 1 of 16 anew.
FELLOWS_LEAST = 4
FELLOWS_DIFFERENT = 0.25

# Two steps of 16 bits, whatever the file has, and 60 dB as for pictures; other instructions leave 139 dB.
SOUND_NUMERIC: Limits = {"peak_difference": (0, 2 / 32768), "snr_db": (60, ANY)}

# Noise up to -70 dB and MP3 from 99 kbit/s up: ≤ 0.08, ≤ 0.52, ≤ 0.27 and ≤ 0.001. A grain dropped or half as
# loud, a tenth of a semitone: ≥ 2.1 dB, ≥ 4 dB or ≥ 0.11.
SOUND_PERCEPTUAL: Limits = {
    "mel_db": (0, 0.5),
    "mel_db_largest": (0, 2.0),
    "loudness_db": (0, 1.0),
    "chroma": (0, 0.1),
}

# Other seeds of the sound mosaic: ≤ 3.1, ≤ 1.2, ≤ 1.1 and ≤ 0.3; mosaics of other targets: ≥ 6.9 and ≥ 3.8.
SOUND_STATISTICAL: Limits = {
    "timbres_db": (0, 5.0),
    "spectrum_db": (0, 3.0),
    "levels_db": (0, 3.0),
    "movement_db": (0, 1.0),
}

# How much longer or shorter a sound may be: MP3 begins and ends with some silence of its own.
PADDING_S = 0.06
DURATION_RATIO = 1.1

# Shorter texts say too little of a manner. Other seeds of the corpus keyboard: 0.93 to 1.04 times as far apart as
# when their pieces are shuffled; French and English: ≥ 1.2; another order and temperature, over 2000 characters:
# 1.11.
TEXT_SHORTEST = 250
TEXT_STATISTICAL: Limits = {"pairs_ratio": (0, 1.08), "words": (0, 0.35), "length_ratio": (1, 1.5)}

# Traces of works that chose otherwise among equals: ≤ 0.05; of other seeds: ≤ 0.16 for numbers and names.
TABLE_STATISTICAL: Limits = {"column_apart": (0, 0.4), "rows_ratio": (1, 1.25)}

# The small model trained at a lower instruction set: 3 dB, and 0.12 of a deviation.
MODEL_NUMERIC: Limits = {"snr_db": (60, ANY), "largest": (0, 2 / 255)}
MODEL_PERCEPTUAL: Limits = {"snr_db": (30, ANY), "largest": (0, 0.1)}
MODEL_STATISTICAL: Limits = {"distribution": (0, 0.25)}

# How near a work is to its corpus, from 0 to 1, is counted in pieces of it: one piece more is the last bit. Other
# instructions move it by 0.0005 where they choose, and by 0.09 where they grow.
NEARNESS_NUMERIC = 0.005
NEARNESS_PERCEPTUAL = 0.03
NEARNESS_STATISTICAL = 0.3
