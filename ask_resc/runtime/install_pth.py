"""``python -m ask_resc.runtime.install_pth``: this environment's plain ``rasa …`` from now on.

Writes a ``.pth`` file, which Python reads at every start: the project's folder joins the import path,
the stand-ins let Rasa do without TensorFlow, Rasa sends no telemetry
and `rasa run actions` listens on this machine alone, unless asked to. Where the
folder has moved since, Python skips what it no longer finds.
"""

from __future__ import annotations

import sysconfig
from pathlib import Path

LINES = r"""{project}
import os; os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false"); os.environ.setdefault("SANIC_HOST", "127.0.0.1")
import sys; exec("try: from ask_resc.runtime import stand_ins; stand_ins.install()\nexcept ImportError: pass")
"""


def install_pth(site_packages: Path) -> Path:
    """Write the file into ``site_packages`` and return its path."""
    file = site_packages / "ask_resc_stand_ins.pth"
    file.write_text(LINES.format(project=Path(__file__).resolve().parents[2]))
    return file


if __name__ == "__main__":
    print(install_pth(Path(sysconfig.get_path("purelib"))))
