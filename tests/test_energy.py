import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artia_lab import energy
from artia_lab.energy import Energy, Meter, carbon, counters
from artia_lab.energy.carbon import intensity
from artia_lab.i18n import use_language

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(energy.__file__).parents[2])}


def spent(joules, method="estimated"):
    return Energy(joules, joules * 1e-6, 1.0, method, "CAN/quebec", {"processor": joules}, {})


def work():
    return sum(i * i for i in range(1_500_000))


def powercap(root, microjoules, name="package-0", domain="intel-rapl:0"):
    folder = root / domain
    folder.mkdir(exist_ok=True)
    (folder / "name").write_text(f"{name}\n")
    (folder / "energy_uj").write_text(f"{microjoules}\n")
    (folder / "max_energy_range_uj").write_text("262143328850\n")
    return root


def test_work_costs_something_and_says_how_it_is_known():
    with energy.meter() as meter:
        work()

    used = meter.stop()
    assert used.joules > 0
    assert used.method in ("measured", "estimated")
    assert used.duration_s > 0
    assert used.joules == pytest.approx(sum(used.parts.values()))


def test_the_cost_only_grows_and_ends_at_the_final_figure():
    meter = Meter()
    assert meter.sofar() == 0.0
    meter.start()
    first = meter.sofar()
    work()
    second = meter.sofar()
    final = meter.stop()

    assert 0 <= first < second <= final.joules == meter.sofar()
    assert meter.stop() is final


def test_a_meter_that_never_started_cannot_stop():
    with pytest.raises(RuntimeError):
        Meter().stop()


def test_a_failing_run_still_has_its_energy():
    meter = Meter()
    with pytest.raises(ZeroDivisionError), meter:
        _ = 1 / 0
    assert meter.stop().duration_s >= 0


def test_it_starts_no_thread_and_imports_nothing_heavy():
    code = (
        "import sys, threading; from artia_lab.energy import meter; m = meter().start(); m.sofar(); m.stop();"
        "print(threading.active_count(), 'codecarbon' in sys.modules, 'torch' in sys.modules)"
    )

    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT
    )

    assert said.stdout.split() == ["1", "False", "False"]


def test_it_opens_no_connection_writes_no_file_and_says_nothing(tmp_path):
    code = """
import sys
def watch(event, args):
    if event.startswith("socket.") or event in ("subprocess.Popen", "os.fork", "os.posix_spawn"):
        raise SystemExit(f"{event} {args}")
    if event == "open" and args[1] and set(args[1]) & set("wax+"):
        raise SystemExit(f"writes {args}")
sys.addaudithook(watch)
sys.dont_write_bytecode = True
from artia_lab.energy import meter
with meter("CAN/quebec") as m: pass
assert m.stop().co2e_g is not None, m.stop()
"""
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, env=ENVIRONMENT
    )

    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_quebec_is_the_default_region_and_can_be_changed(monkeypatch):
    monkeypatch.delenv("ARTIA_ENERGY_REGION", raising=False)
    assert Meter().region == "CAN/quebec"
    monkeypatch.setenv("ARTIA_ENERGY_REGION", "FRA")
    assert Meter().region == "FRA"
    assert Meter("USA/california").region == "USA/california"


def test_a_kilowatt_hour_of_quebec_carries_little_carbon():
    grams, source = intensity("CAN/quebec")

    assert 1 < grams < 10
    assert "codecarbon" in source
    assert intensity("can/Québec")[0] == grams
    assert intensity("CAN")[0] > 20 * grams
    assert 10 < intensity("FRA")[0] < 200


@pytest.mark.parametrize("nowhere", ["XXX", "CAN/atlantis", "", "/", "quebec"])
def test_a_region_without_a_figure_says_so_and_never_fails_a_run(nowhere):
    grams, why = intensity(nowhere)

    assert grams is None
    assert why.startswith("unavailable")


@pytest.mark.parametrize("place", ["CAN/quebec", "CAN/alberta", "USA/texas", "NOR/NO1", "FRA", "CAN"])
def test_the_figures_are_those_that_codecarbon_gives(place):
    from codecarbon.core.emissions import Emissions
    from codecarbon.core.units import Energy as KilowattHours
    from codecarbon.external.geography import GeoMetadata
    from codecarbon.input import DataSource

    country, _, zone = place.partition("/")
    geography = GeoMetadata(country, country, zone or None)
    theirs = Emissions(DataSource()).get_private_infra_emissions(KilowattHours.from_energy(1), geography)

    assert intensity(place)[0] == pytest.approx(theirs * 1000)


def test_a_codecarbon_that_is_missing_never_fails_a_run(monkeypatch):
    monkeypatch.setattr(carbon.importlib.util, "find_spec", lambda name: None)

    with Meter("CAN/yukon") as meter:
        pass

    assert meter.stop().co2e_g is None
    assert meter.stop().source["co2e"].startswith("unavailable")


