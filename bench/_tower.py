"""One run of the tower's measurement on one database, in a process of its own: prints what it measured as JSON.

``python -m bench._tower HOME [--minutes 10] [--rate 50]``; the database is that of ``DATABASE_URL``. Four processes, as
in a real house: the web server (granian), the follower, the logs with whoever hands events in, and those who look at
pages. Everything that happens is invented; the log is a real one, with tiles, checkpoints and fsync.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench._tower_nation import nation, source
from bench.custody import H, Writer, kecamatan_events
from serentak.custody.entry import decode_entry
from serentak.custody.sign import Device
from serentak.ledger.write import LogWriter, init_log

PORT = int(os.environ.get("BENCH_PORT", "8391"))
DISTRICTS = 8
LIVE_STATIONS = 6_000
CLIENTS = 4
PAUSE = 0.35
"""Seconds that somebody who looks at pages thinks before the next."""
Row = dict[str, Any]


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--ceiling", type=float, default=60, help="seconds of the flood")
    parser.add_argument("--only", type=int, default=0, help="load so many districts only, to try it out")
    chosen = parser.parse_args()
    os.environ["SERENTAK_HOME"] = str(chosen.home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "serentak.tower.settings"
    import django

    django.setup()
    found: Row = {"source": source(), "load before": os.getloadavg()}
    found["loading"], live = load(chosen.only)
    logs = Logs(chosen.home / "logs", live)
    found["logs"] = logs.begin()
    _register(logs.folders)
    say(found)
    pages = addresses()
    with (
        Process("web", *_granian()) as web,
        Process("follower", sys.executable, "-m", "bench._tower_follow") as follower,
    ):
        _until_up()
        found["caught up"] = _wait_for(logs)
        say(found)
        found["quiet"] = look(pages, 600)
        say(found)
        with Visitors(pages) as visitors:
            cpu = web.cpu(), follower.cpu()
            began = time.monotonic()
            fed = logs.feed(chosen.rate, chosen.minutes * 60)
            behind = time.monotonic()
            _wait_for(logs)
            found["steady"] = {
                "seconds": round(time.monotonic() - began, 1), "events": fed,
                "a second": round(fed / (behind - began), 1),
                "behind, s": round(time.monotonic() - behind, 2), "pages": visitors.take(),
                "web CPU, s": round(web.cpu() - cpu[0], 1), "follower CPU, s": round(follower.cpu() - cpu[1], 1),
                "load": os.getloadavg(),
            }  # fmt: skip
            say(found)
            cpu = web.cpu(), follower.cpu()
            began = time.monotonic()
            fed = logs.feed(100_000, chosen.ceiling)
            took = _wait_for(logs)
            whole = time.monotonic() - began
            found["flood"] = {
                "events": fed, "seconds": round(whole, 1), "a second": round(fed / whole, 1), "after the last, s": took,
                "pages": visitors.take(), "follower CPU, s": round(follower.cpu() - cpu[1], 1), "load": os.getloadavg(),
            }  # fmt: skip
    found["equal to a recount"] = equal()
    found["troubles"] = _troubles()
    say(found)


def say(found: Row) -> None:
    """Print what is known so far, the last line is the whole."""
    print(json.dumps(found), flush=True)


def load(only: int) -> tuple[Row, dict[str, tuple[str, list[str]]]]:
    """Load the nation; give how long it took, and the districts in which events will happen: zone, stations."""
    from django.core.management import call_command
    from django.db import connection

    from serentak.tower.regions.load import load_district
    from serentak.tower.regions.tree import plant

    call_command("migrate", verbosity=0)
    call_command("flush", verbosity=0, interactive=False)
    plant()
    totals, seconds, cpu, live = [0, 0, 0], 0.0, time.process_time(), dict[str, tuple[str, list[str]]]()
    making = 0.0
    wanted = random.Random(1).sample(range(514), 60)  # noqa: S311 - a draw, the same each time
    spoken = time.process_time()
    for at, (district, kits) in enumerate(nation()):
        making += time.process_time() - spoken
        began = time.monotonic()
        loaded = load_district(district, kits)
        seconds += time.monotonic() - began
        totals = [sum(pair) for pair in zip(totals, loaded, strict=True)]
        enough = len(live) >= DISTRICTS and sum(len(each[1]) for each in live.values()) >= LIVE_STATIONS
        if not enough and (only or at in wanted):
            live[district.code] = "".join(sorted(district.elections)), [each.id for each in district.stations]
        if only and at + 1 >= only:
            break
        spoken = time.process_time()
    if connection.vendor == "sqlite":
        size = sum(each.stat().st_size for each in Path(os.environ["SERENTAK_HOME"], "web").glob("serentak.sqlite3*"))
        version = f"SQLite {_ask('SELECT sqlite_version()')}"
    else:
        size = int(_ask("SELECT pg_database_size(current_database())"))
        version = str(_ask("SHOW server_version"))
        version = f"PostgreSQL {version.split()[0]}"
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return {
        "database": version, "stations": totals[0], "boxes": totals[1], "bundles": totals[2],
        "seconds": round(seconds, 1), "CPU, s": round(time.process_time() - cpu - making, 1),
        "MB": round(size / 1e6),
    }, live  # fmt: skip


def _ask(sql: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


class Logs:
    """A log a district, with what will be handed to it, in the order of time."""

    def __init__(self, folder: Path, districts: dict[str, tuple[str, list[str]]]) -> None:
        self.folders = {code: folder / code for code in districts}
        self._writers: dict[str, LogWriter] = {}
        self._queue: list[tuple[str, bytes]] = []
        self._at = 0
        self.written: dict[str, int] = {}
        for code, (letters, stations) in districts.items():
            self._prepare(code, letters, stations)
        # All districts go through their election at the same time.
        self._queue.sort(key=lambda each: each[2])  # type: ignore[misc]
        self._queue = [each[:2] for each in self._queue]

    def _prepare(self, code: str, letters: str, stations: list[str]) -> None:
        organiser, genesis = Device.genesis(
            bytes(31) + b"1", [bytes(31) + b"2"], H - 720 * 3_600_000, 420, name="bench", day="2024-11-27", zone="WIB",
            district=code, elections=letters, played=1,
        )  # fmt: skip
        self.folders[code].mkdir(parents=True)
        init_log(self.folders[code], f"bench.invalid/{code}")
        writer = self._writers[code] = LogWriter(self.folders[code])
        made, first = Writer(organiser.log), [genesis]
        by_kecamatan: dict[str, list[str]] = {}
        for each in stations:
            by_kecamatan.setdefault(each[:8], []).append(each)
        for number, (kecamatan, names) in enumerate(by_kecamatan.items()):
            for start in range(0, len(names), 60):
                tag = number + 100 * (start // 60) if start else number
                for entry in kecamatan_events(made, organiser.id, tag, kecamatan, names[start : start + 60], letters):
                    at = decode_entry(entry).event.at
                    if at < H - 210 * 3_600_000:
                        first.append(entry)
                    else:
                        self._queue.append((code, entry, at))  # type: ignore[arg-type]
        for future in [writer.submit(entry) for entry in first]:
            future.result()
        writer.publish()
        self.written[code] = len(first)

    def begin(self) -> Row:
        """Tell how much is announced and how much will happen."""
        return {"districts": len(self.folders), "announced": sum(self.written.values()), "to come": len(self._queue)}

    def feed(self, rate: int, seconds: float) -> int:
        """Hand in so many events a second for so long, as far as there are any; publish every half second."""
        began, fed = time.monotonic(), 0
        while (now := time.monotonic() - began) < seconds and self._at < len(self._queue):
            due = min(int(rate * (now + 0.5)) - fed, 4_000)
            touched = set()
            futures = []
            for code, entry in self._queue[self._at : self._at + due]:
                futures.append(self._writers[code].submit(entry))
                self.written[code] += 1
                touched.add(code)
            self._at += len(futures)
            fed += len(futures)
            for future in futures:
                future.result()
            for code in touched:
                self._writers[code].publish()
            time.sleep(max(0.0, 0.5 - (time.monotonic() - began - now)))
        return fed


def _register(folders: dict[str, Path]) -> None:
    from serentak.tower.boxes.logs import register

    for folder in folders.values():
        register(str(folder))


def _wait_for(logs: Logs) -> float:
    """Wait until the follower has written all that the logs hold; give the seconds."""
    from django.db import connection

    from serentak.tower.boxes.models import Log

    began = time.monotonic()
    while True:
        done = dict(Log.objects.values_list("district", "entries"))
        if all(done.get(code, 0) >= size for code, size in logs.written.items()):
            connection.close()
            return round(time.monotonic() - began, 2)
        time.sleep(0.2)


def addresses() -> list[str]:
    """Give the pages to look at: the nation, provinces, kabupaten, kecamatan, villages, stations, evenly mixed."""
    from serentak.tower.regions.models import Region, Station

    draw = random.Random(2)  # noqa: S311 - a draw, the same each time
    found = ["/wilayah/ID/"] * 40
    for level, count in ((1, 40), (2, 60), (3, 60), (4, 40)):
        codes = list(Region.objects.filter(level=level, stations__gt=0).values_list("code", flat=True))
        found += [f"/wilayah/{draw.choice(codes)}/" for _each in range(count)]
    codes = list(Station.objects.filter(number=1).values_list("pk", flat=True)[:20_000])
    found += [f"/tps-saya/{draw.choice(codes)}/" for _each in range(40)]
    found += [f"/ringan/{each.split('/')[2]}/" for each in draw.sample(found[:200], 20)]
    draw.shuffle(found)
    return found


def get(path: str) -> tuple[float, bool]:
    """Look at a page; give the seconds it took, and whether it came."""
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", headers={"Accept-Encoding": "gzip"})
    began = time.perf_counter()
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()
            good = answer.status == 200
    except OSError:
        good = False
    return time.perf_counter() - began, good


def look(pages: list[str], count: int) -> Row:
    """Look at pages one after the other; give how long they take."""
    taken: list[tuple[str, float, bool]] = [(path, *get(path)) for path in (pages * (count // len(pages) + 1))[:count]]
    row = told([(seconds, good) for _path, seconds, good in taken])
    home = [(seconds, good) for path, seconds, good in taken if path == "/wilayah/ID/"]
    return {"all": row, "home": told(home)}


def told(taken: list[tuple[float, bool]]) -> Row:
    """Say how long requests took, milliseconds."""
    times = [seconds * 1000 for seconds, _good in taken]
    cut = quantiles(times, n=100) if len(times) > 1 else times * 99
    return {
        "requests": len(times), "errors": sum(not good for _seconds, good in taken),
        "median, ms": round(median(times), 1), "p95, ms": round(cut[94], 1), "p99, ms": round(cut[98], 1),
        "worst, ms": round(max(times), 1),
    }  # fmt: skip


class Visitors:
    """People who look at pages, each one after the other with a pause."""

    def __init__(self, pages: list[str]) -> None:
        self._pages, self._taken, self._end = pages, list[tuple[float, bool]](), threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._visit, args=(at,)) for at in range(CLIENTS)]

    def __enter__(self) -> Visitors:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        for each in self._threads:
            each.join()

    def _visit(self, at: int) -> None:
        while not self._end.is_set():
            one = get(self._pages[at % len(self._pages)])
            with self._lock:
                self._taken.append(one)
            at += CLIENTS
            self._end.wait(PAUSE)

    def take(self) -> Row:
        """Give what was seen since the last time."""
        with self._lock:
            taken, self._taken = self._taken, []
        return told(taken)


class Process:
    """A process beside, ended with its children when it is left."""

    def __init__(self, name: str, *command: str) -> None:
        self._name, self._command = name, command

    def __enter__(self) -> Process:
        home = Path(os.environ["SERENTAK_HOME"])
        with (home / f"{self._name}.log").open("wb") as out:
            self._process = subprocess.Popen(self._command, stdout=out, stderr=out, start_new_session=True)
        return self

    def __exit__(self, *_error: object) -> None:
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(30)

    def cpu(self) -> float:
        """Give the seconds of processor time that it and its children have used."""
        ticks, group = 0, self._process.pid
        for each in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = each.read_text("ascii").rpartition(") ")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def _granian() -> list[str]:
    return [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "serentak.tower.wsgi:application",
        "--port", str(PORT), "--workers", "2", "--blocking-threads", "2", "--no-ws", "--log-level", "warning",
    ]  # fmt: skip


def _until_up() -> None:
    for _turn in range(600):
        if get("/sehat/")[1]:
            return
        time.sleep(0.2)
    raise SystemExit("the web server does not answer")


def equal() -> bool:
    """Tell whether the sums of all regions are those of their stations."""
    from serentak.tower.regions.rollup import SUMS, recount, stored

    counted = recount()
    return stored(counted) == {code: {name: sums[name] for name in SUMS} for code, sums in counted.items()}


def _troubles() -> list[str]:
    from serentak.tower.boxes.models import Log

    return list(Log.objects.exclude(trouble="").values_list("trouble", flat=True))


if __name__ == "__main__":
    main()
