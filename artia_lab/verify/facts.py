"""What two records say beside their outputs: the items used, the model drawn from, how near each work is."""

from __future__ import annotations

import re
from typing import Any

from artia_lab.i18n import _, decimals, visible
from artia_lab.runs import RUN_ID
from artia_lab.verify.finding import DIFFERENT, IDENTICAL, NUMERIC, PERCEPTUAL, STATISTICAL
from artia_lab.verify.records import Kept
from artia_lab.verify.result import Comparison
from artia_lab.verify.thresholds import NEARNESS_NUMERIC, NEARNESS_PERCEPTUAL, NEARNESS_STATISTICAL

_WHEN = re.compile(r"\d{8}-\d{6}-([a-z0-9_.-]+)-[0-9a-f]{6}")


def asked_otherwise(reference: Kept, new: Kept) -> str:
    """Say in what two requests differ.

    Parameters
    ----------
    reference, new : Kept
        The runs.

    Returns
    -------
    str
        A sentence; empty when the same thing was asked. A parameter that names another run, by an id that no rerun
        has again, counts as the same when both were of one experiment.
    """
    a, b = reference.request, new.request
    pairs = [(_("the experiment"), a["experiment"], b["experiment"])]
    names = dict.fromkeys([*a["parameters"], *b["parameters"]])
    pairs += [(name, _named(a["parameters"].get(name)), _named(b["parameters"].get(name))) for name in names]
    pairs += [(_("the corpus"), a["corpus_digest"], b["corpus_digest"])]
    changed = [pair for pair in pairs if pair[1] != pair[2]]
    if not changed:
        return ""
    one = _("{name} is {new}, not {reference}")
    said = [one.format(name=visible(name), new=_short(after), reference=_short(before))
            for name, before, after in changed[:5]]  # fmt: skip
    return _("Not the same thing was asked: {list}.").format(list=", ".join(said))


def compare_facts(reference: Kept, new: Kept) -> list[Comparison]:
    """Compare the facts that two records hold of the same request.

    Parameters
    ----------
    reference, new : Kept
        The runs.

    Returns
    -------
    list of Comparison
        For the items that were used, the model that was drawn from, and the likeness of each output both have.
    """
    found = [_items(reference.record.get("items"), new.record.get("items"))]
    if "model" in reference.record or "model" in new.record:
        found.append(_model(reference.record.get("model"), new.record.get("model")))
    for path in reference.outputs:
        if path in new.outputs:
            a, b = (run.outputs[path].get("likeness") for run in (reference, new))
            if a is not None or b is not None:
                found.append(_likeness(_("likeness of {output}").format(output=path), a, b))
    return found


def _named(value: Any) -> Any:
    return _WHEN.sub(r"\1", value) if isinstance(value, str) and RUN_ID.search(value) else value


def _short(value: Any) -> str:
    text = str(value)
    return f"“{visible(text[:60])}”" if isinstance(value, str) else visible(text[:60])


def _items(a: Any, b: Any) -> Comparison:
    name = _("items of the corpus")
    used = [{(str(each.get("file")), str(each.get("sha256"))) for each in side if isinstance(each, dict)}
            for side in (a, b) if isinstance(side, list)]  # fmt: skip
    if len(used) < 2 or used[0] != used[1]:
        return Comparison(name, "table", DIFFERENT, {}, _("It was not made from the same items."), "trace")
    return Comparison(name, "table", IDENTICAL, {}, _("It was made from the same items."), "trace")


def _model(a: Any, b: Any) -> Comparison:
    name = _("model drawn from")
    if not isinstance(a, dict) or not isinstance(b, dict):
        return Comparison(name, "model", DIFFERENT, {}, _("Only one of the two says which model."), "trace")
    if a.get("sha256") == b.get("sha256"):
        return Comparison(name, "model", IDENTICAL, {}, _("It is the same file."), "trace")
    learnt = [(each.get("experiment"), (each.get("corpus") or {}).get("digest")) for each in (a, b)
              if isinstance(each.get("corpus"), dict | None)]  # fmt: skip
    if len(learnt) == 2 and learnt[0] == learnt[1]:
        said = _("It is another model of the same experiment, which learnt from the same corpus.")
        return Comparison(name, "model", STATISTICAL, {}, said, "trace")
    return Comparison(name, "model", DIFFERENT, {}, _("It is another model."), "trace")


def _likeness(name: str, a: Any, b: Any) -> Comparison:
    measured = [_measured(each) for each in (a, b)]
    if measured[0] is None or measured[1] is None:
        return Comparison(name, "table", DIFFERENT, {}, _("Only one of the two was measured."), "trace")
    if measured[0] == measured[1]:
        return Comparison(name, "table", IDENTICAL, {}, _("It is as near to the same items."), "trace")
    if a.get("method") != b.get("method"):
        return Comparison(name, "table", DIFFERENT, {}, _("It was measured by another method."), "trace")
    gap = abs(measured[0][0] - measured[1][0])
    limits = {NUMERIC: NEARNESS_NUMERIC, PERCEPTUAL: NEARNESS_PERCEPTUAL, STATISTICAL: NEARNESS_STATISTICAL}
    same_verdict = a.get("verdict") == b.get("verdict")
    tier = next((tier for tier, most in limits.items() if gap <= most and (same_verdict or tier == STATISTICAL)),
                DIFFERENT)  # fmt: skip
    figures = [decimals(f"{side[0]:.3f}") for side in (measured[1], measured[0])]
    said = _("Its nearness is {new} where that of the reference is {reference}.")
    said = said.format(new=figures[0], reference=figures[1])
    return Comparison(name, "table", tier, {"nearness_gap": gap}, said, "trace")


def _measured(likeness: Any) -> tuple[float, Any] | None:
    """What was measured, whatever the language in which it was said."""
    if not isinstance(likeness, dict) or not isinstance(likeness.get("nearness"), int | float):
        return None
    return float(likeness["nearness"]), {key: each for key, each in likeness.items() if key != "sentence"}
