"""A disk that is full or read-only: a message one can act on, and nothing lost."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_a_full_and_a_read_only_disk_lose_nothing_and_say_what_to_do(tmp_path, drawn):
    """On a real file system of 8 MB, mounted in a namespace of the test's own."""
    (tmp_path / "disk").mkdir()
    script = [sys.executable, HERE / "small_disk.py", tmp_path / "disk", drawn]
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", *map(str, script)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    said = done.stdout.splitlines()

    assert done.returncode == 0, done.stdout + done.stderr
    assert sum("free space on the disk of the lab" in line for line in said) >= 5
    assert any(line.startswith("read-only:") and "mount" in line for line in said)
    assert sum("0 lost" in line for line in said) == 2
    assert sum(line.startswith("read-only") and "mounted" in line for line in said) == 1
    assert "intake: 7 media, all whole" in said
