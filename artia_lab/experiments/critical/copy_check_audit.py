"""An audit from beginning to end: the corpus read, each output looked for in it, the report kept."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from artia_lab.corpora import CorpusReader
from artia_lab.errors import MaterialError
from artia_lab.experiments.critical.copy_check_listening import by_ear
from artia_lab.experiments.critical.copy_check_planted import demonstration
from artia_lab.experiments.critical.copy_check_references import SR, read, references
from artia_lab.experiments.critical.copy_check_report import written
from artia_lab.experiments.critical.copy_check_sheet import sheet
from artia_lab.experiments.critical.copy_check_subject import find_subject
from artia_lab.experiments.critical.copy_check_tables import details, rows
from artia_lab.experiments.critical.copy_check_verdict import Finding, examine
from artia_lab.experiments.critical.copy_check_wave import waves

if TYPE_CHECKING:
    from artia_lab.experiments.critical.copy_check import Parameters
    from artia_lab.experiments.critical.copy_check_subject import Subject
    from artia_lab.provenance.measure import Compared


def audit(parameters: Parameters, corpus: Any, out: Any, report: Any) -> None:
    """Look for outputs in a corpus, and keep a report.

    Parameters
    ----------
    parameters : Parameters
        What was set.
    corpus : CorpusReader
        What the outputs are compared with.
    out : Outputs
        Keeps the report.
    report : Report
        Hears how it goes; may raise to stop.

    Raises
    ------
    Mistake
        If there is nothing to look at, or nothing in the corpus to compare it with.
    """
    with TemporaryDirectory(prefix="artia-") as aside:
        origins: dict[str, str] = {}
        subject = find_subject(parameters.subject, corpus.corpus, parameters.most)
        if subject is None:
            subject, origins = demonstration(corpus, parameters.seed, parameters.most, Path(aside))
        left_out = list(subject.left_out)
        progress = _Progress(report, subject, corpus)
        media = sorted({item.medium for item in subject.items})
        compared = {each: references(corpus, each, report.warn, progress.heed) for each in media}
        findings: list[Finding] = []
        with CorpusReader(subject.corpus) as reader:
            for place, item in enumerate(subject.items, 1):
                progress.begin(place)
                try:
                    work = read(reader, item)
                except MaterialError as error:
                    report.warn(str(error))
                    left_out.append(str(error))
                    continue
                measured = subject.measured.get(item.file)
                among = compared[item.medium]
                finding = examine(item.file, item.medium, work, among, parameters.threshold, measured)
                findings.append(finding)
                _draw(place, finding, work, compared[item.medium], out, report)
    if not findings:
        raise MaterialError(left_out[-1])
    title = corpus.corpus.title
    text = written(findings, subject, origins, left_out, compared, title, parameters.threshold)
    report.preview(text)
    out.text(text, name="report")
    out.table(rows(findings), name="findings")
    out.table(details(findings, parameters.threshold), name="details")
    # The report shows the corpus by construction: its own likeness would say nothing of what was audited.
    out.works.clear()
    progress.end()


def _draw(place: int, finding: Finding, work: Any, compared: Compared, out: Any, report: Any) -> None:
    if finding.medium == "text":
        return
    picture = (sheet if finding.medium == "image" else waves)(finding, work, compared)
    out.image(picture, name=f"nearest-{place}")
    report.preview(picture)
    if finding.medium == "audio" and finding.neighbours:
        out.audio(by_ear(finding, work, compared), SR, name=f"listen-{place}")


class _Progress:
    """Counts a step for each item that is read to be compared, as many for each output as the corpus has."""

    def __init__(self, report: Any, subject: Subject, corpus: Any) -> None:
        self._report = report
        self._each = max(1, len(corpus.corpus.items))
        self._steps = self._each * (len(subject.items) + 1) + 1
        self._done, self._until = 0, self._each

    def heed(self) -> None:
        self._done = min(self._done + 1, self._until)
        self._report.step(self._done, self._steps)

    def begin(self, place: int) -> None:
        self._done, self._until = self._each * place, self._each * (place + 1)
        self._report.step(self._done, self._steps)

    def end(self) -> None:
        self._report.step(self._steps, self._steps)
