"""Where the copy check of pictures draws its lines, and the calibration that drew them.

`tests/benchmarks/small_corpus_pictures.py` plants copies of every kind in a corpus, holds other pictures out
of it, and prints where each measure falls for both; a line lies between. Move one here, run it again.
"""

from __future__ import annotations

# A pose is looked at pixel by pixel when corners support it this much.
SUPPORT = 1.2
# A patch that agrees is a copy from this evidence (`agreement.Agreement.evidence`).
COPY_EVIDENCE = 13.0
# It takes less where corners support the pose as well: this evidence and this support, of which chance reaches one
# or the other; or hardly any from this much support, which two sides of a symmetric thing do not have.
CLEAR_SUPPORT, CLEAR_EVIDENCE = 6.0, 6.0
SURE_SUPPORT, SOME_EVIDENCE = 20.0, 0.5
# Without texture to compare, a whole picture is a copy when its shapes correlate this much, and its colours are
# explained this much or its lightness correlates this much pixel by pixel; or when its shapes are merely near, but
# its colours explained as those of a small generated picture would have to be, and at this ratio of distances.
WHOLE_ALIKE = 0.95
WHOLE_EXPLAINED = 0.95
OVERLAID = 0.995
WHOLE_RATIO = 0.5
# Windows copied one by one, as in a mosaic, make a copy of the whole from this share of this many or more.
COPIED_SHARE, FEWEST_WINDOWS = 0.25, 8
# When this share of the windows moved together, the whole moved.
MOST = 0.6
# Short of a copy, a picture is near from this nearness, or when whole shapes correlate this much.
NEAR = 0.1
NEAR_ALIKE = 0.8
# A small generated picture is a copy of what a model learnt from when this share of its contrast is explained and
# the ratio of distances is at most this, or when this much more is explained; near when this much is.
EXPLAINED, RATIO, SURELY, NEAR_EXPLAINED = 0.9, 1.0, 0.98, 0.75
# A picture of less contrast, all colours in [0, 1], is too plain to be told from another.
PLAIN = 0.02
