"""Every string that the browser shows, in the language in force."""

from __future__ import annotations

from artia_lab.i18n import _


def words() -> dict[str, str]:
    """Give the strings of the panel.

    Returns
    -------
    dict of str to str
        By the names that ``panel.js`` knows them by; some with ``{named}`` places.
    """
    return {
        "settings": _("Settings"),
        "more": _("More settings"),
        "corpus": _("Corpus"),
        "corpus_help": _("What the experiment learns from, or rearranges."),
        "another_folder": _("Another folder…"),
        "folder": _("Folder of the corpus"),
        "folder_help": _("A folder described with a datasheet (corpus.toml)."),
        "use_folder": _("Use this folder"),
        "consent": _("Consent: {consent}"),
        "exact": _("{label}, exact value"),
        "let_choose": _("Let the experiment choose"),
        "another_seed": _("Another seed"),
        "run": _("Run"),
        "run_again": _("Run again"),
        "stop": _("Stop"),
        "resume": _("Go on from where it stopped"),
        "left": _("about {time} left"),
        "stopping": _("Stopping…"),
        "asked": _("Starting…"),
        "waiting": _("Waiting for a place to compute."),
        "waiting_position": _("Waiting for a place to compute: number {position} in the queue."),
        "waiting_expected": _("Waiting for a place to compute: number {position} in the queue, about {time}."),
        "waiting_soon": _("Waiting for a place to compute: number {position} in the queue, any moment now."),
        "running": _("Running…"),
        "step": _("Step {step} of {steps}"),
        "seconds": _("{seconds} s"),
        "whole_minutes": _("{minutes} min"),
        "minutes": _("{minutes} min {seconds} s"),
        "energy_so_far": _("{joules} J so far"),
        "preview": _("Preview of the run under way"),
        "stage": _("Result"),
        "empty": _("Press Run: what it makes appears here."),
        "download": _("Download {name} ({size})"),
        "traces": _("How it was made"),
        "works": _("See it among my works, or publish it"),
        "about": _("Likeness, energy and credits"),
        "notes": _("Notes"),
        "settings_used": _("Settings of this run"),
        "not_found": _("This file cannot be fetched. It is in the folder of the run: {run}."),
        "gone": _("The folder of this run is no longer there."),
        "no_kernel": _("Nothing answers: the kernel is busy or gone. If it stays so, run this cell again."),
        "look_here": _("A setting needs your attention: {label}."),
        "loading": _("Loading…"),
        "bytes": _("{n} B"),
        "kilobytes": _("{n} kB"),
        "megabytes": _("{n} MB"),
    }