def test_rapl_counters_are_read_and_may_wrap(tmp_path):
    packages = counters.Packages(powercap(tmp_path, 262_143_000_000))
    assert packages.used() == 0
    powercap(tmp_path, 262_143_300_000)
    assert packages.used() == pytest.approx(0.3)
    powercap(tmp_path, 1_000_000)
    assert packages.used() == pytest.approx(1.0288, abs=1e-3)


def test_cores_within_a_package_and_mirrored_dies_are_not_counted_twice(tmp_path):
    powercap(tmp_path, 5_000_000)
    powercap(tmp_path, 4_000_000, name="core", domain="intel-rapl:0:0")
    powercap(tmp_path, 9_000_000, name="psys", domain="intel-rapl:1")
    powercap(tmp_path, 5_000_100, name="package-0-die-1", domain="intel-rapl:2")
    packages = counters.Packages(tmp_path)

    powercap(tmp_path, 7_000_000)

    assert packages.used() == pytest.approx(2.0)


def test_a_package_counter_makes_the_figure_measured_and_shares_it(tmp_path, monkeypatch):
    powercap(tmp_path, 0)
    monkeypatch.setattr(energy, "Packages", lambda: counters.Packages(tmp_path))
    meter = Meter().start()
    work()
    powercap(tmp_path, 10_000_000)

    used = meter.stop()

    assert used.method == "measured"
    assert 0 < used.parts["processor"] <= 10


def test_without_counters_the_processor_is_estimated(tmp_path):
    assert counters.Packages(tmp_path / "nothing").used() is None
    watts, source = counters.thread_watts()
    assert 0.1 < watts < 100
    assert source.startswith("estimated")


@pytest.mark.parametrize(
    "itself, table",
    [
        ("Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz", "Intel Core i7-8650U"),
        ("AMD Ryzen 7 5800X 8-Core Processor", "AMD Ryzen 7 5800X"),
    ],
)
def test_a_processor_is_found_under_the_name_it_gives_itself(itself, table):
    assert counters._plain(itself) == counters._plain(table)
    assert counters._design_powers()[counters._plain(itself)] > 10


class Gpu:
    """An NVML with two devices, of which the second has no counter."""

    class NVMLError(Exception):
        pass

    millijoules = 0

    def nvmlInit(self):
        pass

    def nvmlDeviceGetCount(self):
        return 2

    def nvmlDeviceGetHandleByIndex(self, index):
        return index

    def nvmlDeviceGetTotalEnergyConsumption(self, handle):
        if handle == 1:
            raise self.NVMLError("not supported")
        return self.millijoules


@pytest.fixture
def gpu(monkeypatch, tmp_path):
    nvml = Gpu()
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    monkeypatch.setattr(counters, "NVIDIA", (tmp_path,))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return nvml


def use_gpu(monkeypatch, used):
    torch = SimpleNamespace(cuda=SimpleNamespace(is_initialized=lambda: used))
    monkeypatch.setitem(sys.modules, "torch", torch)


def test_a_gpu_is_charged_only_to_who_uses_it(gpu, monkeypatch):
    use_gpu(monkeypatch, False)
    graphics = counters.Graphics()
    gpu.millijoules = 3000
    assert graphics.used() == 0.0
    use_gpu(monkeypatch, True)
    gpu.millijoules = 5000
    assert graphics.used() == 2.0


def test_a_gpu_without_a_counter_makes_the_figure_incomplete(gpu, monkeypatch):
    use_gpu(monkeypatch, True)
    assert not counters.Graphics().complete
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert counters.Graphics().complete
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert counters.Graphics().source.startswith("not counted")


@given(st.floats(0, 1e12))
def test_an_amount_survives_json_and_can_be_said(joules):
    used = spent(joules)

    assert Energy.from_json(json.loads(json.dumps(used.to_json(), allow_nan=False))) == used
    assert used.sentence().endswith(".")


@pytest.mark.parametrize(
    "joules, words",
    [
        (0, "Hardly any electricity, by estimate"),
        (1440, "About 0.40 Wh of electricity, by estimate: as much as a LED bulb in 3 minutes."),
        (9, "About 0.0025 Wh of electricity, by estimate: as much as a LED bulb in 1 second."),
        (3.6e5, "About 100 Wh of electricity, by estimate: as much as a LED bulb in 11 hours."),
    ],
)
def test_an_amount_is_said_in_words_an_artist_knows(joules, words):
    with use_language("en"):
        assert words in spent(joules).sentence()


def test_a_french_amount_has_a_comma():
    with use_language("fr"):
        assert "0,40" in spent(1440).sentence()
